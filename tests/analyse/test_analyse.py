from fractions import Fraction

import opentimelineio as otio
import pytest

from otio_genai import metadata, rates
from otio_genai.analyse import analyse, hearing, looks, motion
from otio_genai.errors import MediaError
from otio_genai.media import locate, store
from otio_genai.media.write import FilmWriter, write_wav
from tests.support import synth

RATE = Fraction(24)


def clip(path, kind, available, **facts):
    reference = otio.schema.ExternalReference(locate.url(path), available)
    metadata.put(reference, "media", {"kind": kind, **facts})
    if path.exists():
        metadata.put(reference, "hash", store.file_hashes(path))
    return otio.schema.Clip(path.stem, reference)


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    """A panning take with sound, a band and a voice."""
    folder = tmp_path_factory.mktemp("some takes")
    tone = synth.sines([(-23, 1)], hz=1000)
    with FilmWriter(folder / "pan é.mp4", 192, 108, RATE, 48_000) as film:
        for grey in synth.take(1, (0.2, 0, 0, 0), 24, 24, 108, 192):
            film.video(grey[:, :, None].repeat(3, axis=2))
        film.sound(tone)
    band = synth.band(120, 8, 48_000)[0]
    write_wav(folder / "band.wav", band[:, None].repeat(2, axis=1), 48_000)
    voice = synth.speech([(0.4, 1.2), (1.8, 2.6)], 3.0, 48_000)
    write_wav(folder / "voice.wav", voice[:, None].repeat(2, axis=1), 48_000)
    return folder


@pytest.fixture
def bin(media):
    return otio.schema.SerializableCollection(
        "bin",
        [
            clip(media / "pan é.mp4", "take", rates.span(0, 24, RATE), has_audio=True),
            clip(media / "band.wav", "music", rates.span(0, 384_000, Fraction(48_000))),
            clip(
                media / "voice.wav", "voice", rates.span(0, 144_000, Fraction(48_000))
            ),
        ],
    )


def kept(clip):
    return metadata.get(clip.media_reference)


def test_every_file_gets_the_answers_of_its_kind(bin, tmp_path):
    before = bin.to_json_string()
    steps = []
    result = analyse(bin, cache=tmp_path, progress=lambda *step: steps.append(step))
    assert bin.to_json_string() == before
    take, band, voice = map(kept, result)
    assert {"motion", "palette", "loudness"} <= take.keys()
    assert take["motion"]["width_px"] == 192
    samples = motion.from_metadata(take["motion"])
    assert motion.entry_motion(samples, 0).tx == pytest.approx(0.2, abs=0.01)
    assert take["loudness"]["integrated_lufs"] == pytest.approx(-23, abs=0.5)
    assert band["beats"]["bpm"] == pytest.approx(120, abs=1)
    assert band["beats"]["mode"] == "beats"
    assert len(voice["speech"]["spans_s"]) == 2
    assert "loudness" in band and "loudness" in voice
    assert not any("fault" in facts for facts in (take, band, voice))
    assert steps == [("pan é", 1, 3), ("band", 2, 3), ("voice", 3, 3)]


def test_the_same_bin_gives_the_same_bytes_with_and_without_cache(bin, tmp_path):
    first = analyse(bin, cache=tmp_path / "a").to_json_string()
    assert analyse(bin, cache=tmp_path / "a").to_json_string() == first
    assert analyse(bin, cache=tmp_path / "b").to_json_string() == first
    twice = analyse(analyse(bin, cache=tmp_path / "a"), cache=tmp_path / "a")
    assert twice.to_json_string() == first
    assert otio.adapters.read_from_string(first).to_json_string() == first


def test_a_second_run_decodes_nothing(bin, tmp_path, monkeypatch):
    opened = []

    class Counting(looks.FrameReader):
        def __init__(self, path):
            opened.append(path)
            super().__init__(path)

    class Listening(hearing.SoundReader):
        def __init__(self, path, *args):
            opened.append(path)
            super().__init__(path, *args)

    monkeypatch.setattr(looks, "FrameReader", Counting)
    monkeypatch.setattr(hearing, "SoundReader", Listening)
    analyse(bin, cache=tmp_path)
    # The picture and the sound of the take, and each sound file once.
    assert len(opened) == 4
    analyse(bin, cache=tmp_path)
    assert len(opened) == 4


def test_the_default_cache_is_the_users(bin, tmp_path, monkeypatch):
    monkeypatch.setenv("OTIO_GENAI_CACHE", str(tmp_path / "mine"))
    analyse(bin)
    assert list((tmp_path / "mine" / "analysis").rglob("*.json"))


def test_a_torn_file_is_named_and_the_others_go_on(bin, tmp_path):
    torn = tmp_path / "torn.mp4"
    torn.write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(200))
    missing = tmp_path / "missing.wav"
    bin.append(clip(missing, "voice", rates.span(0, 10, RATE)))
    faulty = otio.schema.ExternalReference(locate.url(torn))
    metadata.put(faulty, "media", {"kind": "take"})
    metadata.put(faulty, "hash", {"bytes": "00" * 32})
    bin.append(otio.schema.Clip("torn", faulty))
    bin.append(otio.schema.Clip("lost", otio.schema.MissingReference()))
    result = analyse(bin, cache=tmp_path)
    assert "motion" in kept(result[0])
    assert [bool(kept(clip).get("fault")) for clip in result] == [False] * 3 + [
        True
    ] * 3
    with pytest.raises(MediaError) as refused:
        analyse(bin, cache=tmp_path, strict=True)
    assert len(refused.value.items) == 3
    assert refused.value.remedy


def test_a_fault_is_forgotten_when_the_file_is_whole(bin, tmp_path):
    metadata.put(bin[0].media_reference, "fault", "It was torn.")
    assert "fault" not in kept(analyse(bin, cache=tmp_path)[0])


def test_stills_have_colour_only(media, tmp_path):
    from PIL import Image

    path = tmp_path / "still.png"
    Image.new("RGB", (64, 36), (255, 0, 0)).save(path)
    bin = otio.schema.SerializableCollection(
        "bin", [clip(path, "still", rates.span(0, 86_400, RATE))]
    )
    facts = kept(analyse(bin, cache=tmp_path / "c")[0])
    assert facts["palette"]["lab"][0] == pytest.approx(53.2, abs=0.5)
    assert "motion" not in facts


def test_what_is_said_otherwise_is_asked_again(bin, tmp_path):
    def speech(script):
        metadata.put(bin[2].media_reference, "script", script)
        return kept(analyse(bin, cache=tmp_path)[2])["speech"]

    assert speech(None)["source"] == "pauses"
    said = speech({"source": "script", "text": "One, two. Three."})
    assert [text for _, _, text in said["sentences"]] == ["One, two.", "Three."]
    assert said["sentences"][1][0] == pytest.approx(1.8, abs=0.1)
    other = speech({"source": "script", "text": "Uno. Due."})
    assert [text for _, _, text in other["sentences"]] == ["Uno.", "Due."]
    timed = {"source": "srt", "sentences": [[0.4, 1.2, "One."], [5.0, 6.0, "Two."]]}
    assert len(speech(timed)["sentences"]) == len(speech(timed)["warnings"]) == 1
    metadata.put(bin[1].media_reference, "cues", {"tempo_bpm": 60.0, "metre": 3})
    beats = kept(analyse(bin, cache=tmp_path)[1])["beats"]
    assert (beats["source"], beats["bpm"], beats["confidence"]) == ("tempo", 60.0, 1.0)
