"""Takes are named at the command line as their files are, or by number."""

import opentimelineio as otio
import pytest
from click.testing import CliRunner

from otio_genai import metadata
from otio_genai.cli import cli
from otio_genai.field.adding import add_take
from tests.support import fields


@pytest.mark.parametrize(
    ("said", "left"),
    [
        # A generator that numbers its files: the name counts before the place.
        ("2", ["take 00-01", "take 00-02"]),
        ("3", ["take 00-01", "2"]),
        ("take 00-01", ["take 00-02", "2"]),
    ],
)
def test_a_take_is_found_by_its_name_before_its_number(tmp_path, said, left):
    path, out = tmp_path / "field.otio", tmp_path / "out.otio"
    made = add_take(fields.document(2, 3), "slot-001", fields.moving("2", 77))
    otio.adapters.write_to_file(made, str(path))
    told = ["field", "remove", str(path), "slot-001", said, "-o", str(out)]
    result = CliRunner().invoke(cli, told)
    assert result.exit_code == 0, result.output
    found = otio.adapters.read_from_file(str(out))
    takes = metadata.read(found.video_tracks()[0][0], "takes")
    assert [take.name for take in takes] == left
