"""The elements of the format: which may stand in which, and which attributes they bear.

Facts of the format's published grammar (versions 4 and 5); it orders nothing and
counts nothing. ``PREMIERE`` adds what Premiere itself writes beyond it. Our own writer
keeps to a small part of both.
"""

from __future__ import annotations

__all__ = [
    "ATTRIBUTES",
    "PREMIERE_ATTRIBUTES",
    "PREMIERE_CHILDREN",
    "STRICT_CHILDREN",
]


def _table(text: str) -> dict[str, frozenset[str]]:
    rows = (line.split(":") for line in text.strip().splitlines())
    return {tag.strip(): frozenset(rest.split()) for tag, rest in rows}


#: Element: children allowed by the format. Elements not named hold text alone.
STRICT_CHILDREN = _table(
    """
    xmeml: bin clip importoptions project sequence
    importoptions: createfcpprojectatxmlfilepath createnewproject defsequencepresetname deletethisxmlfileatimport displaynonfatalerrors filterincludeeffects filterincludemarkers filterincludesequencesettings filterreconnectmediafiles targetprojectname
    project: children name
    children: bin clip sequence
    bin: children comments labels name updatebehavior uuid
    clip: alphareverse alphatype anamorphic comments compositemode defaultangle duration enabled end endoffset file filmdata filter in ismasterclip labels logginginfo marker masterclipid media name out pixelaspectratio rate sourcetrack start startoffset stillframe stillframeoffset subclipinfo subclipmasterid subframeoffset timecode updatebehavior uuid
    sequence: comments description duration fielddominance file filmdata filter in ismasterclip labels logginginfo marker masterclipid media name out pixelaspectratio rate sequence timecode updatebehavior uuid
    clipitem: alphareverse alphatype anamorphic comments compositemode duration enabled end fielddominance file filmdata filter gamma in ismasterclip itemhistory labels link logginginfo marker masterclipid mediadelay mixedratesoffset multiclip name out pixelaspectratio primarytimecode rate sequence sourcetrack start stillframe stillframeoffset subclipinfo subclipmasterid subframeoffset syncoffset timecode
    filmdata: appspecificdata cameraroll dailyroll filmslate filmstandard inknumber keycode labroll telecinespeed
    filmslate: scene slate take
    keycode: feetframes perfoffset prefix reversed
    inknumber: feetframes prefix
    multiclip: angle collapsed name synctype
    angle: activeaudioangle activevideoangle clip
    transitionitem: alignment effect end name rate start
    generatoritem: alphareverse alphatype anamorphic comments compositemode duration effect enabled end fielddominance filmdata filter in labels link logginginfo marker masterclipid mediadelay name out primarytimecode rate sourcetrack start subclipmasterid subframeoffset syncoffset timecode
    filter: effect enabled end start
    sourcetrack: mediatype trackindex
    file: duration height media mediaSource metadata name pathurl rate timecode width
    media: audio video
    video: alphatype duration format in layerindex metadata out samplecharacteristics stillframe track trackcount
    audio: audiochannel channelcount channeldescription duration filter format in layout metadata out outputs rate samplecharacteristics track trackcount
    track: clipitem enabled generatoritem locked outputchannelindex transitionitem
    format: appspecificdata samplecharacteristics
    samplecharacteristics: anamorphic codec colordepth depth fielddominance height pixelaspectratio rate samplerate width
    codec: appspecificdata name
    appspecificdata: appmanufacturer appname appversion data
    data: UUID fcpimageprocessing qtcodec qteffectid
    fcpimageprocessing: rendermode usesuperwhite useyuv
    qtcodec: codecname codectypecode codectypename codecvendorcode datarate keyframerate spatialquality temporalquality
    logginginfo: description good lognote scene scenenote shotnote shottake takenote
    outputs: group
    group: channel downmix index numchannels
    channel: index
    audiochannel: channellabel sourcechannel
    timecode: displayformat field format frame rate reel source string
    rate: ntsc timebase
    reel: name
    link: clipindex groupindex linkclipref mediatype trackindex
    valuelist: valueentry
    valueentry: name value
    value: alpha blue clip green horiz red sequence timecode vert
    marker: comment in name out
    effect: appspecificdata duration effectcategory effectclass effectid effecttype endratio keyframe mediatype multiclip name parameter privatestate rate reverse startratio wipeaccuracy wipecode
    parameter: appspecificdata interpolation keyframe name parameterid parameterspecifier privatestate value valuelist valuemax valuemin
    keyframe: anchoroffset hadbezierin hadbezierout inbez inscale interpolation origvalue outbez outscale speedkfend speedkfin speedkfout speedkfstart speedvirtualkf value when
    inbez: horiz vert
    outbez: horiz vert
    interpolation: name
    labels: label label2
    comments: clipcommenta clipcommentb mastercomment1 mastercomment2 mastercomment3 mastercomment4
    subclipinfo: endoffset startoffset
    metadata: key size storage type updatebehavior value
    itemhistory: uuid
    """  # noqa: E501 - one element a line
)

PREMIERE_CHILDREN = _table(
    """
    clipitem: colorinfo pproTicksIn pproTicksOut
    logginginfo: originalaudiofilename originalvideofilename
    colorinfo: asc_sat asc_sop lut lut1 lut2
    effect: pproBypass pproExpanded
    parameter: IsTimeVarying LowerBound ParameterControlType UpperBound hash
    audio: numOutputChannels
    transitionitem: cutPointTicks
    marker: pproColor
    """
)

ATTRIBUTES = _table(
    """
    xmeml: version
    clip: id
    sequence: id
    clipitem: id
    multiclip: id
    generatoritem: id
    file: id
    """
)

PREMIERE_ATTRIBUTES = _table(
    """
    sequence: AM.TrackScrollPosition AM.TrackVScrollPosition MZ.EditLine MZ.Sequence.AudioTimeDisplayFormat MZ.Sequence.EditingModeGUID MZ.Sequence.PreviewFrameSizeHeight MZ.Sequence.PreviewFrameSizeWidth MZ.Sequence.PreviewRenderingClassID MZ.Sequence.PreviewRenderingPresetCodec MZ.Sequence.PreviewRenderingPresetPath MZ.Sequence.PreviewUseMaxBitDepth MZ.Sequence.PreviewUseMaxRenderQuality MZ.Sequence.VideoTimeDisplayFormat MZ.WorkInPoint MZ.WorkOutPoint MZ.ZeroPoint Monitor.ProgramZoomIn Monitor.ProgramZoomOut TL.SQAVDividerPosition TL.SQAudioVisibleBase TL.SQDataTrackViewControlState TL.SQHeaderWidth TL.SQHideShyTracks TL.SQTimePerPixel TL.SQVideoVisibleBase TL.SQVisibleBaseTime explodedTracks
    track: MZ.TrackName MZ.TrackTargeted PannerCurrentValue PannerIsInverted PannerName PannerStartKeyframe TL.SQTrackAudioKeyframeStyle TL.SQTrackExpanded TL.SQTrackExpandedHeight TL.SQTrackShy currentExplodedTrackIndex premiereTrackType totalExplodedTrackCount
    parameter: authoringApp
    clipitem: frameBlend premiereChannelType
    clip: explodedTracks frameBlend
    media: hasDiscreteStreams
    """  # noqa: E501 - one element a line
)
