"""The table in the documents is the presets', and importing them costs little."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from otio_genai.deliver import table
from otio_genai.deliver.presets import PRESETS
from otio_genai.errors import GenaiError

PAGE = Path(__file__).parents[2] / "docs/delivery.md"


def test_the_page_is_up_to_date():
    text = PAGE.read_text("utf-8")
    assert table.renewed(text) == text, "run `make docs`"


def test_every_preset_has_a_row_and_its_source():
    made = table.markdown()
    rows = [line for line in made.splitlines() if line.startswith("|")]
    assert len(rows) == len(PRESETS) + 2
    assert len({row.count("|") for row in rows}) == 1
    for preset in PRESETS:
        assert f"`{preset.name}`" in made
        assert preset.sure == "our choice" or preset.source in made
        assert all(sentence in made for sentence in preset.own)


def test_a_page_without_marks_is_refused():
    with pytest.raises(GenaiError):
        table.renewed("# Delivery\n")


def test_a_preset_as_json_and_as_a_line():
    for preset in PRESETS:
        held = json.loads(json.dumps(table.to_json(preset)))
        assert held["name"] == preset.name
        assert table.line(preset).startswith(preset.name)


def test_presets_are_light():
    code = (
        "import sys\n"
        "import otio_genai.deliver.table, otio_genai.deliver.encoders\n"
        "import otio_genai.deliver.refusing\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"av", "moviepy", "scipy", "click", "PIL", "cv2"}
    assert not heavy & set(done.stdout.split())
