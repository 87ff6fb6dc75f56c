"""A film is given another shape at the command line."""

import json

import numpy as np
import opentimelineio as otio
import pytest
from PIL import Image

from otio_genai import metadata
from tests.render.building import clip, timeline
from tests.support import blobs

SIZE = (640, 360)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    folder = tmp_path_factory.mktemp("film")
    parts = [
        clip(blobs.bobbing(folder / f"{name}.mp4", x), 6, 24)
        for name, x in (("left", 0.2), ("right", 0.8))
    ]
    path = folder / "film.otio"
    otio.adapters.write_to_file(timeline(parts, size=SIZE), str(path))
    return path


def framings(path):
    made = otio.adapters.read_from_file(str(path))
    return [metadata.read(c, "framing") for c in made.find_clips()]


def test_a_film_gets_another_shape_and_a_sheet(run, film, tmp_path):
    out, sheet = tmp_path / "up.otio", tmp_path / "up.png"
    call = ("reframe", film, "-o", out, "--to", "9:16", "--sheet", sheet)
    code, said, _ = run(*call)
    assert code == 0
    assert said.startswith(f"{out}: 360x640, 2 clips\n")
    assert "chosen" in said and "mean:" in said
    left, right = (framing["keys"] for framing in framings(out))
    assert len(left) == len(right) == 1
    assert left[0][2] == pytest.approx(-right[0][2], abs=0.06) and left[0][2] > 0.5
    before = out.read_bytes(), sheet.read_bytes()
    assert run(*call)[0] == 2
    assert run(*call, "--force")[0] == 0
    assert (out.read_bytes(), sheet.read_bytes()) == before


def test_the_sheet_shows_what_is_kept_and_darkens_the_rest(run, film, tmp_path):
    out, sheet = tmp_path / "up.otio", tmp_path / "up.png"
    run("reframe", film, "-o", out, "--to", "9:16", "--sheet", sheet, "--at", "left=1")
    drawn = np.asarray(Image.open(sheet).convert("RGB"), int)
    # Two cells of 320 x 180 from (22, 64), 22 apart; the ground is a grey of 60.
    first, second = (drawn[64:244, x : x + 320] for x in (22, 364))
    assert first[170, 40].sum() < 0.6 * first[170, 300].sum()
    assert second[170, 40].sum() < 0.6 * second[170, 250].sum()
    assert tuple(first[90, 319]) == (0xD8, 0xB3, 0x6A)


def test_a_clip_is_placed_by_hand_and_the_rest_padded(run, film, tmp_path):
    out = tmp_path / "up.otio"
    code, said, _ = run(
        *("reframe", film, "-o", out, "--to", "1:1", "--json"),
        *("--at", "left=0.5,0.5", "--pad", "#203040"),
    )
    told = json.loads(said)
    assert code == 0 and told["size"] == [360, 360]
    assert told["background"] == "#203040"
    assert [row["way"] for row in told["clips"]] == ["by hand", "padded"]
    assert told["clips"][0]["x"] == 0.5
    assert framings(out) == [None, {"fit": "contain", "keys": []}]
    code, said, _ = run(
        *("reframe", film, "-o", out, "--to", "1:1", "--force"),
        *("--pad", "own", "--at", "right=cut", "--at", "left=whole"),
    )
    assert code == 0 and "on #3" in said
    assert framings(out)[0] == {"fit": "contain", "keys": []}


@pytest.mark.parametrize("said", ["left", "left=", "=0.3", "left=2", "left=0,0,0"])
def test_what_cannot_be_meant_is_refused(run, film, tmp_path, said):
    out = tmp_path / "up.otio"
    code, _, complaint = run("reframe", film, "-o", out, "--to", "1:1", "--at", said)
    assert code == 2 and "NAME=0.3" in complaint
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--to", "9/16"), "No film can have the shape"),
        (("--to", "9:16", "--at", "none=0.5"), "'none'"),
        (("--to", "9:16", "--pad", "mud"), "no colour"),
    ],
)
def test_what_is_wrong_is_said(run, film, tmp_path, words, complaint):
    out = tmp_path / "up.otio"
    code, _, said = run("reframe", film, "-o", out, *words)
    assert code == 1 and complaint in said and "help:" in said
    assert not out.exists()
