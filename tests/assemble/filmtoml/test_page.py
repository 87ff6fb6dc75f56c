"""The reference page of the film file, and the settings it lists."""

from pathlib import Path

import pytest

from otio_genai.assemble.filmtoml import filmfile
from otio_genai.assemble.filmtoml.arrays import ARRAYS, JoinTable
from otio_genai.assemble.filmtoml.filmfile import read_film_file
from otio_genai.assemble.filmtoml.page import RECORDS, reference_markdown
from otio_genai.assemble.notes import KINDS
from otio_genai.assemble.settings import accepted, fault, settings
from otio_genai.ingest import kinds

DOCS = Path(__file__).parents[3] / "docs" / "film-file.md"


@pytest.mark.parametrize("record", RECORDS)
def test_every_default_is_within_its_own_limits(record):
    for name, found in settings(record):
        default = record.__dataclass_fields__[name].default
        assert found.required or fault(record, name, default) is None, name
        assert found.doc.endswith((".", ",")) and found.table


def test_no_two_settings_share_a_key():
    keys = [
        (found.table, found.key) for record in RECORDS for _, found in settings(record)
    ]
    assert len(set(keys)) == len(keys)


def test_every_key_of_every_record_is_on_the_page():
    sections = dict(
        part.split("\n", 1) for part in reference_markdown().split("\n## ")[1:]
    )
    for record in RECORDS:
        for _, found in settings(record):
            head = f"[[{found.table}]]" if found.table in ARRAYS else f"[{found.table}]"
            assert f"| `{found.key}` |" in sections[head]


def test_every_kind_of_join_can_be_asked_for():
    kinds_of_join, _ = accepted(JoinTable)["kind"]
    assert kinds_of_join.__args__ == KINDS


def test_the_reference_page_is_what_the_code_says():
    assert DOCS.read_text("utf-8") == reference_markdown()


def test_the_example_of_the_reference_page_can_be_read(write):
    example = reference_markdown().split("```toml\n")[1].split("```")[0]
    assert read_film_file(write(example)).title == "Brises"


def test_every_kind_ingest_knows_can_be_said():
    assert (*kinds.KINDS, kinds.SKIP) == filmfile.MEDIA_KINDS
