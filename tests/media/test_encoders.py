"""Encoders are tried, in a process of their own, and steady at every length."""

import sys

import av
import numpy as np
import pytest

from otio_genai.media import encoders
from otio_genai.media.encoding import Encoding
from otio_genai.media.segment import SegmentWriter


@pytest.fixture(autouse=True)
def fresh():
    encoders.why_not.cache_clear()
    yield
    encoders.why_not.cache_clear()


def test_x264_works_and_what_is_not_there_does_not():
    assert encoders.why_not(Encoding()) == ""
    assert "lacks" in encoders.why_not(Encoding(codec="no such encoder"))


def test_options_that_an_encoder_refuses_are_a_reason():
    refused = Encoding(options=(("profile", "lowly"),))
    assert "does not open" in encoders.why_not(refused)


def test_a_driver_that_falls_takes_nobody_with_it(monkeypatch):
    monkeypatch.setattr(encoders, "_CODE", "import os; os.abort()")
    assert "ended the trial" in encoders.why_not(Encoding())


def test_a_driver_that_hangs_is_left(monkeypatch):
    monkeypatch.setattr(encoders, "_CODE", "import time; time.sleep(60)")
    monkeypatch.setattr(encoders, "_PATIENCE_S", 0.2)
    assert "no answer" in encoders.why_not(Encoding())


def test_the_answer_is_kept(monkeypatch):
    assert encoders.why_not(Encoding()) == ""
    monkeypatch.setattr(sys, "executable", "/nowhere")
    assert encoders.why_not(Encoding()) == ""


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_x265_keeps_time_however_few_its_pictures(tmp_path, frames):
    path = tmp_path / "a.mov"
    quick = Encoding(codec="libx265", options=(("preset", "ultrafast"),), tag="hvc1")
    with SegmentWriter(path, (320, 192), 24, quick) as writer:
        for number in range(frames):
            writer.write(np.full((192, 320, 3), 40 * number, np.uint8))
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        packets = [packet for packet in film.demux(stream) if packet.size]
        tick = stream.time_base * 24
        assert sorted(packet.pts * tick for packet in packets) == list(range(frames))
        clock = [packet.dts * tick for packet in packets]
        assert all(-2 <= at <= frames for at in clock)
        assert clock == sorted(set(clock))
