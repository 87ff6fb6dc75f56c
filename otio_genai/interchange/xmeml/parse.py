"""From the format's text to its model.

Whatever a real file may leave out has a default; whatever cannot be meant is an
`InterchangeError` with its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element

from otio_genai import rates
from otio_genai.errors import InterchangeError
from otio_genai.interchange.tree import tree
from otio_genai.interchange.xmeml import model
from otio_genai.interchange.xmeml.dialects import FILTERS, TRANSITIONS
from otio_genai.interchange.xmeml.foreign import kept
from otio_genai.interchange.xmeml.scalars import Scalars, true
from otio_genai.interchange.xmeml.sequences import (
    Nested,
    choose,
    document_notes,
    unread,
)

__all__ = ["parse"]


def parse(text: str, name: str | None = None) -> model.Sequence:
    """Return one sequence of a document, with those nested in it.

    Parameters
    ----------
    text
        The document.
    name
        Name of the sequence; by default the first that is not nested.

    Raises
    ------
    InterchangeError
        The text is no xmeml, holds no such sequence, or says what cannot be.
    """
    root = tree(text)
    if root.tag != "xmeml":
        raise InterchangeError(
            f"The document is <{root.tag}>, not <xmeml>.",
            remedy="Export the sequence as Final Cut Pro XML.",
        )
    chosen, others = choose(root, name)
    reader = Reader(root)
    made = reader.sequence(chosen)
    reader.check()
    if others:
        names = ", ".join(repr(other) for other in others)
        made = replace(
            made, notes=(*made.notes, f"Not read are the sequences {names}.")
        )
    return made


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Reader:
    """Reads the sequences of one document."""

    def __init__(self, root: Element) -> None:
        # A reference may stand before the definition when a bin holds it.
        self._defined: dict[str, Element] = {}
        for file in root.iter("file"):
            if len(file):
                self._defined.setdefault(file.get("id", ""), file)
        self._files: dict[str, model.MediaFile | None] = {}
        self._nested = Nested(root)
        self._scalars = Scalars()
        self._version = (root.get("version") or "").strip()

    def check(self) -> None:
        """Refuse a document that says what cannot be, naming all of it."""
        self._scalars.check()

    def sequence(self, element: Element) -> model.Sequence:
        """Return the model of a sequence element."""
        rate = self._scalars.rate(element, None)
        picture = element.find("media/video/format/samplecharacteristics")
        sound = element.find("media/audio/format/samplecharacteristics")
        empty = Element("samplecharacteristics")
        picture = empty if picture is None else picture
        sound = empty if sound is None else sound
        return model.Sequence(
            id=element.get("id", "sequence-1"),
            name=element.findtext("name") or "",
            rate=rate,
            duration_frames=max(0, self._scalars.whole(element, "duration", 0)),
            width_px=max(0, self._scalars.whole(picture, "width", 0)),
            height_px=max(0, self._scalars.whole(picture, "height", 0)),
            sample_rate=max(0, self._scalars.whole(sound, "samplerate", 0)),
            timecode=self._timecode(element, rate),
            video=tuple(self._tracks(element, "video", rate)),
            audio=tuple(self._tracks(element, "audio", rate)),
            markers=tuple(self._markers(element)),
            version=5 if self._version == "5" else 4,
            notes=tuple(document_notes(element)),
        )

    def _timecode(self, element: Element, rate: model.Rate) -> model.Timecode:
        found = element.find("timecode")
        if found is None:
            return model.Timecode(rate, 0)
        drop = (found.findtext("displayformat") or "").strip() == "DF"
        own = self._scalars.rate(found, rate)
        drop = drop and rates.is_drop_rate(own.exact)
        return model.Timecode(own, self._scalars.first_frame(found, own), drop)

    def _markers(self, element: Element) -> Iterator[model.Marker]:
        for marker in element.findall("marker"):
            color = self._scalars.whole(marker, "pproColor", -1)
            yield model.Marker(
                marker.findtext("name") or "",
                marker.findtext("comment") or "",
                max(0, self._scalars.whole(marker, "in", 0)),
                self._scalars.whole(marker, "out", -1),
                color if color >= 0 else None,
            )

    def _tracks(
        self, element: Element, mediatype: model.MediaType, rate: model.Rate
    ) -> Iterator[model.Track]:
        for track in element.findall(f"media/{mediatype}/track"):
            side = track.get("currentExplodedTrackIndex", "0")
            pair = track.get("totalExplodedTrackCount") == "2"
            yield model.Track(
                mediatype,
                tuple(self._items(track, mediatype, rate)),
                track.get("MZ.TrackName", "") or (track.findtext("name") or ""),
                true(track.findtext("enabled")),
                max(0, self._scalars.whole(track, "outputchannelindex", 0)),
                track.get("premiereTrackType", "").lower(),
                1 if pair and side == "1" else 0,
                true(track.findtext("locked"), default=False),
            )

    def _items(
        self, track: Element, mediatype: model.MediaType, rate: model.Rate
    ) -> Iterator[model.ClipItem | model.TransitionItem]:
        for item in track:
            if item.tag == "transitionitem":
                yield self._transition(item, mediatype, rate)
            elif item.tag in ("clipitem", "generatoritem") and len(item):
                yield self._clip(item, mediatype, rate)

    def _transition(
        self, item: Element, mediatype: model.MediaType, rate: model.Rate
    ) -> model.TransitionItem:
        ticks = self._scalars.whole(item, "cutPointTicks", -1, 10**18)
        effect = item.find("effect")
        effect_id = (item.findtext("effect/effectid") or "").strip()
        return model.TransitionItem(
            self._scalars.whole(item, "start", -1),
            self._scalars.whole(item, "end", -1),
            (item.findtext("alignment") or "center").strip(),
            self._scalars.rate(item, rate),
            effect_id,
            item.findtext("effect/name") or "",
            mediatype,
            ticks if ticks >= 0 else None,
            None if effect is None or effect_id in TRANSITIONS else kept(effect),
        )

    def _clip(
        self, item: Element, mediatype: model.MediaType, rate: model.Rate
    ) -> model.ClipItem:
        ticks = [
            self._scalars.whole(item, f"pproTicks{end}", -1, 10**18)
            for end in ("In", "Out")
        ]
        logging = item.find("logginginfo")
        logging = Element("logginginfo") if logging is None else logging
        source = item.find("sourcetrack")
        file = self._file(item, rate) if item.tag == "clipitem" else None
        sequence = self._nested.read(item, self)
        effect = item.find("effect") if item.tag == "generatoritem" else None
        return model.ClipItem(
            id=item.get("id", ""),
            name=item.findtext("name") or "",
            rate=self._scalars.rate(item, rate),
            duration_frames=self._scalars.whole(item, "duration", 0),
            start_frames=self._scalars.whole(item, "start", -1),
            end_frames=self._scalars.whole(item, "end", -1),
            in_frames=self._scalars.whole(item, "in", -1),
            out_frames=self._scalars.whole(item, "out", -1),
            file=file,
            masterclip_id=item.findtext("masterclipid") or "",
            ticks_in=ticks[0] if ticks[0] >= 0 else None,
            ticks_out=ticks[1] if ticks[1] >= 0 else None,
            enabled=true(item.findtext("enabled")),
            alpha=item.findtext("alphatype") or "none",
            source_track=0
            if source is None or mediatype == "video"
            else self._scalars.whole(source, "trackindex", 1),
            channel_type=item.get("premiereChannelType", ""),
            filters=tuple(self._filters(item)),
            links=tuple(self._links(item)),
            markers=tuple(self._markers(item)),
            description=logging.findtext("description") or "",
            note=logging.findtext("lognote") or "",
            original_name=logging.findtext("originalvideofilename") or "",
            sequence=sequence,
            generator=None if effect is None else kept(effect),
            label=(item.findtext("labels/label2") or "").strip(),
            scene=logging.findtext("scene") or "",
            shot_take=logging.findtext("shottake") or "",
            unread=tuple(unread(item, sequence, file)),
        )

    def _links(self, item: Element) -> Iterator[model.Link]:
        for link in item.findall("link"):
            kind = (link.findtext("mediatype") or "video").strip()
            yield model.Link(
                (link.findtext("linkclipref") or "").strip(),
                "audio" if kind == "audio" else "video",
                self._scalars.whole(link, "trackindex", 0),
                self._scalars.whole(link, "clipindex", 0),
            )

    def _file(self, item: Element, rate: model.Rate) -> model.MediaFile | None:
        stub = item.find("file")
        if stub is None:
            return None
        file_id = stub.get("id", "")
        if file_id not in self._files:
            self._files[file_id] = self._media_file(file_id, rate)
        return self._files[file_id]

    def _media_file(self, file_id: str, record: model.Rate) -> model.MediaFile | None:
        file = self._defined.get(file_id)
        if file is None:
            return None
        rate = self._scalars.rate(file, record)
        video, audio = file.find("media/video"), file.find("media/audio")
        picture = Element("none") if video is None else video
        sound = Element("none") if audio is None else audio
        size = picture.find("samplecharacteristics")
        size = picture if size is None else size
        depth = sound.find("samplecharacteristics")
        depth = sound if depth is None else depth
        return model.MediaFile(
            id=file_id,
            name=file.findtext("name") or "",
            pathurl=(file.findtext("pathurl") or "").strip(),
            rate=rate,
            duration_frames=max(0, self._scalars.whole(file, "duration", 0)),
            timecode=self._timecode(file, rate),
            width_px=max(0, self._scalars.whole(size, "width", 0)),
            height_px=max(0, self._scalars.whole(size, "height", 0)),
            sample_rate=max(0, self._scalars.whole(depth, "samplerate", 0)),
            channels=0
            if audio is None
            else max(0, self._scalars.whole(sound, "channelcount", 2)),
            has_video=video is not None,
            source=(file.findtext("mediaSource") or "").strip(),
        )

    def _filters(self, item: Element) -> Iterator[model.Filter]:
        for found in item.findall("filter"):
            effect = found.find("effect")
            if effect is None:
                continue
            kind = (effect.findtext("mediatype") or "video").strip()
            enabled = true(found.findtext("enabled"))
            enabled &= not true(effect.findtext("pproBypass"), default=False)
            effect_id = (effect.findtext("effectid") or "").strip()
            known = enabled and effect_id in FILTERS
            yield model.Filter(
                effect_id,
                _lines(effect.findtext("name") or ""),
                effect.findtext("effectcategory") or "",
                effect.findtext("effecttype") or "",
                "audio" if kind == "audio" else "video",
                tuple(self._parameter(p) for p in effect.findall("parameter")),
                enabled,
                None if known else kept(found),
            )

    def _parameter(self, element: Element) -> model.Parameter:
        return model.Parameter(
            (element.findtext("parameterid") or "").strip(),
            element.findtext("name") or "",
            _value(element),
            element.findtext("valuemin") or "",
            element.findtext("valuemax") or "",
            tuple(
                (self._scalars.whole(key, "when", 0), _value(key))
                for key in element.findall("keyframe")
            ),
            tuple(
                tuple(part.tag for part in key if part.tag not in ("when", "value"))
                for key in element.findall("keyframe")
            ),
            element.findtext("interpolation/name") or "",
        )


def _value(element: Element) -> model.Value:
    value = element.find("value")
    if value is None:
        return ""
    if value.find("horiz") is not None:
        across, down = value.findtext("horiz"), value.findtext("vert")
        return (across or "0").strip(), (down or "0").strip()
    return (value.text or "").strip()
