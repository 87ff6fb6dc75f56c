import json

import pytest

from otio_genai import metadata
from otio_genai.errors import MediaError
from otio_genai.ingest import bin as bins
from otio_genai.ingest import ingest
from otio_genai.ingest.cues import Cues


@pytest.fixture
def film(put):
    put("take.mp4", "a.mp4")
    put("bowed.wav", "music/violin.wav", "music/drone.wav")
    return put("speech.wav", "voice/line.wav")


def told(b, name, key):
    return metadata.read(bins.find(b, name).media_reference, key)


def test_nothing_said_is_nothing_written(film):
    b = ingest(film)
    assert told(b, "violin", "cues") is None
    assert told(b, "line", "script") is None
    assert told(b, "drone", "bed") is True
    assert told(b, "violin", "bed") is None


@pytest.mark.parametrize("name", ["violin", "violin.wav", "music/violin.wav", "VIOLIN"])
def test_the_bed_is_the_one_named(film, name):
    cues = Cues(bed=name, tempo_bpm=90, first_beat_s=0.5, markers_s=(7.0, 2.0, 2.0))
    b = ingest(film, cues=cues)
    assert told(b, "violin", "bed") is True
    assert told(b, "drone", "bed") is None
    assert told(b, "violin", "cues") == {
        "tempo_bpm": 90.0,
        "first_beat_s": 0.5,
        "markers_s": [2.0, 7.0],
        "metre": 4,
    }
    assert told(b, "drone", "cues") is None


def test_what_is_called_the_bed_is_music(film, put):
    put("speech.wav", "x.wav")
    b = ingest(film, cues=Cues(bed="x.wav"))
    assert bins.kind(bins.find(b, "x")) == "music"


def test_a_bed_that_is_not_there_is_refused(film):
    with pytest.raises(MediaError, match="did you mean 'violin'") as error:
        ingest(film, cues=Cues(bed="violn"))
    assert list(error.value.items) == ["music: drone", "music: violin"]
    with pytest.raises(MediaError, match="is a voice"):
        ingest(film, cues=Cues(bed="line"))


def test_cues_need_music(put):
    film = put("take.mp4", "a.mp4")
    ingest(film, cues=Cues(metre=3))
    with pytest.raises(MediaError, match="no music"):
        ingest(film, cues=Cues(tempo_bpm=120))


def test_what_cannot_be_is_named_at_once(film):
    cues = Cues(tempo_bpm=2, first_beat_s=99, metre=0, markers_s=(3.0, -1.0, 50.0))
    with pytest.raises(MediaError) as error:
        ingest(film, cues=cues)
    assert len(error.value.items) == 5


def test_lists_beside_music_are_read(film):
    beats = "\n".join(f"{n * 0.5} {n % 3 + 1}" for n in range(18))
    (film / "music/violin.beats.txt").write_text(beats)
    (film / "music/violin.markers.txt").write_text("4.5\t4.5\tdrop\n")
    b = ingest(film)
    found = told(b, "violin", "cues")
    assert found["beats_s"] == [n * 0.5 for n in range(18)]
    assert found["numbers"][:4] == [1, 2, 3, 1]
    assert found["markers_s"] == [4.5]
    assert (bins.faults(b), bins.skipped(b)) == ([], [])


def test_a_wrong_list_beside_music_stops_nothing(film):
    (film / "music/violin.beats.csv").write_text("time\n0.5\nx\n0.4\n")
    b = ingest(film)
    assert told(b, "violin", "cues") is None
    ((name, reason),) = bins.faults(b)
    assert name == "music/violin.beats.csv"
    assert "line 3" in reason and "line 4" in reason


def test_a_named_beat_file_must_be_right(film):
    (film / "beats.csv").write_text("time\n500\n1000\n1500\n")
    with pytest.raises(MediaError, match="seconds\\?") as error:
        ingest(film, cues=Cues(beats="beats.csv"))
    assert "milliseconds" in error.value.sentence
    with pytest.raises(MediaError, match="no beat file"):
        ingest(film, cues=Cues(beats="bets.csv"))
    (film / "beats.csv").write_text("time\n0.5\n1.0\n1.5\n")
    b = ingest(film, cues=Cues(bed="violin", beats="beats.csv", metre=3))
    assert told(b, "violin", "cues") == {"beats_s": [0.5, 1.0, 1.5], "metre": 3}


def test_words_beside_a_voice_are_read(film):
    (film / "voice/line.txt").write_text("One. Two.")
    assert told(ingest(film), "line", "script")["source"] == "script"
    (film / "voice/line.srt").write_text("1\n00:00:05,000 --> 00:00:02,000\nOne.\n")
    (film / "voice/line.json").write_text(json.dumps({"seed": 1}))
    b = ingest(film)
    assert told(b, "line", "script")["text"] == "One. Two."
    ((name, reason),) = bins.faults(b)
    assert (name, "cue 1, line 2" in reason) == ("voice/line.srt", True)
    assert bins.skipped(b) == []


def test_one_text_serves_one_voice(film, put):
    put("speech.wav", "voice/line.flac")
    (film / "voice/line.txt").write_text("One. Two.")
    b = ingest(film)
    has = [
        bool(metadata.read(clip.media_reference, "script"))
        for clip in bins.entries(b, "voice")
    ]
    assert sorted(has) == [False, True]


def test_a_script_of_another_name(film, put):
    (film / "script.txt").write_text("One. Two.")
    b = ingest(film, cues=Cues(script="script.txt"))
    assert told(b, "line", "script")["text"] == "One. Two."
    with pytest.raises(MediaError, match=r"did you mean 'script\.txt'"):
        ingest(film, cues=Cues(script="scrpt.txt"))
    put("speech.wav", "voice/other.wav")
    b = ingest(film, cues=Cues(script="script.txt"))
    ((name, reason),) = bins.faults(b)
    assert name == "script.txt" and "2 voices" in reason
    (film / "voice/other.txt").write_text("Three.")
    b = ingest(film, cues=Cues(script="script.txt"))
    assert told(b, "line", "script")["text"] == "One. Two."
    assert told(b, "other", "script")["text"] == "Three."


def test_a_broken_link_beside_a_voice_is_no_words(film):
    (film / "voice/line.txt").symlink_to(film / "nowhere.txt")
    assert told(ingest(film), "line", "script") is None
