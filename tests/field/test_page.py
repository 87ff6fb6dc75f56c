"""The page of the field has every key, as the code reads it."""

from __future__ import annotations

import re
from pathlib import Path

import opentimelineio as otio
import pytest

from otio_genai.field.document import read_field
from otio_genai.field.keys import NEEDED, TABLES, markdown
from otio_genai.field.opening_film import STEPS
from otio_genai.field.writing import plain_take, rules
from tests.support import bins, fields

PAGE = Path(__file__).parents[2] / "docs" / "the-field.md"


@pytest.mark.parametrize("table", sorted(TABLES))
def test_the_page_has_the_keys_of_each_table(table):
    assert markdown(table) in PAGE.read_text("utf-8")


def test_the_page_names_the_limits_that_are_tried():
    text = re.sub(r"\s+", " ", PAGE.read_text("utf-8"))
    assert f"of {', '.join(map(str, STEPS))})" in text


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_default_can_be_written(table):
    for key in TABLES[table]:
        if key.default is not NEEDED:
            said = list(key.default) if key.default == () else key.default
            if said is not None:
                meant = key.meant(said)
                assert (list(meant) if isinstance(said, list) else meant) == said


def test_what_a_new_field_says_are_keys():
    assert set(rules()) <= {key.name for key in TABLES["field"]}
    assert set(plain_take()) <= {key.name for key in TABLES["take"]}


def test_what_the_page_does_by_hand_can_be_done(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = fields.document(12, 3)
    otio.adapters.write_to_file(made, "field.otio")
    found = bins.bin_of(fields.moving("new", 7))
    otio.adapters.write_to_file(found, "bin.otio")
    text = PAGE.read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    # The first needs a folder of media.
    for code in blocks[1:]:
        said = {}
        exec(compile(code, str(PAGE), "exec"), said)
        assert read_field(said["document"])
    assert len(blocks) == 3
