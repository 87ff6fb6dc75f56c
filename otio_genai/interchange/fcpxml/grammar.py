"""Which element may stand in which, in what order, with which attributes, in 1.10.

Conventions
    Contents are written as the format's own grammar writes them: names in order, with
    ``?`` ``*`` ``+`` and alternatives. Attributes marked ``!`` must be there. Elements
    that tell a library's collections apart, and analyses of a picture, are not
    followed: they say nothing of a film.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

__all__ = ["faults"]

_SHORT = {
    "TIMING": "conform-rate? timeMap?",
    "PICTURE": "object-tracker? adjust-crop? adjust-corners? adjust-conform? "
    "adjust-transform? adjust-blend? adjust-stabilization? adjust-rollingShutter? "
    "adjust-360-transform? adjust-reorient? adjust-orientation? adjust-cinematic?",
    "SOUND": "adjust-volume? adjust-panner?",
    "ANCHORED": "(audio|video|clip|title|caption|mc-clip|ref-clip|sync-clip|asset-clip"
    "|audition|spine)*",
    "INNER": "audio|video|clip|title|mc-clip|ref-clip|sync-clip|asset-clip|audition"
    "|gap",
    "MARKERS": "(marker|chapter-marker|rating|keyword|analysis-marker)*",
    "FILTERS": "(filter-video|filter-video-mask)* filter-audio*",
    "ENHANCED": "adjust-loudness? adjust-noiseReduction? adjust-humReduction? "
    "(adjust-EQ|adjust-matchEQ)?",
    "EVENT": "clip|audition|mc-clip|ref-clip|sync-clip|asset-clip|collection-folder"
    "|keyword-collection|smart-collection|project",
}
_PLACE = "lane offset"
_CLIP = f"{_PLACE} name start duration! enabled"
_MEDIA = "format! duration tcStart tcFormat"
_TIMECODE = "format audioStart audioDuration tcStart tcFormat modDate"
_RECT = "left top right bottom"

#: Element: its content, its attributes.
_GRAMMAR: dict[str, tuple[str, str]] = {
    "fcpxml": ("import-options? resources? (library|event*|(EVENT)*)", "version!"),
    "library": ("(event|smart-collection)*", "location colorProcessing"),
    "event": ("(EVENT)*", "name uid"),
    "project": ("sequence", "name uid id modDate"),
    "resources": ("(asset|effect|format|media|locator)*", ""),
    "media": ("(multicam|sequence)?", "id! name uid projectRef modDate"),
    "format": (
        "",
        "id! name frameDuration fieldOrder width height paspH paspV colorSpace "
        "projection stereoscopic",
    ),
    "asset": (
        "media-rep+ metadata?",
        "id! name uid start duration hasVideo format hasAudio videoSources "
        "audioSources audioChannels audioRate customLUTOverride colorSpaceOverride "
        "projectionOverride stereoscopicOverride auxVideoFlags",
    ),
    "media-rep": ("bookmark?", "kind sig src! suggestedFilename"),
    "metadata": ("md*", ""),
    "md": ("array?", "key! value editable type displayName description source"),
    "array": ("string*", ""),
    "effect": ("", "id! name uid! src"),
    "sequence": (
        "note? spine metadata?",
        f"{_MEDIA} audioLayout audioRate renderFormat keywords",
    ),
    "multicam": ("mc-angle* metadata?", f"{_MEDIA} renderFormat"),
    "mc-angle": ("(INNER|transition)*", "name angleID!"),
    "spine": ("(INNER|transition)*", f"{_PLACE} name format"),
    "audition": (
        "(audio|video|title|ref-clip|asset-clip|clip|sync-clip)+",
        f"{_PLACE} modDate",
    ),
    "asset-clip": (
        "note? TIMING PICTURE SOUND ANCHORED MARKERS audio-channel-source* FILTERS "
        "metadata?",
        f"ref! {_PLACE} name start duration enabled srcEnable audioRole videoRole "
        f"{_TIMECODE}",
    ),
    "ref-clip": (
        "note? TIMING PICTURE SOUND ANCHORED MARKERS audio-role-source* FILTERS "
        "metadata?",
        f"ref! {_CLIP} srcEnable audioStart audioDuration useAudioSubroles modDate",
    ),
    "mc-clip": (
        "note? TIMING SOUND mc-source* ANCHORED MARKERS filter-audio* metadata?",
        f"ref! {_CLIP} srcEnable audioStart audioDuration modDate",
    ),
    "mc-source": (
        "audio-role-source* PICTURE (filter-video|filter-video-mask)*",
        "angleID! srcEnable",
    ),
    "clip": (
        "note? TIMING PICTURE SOUND (spine|INNER|caption)* MARKERS "
        "audio-channel-source* FILTERS metadata?",
        f"{_CLIP} {_TIMECODE}",
    ),
    "sync-clip": (
        "note? TIMING PICTURE SOUND (spine|INNER|caption)* MARKERS sync-source* "
        "FILTERS metadata?",
        f"{_CLIP} {_TIMECODE}",
    ),
    "sync-source": ("audio-role-source*", "sourceID!"),
    "audio": (
        "note? TIMING adjust-volume? ANCHORED MARKERS filter-audio*",
        f"ref! {_CLIP} srcID role srcCh outCh",
    ),
    "video": (
        "param* note? TIMING PICTURE ANCHORED MARKERS "
        "(filter-video|filter-video-mask)* reserved?",
        f"ref! {_CLIP} srcID role",
    ),
    "title": (
        "param* text* text-style-def* note? PICTURE ANCHORED MARKERS "
        "(filter-video|filter-video-mask)* metadata?",
        f"ref! {_CLIP} role",
    ),
    "caption": ("text* text-style-def* note?", f"{_CLIP} role"),
    "gap": (
        "note? ANCHORED MARKERS metadata?",
        "name offset start duration! enabled",
    ),
    "transition": (
        "filter-video? filter-audio? MARKERS metadata? reserved?",
        "name offset duration!",
    ),
    "filter-video": ("data* param*", "ref! name enabled"),
    "filter-audio": ("data? param*", "ref! name enabled presetID"),
    "param": ("fadeIn? fadeOut? keyframeAnimation? param*", "name! key value enabled"),
    "fadeIn": ("", "type duration!"),
    "fadeOut": ("", "type duration!"),
    "keyframeAnimation": ("keyframe*", ""),
    "keyframe": ("", "time! value! interp curve"),
    "audio-channel-source": (
        "ENHANCED SOUND filter-audio* mute*",
        "srcCh! outCh role start duration enabled active",
    ),
    "audio-role-source": (
        "ENHANCED SOUND filter-audio* mute*",
        "role! start duration enabled active",
    ),
    "mute": ("fadeIn? fadeOut?", "start duration"),
    "conform-rate": ("", "scaleEnabled srcFrameRate frameSampling"),
    "timeMap": ("timept*", "frameSampling preservesPitch"),
    "timept": ("", "time! value! interp inTime outTime"),
    "adjust-crop": ("crop-rect? trim-rect? (pan-rect pan-rect)?", "mode! enabled"),
    "crop-rect": ("param*", _RECT),
    "trim-rect": ("param*", _RECT),
    "pan-rect": ("", _RECT),
    "adjust-conform": ("", "type"),
    "adjust-transform": (
        "param*",
        "enabled position scale rotation anchor tracking",
    ),
    "adjust-blend": ("param* reserved?", "amount mode"),
    "adjust-volume": ("param*", "amount"),
    "adjust-panner": (
        "param*",
        "mode amount original_decoded_mix ambient_direct_mix surround_width "
        "left_right_mix front_back_mix LFE_balance rotation stereo_spread "
        "attenuate_collapse_mix center_balance",
    ),
    "marker": ("", "start! duration value! completed note"),
    "chapter-marker": ("", "start! duration value! note posterOffset"),
    "rating": ("", "name start duration value! note"),
    "keyword": ("", "start duration value! note"),
    "note": ("", ""),
    "string": ("", ""),
    "text": (
        "text-style*",
        "display-style roll-up-height position placement alignment",
    ),
    "text-style-def": ("text-style", "id! name"),
    "text-style": (
        "param*",
        "ref font fontSize fontFace fontColor backgroundColor bold italic "
        "strokeColor strokeWidth baseline shadowColor shadowOffset shadowBlurRadius "
        "kerning alignment lineSpacing tabStops baselineOffset underline",
    ),
}
_NAME = re.compile(r"[a-z][\w-]*")


def _pattern(content: str) -> re.Pattern[str]:
    for short, meant in _SHORT.items():
        content = content.replace(short, meant)
    named = _NAME.sub(lambda found: f"(?:{found[0]},)", content)
    return re.compile(named.replace(" ", ""))


_PATTERNS = {tag: _pattern(content) for tag, (content, _) in _GRAMMAR.items()}
_ALLOWED = {tag: said.replace("!", "").split() for tag, (_, said) in _GRAMMAR.items()}
_NEEDED = {
    tag: [name[:-1] for name in said.split() if name.endswith("!")]
    for tag, (_, said) in _GRAMMAR.items()
}


def faults(root: Element) -> Iterator[tuple[Element, str]]:
    """Give each element that breaks the grammar, with a sentence."""
    for element in root.iter():
        tag = element.tag
        if tag not in _PATTERNS:
            continue
        inside = "".join(f"{child.tag}," for child in element)
        if not _PATTERNS[tag].fullmatch(inside):
            held = inside.rstrip(",").replace(",", ", ")
            yield element, f"<{tag}> cannot hold these, or not in this order: {held}."
        for name in _NEEDED[tag]:
            if name not in element.attrib:
                yield element, f"<{tag}> lacks its {name}."
        for name in element.attrib:
            if name not in _ALLOWED[tag]:
                yield element, f"<{tag}> has no attribute {name}."
