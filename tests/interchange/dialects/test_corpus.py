"""Real .otio files, whole and damaged."""

import json
import random

import opentimelineio as otio
import pytest

from otio_genai import maps, metadata
from otio_genai.errors import GenaiError
from otio_genai.interchange.census import lost
from otio_genai.interchange.dialects import read_otio, write_dialect

DIALECTS = ("premiere", "resolve")


@pytest.fixture(scope="module")
def corpus(shared):
    return sorted((shared / "corpus" / "otio").glob("*.otio"))


@pytest.fixture(scope="module")
def resolve(shared):
    text = (shared / "corpus" / "otio" / "effects.otio").read_text(encoding="utf-8")
    return read_otio(text)


def test_every_file_reads(corpus):
    assert corpus
    for path in corpus:
        timeline, _ = read_otio(path.read_text(encoding="utf-8"))
        assert maps.picture_map(timeline), path.name


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_was_written_once_stays(corpus, dialect):
    for path in corpus:
        timeline, _ = read_otio(path.read_text(encoding="utf-8"))
        text, loss = write_dialect(timeline, dialect)
        back, _ = read_otio(text)
        assert write_dialect(back, dialect)[0] == text, path.name
        if not loss.lossy:
            assert not lost(timeline, back), path.name


def test_a_timeline_of_resolve_is_read_in_its_own_words(resolve):
    timeline, loss = resolve
    assert [track.name for track in timeline.tracks][:2] == ["Video 1", "Video 2"]
    first = timeline.tracks[0][0]
    framing = metadata.read(first, "framing")
    assert framing["fit"] == "contain"
    assert [key[0] for key in framing["keys"]] == [3, 203, 424]
    assert framing["keys"][0][1] == pytest.approx(2.110382)
    assert framing["keys"][0][2] == pytest.approx(-0.2515835)
    title = timeline.tracks[1][0]
    opacity = metadata.read(title, "opacity")
    assert opacity == [[73, 0.0], [98, 1.0], [316, 1.0], [370, 0.0]]
    sound = next(iter(timeline.audio_tracks()[1].find_clips()))
    assert metadata.read(sound, "levels")[0][1] == pytest.approx(-17.0)
    assert metadata.read(sound.media_reference, "media")["channels"] == 2
    assert {item.feature for item in loss.items} == {"keyframe curves"}
    assert any("offline" in note for note in loss.notes)
    assert any("switched off" in note for note in loss.notes)


def test_media_that_resolve_lost_keep_their_addresses(resolve):
    urls = [c.media_reference.target_url for c in resolve[0].find_clips()]
    assert all(url.startswith("file:///Users/") for url in urls)


def test_nothing_of_resolve_is_left_behind(resolve):
    assert "Resolve_OTIO" not in resolve[0].to_json_string()


def test_markers_of_a_later_version_are_read(shared):
    path = shared / "corpus" / "otio" / "premiere_example.otio"
    timeline, loss = read_otio(path.read_text(encoding="utf-8"))
    markers = list(timeline.tracks.markers)
    assert [marker.color for marker in markers] == ["RED", "RED", "GREEN"][
        : len(markers)
    ] or all(marker.color for marker in markers)
    assert any("Marker.3" in note for note in loss.notes)


def _damaged(text, rng):
    if rng.random() < 0.3:
        cut = sorted(rng.randrange(len(text)) for _ in range(2))
        return text[: cut[0]] + text[cut[1] :]
    document = json.loads(text)
    spots = []

    def walk(value):
        keys = value.keys() if isinstance(value, dict) else range(len(value))
        for key in keys:
            spots.append((value, key))
            if isinstance(value[key], (dict, list)):
                walk(value[key])

    walk(document)
    for _ in range(rng.randint(1, 4)):
        holder, key = rng.choice(spots)
        holder[key] = rng.choice(
            [None, -1, 0, 1e300, "x", [], {}, True, "Clip.2", [None], -0.5, "Effect.9"]
        )
    return json.dumps(document)


@pytest.mark.parametrize("seed", range(4))
def test_damage_is_told_in_a_sentence(corpus, seed):
    rng = random.Random(seed)
    texts = [path.read_text(encoding="utf-8") for path in corpus]
    texts = [text for text in texts if len(text) < 150_000]
    texts.append(write_dialect(read_otio(texts[0])[0], "resolve")[0])
    texts.append(write_dialect(read_otio(texts[-2])[0], "premiere")[0])
    for _ in range(60):
        text = _damaged(rng.choice(texts), rng)
        try:
            timeline, _ = read_otio(text)
        except GenaiError:
            continue
        assert isinstance(timeline, otio.schema.Timeline)
