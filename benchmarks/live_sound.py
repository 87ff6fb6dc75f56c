"""What is heard of a live show, measured against the offline mix of the same films.

Films are drawn and sounded shot by shot as a show does it, without its clock. The AAC
is wrapped as a player gets it and decoded by FFmpeg; the film's timeline is mixed
offline. Of each film:

- where its sound lies against the mix, in samples (cross-correlation, every 4 s);
- how far its level is from the mix's, in windows of 100 ms above -50 dBFS;
- how far the rest is below the mix, and how far one encoder from end to end comes;
- clicks: the highest second difference at every splice of two encoders and at every cut
  of the takes' own sound, against the highest within half a second around;
- silences of 5 ms below -80 dBFS where the mix has none, after the first 21 ms, which
  a decoder windows;
- true peaks (decoded, and of the mix) and integrated loudness;
- where each voice is heard against the first frame of the shot that it belongs to;
- how far music steps back under words, how fast, and how soon it comes forward again,
  found from the sound alone, and what the document says;
- how it begins and ends.

Without ``--field`` a bin of made sounds is opened: music with hard attacks, voices of
syllables, and takes of very unequal loudness, kept under it.

Run ``python benchmarks/live_sound.py [--field FIELD] [--films 8] [--seed 1]
[--folder FOLDER] [--json]``.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import statistics
import sys
import tempfile
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from otio_genai import maps, metadata, rates
from otio_genai.analyse.loudness import loudness
from otio_genai.assemble.sound.mix import duck
from otio_genai.assemble.style import Style
from otio_genai.export import read_timeline
from otio_genai.field.document import read_field
from otio_genai.field.opening import open_field
from otio_genai.field.realise import starts, timeline_of, voices_of
from otio_genai.field.showing import seeded
from otio_genai.ingest import bin as bin_room
from otio_genai.live.packing import Packer
from otio_genai.live.picture import fmp4
from otio_genai.live.picture.format import Format
from otio_genai.live.sound import Sounding, prepare
from otio_genai.media import locate
from otio_genai.media.aac import FRAME_SAMPLES, AacEncoder
from otio_genai.render.sound import Mixer, safe_gain
from otio_genai.render.sound.peaks import PeakMeter, decibels
from tests.support import fields, sounds

RATE = 48_000
FOREVER = 1 << 60
SILENT = 10 ** (-80 / 20)
AUDIBLE = 10 ** (-50 / 20)
WINDOW = RATE // 10
TAKES, SLOTS, VOICES = 18, 6, 3


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--field", type=Path, help="a field; a made one by default")
    parser.add_argument("--films", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1, help="of the first film")
    parser.add_argument("--folder", type=Path, help="keep what is made there")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.folder
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        told = read_timeline(options.field) if options.field else made(folder)
        report = listened(read_field(told), folder, options.films, options.seed)
    print(json.dumps(report, indent=2) if options.json else readable(report))


@dataclass
class Heard:
    """One film, heard live and offline."""

    film: tuple
    stems: tuple
    live: np.ndarray
    mix: np.ndarray
    best: np.ndarray
    "The mix through one encoder."
    splices: list
    length: int
    "Samples of its pictures."


def listened(field, folder: Path, films: int, seed: int) -> dict:
    """Give films and measure each."""
    prepared = prepare(field, folder / "sound")
    rows = []
    for number in range(seed, seed + films):
        heard = given(field, prepared, number)
        rows.append(measured(field, prepared, heard))
    return {"films": rows, "all": summed(rows), "stated": stated(field)}


def given(field, prepared, number: int) -> Heard:
    """Show one film as a programme does: what is settled goes out after each shot."""
    showing = seeded(field, number)
    sounding = Sounding(
        field, folder=prepared.folder, stems=showing.stems, prepared=prepared
    )
    packer = Packer(Format(field.size, field.rate))
    stream = io.BytesIO(fmp4.audio_init(sounding.init))
    stream.seek(0, io.SEEK_END)
    decided, frames = 0, []

    def send():
        found = sounding.ready(decided)
        frames.extend(found)
        for piece in packer.sound(found):
            stream.write(b"".join(piece.buffers))

    while (shot := showing.next()) is not None:
        sounding.push(shot)
        decided += shot.frames
        send()
    sounding.close()
    send()
    film, stems = showing.decided, showing.stems
    live = player_hears(stream)
    length = rates.sample_at(decided, field.rate, RATE)
    mix = offline(field, film, stems, len(live))
    whole = AacEncoder()
    padded = np.concatenate([mix, np.zeros((3 * FRAME_SAMPLES, 2), np.float32)])
    padded = padded[: len(padded) // FRAME_SAMPLES * FRAME_SAMPLES]
    best = sounds.decoded(whole.push(padded), whole.config)[: len(mix)]
    ground = prepared.ground(field, stems)
    shared = [frame == ground.frame(k) for k, frame in enumerate(frames)]
    splices = np.flatnonzero(np.diff(shared)) + 1
    return Heard(film, stems, live, mix, best, splices.tolist(), length)


def player_hears(stream: io.BytesIO) -> np.ndarray:
    """Return the decoded samples at the times that the stream gives them."""
    stream.seek(0)
    parts, at = [], 0
    with av.open(stream) as container:
        for frame in container.decode(audio=0):
            begin = round(frame.pts * frame.time_base * RATE)
            if begin > at:
                parts.append(np.zeros((begin - at, 2), np.float32))
            part = frame.to_ndarray().T[max(0, at - begin) :]
            parts.append(part)
            at = max(at, begin) + len(part)
    return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)


def offline(field, film, stems, count: int) -> np.ndarray:
    """Return the mix of a film's timeline, silence after it."""
    timeline = timeline_of(field, film, stems=stems)
    total = rates.sample_at(sum(one.frames for one in film), field.rate, RATE)
    with Mixer(tuple(maps.sound_map(timeline, RATE)), total) as mixer:
        return mixer.block(0, count)


def measured(field, prepared, heard: Heard) -> dict:
    """Return the figures of one film."""
    live, mix, length = heard.live, heard.mix, heard.length
    cuts = [rates.sample_at(k, field.rate, RATE) for k in starts(heard.film)[1:-1]]
    splices = [edge * FRAME_SAMPLES for edge in heard.splices]
    found = {
        "length_s": round(length / RATE, 2),
        "too_long_ms": round(1000 * (len(live) - length) / RATE, 2),
        "offset_samples": offset(live, mix),
        **levels(live, mix),
        "error_db": error_db(live, mix),
        "error_one_encoder_db": error_db(heard.best, mix),
        "splices": len(splices),
        "click_splices_db": clicks(live, mix, splices, FRAME_SAMPLES),
        "click_one_encoder_db": clicks(heard.best, mix, splices, FRAME_SAMPLES),
        "click_cuts_db": clicks(live, None, cuts, 240),
        "click_elsewhere_db": clicks(live, None, elsewhere(cuts, length), 240),
        "silences": silences(live[FRAME_SAMPLES:length], mix[FRAME_SAMPLES:length]),
        "peak_dbtp": peak(live),
        "peak_mix_dbtp": peak(mix),
        "render_turns_db": round(decibels(safe_gain(10 ** (peak(mix) / 20))), 2),
        "lufs": lufs(live[:length]),
        "lufs_mix": lufs(mix[:length]),
        **ends(live, length),
    }
    return found | apart(field, heard) | voices(field, heard)


def apart(field, heard: Heard) -> dict:
    """Return how far the loudness of takes is apart, each alone and as it is heard."""
    if field.style.takes_sound == "drop":
        return {}
    quiet = replace(field, audio=replace(field.audio, bed=None, voices=(), stems=()))
    alone = offline(quiet, heard.film, (), len(heard.live))
    edges = [rates.sample_at(k, field.rate, RATE) for k in starts(heard.film)]
    pairs = zip(edges, edges[1:], strict=False)
    heard_lufs = [lufs(alone[a:b]) for a, b in pairs]
    known = [x for x in heard_lufs if x > -60]
    return {"takes_apart_lu": round(max(known) - min(known), 1)} if known else {}


def offset(live, mix) -> int:
    """Return the shift by which the sound lies best on the mix, the worst of all."""
    worst = 0
    for start in range(0, len(mix), 4 * RATE):
        one, other = live[start:, 0][: 4 * RATE], mix[start:, 0][: 4 * RATE]
        if np.sqrt(np.mean(other**2)) > AUDIBLE:
            worst = max(worst, lag(one, other, 4096), key=abs)
    return worst


def lag(one, other, most: int, *, whitened: bool = False) -> int:
    """Return by how many samples one sound comes after another."""
    size = 1 << int(np.ceil(np.log2(len(one) + len(other))))
    cross = np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size))
    if whitened:
        cross /= np.abs(cross) + 1e-3 * np.abs(cross).max()
    found = np.fft.irfft(cross, size)
    near = np.concatenate([found[-most:], found[: most + 1]])
    return int(near.argmax()) - most


def levels(live, mix) -> dict:
    """Return how far levels are apart, in windows that are heard."""
    one, other = (rms(part) for part in (live, mix))
    loud = other > AUDIBLE
    if not loud.any():
        return {"level_mean_db": 0.0, "level_worst_db": 0.0}
    apart = 20 * np.log10(np.maximum(one[loud], 1e-9) / other[loud])
    worst = apart[np.abs(apart).argmax()]
    return {
        "level_mean_db": round(float(apart.mean()), 3),
        "level_worst_db": round(float(worst), 2),
    }


def rms(sound) -> np.ndarray:
    """Return the level of each 100 ms."""
    whole = sound[: len(sound) // WINDOW * WINDOW].astype(float)
    return np.sqrt(np.square(whole.reshape(-1, 2 * WINDOW)).mean(1))


def error_db(sound, mix) -> float:
    """Return how far the rest lies below the mix; the first 21 ms are windowed."""
    count = min(len(sound), len(mix))
    error = (sound[:count] - mix[:count])[FRAME_SAMPLES:].astype(float)
    power = np.square(mix.astype(float)).mean()
    if not power:
        return -120.0
    return round(10 * float(np.log10(max(np.square(error).mean(), 1e-12) / power)), 1)


def clicks(sound, mix, places, width: int) -> float | None:
    """Return how far second differences rise at places over those around, the worst.

    With a mix they are those of what is not in it, against the mix's own around:
    at most a little above 0 dB is nothing that could be heard as a click.
    """
    if not places:
        return None
    sharp = np.abs(np.diff(sound, 2, axis=0)).max(axis=1)
    usual = sharp
    if mix is not None:
        count = min(len(sound), len(mix))
        sharp = np.abs(np.diff(sound[:count] - mix[:count], 2, axis=0)).max(axis=1)
        usual = np.abs(np.diff(mix, 2, axis=0)).max(axis=1)
    worst = 0.0
    for place in places:
        before, after = (0, width) if mix is not None else (width, width)
        here = sharp[max(0, place - before) : place + after]
        around = np.concatenate(
            [
                usual[max(0, place - RATE // 2) : max(0, place - before)],
                usual[place + after : place + RATE // 2],
            ]
        )
        if len(here) and len(around):
            worst = max(worst, here.max() / max(around.max(), 1e-4))
    return round(20 * float(np.log10(max(worst, 1e-6))), 1)


def elsewhere(cuts, length: int) -> list[int]:
    """Return as many places again where nothing is cut, halfway between."""
    edges = [0, *cuts, length]
    return [(a + b) // 2 for a, b in zip(edges, edges[1:], strict=False)]


def silences(live, mix) -> int:
    """Return how often 5 ms and more are silent that are not in the mix."""
    quiet = np.abs(live).max(axis=1) < SILENT
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet, [0]])))
    found = 0
    for first, last in edges.reshape(-1, 2):
        there = mix[first:last].astype(float)
        if last - first >= RATE // 200 and np.sqrt(np.square(there).mean()) > SILENT:
            found += 1
    return found


def peak(sound) -> float:
    """Return the true peak in dBTP."""
    meter = PeakMeter()
    meter.add(np.ascontiguousarray(sound, np.float32))
    return round(max(decibels(meter.result()), -120.0), 2)


def lufs(sound) -> float:
    """Return the integrated loudness."""
    return round(max(loudness(sound, RATE).integrated_lufs, -120.0), 2)


def ends(live, length: int) -> dict:
    """Return the peaks of the first millisecond, of the last, and after the end."""
    count = RATE // 1000

    def db(part):
        top = float(np.abs(part).max(initial=0.0))
        return round(max(decibels(top), -120.0), 1)

    return {
        "begins_db": db(live[:count]),
        "ends_db": db(live[length - count : length]),
        "after_db": db(live[length:]),
    }


def voices(field, heard: Heard) -> dict:
    """Return where voices are heard, and how all else steps back under them."""
    audio = field.audio
    spoken = [v for v in voices_of(field, heard.film) if v.frames]
    if not spoken:
        return {"voices": 0}
    gains = replace(audio.gains, duck_db=0.0)
    count = len(heard.live)
    over = offline(
        replace(field, audio=replace(audio, gains=gains)),
        heard.film,
        heard.stems,
        count,
    )
    under = offline(
        replace(field, audio=replace(audio, voices=())), heard.film, heard.stems, count
    )
    alone, begins = over - under, starts(heard.film)
    shown = {one.slot: at for one, at in zip(heard.film, begins, strict=False)}
    late, loud = [], []
    for voice in audio.voices:
        if voice.slot not in shown:
            continue
        # The picture's clock: whole ticks of the stream.
        form = Format(field.size, field.rate)
        at_s = Fraction(shown[voice.slot] * form.ticks, form.timescale)
        at_s += Fraction(voice.pad) / field.rate
        first = round(at_s * RATE)
        frames = next(s.frames for s in spoken if s.clip is voice.clip)
        clip = alone[first : first + rates.sample_at(frames, field.rate, RATE), 0]
        part = heard.live[first : first + len(clip), 0]
        if len(clip) > RATE // 10:
            own = _voice_of(voice, field, len(clip))
            late.append(lag(part, own, RATE // 5, whitened=True))
            loud.append(lufs(alone[first : first + len(clip)]))
    worst = max(late, key=abs, default=0)
    found = {"voices": len(late), "voice_late_ms": round(1000 * worst / RATE, 2)}
    if loud:
        found["voices_apart_lu"] = round(max(loud) - min(loud), 1)
    return found | ducking(field, spoken, heard.live - alone, under)


def _voice_of(voice, field, count: int):
    """Return a voice as its file has it, from its first sample."""
    from otio_genai.media.sound import read

    path = locate.path(voice.clip.media_reference)
    return read(path, RATE, 2)[:count, 0]


def ducking(field, spoken, rest, under) -> dict:
    """Find the level of what lies under words, every 10 ms, and its corners."""
    words = [span for sound in spoken for span in sound.words_s]
    shapes = duck(words, field.audio.gains.duck_db, field.style)
    hop, wide = RATE // 100, RATE // 25
    centres = np.arange(wide, len(under) - wide, hop)
    ratio = np.full(len(centres), np.nan)
    for k, at in enumerate(centres):
        one, other = (
            x[at - wide // 2 : at + wide // 2].astype(float) for x in (rest, under)
        )
        power = (other**2).sum()
        if power > wide * AUDIBLE**2:
            ratio[k] = (one * other).sum() / power
    times = centres / RATE
    depths, downs, ups, arrived = [], [], [], []
    # Under the music's last fade the lower of both holds.
    fades_s = len(under) / RATE - field.style.bed_fade_out_s
    for (lead, _), (down, _), (hold, _), (up, _) in shapes:
        if hold > fades_s:
            continue
        inside = ratio[(times > down) & (times < hold) & ~np.isnan(ratio)]
        if not len(inside):
            continue
        low = float(np.median(inside))
        depths.append(20 * np.log10(max(low, 1e-6)))
        if lead > 0.1:
            first, last = _crossed(times, ratio, lead - 0.2, down + 0.2, low)
            downs.append(last - first)
            arrived.append(last - down - 0.02)
        if up < min(times[-1] - 0.2, fades_s):
            last, first = _crossed(times, ratio, hold - 0.2, up + 0.2, low, up=True)
            ups.append(first - last)
    if not depths:
        return {"ducks": 0}
    return {
        "ducks": len(depths),
        "duck_db": [round(min(depths), 2), round(max(depths), 2)],
        "attack_s": _middle(downs),
        "down_before_word_s": _middle([-a for a in arrived]),
        "release_s": _middle(ups),
    }


def _crossed(times, ratio, first_s, last_s, low, up=False):
    """Return when a straight ramp between 1 and a level begins and ends."""
    here = (times >= first_s) & (times <= last_s) & ~np.isnan(ratio)
    at, values = times[here], ratio[here]
    inner = (values > low + 0.15 * (1 - low)) & (values < 1 - 0.15 * (1 - low))
    if inner.sum() < 3:
        return np.nan, np.nan
    slope, offset_ = np.polyfit(at[inner], values[inner], 1)
    full, down = (1 - offset_) / slope, (low - offset_) / slope
    return (down, full) if up else (full, down)


def _middle(values):
    known = [v for v in values if not np.isnan(v)]
    return round(float(statistics.median(known)), 3) if known else None


def stated(field) -> dict:
    """Return what the document says of ducking and gains."""
    style, gains = field.style, field.audio.gains
    return {
        "duck_db": gains.duck_db,
        "attack_s": style.duck_attack_s,
        "down_before_word_s": 0.02,
        "release_s": style.duck_release_s,
        "bed_db": gains.bed_db,
        "voice_db": gains.voice_db,
        "takes_db": gains.takes_db,
        "takes": style.takes_sound,
        "levelled": gains.levelled,
    }


def summed(rows) -> dict:
    """Return the worst or the spread of each figure over all films."""
    found = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row[name] for row in rows if row.get(name) is not None]
        if values and isinstance(values[0], list):
            values = [v for pair in values for v in pair]
        if values:
            found[name] = [min(values), max(values)]
    return found


def readable(report: dict) -> str:
    """Return the report as lines: least and most over all films."""
    lines = [f"{len(report['films'])} films"]
    for name, (least, most) in report["all"].items():
        said = report["stated"].get(name)
        stated_ = "" if said is None else f"   stated {said}"
        lines.append(f"{name:<22}{least:>9} … {most}{stated_}")
    return "\n".join(lines)


def made(folder: Path):
    """Open a bin of made sounds into a field."""
    rng = np.random.default_rng(5)
    clips = []
    for k in range(TAKES):
        level = 10 ** (rng.uniform(-24, -4) / 20)
        clip = fields.moving(f"take {k:02d}", k, frames=120)
        path = folder / f"take {k:02d}.wav"
        _known(sounds.sound(path, _street(5.0, k, level)), clip)
        clips.append(clip)
    bed = sounds.sound(folder / "music.wav", _music(40.0, 1))
    clips.append(_known(bed, bed))
    for k in range(VOICES):
        samples = _voice(1.6, k)
        clip = sounds.sound(folder / f"voice {k}.wav", samples, [(0.15, 1.45)], "voice")
        clips.append(_known(clip, clip))
    style = Style(
        min_shot_s=1.5, mean_shot_s=2.5, max_shot_s=4.0, takes_sound="mix",
        takes_below_lu=6.0, split_s=0.2, takes_fade_s=0.1, voice_at_s=1.0,
    )  # fmt: skip
    return open_field(bin_room.make(clips), style, slots=SLOTS, seed=2, title="made")


def _known(sound, clip):
    """Say on a clip what ingest and analysis find out of a sound."""
    reference = clip.media_reference
    samples = sounds_of(sound)
    metadata.put(reference, "loudness", loudness(samples, RATE).to_metadata())
    if sound is not clip:
        media = metadata.read(reference, "media")
        metadata.put(reference, "media", media | {"has_audio": True})
        reference.target_url = sound.media_reference.target_url
    return clip


def sounds_of(clip):
    """Return the samples of a clip's file."""
    from otio_genai.media.sound import read

    return read(locate.path(clip.media_reference), RATE, 2)


def _music(seconds: float, seed: int):
    """Plucked strings on a beat: hard attacks over a soft chord."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE)) / RATE
    out = sounds.chord(seconds, seed, 0.08).astype(float)
    for beat in np.arange(0, seconds - 1, 0.5):
        pitch = 110 * 2 ** (rng.integers(0, 24) / 12)
        k = int(beat * RATE)
        tail = t[:RATE] * 1.0
        harmonics = sum(
            np.sin(2 * np.pi * pitch * n * tail) / n * np.exp(-tail * (3 + n))
            for n in range(1, 9)
        )
        pan = rng.uniform(0.3, 0.7)
        out[k : k + RATE] += 0.45 * harmonics[:, None] * (1 - pan, pan)
    return (out / np.abs(out).max() * 0.97).astype(np.float32)


def _voice(seconds: float, seed: int):
    """Syllables of pulses through two resonances."""
    from scipy import signal

    rng = np.random.default_rng(100 + seed)
    t = np.arange(round(seconds * RATE)) / RATE
    pitch = 140 + 30 * np.sin(2 * np.pi * 0.8 * t + seed)
    pulses = np.diff(np.floor(np.cumsum(pitch) / RATE), prepend=0.0)
    noise = 0.02 * rng.normal(size=len(t))
    out = np.zeros(len(t))
    for hertz in (rng.uniform(400, 700), rng.uniform(1200, 2000), 2800.0):
        out += signal.lfilter(*signal.iirpeak(hertz, 6, fs=RATE), pulses + noise)
    out *= (0.25 + np.maximum(np.sin(2 * np.pi * 4 * t), 0)) * (t > 0.15) * (t < 1.45)
    out = signal.lfilter(*signal.butter(2, 40, fs=RATE), out)
    wide = np.repeat(out[:, None], 2, axis=1)
    return sounds.soft(wide / np.abs(wide).max() * 0.7)


def _street(seconds: float, seed: int, level: float):
    """Noise with steps in it, as the sound that generators give with pictures."""
    out = sounds.noise(seconds, 200 + seed, 0.15, colour=24).astype(float)
    rng = np.random.default_rng(300 + seed)
    fall = np.exp(-np.arange(RATE // 10) / 600)
    for at in rng.uniform(0.1, seconds - 0.3, 8):
        k = int(at * RATE)
        out[k : k + len(fall)] += (rng.normal(size=len(fall)) * fall)[:, None] * 0.8
    return (out / np.abs(out).max() * level).astype(np.float32)


if __name__ == "__main__":
    main()
