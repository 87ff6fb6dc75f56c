"""Films of coded takes as a viewer gets them: pushed, wrapped, decoded."""

from __future__ import annotations

import io
import random
from fractions import Fraction

import av
import numpy as np

from otio_genai import maps
from otio_genai.field.model import Chosen
from otio_genai.field.realise import starts, timeline_of
from otio_genai.live.picture import Reel, fmp4, render_request
from otio_genai.live.picture.packets import is_key
from otio_genai.render.compose import Composer
from otio_genai.render.plan import make_plan
from tests.support.coded import read_code

KINDS = ("carry", "dissolve", "dip", "match", "carry", "dry")


def random_film(field, seed, *, least=4):
    """Any shots the field may show, short ones often."""
    rng = random.Random(seed)
    film = []
    for number, slot in enumerate(field.slots):
        option = rng.randrange(len(slot.options))
        found = slot.options[option]
        way = rng.choice(found.ins)
        room = slot.longest if found.material.still else found.material.end - way
        most = min(room, slot.longest)
        frames = rng.randint(min(least, most), rng.choice((most, min(most, 20))))
        film.append(Chosen(number, option, way, frames))
    return film


def pushed(field, mezzanines, film, atlas=None):
    """Every part of a film, as it comes."""
    reel = Reel(field, mezzanines, atlas=atlas)
    found = [part for one in film for part in reel.push(one)]
    return found + reel.close()


def laws(parts, film):
    """What is wrong with the parts of a film, whatever they show."""
    wrong, clock = [], 0
    for part in parts:
        if part.record_in != clock:
            wrong.append(f"a hole or an overlap at {clock}: {part.record_in}")
        clock = part.record_in + part.frames
        rows = [part.samples] if part.job is None else [part.job.dry]
        for samples in rows:
            if len(samples) != part.frames:
                wrong.append(f"{part.record_in}: {len(samples)} of {part.frames}")
            if not is_key(samples[0]):
                wrong.append(f"{part.record_in}: no keyframe")
    if clock != starts(film)[-1]:
        wrong.append(f"{clock} frames of {starts(film)[-1]}")
    return wrong


def shown(part, *, dry=False):
    """The samples of a part."""
    if part.job is None:
        return part.samples
    return part.job.dry if dry else render_request(part.job.request)


def stream(mezzanines, rows):
    """The bytes of a whole stream: rows of (record frame, samples)."""
    form = mezzanines.form
    buffers = [fmp4.video_init(form, mezzanines.avcc)]
    for number, (record, samples) in enumerate(rows, 1):
        start = record * form.ticks
        buffers += fmp4.segment(fmp4.VIDEO, number, start, samples, form.ticks)
    return b"".join(buffers)


def watched(mezzanines, parts, *, dry=False):
    """Every picture of a film, decoded from its stream."""
    rows = [(part.record_in, shown(part, dry=dry)) for part in parts]
    return pictures(stream(mezzanines, rows), mezzanines.form)


def pictures(data, form):
    """Every picture of a stream as its planes, luma above; times are checked."""
    found = []
    with av.open(io.BytesIO(data)) as container:
        track = container.streams.video[0]
        assert track.time_base == Fraction(1, form.timescale)
        for number, frame in enumerate(container.decode(track)):
            assert frame.pts == number * form.ticks
            found.append(frame.to_ndarray(format="yuv420p"))
    return found


def offline(field, film, size):
    """(picture map, planes of the pictures) of its timeline, by the renderer."""
    timeline = timeline_of(field, film)
    plan = make_plan(timeline, size)
    with Composer(size, plan.rate) as composer:
        found = [
            planes(composer.frame(frame))
            for span in plan.spans
            for frame in span.frames
        ]
    return maps.picture_map(timeline), found


def planes(frame):
    return frame.to_ndarray(format="yuv420p")


def read(picture):
    """Code of a picture given as planes."""
    return read_code(picture[: len(picture) * 2 // 3])


def psnr(one, other):
    error = np.mean((np.asarray(one, float) - other) ** 2)
    return 99.0 if error < 1e-9 else float(10 * np.log10(255**2 / error))


def code_of(layer):
    """Code of the coded take ``take S-T.mp4`` that a layer of a map shows."""
    slot, take = layer.clip.name.split()[-1].split("-")
    return 10 * int(slot) + int(take), layer.source_frame
