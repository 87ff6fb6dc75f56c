"""The elements we write: which may stand in which, and which attributes they bear.

Facts of the format's published grammar (versions 4 and 5), restricted to what our
writer emits; it orders nothing and counts nothing. ``PREMIERE`` adds what Premiere
itself writes beyond it.
"""

from __future__ import annotations

__all__ = ["ATTRIBUTES", "PREMIERE_ATTRIBUTES", "PREMIERE_CHILDREN", "STRICT_CHILDREN"]


def _table(text: str) -> dict[str, frozenset[str]]:
    rows = (line.split(":") for line in text.strip().splitlines())
    return {tag.strip(): frozenset(rest.split()) for tag, rest in rows}


#: Element: children allowed by the format. Elements not named hold text alone.
STRICT_CHILDREN = _table(
    """
    xmeml: sequence
    sequence: duration rate name media timecode marker
    rate: timebase ntsc
    media: video audio
    video: format track samplecharacteristics
    audio: format outputs track samplecharacteristics channelcount
    format: samplecharacteristics
    samplecharacteristics: rate codec width height anamorphic pixelaspectratio fielddominance colordepth depth samplerate
    codec: name
    outputs: group
    group: index numchannels downmix channel
    channel: index
    track: clipitem transitionitem enabled locked outputchannelindex
    clipitem: masterclipid name enabled duration rate start end in out alphatype pixelaspectratio anamorphic file sourcetrack filter link marker logginginfo
    transitionitem: start end alignment rate effect
    file: name pathurl rate duration timecode media
    timecode: rate string frame displayformat
    sourcetrack: mediatype trackindex
    filter: enabled effect
    effect: name effectid effectcategory effecttype mediatype wipecode wipeaccuracy startratio endratio reverse parameter
    parameter: parameterid name valuemin valuemax value keyframe
    keyframe: when value
    value: horiz vert
    link: linkclipref mediatype trackindex clipindex groupindex
    marker: comment name in out
    logginginfo: description scene shottake lognote
    """  # noqa: E501 - one element a line
)

PREMIERE_CHILDREN = _table(
    """
    audio: numOutputChannels
    clipitem: pproTicksIn pproTicksOut
    effect: pproBypass
    logginginfo: originalvideofilename
    marker: pproColor
    transitionitem: cutPointTicks
    """
)

ATTRIBUTES = _table(
    """
    xmeml: version
    sequence: id
    clipitem: id
    file: id
    """
)

PREMIERE_ATTRIBUTES = _table(
    """
    sequence: explodedTracks
    track: MZ.TrackName currentExplodedTrackIndex premiereTrackType totalExplodedTrackCount
    clipitem: premiereChannelType
    parameter: authoringApp
    """  # noqa: E501 - one element a line
)
