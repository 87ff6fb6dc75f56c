"""The takes' own sound in a film that is decided shot by shot.

Its law is `otio_genai.assemble.sound.takes_sound`: where a shot's sound begins, ends
and crosses over hangs on the two shots after it. So it is laid for the shots around
what is handed out next, anew whenever more is decided.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.assemble.sound import mix
from otio_genai.assemble.sound.takes_sound import Heard, lay, takes_track
from otio_genai.errors import MediaError
from otio_genai.field.model import Chosen, Field
from otio_genai.live.sound.law import Samples
from otio_genai.render.sound.mixer import Mixer

__all__ = ["TakesSound"]

_RATE = 48_000
_FOREVER = 1 << 60
# Shots before the one that is heard, of which the first ones are laid as if the film
# began with them, and those after it that have a say in its sound.
_BEFORE, _APART, _AFTER = 4, 2, 2


class TakesSound:
    """What the takes of a film sound like.

    Parameters
    ----------
    field
        Its style says whether they are heard at all.
    """

    def __init__(self, field: Field) -> None:
        self._field = field
        self._shots: list[Heard] = []
        self._words_s: tuple[tuple[float, float], ...] = ()
        self._mixer: Mixer | None = None
        self._laid: tuple[int, int] = (0, 0)

    @property
    def heard(self) -> bool:
        """Whether anything is."""
        return self._field.style.takes_sound != "drop"

    def push(self, chosen: Chosen, record_in: int) -> None:
        """Add a shot at its record frame."""
        option = self._field.slots[chosen.slot].options[chosen.option]
        material = option.material
        facts = metadata.read(material.clip.media_reference, "media", {})
        self._shots.append(
            Heard(
                clip=material.clip,
                record_in=record_in,
                frames=chosen.frames,
                source_in_frames=chosen.way,
                head_frames=chosen.way,
                tail_frames=material.end - chosen.way - chosen.frames,
                sounds=bool(facts.get("has_audio")) and not material.still,
            )
        )
        self._close()

    def renew(self, field: Field) -> None:
        """Take shots from another field from now on."""
        self._field = field

    def speak(self, words_s: Sequence[tuple[float, float]]) -> None:
        """Say under which speech the takes step back."""
        self._words_s = tuple(words_s)
        self._close()

    def known(self) -> int:
        """Return the record frame up to which no later shot changes anything."""
        if len(self._shots) < _AFTER:
            return 0
        style, rate = self._field.style, self._field.rate
        reach_s = abs(style.split_s) + style.takes_fade_s
        last = self._shots[-_AFTER]
        return last.record_in - rates.frames_at(reach_s, rate) - 1

    def add(self, block: Samples, start: int) -> None:
        """Add what is heard to a block that begins at a sample, in place.

        A take that went away is silent.
        """
        stop = start + len(block)
        if self._mixer is None or not self._laid[0] <= start <= stop <= self._laid[1]:
            self._lay(max(0, start))
        mixer = self._mixer
        if mixer is None:
            return
        try:
            block += mixer.block(start, len(block))
        except MediaError:
            self._close()

    def _lay(self, start: int) -> None:
        """Lay the sound from a sample on."""
        self._close()
        field, rate = self._field, self._field.rate
        ends = [
            rates.sample_at(s.record_in + s.frames, rate, _RATE) for s in self._shots
        ]
        here = int(np.searchsorted(ends, start, side="right"))
        first = max(0, here - _BEFORE)
        shots = self._shots[first:]
        if not shots:
            return
        gain_db = field.audio.gains.takes_db
        levelled = field.audio.gains.levelled
        placed = lay(shots, rate, field.style, gain_db=gain_db, levelled=levelled)
        ducked = mix.duck(self._words_s, field.audio.gains.duck_db, field.style)
        track = takes_track(placed, rate, ducked=ducked)
        timeline = otio.schema.Timeline(global_start_time=rates.time(0, rate))
        timeline.tracks.append(track)
        apart = shots[min(_APART, len(shots) - 1)].record_in if first else 0
        begin = rates.sample_at(apart, rate, _RATE)
        spans = tuple(
            span
            for span in maps.sound_map(timeline, _RATE)
            if span.record_out_samples > begin
        )
        self._mixer = Mixer(spans, _FOREVER)
        self._laid = (min(start, 0) if not first else start, _FOREVER)

    def _close(self) -> None:
        if self._mixer is not None:
            self._mixer.close()
            self._mixer = None
