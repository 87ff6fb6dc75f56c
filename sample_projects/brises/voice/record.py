"""Speak script.txt into voice_over.ogg. Only needed to change the words: the file is
committed.

pip install hibari-tts        # Apache-2.0, voice included, no network afterwards
python sample_projects/brises/voice/record.py
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from scipy import signal

HERE = Path(__file__).resolve().parent
VOICE_HZ, FILE_HZ = 24000, 48000
PAUSE_S, SPEED = 0.85, 0.88


def speak(lines: list[str]) -> np.ndarray:
    """The lines one after another with pauses between: float32 (samples,) at
    VOICE_HZ."""
    from hibari import Hibari

    voice = Hibari()
    parts = [np.zeros(int(0.3 * VOICE_HZ), np.float32)]
    for line in lines:
        said = np.asarray(voice(line, speed=SPEED, seed=0), np.float32)
        ramp = np.minimum(1, np.arange(len(said)) / (0.01 * VOICE_HZ))
        parts += [
            said * ramp * ramp[::-1],
            np.zeros(int(PAUSE_S * VOICE_HZ), np.float32),
        ]
    whole = np.concatenate(parts)
    return whole * (10 ** (-3 / 20) / np.abs(whole).max())


def write(samples: np.ndarray, target: Path) -> None:
    """Write mono sound at FILE_HZ as Opus in Ogg, beside first and then renamed."""
    beside = target.with_name(".part.ogg")
    with av.open(str(beside), "w") as box:
        box.metadata["comment"] = (
            "Synthetic voice (hibari-tts); text by the otio-genai authors."
        )
        stream = box.add_stream("libopus", rate=FILE_HZ, layout="mono", format="flt")
        stream.bit_rate = 64000
        for start in range(0, len(samples), 960):
            frame = av.AudioFrame.from_ndarray(
                samples[None, start : start + 960], format="flt", layout="mono"
            )
            frame.sample_rate, frame.pts, frame.time_base = (
                FILE_HZ,
                start,
                Fraction(1, FILE_HZ),
            )
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    beside.replace(target)


if __name__ == "__main__":
    script = (HERE / "script.txt").read_text("utf-8").splitlines()
    spoken = speak([line for line in script if line.strip()])
    write(
        signal.resample_poly(spoken, 2, 1).astype(np.float32).clip(-1, 1),
        HERE / "voice_over.ogg",
    )
