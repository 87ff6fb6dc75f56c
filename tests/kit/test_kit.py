"""The kit is whole, and its verdict names what a faulty editor would do."""

import json
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from otio_genai import maps
from otio_genai.cli import cli
from otio_genai.errors import MediaError, OutputError
from otio_genai.export import read
from otio_genai.kit import TARGETS, judging, kit, verify
from otio_genai.kit.causes import causes
from otio_genai.kit.coded import code_box, coded_frame, coded_tone, tone_strength
from otio_genai.kit.expected import Part, expect
from otio_genai.kit.films import SECTIONS, Bench, whole_film
from otio_genai.kit.media import TAKES, _picture, reference

RATE = Fraction(24)
NAMES = {take.name for take in TAKES.values()}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kit") / "kit"
    kit(folder)
    return folder


@pytest.fixture(scope="module")
def parts():
    media = {n: reference(Path(t.name), t, RATE) for n, t in TAKES.items()}
    film, spans = whole_film(Bench(media, RATE))
    return {
        section.name: expect(film, span, section.name, section.about)
        for section, span in zip(SECTIONS, spans, strict=True)
    }


@pytest.mark.slow
def test_it_holds_every_feature_for_every_target(made):
    for to, suffix in TARGETS.items():
        assert (made / to / f"kit{suffix}").is_file()
        films = list((made / to).glob(f"*{suffix}"))
        assert len(films) == len(SECTIONS) + 1
    page = (made / "checklist.html").read_text("utf-8")
    assert all(section.about in page for section in SECTIONS)


@pytest.mark.slow
def test_what_is_not_declared_lost_is_read_back_the_same(made, parts):
    told = json.loads((made / "expected.json").read_text("utf-8"))
    for to, suffix in TARGETS.items():
        back, _ = read(made / to / f"kit{suffix}")
        shown = maps.picture_map(back)
        for name, part in parts.items():
            if name in told["declared"][to]:
                continue
            for k, layers in enumerate(part.frames):
                seen = shown[part.start + k]
                if any(a.url.rpartition("/")[2] not in NAMES for a in seen):
                    # Rendered for the target: its frames are of another file.
                    continue
                found = [(a.source_frame, float(a.weight)) for a in seen]
                assert found == [layer[1:] for layer in layers], (to, name, k)


def test_parts_are_told_whole(parts):
    for part in parts.values():
        assert Part.from_json(json.loads(json.dumps(part.to_json()))) == part


def test_the_words_in_the_border_do_not_hide_the_code():
    for take in TAKES.values():
        picture = _picture(take, 0 if take.still else 77, RATE)
        assert judging.read_code(picture) == (take.number, 0 if take.still else 77)


def test_a_picture_is_found_where_it_stands():
    frame = np.zeros((360, 640, 3), np.uint8)
    frame[36:216, 288:608] = coded_frame(3, 9, 320, 180)
    assert code_box(frame) == pytest.approx((0.45, 0.1, 0.95, 0.6), abs=0.004)


def test_tones_tell_takes_apart():
    piece = coded_tone(20, 4800)[:, 0]
    assert tone_strength(piece, 20) == pytest.approx(0.25, abs=0.005)
    assert all(tone_strength(piece, other) < 0.01 for other in (10, 30, 40, 45))


class Faulty:
    """An editor that shows a section its own way."""

    def __init__(self, part, change):
        self.part, self.change = part, change
        self.plain = [
            "black" if not a else a[0][:2] if len(a) == 1 else None for a in part.frames
        ]

    def code(self, frame):
        k = frame - self.part.start
        if not 0 <= k < len(self.plain):
            return "black"
        return self.change(self.plain, k)

    def wrong(self):
        return [
            k
            for k, code in enumerate(self.plain)
            if code is not None and self.code(self.part.start + k) != code
        ]


def _at(codes, k):
    return codes[k] if 0 <= k < len(codes) else "black"


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("cuts", lambda c, k: _at(c, k - 1), "1 frame late"),
        ("cuts", lambda c, k: _at(c, k + 2), "2 frames early"),
        (
            "cuts",
            lambda c, k: (c[k][0], c[k][1] + (20 <= k < 40)),
            "in-point is 1 frame off",
        ),
        ("cuts", lambda c, k: (99, 0) if k < 20 else c[k], "another take"),
        (
            "cuts",
            lambda c, k: "black" if k < 20 else c[k],
            "black: the clip is missing",
        ),
        (
            "repeats",
            lambda c, k: c[k] if c[k] != "black" else (10, 1),
            "black should be",
        ),
        (
            "double speed",
            lambda c, k: (20, 24 + k - 12) if 12 <= k < 36 else c[k],
            "speed is ignored",
        ),
    ],
)
def test_a_fault_is_named(parts, name, change, said):
    editor = Faulty(parts[name], change)
    wrong = editor.wrong()
    assert wrong
    assert said in causes(parts[name], wrong, editor.code)[0]


@pytest.mark.slow
def test_a_folder_that_is_no_kit_is_refused(tmp_path, made):
    film = made / "media" / "take10.mp4"
    with pytest.raises(MediaError, match="no kit"):
        verify(film, tmp_path)
    with pytest.raises(OutputError):
        kit(tmp_path / "not" / "there")
    with pytest.raises(OutputError, match="exists already"):
        kit(made)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (0, "not there: the render ends before it"),
        (-1, "its last frame is not there: the render ends before"),
        (-3, "its last 3 frames are not there: the render ends before"),
    ],
)
def test_what_is_beyond_the_renders_end_is_not_there(parts, end, said):
    part = parts["cuts"]
    last = part.start + (len(part.frames) + end if end else 0)
    assert judging._absent(part, last) == (said,)
    assert judging._absent(part, part.start + len(part.frames)) == ()


@pytest.mark.slow
def test_a_short_render_has_no_mixtures(made):
    verdict = verify(made / "media" / "take10.mp4", made)
    for section in verdict.sections:
        if section.wrong and section.wrong[0] >= 144:
            assert section.suggests == ("not there: the render ends before it",)
            assert not section.silent


@pytest.mark.slow
def test_what_to_open_first_is_listed(made, monkeypatch):
    def make(folder, **_):
        return folder / "checklist.html"

    monkeypatch.setattr("otio_genai.kit.kit", make)
    told = CliRunner().invoke(cli, ["kit", str(made)])
    lines = told.output.splitlines()
    assert "checklist.html: open this first" in lines[0]
    files = [Path(line.split(maxsplit=1)[1]) for line in lines[2:]]
    assert len(files) == len(TARGETS)
    assert all(file.is_file() for file in files)


@pytest.mark.slow
def test_another_film_is_wrong_in_every_section(made):
    verdict = verify(made / "media" / "take10.mp4", made)
    assert not verdict.right
    assert "frames, not" in verdict.notes[0]
    assert sum(bool(section.wrong) for section in verdict.sections) > 15


@pytest.mark.slow
def test_the_command_line_prints_and_fails(made):
    film = str(made / "media" / "take10.mp4")
    told = CliRunner().invoke(cli, ["verify", film, str(made), "--json"])
    assert told.exit_code == 1
    assert json.loads(told.output)["right"] is False
    told = CliRunner().invoke(cli, ["verify", film, str(made), "--to", "avid"])
    assert told.exit_code == 2


@pytest.mark.slow
def test_our_own_render_is_right(made, tmp_path):
    from otio_genai.render import render

    folder = tmp_path / "kit"
    shutil.copytree(made, folder)
    film, _ = read(folder / "otio-premiere" / "kit.otio")
    done = render(film, tmp_path / "film.mp4", size=(640, 360))
    verdict = verify(done, folder, to="otio-premiere")
    assert verdict.right, verdict.readable()
