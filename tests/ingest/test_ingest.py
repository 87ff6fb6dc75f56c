import dataclasses
import os
import subprocess
import sys
from fractions import Fraction

import opentimelineio as otio
import pytest

from otio_genai import metadata, rates
from otio_genai.errors import MediaError, TimelineError
from otio_genai.ingest import bin as bins
from otio_genai.ingest import facts, ingest
from otio_genai.media import locate


def named(b):
    return [clip.name for clip in b]


def media(clip):
    return metadata.read(clip.media_reference, "media")


def test_a_folder_becomes_a_bin(put):
    put("take.mp4", "takes/wind10.mp4", "takes/wind2.mp4")
    put("sounding.mp4", "takes/talk.mp4")
    put("still.png", "stills/dune.png")
    put("bowed.wav", "music/violin.wav")
    film = put("speech.wav", "voice/line.wav")
    b = ingest(film)
    assert isinstance(b, otio.schema.SerializableCollection)
    assert [(clip.name, bins.kind(clip)) for clip in b] == [
        ("violin", "music"),
        ("dune", "still"),
        ("talk", "take"),
        ("wind2", "take"),
        ("wind10", "take"),
        ("line", "voice"),
    ]
    assert named(bins.entries(b, "take")) == ["talk", "wind2", "wind10"]
    assert bins.entries(b) == list(b)
    assert (bins.faults(b), bins.skipped(b)) == ([], [])


def test_what_a_reference_carries(put):
    put("sounding.mp4", "kling_20260110_VIDEO_A_kite_ove_7_0.mp4")
    put("still.png", "dune.png")
    film = put("speech.wav", "line.wav")
    voice, take, still = sorted(ingest(film), key=bins.kind, reverse=True)
    facts = media(take)
    assert (
        facts.items()
        >= {
            "kind": "take",
            "width": 192,
            "height": 108,
            "rate": "24/1",
            "frames": 24,
            "duration_s": 1.0,
            "video_codec": "h264",
            "has_audio": True,
            "sample_rate": 48000,
            "channels": 2,
        }.items()
    )
    reference = take.media_reference
    assert take.source_range is None
    assert reference.available_range == rates.span(0, 24, Fraction(24))
    assert (
        locate.path(reference)
        == film.resolve() / metadata.read(reference, "slate")["name"]
    )
    assert metadata.read(reference, "slate")["generator"] == "kling"
    assert {len(text) for text in metadata.read(reference, "hash").values()} == {64}
    assert still.media_reference.available_range == rates.span(0, 86_400, Fraction(24))
    assert "frames" not in media(still) and "rate" not in media(still)
    length = voice.media_reference.available_range
    assert length == rates.span(0, 8 * 48_000, Fraction(48_000))
    assert media(voice)["kind_by"] == "sound"
    assert media(voice)["duration_s"] == 8.0


def test_start_timecode_begins_the_available_range(put, monkeypatch):
    film = put("take.mp4", "a.mp4")
    real = facts.probe
    monkeypatch.setattr(
        facts, "probe", lambda path: _with(real(path), start_timecode_frames=86_400)
    )
    (clip,) = ingest(film, cache=film.parent / "cache")
    assert clip.media_reference.available_range == rates.span(86_400, 12, Fraction(24))


def _with(record, **changes):
    return dataclasses.replace(record, **changes)


STRANGE_NAMES = [
    'it\'s "quoted".mp4',
    "100% sure #1?.mp4",
    "砂漠の風.mp4",
    "🌬️ wind 🏜️.mp4",
    "tab\there\nand there.mp4",
    "a&b <c>;$(d).mp4",
    "trailing space .mp4",
    "e\u0301.mp4",
    "-o.mp4",
    "c:d.mp4",
    "%20.mp4",
]


def test_strange_names_work(put):
    film = put("take.mp4", *STRANGE_NAMES)
    b = ingest(film)
    assert bins.faults(b) == []
    slates = [metadata.read(clip.media_reference, "slate") for clip in b]
    assert sorted(slate["name"] for slate in slates) == sorted(STRANGE_NAMES)
    for clip, slate in zip(b, slates, strict=True):
        assert locate.path(clip.media_reference) == film.resolve() / slate["name"]
        assert clip.name.isprintable() or "\u200d" in clip.name
    back = otio.adapters.read_from_string(b.to_json_string(), "otio_json")
    assert named(back) == named(b)


def test_same_names_in_two_folders(put):
    film = put("take.mp4", "day/wind.mp4", "night/wind.mp4", "night/dune.mp4")
    assert named(ingest(film)) == ["day/wind", "dune", "night/wind"]


def test_broken_files_do_not_stop_the_others(put):
    film = put("take.mp4", "good.mp4", "cut.mp4")
    (film / "empty.mp4").touch()
    (film / "text.mp4").write_text("<html>Not found</html>")
    (film / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 30)
    (film / "zeros.wav").write_bytes(bytes(5000))
    whole = (film / "cut.mp4").read_bytes()
    (film / "cut.mp4").write_bytes(whole[:200])
    (film / "gone.mp4").symlink_to(film / "nowhere.mp4")
    b = ingest(film)
    assert named(b) == ["good"]
    assert [name for name, _ in bins.faults(b)] == [
        "broken.png",
        "cut.mp4",
        "empty.mp4",
        "gone.mp4",
        "text.mp4",
        "zeros.wav",
    ]
    assert all(reason.endswith(".") for _, reason in bins.faults(b))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_fault(put):
    film = put("take.mp4", "good.mp4", "secret.mp4")
    (film / "secret.mp4").chmod(0)
    assert [name for name, _ in bins.faults(ingest(film))] == ["secret.mp4"]


def test_nothing_to_show_is_an_error_that_names_everything(put):
    film = put("bowed.wav", "violin.wav")
    (film / "empty.mp4").touch()
    (film / "half.mp4.part").write_bytes(b"x")
    with pytest.raises(MediaError, match="no take and no still") as raised:
        ingest(film)
    assert [item.partition(":")[0] for item in raised.value.items] == [
        "empty.mp4",
        "half.mp4.part",
    ]
    assert raised.value.remedy and raised.value.place == str(film.resolve())


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(MediaError, match="no take and no still") as raised:
        ingest(tmp_path)
    assert "Put your" in raised.value.remedy


def test_the_film_file_overrules_what_is_found(put):
    put("take.mp4", "a.mp4", "tests/b.mp4", "tests/c.mp4")
    put("sounding.mp4", "band.mp4")
    film = put("speech.wav", "music/x.wav")
    b = ingest(
        film, kinds={"music/x.wav": "voice", "tests/": "skip", "band.mp4": "music"}
    )
    assert {clip.name: bins.kind(clip) for clip in b} == {
        "a": "take",
        "band": "music",
        "x": "voice",
    }
    assert [name for name, _ in bins.skipped(b)] == ["tests/b.mp4", "tests/c.mp4"]
    band = bins.find(b, "band")
    assert band.media_reference.available_range.duration.rate == 48_000


def test_what_cannot_be_is_a_fault(put):
    put("take.mp4", "a.mp4", "b.mp4")
    film = put("speech.wav", "c.wav")
    b = ingest(film, kinds={"b.mp4": "voice", "c.wav": "take"})
    assert [name for name, _ in bins.faults(b)] == ["b.mp4", "c.wav"]


def test_misspelt_overrides_are_refused_together(put):
    film = put("take.mp4", "wind.mp4")
    with pytest.raises(MediaError) as raised:
        ingest(film, kinds={"wnd.mp4": "take", "*.mp4": "film", "x/": "skip"})
    items = raised.value.items
    assert len(items) == 3
    assert "did you mean 'wind.mp4'" in "".join(items)


def test_sound_effects_are_left_out_and_said_so(put):
    put("take.mp4", "a.mp4")
    film = put("speech.wav", "sfx/door.wav")
    b = ingest(film)
    assert named(b) == ["a"]
    assert "sound effects" in dict(bins.skipped(b))["sfx/door.wav"]


def test_first_frames_are_no_stills_unless_declared(put):
    put("still.png", "AD_00001.png", "AD_00002.png")
    film = put("take.mp4", "AD_00001.mp4")
    b = ingest(film)
    assert named(b) == ["AD_00001", "AD_00002"]
    assert dict(bins.skipped(b)) == {
        "AD_00001.png": "It is the first frame of AD_00001.mp4."
    }
    assert len(ingest(film, kinds={"AD_00001.png": "still"})) == 3


def test_a_second_time_nothing_is_opened(put, tmp_path, monkeypatch):
    put("take.mp4", "a.mp4")
    put("take25.mp4", "b.mp4")
    put("still.png", "c.png")
    film = put("speech.wav", "d.wav")
    counts = {}

    def counted(module, name):
        real = getattr(module, name)

        def call(*args):
            counts[name] = counts.get(name, 0) + 1
            return real(*args)

        monkeypatch.setattr(module, name, call)

    counted(facts, "probe")
    counted(facts.store, "file_hashes")
    counted(facts.sound, "read_mono")
    first = ingest(film, cache=tmp_path / "cache")
    assert counts == {"probe": 4, "file_hashes": 4, "read_mono": 1}
    (film / "a.mp4").rename(film / "renamed.mp4")
    (film / "renamed.mp4").rename(film / "a.mp4")
    second = ingest(film, cache=tmp_path / "cache")
    assert counts == {"probe": 4, "file_hashes": 4, "read_mono": 1}
    assert first.to_json_string() == second.to_json_string()
    for kept in (tmp_path / "cache" / "probe").iterdir():
        kept.write_text("{")
    third = ingest(film, cache=tmp_path / "cache")
    assert counts["probe"] == 8
    assert third.to_json_string() == first.to_json_string()


@pytest.mark.parametrize(
    "damage", ["", "[]", "null", '{"version": 99}', '{"version": 1, "facts": {}}']
)
def test_a_damaged_cache_is_measured_anew(put, tmp_path, damage):
    film = put("take.mp4", "a.mp4")
    first = ingest(film, cache=tmp_path / "cache")
    (kept,) = (tmp_path / "cache" / "probe").iterdir()
    kept.write_text(damage)
    again = ingest(film, cache=tmp_path / "cache")
    assert again.to_json_string() == first.to_json_string()


def test_the_same_bytes_come_out_of_every_process(put):
    put("still.png", "a/dune.png", "b/dune.png")
    put("speech.wav", "line.wav")
    film = put("take.mp4", "kite_00042_.mp4", "x.mp4")
    (film / "empty.mp4").touch()
    code = (
        "import sys; from otio_genai.ingest import ingest;"
        "sys.stdout.write(ingest(sys.argv[1]).to_json_string())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code, str(film)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert said == {ingest(film).to_json_string().encode()}


def test_nothing_in_the_folder_is_touched(put):
    film = put("take.mp4", "a.mp4")
    before = {f: (f.stat().st_mtime_ns, f.read_bytes()) for f in film.rglob("*")}
    ingest(film)
    after = {f: (f.stat().st_mtime_ns, f.read_bytes()) for f in film.rglob("*")}
    assert before == after


def test_progress_counts_every_file(put):
    film = put("take.mp4", "a.mp4", "b.mp4")
    calls = []
    ingest(film, progress=lambda *call: calls.append(call))
    assert calls == [("ingest", 0, 2), ("ingest", 1, 2), ("ingest", 2, 2)]


def test_the_film_takes_rate_and_size_of_most_takes(put):
    put("take.mp4", "a.mp4", "b.mp4")
    film = put("take25.mp4", "c.mp4")
    b = ingest(film)
    assert (bins.film_rate(b), bins.film_size(b)) == (Fraction(24), (192, 108))
    asked = ingest(film, rate="29.97")
    assert bins.film_rate(asked) == Fraction(30_000, 1001)
    with pytest.raises(TimelineError):
        ingest(film, rate="fast")


def test_stills_alone_make_a_film(put):
    b = ingest(put("still.png", "a.png"))
    assert (bins.film_rate(b), bins.film_size(b)) == (Fraction(24), (96, 64))
    assert bins.film_size(bins.make([])) == (1920, 1080)


def test_a_clip_is_found_by_what_people_call_it(put):
    film = put("take.mp4", "day/wind.mp4", "night/wind.mp4", "Dune.mp4")
    b = ingest(film)
    assert bins.find(b, "day/wind").name == "day/wind"
    assert bins.find(b, "night/wind.mp4").name == "night/wind"
    assert bins.find(b, "Dune.mp4").name == bins.find(b, "dune").name == "Dune"
    assert bins.find(b, "wind.mp4") is None
    assert bins.find(b, "") is None and bins.find(b, "storm") is None


def test_real_media(shared):
    b = ingest(shared / "media")
    counts = {kind: len(bins.entries(b, kind)) for kind in ("take", "music", "voice")}
    assert counts == {"take": 14, "music": 2, "voice": 4}
    assert bins.faults(b) == []
    assert media(bins.find(b, "gen3c_cosmos7b.mp4"))["frames"] == 121
    assert media(bins.find(b, "lavie_teaser.mp4"))["rate"] == "29120/961"
