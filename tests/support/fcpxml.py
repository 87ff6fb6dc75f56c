"""Documents as Final Cut writes them, and what a timeline read of one shows."""

import opentimelineio as otio

from otio_genai import maps, metadata
from otio_genai.interchange.fcpxml import read_fcpxml

__all__ = ["RESOURCES", "clips", "document", "kept", "read", "shown"]

RESOURCES = """
<format id="r1" name="FFVideoFormat1080p25"/>
<format id="r5" frameDuration="1001/24000s" width="1920" height="1080"/>
<asset id="a" name="a" start="3600s" duration="100s" hasVideo="1" format="r1"
    hasAudio="1" audioSources="1" audioChannels="4" audioRate="48k">
  <media-rep kind="proxy-media" src="file:///proxy/a.mov"/>
  <media-rep kind="original-media" src="file:///media/a.mov"/>
</asset>
<asset id="b" name="b" src="file:///media/b.mov" start="0s" duration="100s"
    hasVideo="1" format="r1"/>
<asset id="s" name="s" src="file:///media/s.wav" start="0s" duration="100s"
    hasAudio="1" audioChannels="2" audioRate="44100"/>
<asset id="f" name="f" src="file:///media/f.mov" start="0s" duration="100s"
    hasVideo="1" format="r5"/>
<asset id="p" name="p" src="file:///media/p.png" start="0s" duration="0s"
    hasVideo="1" format="r1"/>
<effect id="e1" name="Cross Dissolve"
    uid="FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265"/>
<effect id="e2" name="Slide" uid=".../Slide.motr"/>
<effect id="e3" name="Blur" uid="FxPlug:blur"/>
<effect id="e4" name="Fancy" uid=".../Titles.localized/Fancy.moti"/>
<effect id="e5" name="Noise" uid=".../Generators.localized/Noise.motn"/>
<media id="m1" name="inner"><sequence format="r1" duration="10s" tcStart="60s"><spine>
  <asset-clip ref="b" offset="60s" duration="4s"/>
  <asset-clip ref="a" offset="64s" start="3605s" duration="6s"/>
</spine></sequence></media>
<media id="m2" name="cameras"><multicam format="r1" tcStart="0s">
  <mc-angle name="one" angleID="A"><gap offset="0s" duration="2s"/>
    <asset-clip ref="a" offset="2s" start="3600s" duration="50s"/></mc-angle>
  <mc-angle name="two" angleID="B"><asset-clip ref="b" offset="0s" duration="60s"/>
  </mc-angle>
</multicam></media>
<media id="m3" name="loop"><sequence format="r1"><spine>
  <ref-clip ref="m3" offset="0s" duration="5s"/></spine></sequence></media>
"""


def document(spine, version="1.10", sequence='tcStart="0s"', resources=""):
    return (
        f'<fcpxml version="{version}"><resources>{RESOURCES}{resources}</resources>'
        f'<project name="film"><sequence format="r1" {sequence}><spine>{spine}</spine>'
        "</sequence></project></fcpxml>"
    )


def read(spine, **more):
    return read_fcpxml(document(spine, **more))


def shown(timeline):
    """Runs of (name of file, first source frame, frames) of the lowest picture."""
    runs = []
    for layers in maps.picture_map(timeline):
        seen = (layers[0].url[-5], layers[0].source_frame) if layers else ("", 0)
        if (
            runs
            and runs[-1][0] == seen[0]
            and seen[1] - runs[-1][1] in (0, runs[-1][2])
        ):
            runs[-1][2] += 1
        else:
            runs.append([*seen, 1])
    return [tuple(run) for run in runs]


def clips(timeline, kind="Video"):
    tracks = timeline.video_tracks() if kind == "Video" else timeline.audio_tracks()
    return [c for t in tracks for c in t if isinstance(c, otio.schema.Clip)]


def kept(clip, key):
    return metadata.read(clip, key)
