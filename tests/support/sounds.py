"""Small fields with sounds on disk, and AAC frames decoded as any player does."""

from fractions import Fraction

import av
import numpy as np
import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble.sound.soundtrack import Constant
from otio_genai.field.model import Audio, Gains, Spoken, Stem
from otio_genai.media import locate
from otio_genai.media.encoding import SoundEncoding
from otio_genai.media.soundfile import SoundWriter

RATE = 48_000
__all__ = ["Constant", "decoded", "noise", "soft", "sound", "with_audio"]


def noise(seconds, seed, level=0.1, colour=6):
    """Soft-edged noise in stereo that is never silent."""
    rng = np.random.default_rng(seed)
    raw = rng.normal(0, 1, (round(seconds * RATE) + colour, 2))
    smooth = np.cumsum(raw, axis=0)
    smooth = smooth[colour:] - smooth[:-colour]
    return (level * smooth / smooth.std()).astype(np.float32)


def sound(path, samples, speech=(), kind="music"):
    """A clip of a sound that is written to a file, as ingest and analysis leave it."""
    if not path.exists():
        with SoundWriter(path, SoundEncoding("pcm_s24le")) as writer:
            writer.write(samples)
    available = rates.span(0, len(samples), Fraction(RATE))
    reference = otio.schema.ExternalReference(locate.url(path), available)
    facts = {"kind": kind, "samples": len(samples), "has_audio": True}
    metadata.put(reference, "media", facts | {"sample_rate": RATE, "channels": 2})
    if speech:
        metadata.put(reference, "speech", {"spans_s": [list(s) for s in speech]})
    return otio.schema.Clip(path.stem, reference)


def with_audio(field, *, bed=None, stems=(), voices=(), gains=None):
    """The field with other sound: voices are (slot, clip, pad)."""
    from dataclasses import replace

    spoken = tuple(Spoken(*voice) for voice in sorted(voices, key=lambda v: v[0]))
    audio = Audio(
        bed,
        tuple(Stem(clip, 0.5, gain_db) for clip, gain_db in stems),
        spoken,
        gains or Gains(bed_db=-3.0, voice_db=1.0, duck_db=-9.0),
    )
    return replace(field, audio=audio)


def decoded(frames, config):
    """What a decoder makes of frames, 1024 samples of each, from its first."""
    context = av.CodecContext.create("aac", "r")
    context.extradata = config
    parts = []
    for frame in frames:
        for found in context.decode(av.Packet(frame)):
            parts.append(found.to_ndarray().T)
    for found in context.decode(None):
        parts.append(found.to_ndarray().T)
    return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)


def soft(samples, seconds=0.03):
    """The sound, faded in and out."""
    ramp = np.minimum(1, np.arange(len(samples)) / (seconds * RATE))
    return (samples * np.minimum(ramp, ramp[::-1])[:, None]).astype(np.float32)


def chord(seconds, seed, level=0.15):
    """Tones that come and go, in stereo: what AAC keeps within a percent or so."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE)) / RATE
    made = np.zeros((len(t), 2))
    for _ in range(8):
        hertz = rng.uniform(90, 1500)
        phase, slow = rng.uniform(0, 2 * np.pi, 2)
        swell = 0.6 + 0.4 * np.sin(2 * np.pi * rng.uniform(0.1, 0.5) * t + slow)
        tone = np.sin(2 * np.pi * hertz * t + phase) * swell
        pan = rng.uniform(0.2, 0.8)
        made += tone[:, None] * (1 - pan, pan)
    return (level * made / made.std()).astype(np.float32)
