"""Real edit decision lists, whole and damaged."""

import random

import pytest

from otio_genai import maps
from otio_genai.errors import GenaiError, InterchangeError
from otio_genai.interchange.editors import read_with, write_with
from otio_genai.interchange.proof import unspoken
from otio_genai.interchange.xmeml import write_xmeml

pytestmark = pytest.mark.filterwarnings("default")

RATES = {"25fps": 25, "timecode_mismatch": 25}


@pytest.fixture(scope="module")
def corpus(shared):
    return sorted((shared / "corpus" / "edl").glob("*.edl"))


def test_every_list_reads_at_its_rate(corpus):
    assert corpus
    for path in corpus:
        timeline, loss = read_with("edl", path)
        assert maps.record_rate(timeline) == RATES.get(path.stem, 24), path.name
        assert any("states no rate" in note for note in loss.notes)
        assert maps.length_frames(timeline) > 0


def test_record_timecode_stays(corpus):
    path = next(path for path in corpus if path.stem == "avid_example")
    timeline, _ = read_with("edl", path)
    assert timeline.global_start_time.to_timecode() == "00:59:53:11"
    urls = [c.media_reference.target_url for c in timeline.find_clips()]
    assert urls[0] == "file:///S:/path/to/ZZ100_501.take_1.0001.exr"


def test_contradictions_are_told(corpus):
    path = next(path for path in corpus if path.stem == "timecode_mismatch")
    _, loss = read_with("edl", path)
    assert any("contradict" in note for note in loss.notes)


def test_every_list_of_pictures_is_written_again(corpus, tmp_path):
    for path in corpus:
        timeline, _ = read_with("edl", path)
        again = tmp_path / path.name
        if path.stem == "multi_audio":
            with pytest.raises(InterchangeError, match="there are none"):
                write_with(timeline, "edl", again)
            continue
        loss = write_with(timeline, "edl", again)
        # The adapter writes every transition as a dissolve.
        wipes = {"transition"} if path.stem == "wipe_test" else set()
        assert {item.feature.split()[0] for item in loss.items} == wipes, path.name
        rate = float(maps.record_rate(timeline))
        back, told = read_with("edl", again, rate=rate)
        assert not unspoken(timeline, back, loss + told)
        if path.stem != "timecode_mismatch":
            assert _cuts(again) == _cuts(path), path.name


def _cuts(path):
    """Reel, source in and record timecodes of every plain event."""
    lines = (line.split() for line in path.read_text("utf-8").splitlines())
    events = [words for words in lines if words and words[0].isdigit()]
    # Where a dissolve comes from is told by the adapter from the clip before it.
    return [(w[1], w[-4], *w[-2:]) for w in events if len(w) == 8 and w[-1] != w[-2]]


def test_lists_go_to_an_editor_without_loss(corpus):
    for path in corpus:
        timeline, _ = read_with("edl", path)
        loss = write_xmeml(timeline, "premiere")[1]
        lost = {item.feature for item in loss.items}
        assert lost == ({"transition type"} if path.stem == "wipe_test" else set())


@pytest.mark.parametrize("seed", range(3))
def test_damage_is_told_in_a_sentence(corpus, seed, tmp_path):
    rng = random.Random(seed)
    texts = [path.read_text(encoding="utf-8")[:6000] for path in corpus]
    path = tmp_path / "a.edl"
    for _ in range(60):
        text = list(rng.choice(texts))
        for _ in range(rng.randint(1, 6)):
            text[rng.randrange(len(text))] = rng.choice("0959:;.* VAD\n\x00é(")
        path.write_text("".join(text), encoding="utf-8")
        try:
            read_with("edl", path)
        except GenaiError:
            continue
