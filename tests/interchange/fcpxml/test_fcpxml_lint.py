"""Each rule of the FCPXML lint has a document that breaks it alone."""

import pytest

from benchmarks.features import FEATURES
from otio_genai.interchange.fcpxml import write_fcpxml
from otio_genai.interchange.fcpxml.lint import lint_fcpxml

GOOD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>
<fcpxml version="1.10">
  <resources>
    <format id="r1" frameDuration="1/25s" width="1920" height="1080"/>
    <asset id="r2" name="a" start="0s" duration="20s" hasVideo="1" format="r1"
        hasAudio="1" audioSources="1" audioChannels="2" audioRate="48000">
      <media-rep kind="original-media" src="file:///media/a%20b.mov"/>
    </asset>
    <effect id="r3" name="Cross Dissolve" uid="FxPlug:x"/>
  </resources>
  <library><event name="e"><project name="p">
    <sequence format="r1" duration="8s">
      <spine>
        <asset-clip ref="r2" name="one" offset="0s" start="1s" duration="4s"/>
        <transition offset="3s" duration="2s"><filter-video ref="r3"/></transition>
        <asset-clip ref="r2" name="two" offset="4s" start="5s" duration="4s">
          <timeMap>
            <timept time="0s" value="0s" interp="linear"/>
            <timept time="20s" value="20s" interp="linear"/>
          </timeMap>
          <adjust-volume amount="-6dB"/>
          <asset-clip ref="r2" name="three" lane="1" offset="6s" duration="1s"/>
          <audio-channel-source srcCh="1, 2"/>
        </asset-clip>
      </spine>
    </sequence>
  </project></event></library>
</fcpxml>
"""

BROKEN = [
    ("well-formed", "</fcpxml>", ""),
    ("unique ids", 'id="r3"', 'id="r1"'),
    ("references", 'ref="r2" name="one"', 'ref="r9" name="one"'),
    ("references", 'ref="r2" name="one"', 'ref="r3" name="one"'),
    ("references", 'format="r1" duration="8s"', 'format="r8" duration="8s"'),
    ("times", 'offset="6s"', 'offset="soon"'),
    ("times", 'offset="6s" duration="1s"', 'offset="6s" duration="-1s"'),
    ("names", 'name="p"', ""),
    ("names", 'name="one"', 'name="o&#10;ne"'),
    ("grammar", '<adjust-volume amount="-6dB"/>', '<adjust-volume volume="1"/>'),
    ("address", 'src="file:///media/a%20b.mov"', 'src="file:///media/a b.mov"'),
    ("address", 'src="file:///media/a%20b.mov"', 'src="a.mov"'),
    ("address", 'src="file:///media/a%20b.mov"', ""),
    ("asset format", 'hasVideo="1" format="r1"', 'hasVideo="1"'),
    ("asset kind", 'hasVideo="1" format="r1"\n        hasAudio="1"', ""),
    ("rate", 'frameDuration="1/25s" ', ""),
    ("storyline", "spine>", "note>"),
    ("sequence duration", 'duration="8s"', 'duration="7s"'),
    ("no overlap", 'offset="4s" start="5s"', 'offset="3s" start="5s"'),
    ("no holes", 'offset="4s" start="5s"', 'offset="5s" start="5s"'),
    ("frames", 'offset="4s" start="5s" duration="4s"', 'offset="4s" duration="7/2s"'),
    ("lanes", ' lane="1"', ""),
    ("lanes", 'ref="r2" name="one"', 'ref="r2" lane="1" name="one"'),
    ("range", 'name="three"', 'name="three" start="30s"'),
    ("channels", 'srcCh="1, 2"', 'srcCh="3"'),
    ("transition", 'offset="3s" duration="2s"', 'offset="3s" duration="0s"'),
    ("transition", 'offset="3s" duration="2s"', 'offset="1s" duration="2s"'),
    ("handles", 'start="1s" duration="4s"', 'start="16s" duration="4s"'),
    ("levels", "-6dB", "40dB"),
    ("time map", '<timept time="0s" value="0s" interp="linear"/>', ""),
    ("time map", 'time="20s" value="20s"', 'time="-20s" value="-20s"'),
]


def test_a_good_document_has_no_findings():
    assert lint_fcpxml(GOOD) == []


@pytest.mark.parametrize(("rule", "good", "bad"), BROKEN)
def test_each_rule_is_found_broken(rule, good, bad):
    assert good in GOOD
    assert rule in {found.rule for found in lint_fcpxml(GOOD.replace(good, bad))}


def test_missing_media_are_found_only_when_asked():
    assert {f.rule for f in lint_fcpxml(GOOD, media=True)} == {"media"}


@pytest.mark.parametrize("name", [n for n in FEATURES if n != "relative url"])
def test_our_own_documents_have_no_findings(name):
    assert lint_fcpxml(write_fcpxml(FEATURES[name]())[0]) == []


def test_real_documents_have_no_findings(shared):
    for path in sorted((shared / "corpus" / "fcpxml").glob("*.fcpxml")):
        assert lint_fcpxml(path.read_text(encoding="utf-8")) == [], path.name
