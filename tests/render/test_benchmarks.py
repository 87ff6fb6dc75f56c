"""The benchmarks measure what they say, and every one of them still runs."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from benchmarks import exactness
from benchmarks.rendering import judging, material, sections
from benchmarks.rendering.measuring import cost
from otio_genai import maps
from otio_genai.media import colour
from tests.render.building import clip, timeline
from tests.support.coded import decoded, write_take
from tests.support.marks import later

ROOT = Path(__file__).parents[2]
WORK = """
import multiprocessing, time
def burn(seconds):
    start = time.process_time()
    while time.process_time() - start < seconds:
        pass
if __name__ == "__main__":
    with multiprocessing.get_context("{how}").Pool(2) as pool:
        pool.map(burn, [0.4, 0.4])
"""


@pytest.mark.parametrize("how", later(["fork", "forkserver"], 1))
def test_cpu_of_workers_is_counted_whoever_their_parent_is(tmp_path, how):
    script = tmp_path / "work.py"
    script.write_text(WORK.format(how=how))
    found = cost([sys.executable, str(script)])
    assert found.code == 0
    assert 0.8 <= found.cpu_s < 4
    assert found.peak_mb > 10
    assert cost([sys.executable, "-c", "raise SystemExit(3)"]).code == 3


@pytest.mark.parametrize("seconds", [10, 20, 60, 600])
def test_every_shot_of_the_programme_lies_in_its_take(tmp_path, seconds):
    film = material.programme(tmp_path, (320, 180), seconds)
    assert film.frames == 24 * seconds
    for shot in film.shots:
        assert shot.start >= shot.head // 2
        last = shot.start + shot.length + shot.tail // 2
        assert last <= material.TAKE_S * 24
        assert shot.length > shot.head // 2 + shot.tail // 2
    fades = sum(1 for shot in film.shots if shot.head)
    assert (len(film.shots), fades) == {10: (4, 1), 20: (7, 2), 60: (21, 6)}.get(
        seconds, (210, 69)
    )


@pytest.mark.slow
def test_a_frame_that_is_another_is_seen_in_every_kind(tmp_path):
    """The oracle is not fooled: every frame is judged wrong for its neighbour's."""
    takes = [
        write_take(tmp_path / f"take{n}.mp4", n, 240, 24, options={"crf": "10"})
        for n in range(1, 8)
    ]
    still = tmp_path / f"take{sections.STILL}.png"
    exactness.write_still(still)
    parts = sections.every_kind(takes, still, Fraction(24))
    moving = {"cut", "dissolve", "carry", "camera", "see-through", "retimed"}
    parts = [part for part in parts if part.kind in moving]
    film = timeline(
        [item for part in parts for item in part.lower],
        [item for part in parts for item in part.upper],
        size=sections.SIZE,
    )
    path = tmp_path / "film.mp4"
    exactness.rendered(film, path, crf=10)
    wanted = maps.picture_map(film)
    pictures = list(decoded(path))
    differ = right = 0
    for k in range(len(wanted) - 1):
        right += not exactness.amiss(pictures[k], wanted[k])
        shown, then = ([(a.url, a.source_frame) for a in wanted[n]] for n in (k, k + 1))
        if shown != then:
            differ += 1
            assert exactness.amiss(pictures[k], wanted[k + 1]), (k, shown, then)
    assert right == len(wanted) - 1
    assert differ > len(wanted) / 2


def test_the_corner_tells_a_frame_from_its_neighbours(tmp_path):
    path = write_take(tmp_path / "take1.mp4", 1, 6, size=material.CODE)
    layers = maps.picture_map(timeline([clip(path, 0, 6)]))
    with judging.Forward(path) as reader:
        lumas = [colour.luma(reader.at(n)).copy() for n in range(6)]
    for n, luma in enumerate(lumas):
        told = [judging.shows(luma, layers[k]) for k in range(6)]
        assert told == [k == n for k in range(6)]
    assert not judging.shows(lumas[0], ())


# Run whole ---------------------------------------------------------------------------


def run(name, *options):
    command = [sys.executable, f"benchmarks/{name}.py", "--quick", "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.slow
def test_render_is_right_beside_everyone_who_is_here():
    found = run("render")
    assert set(found["rows"]) | set(found["skipped"]) >= {"ours", "moviepy", "ffmpeg"}
    assert not any("failed" in row for row in found["rows"].values())
    for name in ("ours", "again"):
        row = found["rows"][name]
        assert (row["frames"], row["wrong"]) == (240, 0)
        assert abs(row["audio_ms"]) < 0.05
        assert row["psnr_mean_db"] > 42
    assert "CPU ours / (encode + decode)" in found["ratios"]


@pytest.mark.slow
def test_growth():
    for row in run("growth"):
        assert (row["made"], row["wrong"]) == (row["frames"], 0)


@pytest.mark.slow
def test_edits():
    found = run("edits")
    for row in found["edits"]:
        assert row["whole"]["made"] == row["whole"]["segments"]
        assert row["same"]["made"] == 0
        assert 0 < row["rolled"]["made"] <= 4
    for row in found["kills"]:
        assert row["frames"] == 240
        assert row["half_films_left"] == []


@pytest.mark.slow
def test_exactness():
    for row in run("exactness").values():
        for found in row.values():
            assert found["wrong"] == {}, found["words"]
        assert row["mov"]["samples"]["largest_error"] < 2**-23
        assert row["mov"]["samples"]["beyond"] == 0
        assert row["mp4"]["samples"]["offset_samples"] == 0


@pytest.mark.slow
def test_faults():
    for name, outcomes in run("faults").items():
        for one in outcomes:
            assert one["left"] == [], name
            refused = name == "missing" or (
                one["how"] == "--strict"
                and name in ("changed", "shorter", "cut-short", "broken-gop")
            )
            assert one["code"] == (1 if refused else 0), (name, one)
