"""Whoever answers, the bin says the same."""

import json
from fractions import Fraction

import opentimelineio as otio
import pytest

from otio_genai import metadata, rates
from otio_genai.analyse import analyse
from otio_genai.errors import MediaError
from otio_genai.media import locate, store
from otio_genai.media.write import write_wav
from tests.support import coded, synth

RATE = Fraction(48_000)


def entry(path, kind, **facts):
    reference = otio.schema.ExternalReference(
        locate.url(path), rates.span(0, 24, Fraction(24))
    )
    metadata.put(reference, "media", {"kind": kind, **facts})
    if path.exists():
        metadata.put(reference, "hash", store.file_hashes(path))
    return otio.schema.Clip(path.stem, reference)


@pytest.fixture(scope="module")
def bin(tmp_path_factory):
    """A take, music of which somebody said the tempo, a broken take, a missing one."""
    folder = tmp_path_factory.mktemp("media")
    take = coded.write_take(folder / "take é.mp4", 1, 24)
    band = synth.band(120, 6, int(RATE))[0]
    write_wav(folder / "band.wav", band[:, None].repeat(2, axis=1), int(RATE))
    music = entry(folder / "band.wav", "music")
    metadata.put(music.media_reference, "cues", {"bpm": 120})
    broken = folder / "broken.mp4"
    broken.write_bytes(take.read_bytes()[:3000])
    lost = entry(take, "take")
    lost.media_reference = otio.schema.MissingReference()
    lost.name = "lost"
    clips = [entry(take, "take"), music, lost]
    faulty = entry(take, "take")
    faulty.name = "broken"
    faulty.media_reference.target_url = locate.url(broken)
    metadata.put(faulty.media_reference, "hash", {"bytes": "0" * 64})
    return otio.schema.SerializableCollection("bin", [*clips, faulty])


class Others:
    """They answer backwards, and see and say nothing but JSON."""

    def __init__(self):
        self.asked = []

    def __call__(self, function, items):
        self.asked += [item["sources"][0]["name"] for item in items]
        for place in reversed(range(len(items))):
            item = json.loads(json.dumps(items[place]))
            yield place, json.loads(json.dumps(function(item)))


@pytest.fixture
def others(tmp_path, monkeypatch):
    monkeypatch.setenv("OTIO_GENAI_CACHE", str(tmp_path / "theirs"))
    return Others()


def test_the_bin_says_the_same(bin, others, tmp_path):
    steps = []
    here = analyse(bin, cache=tmp_path / "a").to_json_string()
    there = analyse(
        bin, cache=tmp_path / "b", map=others, progress=lambda *step: steps.append(step)
    )
    assert there.to_json_string() == here
    assert "fault" in here
    assert sorted(step[0] for step in steps) == sorted(clip.name for clip in bin)
    assert [step[1:] for step in steps] == [(n, 4) for n in range(1, 5)]


def test_what_is_known_here_is_not_asked_there(bin, others, tmp_path):
    first = analyse(bin, cache=tmp_path, map=others).to_json_string()
    assert others.asked == ["take é.mp4", "band.wav", "broken.mp4"]
    others.asked.clear()
    assert analyse(bin, cache=tmp_path, map=others).to_json_string() == first
    # What failed is asked again: it may have been mended.
    assert others.asked == ["broken.mp4"]


def test_faults_are_named_in_the_order_of_the_bin(bin, others, tmp_path):
    named = []
    for way in (None, others):
        with pytest.raises(MediaError) as caught:
            analyse(bin, cache=tmp_path / str(way is None), strict=True, map=way)
        named.append(caught.value.items)
    assert named[0] == named[1]
    assert [line.partition(":")[0] for line in named[0]] == ["lost", "broken"]


@pytest.mark.slow
def test_processes_and_dask_answer(bin, tmp_path):
    distributed = pytest.importorskip("distributed")
    from otio_genai.render.cluster import Dask
    from otio_genai.render.workers import Processes

    # Its bytes are not those that its entry names: a worker would refuse it, which is
    # another fault than its own.
    del bin[3]
    here = analyse(bin, cache=tmp_path / "a").to_json_string()
    way = Processes(2).map
    assert analyse(bin, cache=tmp_path / "b", map=way).to_json_string() == here
    with distributed.LocalCluster(
        n_workers=2, processes=False, dashboard_address=":0"
    ) as cluster:
        way = Dask(cluster.scheduler_address).map
        assert analyse(bin, cache=tmp_path / "c", map=way).to_json_string() == here
