"""What our ears make of sound whose truth is known, and what it costs.

Everything is synthesised: bands in 4/4 with phrases of eight bars at seven tempi, free
solo violins, songs of three sections, narrations with commas and pauses. Printed are

``beats``     F within 70 ms and the mean confidence, for bands and for violins;
``bars``      F of downbeats, and the share of pieces whose phrases are all right;
``sections``  share of borders found within 0.1 s, and borders too many;
``onsets``    F within 50 and 100 ms of a slow legato line;
``pauses``    share found on clean speech, and the median error of their edges;
``words``     share of sentences within 0.2 s, for pauses clearly longer than those at
              commas, for pauses as short, and for sentences of uneven pace;
``loudness``  largest error on the sine sequences of EBU Tech 3341;
``cost``      CPU seconds per minute of music in MP3, for beats and loudness together,
              and their ratio to decoding it.

Run ``python benchmarks/hearing.py [--quick] [--json]``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from otio_genai.analyse import features, hearing, sentences, voice
from otio_genai.analyse.cues import Told
from otio_genai.analyse.loudness import loudness
from otio_genai.analyse.music import music, of_features
from otio_genai.media.sound import read
from tests.support import synth
from tests.support.coded import write_sound

RATE = 22_050
TEMPI = (60, 75, 90, 105, 120, 150, 180)
BARS = 34
SINES = [
    ([(-23, 20)], -23.0),
    ([(-33, 20)], -33.0),
    ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
    ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
    ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
]


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a quarter of the pieces")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    few = 4 if options.quick else 16
    report = {
        "bands": bands(TEMPI[::3] if options.quick else TEMPI),
        "violins": violins(few // 2),
        "songs": songs(few // 4),
        "pauses": pauses(few),
        "sentences, pauses over 0.3 s": words(4 * few, (0.3, 0.9), 0.06),
        "sentences, pauses over 0.12 s": words(4 * few, (0.12, 0.6), 0.06),
        "the same, uneven pace": words(4 * few, (0.12, 0.6), 0.18),
        "loudness": sines(),
        "cost": cost(1 if options.quick else 3),
    }
    print(json.dumps(report, indent=2) if options.json else table(report))


def bands(tempi: tuple[int, ...]) -> dict[str, float]:
    """Return how well beats, bars and phrases of bands are found."""
    beats, bars, exact, sure = [], [], [], []
    for bpm in tempi:
        sound, truth = synth.band(bpm, 0.25 + BARS * 240 / bpm)
        found = music(sound, RATE)
        beats.append(synth.f_measure(found.beats_s, truth))
        bars.append(synth.f_measure(found.downbeats_s, truth[::4]))
        starts = np.array(truth[::32])
        same = len(starts) == len(found.phrases_s)
        exact.append(same and bool(np.allclose(found.phrases_s, starts, atol=0.07)))
        sure.append([found.confidence, found.downbeat_confidence])
    return {
        "beat_f_least": min(beats),
        "beat_f_mean": float(np.mean(beats)),
        "downbeat_f_mean": float(np.mean(bars)),
        "phrases_exact_share": float(np.mean(exact)),
        "confidence_mean": float(np.mean([beat for beat, _ in sure])),
        "downbeat_confidence_mean": float(np.mean([one for _, one in sure])),
    }


def violins(count: int) -> dict[str, float]:
    """Return how sure a beat is claimed where there is none, and how onsets fare."""
    sure, close, near = [], [], []
    for seed in range(count):
        sound, onsets = synth.violin(60, seed=seed)
        found = music(sound, RATE)
        sure.append(found.confidence)
        close.append(synth.f_measure(found.onsets_s, onsets, 0.05))
        near.append(synth.f_measure(found.onsets_s, onsets, 0.1))
    return {
        "confidence_most": max(sure),
        "onset_f_50_ms": float(np.mean(close)),
        "onset_f_100_ms": float(np.mean(near)),
    }


def songs(count: int) -> dict[str, float]:
    """Return how many borders between sections are found, and how many too many."""
    hits = wanted = made = 0
    for seed in range(count):
        bpm = (80, 100, 120, 140)[seed % 4]
        sound, truth = synth.song(bpm, (16, 8, 16), seed=seed)
        found = music(sound, RATE).sections_s
        hits += sum(min(abs(t - f) for f in found) < 0.1 for t in truth)
        wanted, made = wanted + len(truth), made + len(found)
    return {"found_share": hits / wanted, "too_many_share": (made - hits) / made}


def pauses(count: int) -> dict[str, float]:
    """Return how many pauses of clean speech are found, and how exactly."""
    off: list[float] = []
    missed = wanted = 0
    for seed in range(count):
        _, spans, _ = synth.narration(seed, comma_s=(0.25, 0.3))
        sound = synth.speech(spans, spans[-1][1] + 0.5, seed=seed)
        found = voice.pauses(voice.speech_spans(sound, 16_000))
        for one, other in pairwise(spans):
            near = [p for p in found if p[0] < other[0] and p[1] > one[1]]
            wanted, missed = wanted + 1, missed + (len(near) != 1)
            off += (
                [abs(near[0][0] - one[1]), abs(near[0][1] - other[0])] if near else []
            )
    return {
        "found_share": 1 - missed / wanted,
        "edge_error_ms": 1000 * float(np.median(off)),
    }


def words(count: int, gap_s: tuple[float, float], spread: float) -> dict[str, float]:
    """Return how many sentences of a script are found by the pauses of its voice."""
    right = total = 0
    for seed in range(count):
        texts, spans, truth = synth.narration(seed, gap_s=gap_s, spread=spread)
        found, _ = sentences.align(texts, spans)
        total += len(truth)
        right += sum(
            abs(a - x) < 0.2 and abs(b - y) < 0.2
            for (a, b, _), (x, y) in zip(found, truth, strict=True)
        )
    return {"sentences": total, "within_0.2_s_share": right / total}


def sines() -> dict[str, float]:
    """Return the largest error of the meter on the reference sequences."""
    off = [
        loudness(synth.sines(levels), 48_000).integrated_lufs - lufs
        for levels, lufs in SINES
    ]
    return {"error_most_lu": max(abs(error) for error in off)}


def cost(minutes: int) -> dict[str, float]:
    """Return CPU seconds per minute of music, and what of it decoding would take."""
    sound = synth.band(120, 60 * minutes, 48_000)[0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "band.mp3"
        write_sound(path, sound[:, None].repeat(2, axis=1), 48_000, "libmp3lame")
        decode = _least(lambda: read(path), minutes)
        hear = _least(lambda: _listen(path), minutes)
    return {
        "decode_s_per_min": decode,
        "analyse_s_per_min": hear,
        "ratio_to_decode": hear / decode,
        "ratio_to_real_time": hear / 60,
    }


def _listen(path: Path) -> None:
    heard = hearing.Hearing(path)
    series = features.features_of(heard.mono(features.SAMPLE_RATE))
    of_features(series, float(heard.length_s), Told())


def _least(run: Any, minutes: int) -> float:
    spent = []
    for _ in range(3):
        begun = time.process_time()
        run()
        spent.append(time.process_time() - begun)
    return min(spent) / minutes


def table(report: dict[str, dict[str, float]]) -> str:
    """Return the report as lines of text."""
    lines = []
    for name, figures in report.items():
        lines.append(name)
        lines += [f"  {key.replace('_', ' '):28}{v:8.3f}" for key, v in figures.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
