"""Fields of coded takes, made and prepared once for all tests."""

import functools
from dataclasses import replace
from fractions import Fraction

import pytest

from otio_genai.live.picture import Format, prepare
from tests.live.picture.watching import KINDS
from tests.support import fields
from tests.support.coded import write_take

SLOTS, TAKES, FRAMES = 4, 2, 60


@pytest.fixture(scope="session")
def takes(tmp_path_factory):
    """Give analysed clips of coded takes at a rate, slot by slot."""

    @functools.cache
    def make(rate=Fraction(24), slots=SLOTS):
        folder = tmp_path_factory.mktemp("takes")
        found = []
        for s in range(slots):
            found.append([])
            for t in range(TAKES):
                path = folder / f"take {s}-{t}.mp4"
                quick = {"preset": "ultrafast", "crf": "16"}
                write_take(path, 10 * s + t, FRAMES, rate, options=quick)
                made = fields.moving(
                    path.stem, 10 * s + t, rate=rate, frames=FRAMES, url=path.as_uri()
                )
                found[-1].append(made)
        return found

    return make


@pytest.fixture(scope="session")
def shows(takes, tmp_path_factory):
    """Give (field, mezzanines): joins and fades as asked for, takes always the same."""
    libraries = {}

    def make(
        rate=24, size=fields.SIZE, slots=SLOTS, kinds=KINDS, fades=0.0, ins="grid"
    ):
        rate = Fraction(rate)
        few = rate == 24 and slots <= SLOTS
        document = fields.document(
            rate=rate,
            frames=FRAMES,
            clips=takes(rate, SLOTS if few else slots)[:slots],
            kinds=kinds[: slots - 1],
            cuts={"in": ins if ins == "grid" else list(ins), "out": "any"},
            style=replace(fields.STYLE, fade_in_s=fades, fade_out_s=fades),
        )
        field = fields.plain(document)
        key = rate, size, few or slots
        if key not in libraries:
            folder = tmp_path_factory.mktemp("prepared")
            libraries[key] = prepare(field, Format(size, rate), folder)
        mezzanines = libraries[key]
        mezzanines.add(field)
        return field, mezzanines

    yield make
    for mezzanines in libraries.values():
        mezzanines.close()
