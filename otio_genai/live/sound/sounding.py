"""The sound of a film that is decided shot by shot, as one stream of AAC frames.

Clock
    Frame n carries the samples [1024 n, 1024 (n + 1)) of the film, whose sample 0 is
    the first of record frame 0: its decode time is 1024 n at 48 kHz. There is no
    priming to skip and no edit list. What a decoder has nothing before, the first frame
    or that at which somebody joins, comes out windowed for its 21 ms; all after it is
    as encoded.

Method
    Where music alone is heard, at the levels it has in every film, frames of the ground
    (`otio_genai.live.sound.prepared`) are handed out as they are. Around everything
    else the mix is encoded anew: from a frame before the first sample that differs,
    since frames overlap, by an encoder that is fed the four frames before that too,
    so that it has settled; to the first frame that lies wholly on the ground again.
    Both streams carry the same sound where they meet: nothing clicks or dips.

    What is handed out never depends on how often it is asked for: a frame is encoded
    when everything is decided that it may depend on. That is a little less than what
    is decided (the end may fade, speech casts its duck before it), as little as the
    field allows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble.sound import mix
from otio_genai.field.model import Chosen, Field
from otio_genai.field.realise import voices_of
from otio_genai.live.sound.ahead import NEVER, earliest
from otio_genai.live.sound.law import (
    CUT_FADE_S,
    Duck,
    Samples,
    Voice,
    curve,
    ducks,
    from_end,
)
from otio_genai.live.sound.prepared import Prepared, prepare
from otio_genai.live.sound.run import Run
from otio_genai.live.sound.takes import TakesSound
from otio_genai.media.aac import FRAME_SAMPLES

__all__ = ["Sounding"]

_RATE = 48_000
# A frame is encoded when so many more have come, itself among them.
_AHEAD_FRAMES = 3
# As `otio_genai.assemble.sound.mix`: the music is down a little before the word.
_ARRIVED_S = 0.02
_SLACK_S = 0.1


class Sounding:
    """One film's sound, as one continuous stream.

    Parameters
    ----------
    field
        What the film is drawn from.
    folder
        Where the sounds lie, prepared; what is not there is prepared now.
    stems
        The field's stems that this film has, by index.
    prepared
        The sounds, if they are at hand; all films of a show share them.

    Raises
    ------
    LiveError
        Sounds are missing or broken, all of them named.
    """

    def __init__(
        self,
        field: Field,
        *,
        folder: str | Path,
        stems: Sequence[int] = (),
        prepared: Prepared | None = None,
    ) -> None:
        self._field = field
        self._prepared = prepared or prepare(field, Path(folder))
        self._ground = self._prepared.ground(field, stems)
        self._musics = self._prepared.musics(field, stems)
        self._takes = TakesSound(field)
        self._film: list[Chosen] = []
        self._decided = 0
        self._total: int | None = None
        self._voices: list[Voice] = []
        self._spoken: list[mix.Sound] = []
        self._ducks: list[Duck] = []
        #: Stretches of frames, rising, that are encoded anew.
        self._apart: list[tuple[int, int]] = []
        self._settled = 0
        self._given = 0
        self._run: Run | None = None
        self._settle()

    @property
    def init(self) -> bytes:
        """AudioSpecificConfig of the stream."""
        return self._ground.config

    def push(self, chosen: Chosen) -> None:
        """Add a shot to the film.

        Raises
        ------
        ValueError
            The film has ended.
        """
        if self._total is not None:
            raise ValueError("This film has ended.")
        self._film.append(chosen)
        if self._takes.heard:
            self._takes.push(chosen, self._decided)
        self._decided += chosen.frames
        if any(voice.slot == chosen.slot for voice in self._field.audio.voices):
            self._speak()
        self._settle()

    def renew(self, field: Field) -> None:
        """Go on with a field whose takes came or went; music and voices stay."""
        self._field = replace(field, audio=self._field.audio)
        self._takes.renew(self._field)

    def close(self) -> None:
        """End the film with the last shot."""
        if self._total is None:
            self._total = self._decided
            self._speak()
            self._settle()

    def ready(self, record_frame_limit: int) -> list[bytes]:
        """Return the frames that follow what was returned before.

        Parameters
        ----------
        record_frame_limit
            Up to the one that carries the last sample before this record frame, or to
            what is settled, whichever is sooner.
        """
        rate = self._field.rate
        limit = rates.sample_at(max(0, record_frame_limit), rate, _RATE)
        end = min(-(-limit // FRAME_SAMPLES), self._settled)
        found: list[bytes] = []
        while self._given < end:
            found.append(self._frame(self._given))
            self._given += 1
        return found

    def _frame(self, number: int) -> bytes:
        if not any(first <= number < last for first, last in self._apart):
            self._run = None
            return self._ground.frame(number)
        if self._run is None:
            self._run = Run(number)
        return self._run.frame(number, self._mixed)

    def _mixed(self, start: int, stop: int) -> Samples:
        """Return the mix between two samples; silence before the film and after it."""
        block = np.zeros((stop - start, 2), np.float32)
        rate, total = self._field.rate, self._total
        for music in self._musics:
            level = curve(music, total, self._ducks, rate, start, stop)
            music.add(block, start, level)
        for voice in self._voices:
            voice.add(block, start, total, rate)
        if self._takes.heard:
            self._takes.add(block, start)
        return block

    def _speak(self) -> None:
        """Lay the voices of the film so far; what begins after its end is not heard."""
        audio = self._field.audio
        heard = {
            id(spoken.clip): one.samples
            for spoken, one in zip(audio.voices, self._prepared.voices, strict=True)
        }
        end = NEVER if self._total is None else self._total
        self._spoken = [
            sound
            for sound in voices_of(self._field, self._film)
            if sound.record_in < end
        ]
        gains, style = audio.gains, self._field.style
        self._voices = [
            Voice(
                heard[id(one.clip)],
                one.frames,
                one.record_in,
                gains.voice_db + (gains.levelled and mix.voice_db(one.clip, style)),
            )
            for one in self._spoken
        ]
        self._ducks = self._ducked(self._spoken)
        self._takes.speak([span for one in self._spoken for span in one.words_s])

    def _ducked(self, spoken: Sequence[mix.Sound]) -> list[Duck]:
        words = [span for sound in spoken for span in sound.words_s]
        depth_db = self._field.audio.gains.duck_db
        return ducks(words, depth_db, self._field.style, self._field.rate)

    def _settle(self) -> None:
        """Find what is encoded anew, and up to where everything is known."""
        self._apart = sorted(self._stretches())
        rate = self._field.rate
        if self._total is not None:
            samples = rates.sample_at(self._total, rate, _RATE)
            self._settled = -(-samples // FRAME_SAMPLES)
            return
        samples = rates.sample_at(max(0, self._known()), rate, _RATE)
        self._settled = max(self._given, samples // FRAME_SAMPLES - _AHEAD_FRAMES)

    def _stretches(self) -> list[tuple[int, int]]:
        if self._takes.heard:
            return [(0, NEVER)]
        found = [(v.record_in, v.record_in + v.frames) for v in self._voices]
        if self._musics:
            found += [duck.span for duck in self._ducks]
        if self._total is not None:
            ends = [from_end(m, self._total, self._field.rate) for m in self._musics]
            found += [(end, NEVER) for end in ends if end is not None]
        return [self._frames(*span) for span in found]

    def _frames(self, first: int, last: int) -> tuple[int, int]:
        """Return the stream's frames that a stretch of record frames changes."""
        rate = self._field.rate
        begin = rates.sample_at(max(0, first), rate, _RATE) // FRAME_SAMPLES - 1
        end = -(-rates.sample_at(max(0, last), rate, _RATE) // FRAME_SAMPLES)
        return max(0, begin), end

    def _known(self) -> int:
        """Return the record frame up to which no later shot changes anything."""
        rate = self._field.rate
        shown = {one.slot for one in self._film}
        last = self._film[-1].slot if self._film else None
        coming = earliest(self._field, last, shown)
        end = min(self._decided + coming[-1], NEVER)
        fades = [rates.frames_at(CUT_FADE_S, rate)]
        for music in self._musics:
            fades.append(rates.frames_at(music.fade_out_s, rate))
            opening = rates.frames_at(music.fade_in_s, rate)
            if end < music.frames and opening > end // 2:
                return 0
        sure = [sound for sound in self._spoken if sound.record_in < end]
        open_ = [
            (sound.clip, sound.record_in)
            for sound in self._spoken
            if sound.record_in >= end
        ]
        open_ += [
            (voice.clip, self._decided + coming[voice.slot] + voice.pad)
            for voice in self._field.audio.voices
            if voice.slot not in shown and coming[voice.slot] < NEVER
        ]
        under = self._ducks if len(sure) == len(self._spoken) else self._ducked(sure)
        known = [self._unspoken(clip, at, under) for clip, at in open_]
        if self._takes.heard:
            known.append(self._takes.known())
        return min([end - max(fades), *known])

    def _unspoken(
        self, clip: otio.schema.Clip, begin: int, under: Sequence[Duck]
    ) -> int:
        """Return the first record frame that a voice may change.

        Parameters
        ----------
        clip
            The voice.
        begin
            Record frame before which it does not begin.
        under
            The ducks of those that are heard in any case.
        """
        field, style, rate = self._field, self._field.style, self._field.rate
        said = metadata.read(clip.media_reference, "speech", {}).get("spans_s", [])
        if not said or field.audio.gains.duck_db >= 0:
            return begin
        lead_s = style.duck_attack_s + _ARRIVED_S
        word_s = float(begin / rate) + float(min(said)[0])
        known = min(begin, math.floor((word_s - lead_s) * rate) - 1)
        bridge_s = lead_s + style.duck_release_s + _SLACK_S
        # Speech so soon after other speech keeps the music down.
        held = [d.held for d in under if word_s - d.held / rate < bridge_s]
        return min([known, *held])
