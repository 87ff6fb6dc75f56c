"""Each rule has a document that breaks it."""

from fractions import Fraction

import opentimelineio as otio
import pytest

from otio_genai import metadata, rates
from otio_genai.interchange import write_xmeml
from otio_genai.interchange.xmeml.lint import lint_xmeml
from tests.support.strategies import Take, place

R = Fraction(24)


@pytest.fixture(scope="module")
def good():
    timeline = otio.schema.Timeline("film", global_start_time=rates.time(0, R))
    track = otio.schema.Track("P", kind="Video")
    sound = otio.schema.Track("S", kind="Audio")
    for name in "ab":
        take = Take(name, R, 100, 0, 2, (1280, 720))
        clip = place(take.reference(), name, take.start_s, 20, 30, R)
        heard = place(take.reference(), name, take.start_s, 20, 30, R)
        metadata.put(heard, "levels", [[0, -20.0], [9, 0.0]])
        track.append(clip)
        sound.append(heard)
    offsets = rates.time(4, R), rates.time(4, R)
    track.insert(1, otio.schema.Transition("d", "SMPTE_Dissolve", *offsets))
    timeline.tracks.extend([track, sound])
    return write_xmeml(timeline, "premiere")[0]


def test_what_we_write_breaks_no_rule(good):
    assert lint_xmeml(good) == []


RATE = "<rate>\n\t\t\t<timebase>24</timebase>\n\t\t\t<ntsc>FALSE</ntsc>\n\t\t</rate>"


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("well-formed", "</xmeml>", ""),
        ("well-formed", RATE, ""),
        ("head", '"1.0"', "'1.0'"),
        ("head", "<!DOCTYPE xmeml>\n", ""),
        ("self-closed", "<scene></scene>", "<scene/>"),
        ("grammar", "<scene></scene>", "<scenery></scenery>"),
        ("grammar", 'id="clipitem-1"', 'id="clipitem-1" color="red"'),
        ("unique ids", 'id="clipitem-2"', 'id="clipitem-1"'),
        ("defined before use", '<file id="file-1"/>', '<file id="file-9"/>'),
        ("one rate", "<out>54</out>", "<out>54</out><!-- -->"),
        ("names", "<name>film</name>", "<name> </name>"),
        ("names", "<name>film</name>", "<name>fi\tlm</name>"),
        ("file timecode", "<frame>0</frame>", ""),
        ("pathurl", "/media/a.mp4", "/media/a b.mp4"),
        ("pathurl", "/media/a.mp4", "/media/100%.mp4"),
        ("pathurl", "/media/a.mp4", "/media/a%2Cb.mp4"),
        ("file name", "<name>a.mp4</name>", "<name>b.mp4</name>"),
        ("lengths", "<out>54</out>", "<out>55</out>"),
        ("handles", "<duration>100</duration>", "<duration>50</duration>"),
        ("file duration", "<duration>100</duration>", "<duration>50</duration>"),
        ("-1 beside a transition", "<end>60</end>", "<end>-1</end>"),
        ("no overlap", "<start>30</start>", "<start>29</start>"),
        ("links", "<clipindex>1</clipindex>", "<clipindex>2</clipindex>"),
        ("links", "<linkclipref>clipitem-3<", "<linkclipref>clipitem-33<"),
        (
            "channels",
            "<channelcount>2</channelcount>",
            "<channelcount>1</channelcount>",
        ),
        ("levels", "<value>1</value>", "<value>4</value>"),
        ("effects", "<effectid>audiolevels<", "<effectid>Push<"),
        ("keyframes", "<when>29</when>", "<when>20</when>"),
    ],
)
def test_each_rule_is_found(good, rule, old, new):
    if rule == "one rate":
        at = good.index("<clipitem ")
        head, tail = good[:at], good[at:]
        broken = head + tail.replace("<timebase>24<", "<timebase>25<", 1)
    elif rule == "keyframes":
        broken = good.replace(old, new)
    else:
        assert old in good
        broken = good.replace(old, new)
    assert rule in {finding.rule for finding in lint_xmeml(broken)}


def test_media_that_is_not_here_is_found_when_asked(good):
    assert {f.rule for f in lint_xmeml(good, media=True)} == {"media"}


def test_a_relative_address_is_called_so_and_not_sought_elsewhere(good):
    broken = good.replace("file://localhost/media/", "media/")
    assert broken != good
    (found, _) = lint_xmeml(broken, media=True)
    assert (found.rule, "relative" in found.text) == ("pathurl", True)


def test_what_premiere_itself_writes_breaks_no_rule(shared):
    path = shared / "corpus" / "xmeml" / "premiere_example.xml"
    assert lint_xmeml(path.read_text(encoding="utf-8")) == []


def test_a_clip_of_another_rate_is_excused_by_its_ticks_alone(shared):
    path = shared / "corpus" / "xmeml" / "premiere_example.xml"
    text = path.read_text(encoding="utf-8")
    ticks = "<pproTicksOut>846720000000</pproTicksOut>"
    broken = text.replace(ticks, ticks.replace("84672", "99672"), 1)
    (found,) = (f for f in lint_xmeml(broken) if f.rule == "one rate")
    assert "15" in found.text and "30" in found.text


def test_an_overlap_names_its_track_and_neighbour(good):
    broken = good.replace("<start>30</start>", "<start>29</start>")
    texts = [f.text for f in lint_xmeml(broken) if f.rule == "no overlap"]
    assert texts
    assert all("audio track" in text and "clipitem-" in text for text in texts)
