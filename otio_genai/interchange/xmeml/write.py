"""The format's text, element by element, in the order Premiere writes them.

The XML is made here and not by a library so that the same model always gives the same
bytes: a double-quoted declaration, tabs, empty elements with both tags, and only the
stubs that refer to a file closed in themselves, as importers are known to want it.
"""

from __future__ import annotations

from collections.abc import Mapping

from otio_genai import rates
from otio_genai.interchange.account import clean
from otio_genai.interchange.xmeml import foreign, model
from otio_genai.interchange.xmeml.dialects import Table, table

__all__ = ["write"]

_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ATTRIBUTE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def write(sequence: model.Sequence, dialect: str) -> str:
    """Return the document of a sequence.

    Raises
    ------
    InterchangeError
        There is no such dialect.
    """
    return _Writer(table(dialect)).document(sequence)


class _Writer:
    def __init__(self, rules: Table) -> None:
        self._rules = rules
        self._lines: list[str] = []
        self._indent = ""
        self._open: list[str] = []
        self._files: set[str] = set()
        self._sequences: set[str] = set()

    def document(self, sequence: model.Sequence) -> str:
        self._lines += ['<?xml version="1.0" encoding="UTF-8"?>', "<!DOCTYPE xmeml>"]
        with self._in("xmeml", {"version": str(self._rules.version)}):
            self._sequence(sequence)
        return "\n".join(self._lines) + "\n"

    def _line(self, text: str) -> None:
        self._lines.append(self._indent + text)

    def _in(self, tag: str, attributes: Mapping[str, str] | None = None) -> _Writer:
        """Open an element, which ends with the ``with`` block it is opened for."""
        # The writer is its own context: a generator for each took a tenth of the time.
        found = "".join(
            f' {key}="{clean(value).translate(_ATTRIBUTE)}"'
            for key, value in (attributes or {}).items()
        )
        self._line(f"<{tag}{found}>")
        self._open.append(tag)
        self._indent += "\t"
        return self

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._indent = self._indent[:-1]
        self._line(f"</{self._open.pop()}>")

    def _leaf(self, tag: str, value: object) -> None:
        # Most are numbers and words an editor reads as they stand, by the ten thousand.
        kind = value.__class__
        if kind is int:
            text = str(value)
        elif kind is bool:
            text = "TRUE" if value else "FALSE"
        else:
            text = clean(str(value), lines=True).translate(_TEXT)
        self._lines.append(f"{self._indent}<{tag}>{text}</{tag}>")

    def _leaves(self, **values: object) -> None:
        # A trailing underscore frees a Python keyword: in_ is <in>.
        for tag, value in values.items():
            self._leaf(tag.rstrip("_"), value)

    def _rate(self, rate: model.Rate) -> None:
        with self._in("rate"):
            self._leaves(timebase=rate.timebase, ntsc=rate.ntsc)

    def _timecode(self, timecode: model.Timecode) -> None:
        with self._in("timecode"):
            self._rate(timecode.rate)
            exact = timecode.rate.exact
            label = rates.timecode(timecode.frames, exact, drop=timecode.drop)
            shown = "DF" if timecode.drop else "NDF"
            if timecode.drop and self._rules.extensions:
                label = label.replace(":", ";")
            self._leaves(string=label, frame=timecode.frames, displayformat=shown)

    def _sequence(self, sequence: model.Sequence) -> None:
        if sequence.id in self._sequences:
            self._line(f'<sequence id="{sequence.id}"/>')
            return
        self._sequences.add(sequence.id)
        attributes = {"id": sequence.id}
        if self._rules.exploded_stereo:
            attributes["explodedTracks"] = "true"
        with self._in("sequence", attributes):
            self._leaf("duration", sequence.duration_frames)
            self._rate(sequence.rate)
            self._leaf("name", sequence.name)
            with self._in("media"):
                self._video(sequence)
                self._audio(sequence)
            self._timecode(sequence.timecode)
            for marker in sequence.markers:
                self._marker(marker)

    def _video(self, sequence: model.Sequence) -> None:
        with self._in("video"):
            with self._in("format"), self._in("samplecharacteristics"):
                self._rate(sequence.rate)
                with self._in("codec"):
                    self._leaf("name", "Apple ProRes 422")
                self._leaves(width=sequence.width_px, height=sequence.height_px)
                self._square()
                self._leaf("colordepth", 24)
            for track in sequence.video:
                self._track(track)

    def _square(self) -> None:
        self._leaves(anamorphic=False, pixelaspectratio="square", fielddominance="none")

    def _audio(self, sequence: model.Sequence) -> None:
        with self._in("audio"):
            if self._rules.extensions:
                self._leaf("numOutputChannels", 2)
            with self._in("format"), self._in("samplecharacteristics"):
                self._leaves(depth=16, samplerate=sequence.sample_rate)
            with self._in("outputs"):
                for index in (1, 2):
                    with self._in("group"):
                        self._leaves(index=index, numchannels=1, downmix=0)
                        with self._in("channel"):
                            self._leaf("index", index)
            for track in sequence.audio:
                self._track(track)

    def _track(self, track: model.Track) -> None:
        attributes: dict[str, str] = {}
        if self._rules.extensions:
            if track.channel_type:
                stereo = track.channel_type == "stereo"
                attributes["currentExplodedTrackIndex"] = str(track.stereo_side)
                attributes["totalExplodedTrackCount"] = "2" if stereo else "1"
                attributes["premiereTrackType"] = track.channel_type.capitalize()
            if track.name:
                attributes["MZ.TrackName"] = track.name
        with self._in("track", attributes):
            for item in track.items:
                if isinstance(item, model.TransitionItem):
                    self._transition(item)
                elif item.generator is not None:
                    self._generator(item)
                else:
                    self._clip(item, track.mediatype)
            self._leaves(enabled=track.enabled, locked=track.locked)
            if track.output_channel:
                self._leaf("outputchannelindex", track.output_channel)

    def _transition(self, item: model.TransitionItem) -> None:
        with self._in("transitionitem"):
            self._leaves(
                start=item.start_frames, end=item.end_frames, alignment=item.alignment
            )
            if item.cut_ticks is not None:
                self._leaf("cutPointTicks", item.cut_ticks)
            self._rate(item.rate)
            if item.tree is not None:
                self._lines += foreign.lines(item.tree, len(self._open))
                return
            with self._in("effect"):
                self._leaves(
                    name=item.name,
                    effectid=item.effect_id,
                    effectcategory="Dissolve",
                    effecttype="transition",
                    mediatype=item.mediatype,
                    wipecode=0,
                    wipeaccuracy=100,
                    startratio=0,
                    endratio=1,
                    reverse=False,
                )

    def _clip(self, clip: model.ClipItem, mediatype: model.MediaType) -> None:
        attributes = {"id": clip.id}
        if self._rules.extensions and clip.channel_type:
            attributes["premiereChannelType"] = clip.channel_type
        with self._in("clipitem", attributes):
            if clip.masterclip_id:
                self._leaf("masterclipid", clip.masterclip_id)
            self._leaves(
                name=clip.name, enabled=clip.enabled, duration=clip.duration_frames
            )
            self._rate(clip.rate)
            self._leaves(
                start=clip.start_frames,
                end=clip.end_frames,
                in_=clip.in_frames,
                out=clip.out_frames,
            )
            if clip.ticks_in is not None and clip.ticks_out is not None:
                self._leaves(pproTicksIn=clip.ticks_in, pproTicksOut=clip.ticks_out)
            if mediatype == "video":
                self._leaves(
                    alphatype=clip.alpha, pixelaspectratio="square", anamorphic=False
                )
            if clip.file is not None:
                self._file(clip.file)
            if clip.sequence is not None:
                self._sequence(clip.sequence)
            if mediatype == "audio":
                with self._in("sourcetrack"):
                    self._leaves(mediatype="audio", trackindex=clip.source_track)
            self._clip_tail(clip)

    def _generator(self, clip: model.ClipItem) -> None:
        with self._in("generatoritem", {"id": clip.id}):
            self._leaves(
                name=clip.name,
                enabled=clip.enabled,
                duration=clip.duration_frames,
                start=clip.start_frames,
                end=clip.end_frames,
                in_=clip.in_frames,
                out=clip.out_frames,
            )
            self._rate(clip.rate)
            self._lines += foreign.lines(clip.generator, len(self._open))
            self._clip_tail(clip)

    def _clip_tail(self, clip: model.ClipItem) -> None:
        for effect in clip.filters:
            self._filter(effect)
        for link in clip.links:
            with self._in("link"):
                self._leaves(
                    linkclipref=link.clip_id,
                    mediatype=link.mediatype,
                    trackindex=link.track_index,
                    clipindex=link.clip_index,
                )
                if link.mediatype == "audio":
                    self._leaf("groupindex", 1)
        for marker in clip.markers:
            self._marker(marker)
        with self._in("logginginfo"):
            self._leaves(
                description=clip.description,
                scene=clip.scene,
                shottake=clip.shot_take,
                lognote=clip.note,
            )
            if self._rules.extensions and clip.original_name:
                self._leaf("originalvideofilename", clip.original_name)
        if clip.label:
            with self._in("labels"):
                self._leaf("label2", clip.label)

    def _file(self, file: model.MediaFile) -> None:
        if file.id in self._files:
            self._line(f'<file id="{file.id}"/>')
            return
        self._files.add(file.id)
        with self._in("file", {"id": file.id}):
            self._leaf("name", file.name)
            if file.pathurl:
                self._leaf("pathurl", file.pathurl)
            elif file.source:
                self._leaf("mediaSource", file.source)
            self._rate(file.rate)
            if file.duration_frames:
                self._leaf("duration", file.duration_frames)
            self._timecode(file.timecode)
            with self._in("media"):
                if file.has_video:
                    with self._in("video"), self._in("samplecharacteristics"):
                        self._rate(file.rate)
                        if file.width_px and file.height_px:
                            self._leaves(width=file.width_px, height=file.height_px)
                        self._square()
                if file.channels:
                    with self._in("audio"):
                        with self._in("samplecharacteristics"):
                            self._leaves(depth=16, samplerate=file.sample_rate)
                        self._leaf("channelcount", file.channels)

    def _filter(self, effect: model.Filter) -> None:
        if effect.tree is not None:
            self._lines += foreign.lines(effect.tree, len(self._open))
            return
        with self._in("filter"):
            if not effect.enabled:
                self._leaf("enabled", False)
            with self._in("effect"):
                self._leaves(
                    name=effect.name,
                    effectid=effect.effect_id,
                    effectcategory=effect.category,
                    effecttype=effect.kind,
                    mediatype=effect.mediatype,
                )
                if self._rules.extensions:
                    self._leaf("pproBypass", "false")
                for parameter in effect.parameters:
                    self._parameter(parameter)

    def _parameter(self, parameter: model.Parameter) -> None:
        own = {"authoringApp": "PremierePro"} if self._rules.extensions else {}
        with self._in("parameter", own):
            self._leaves(parameterid=parameter.id, name=parameter.name)
            if parameter.low or parameter.high:
                self._leaves(valuemin=parameter.low, valuemax=parameter.high)
            self._value(parameter.value)
            marks = parameter.marks or ((),) * len(parameter.keyframes)
            for (when, value), names in zip(parameter.keyframes, marks, strict=True):
                with self._in("keyframe"):
                    self._leaf("when", when)
                    self._value(value)
                    for name in names:
                        self._leaf(name, True)
            if parameter.curve:
                with self._in("interpolation"):
                    self._leaf("name", parameter.curve)

    def _value(self, value: model.Value) -> None:
        if isinstance(value, str):
            self._leaf("value", value)
            return
        with self._in("value"):
            self._leaves(horiz=value[0], vert=value[1])

    def _marker(self, marker: model.Marker) -> None:
        with self._in("marker"):
            self._leaves(
                comment=marker.comment,
                name=marker.name,
                in_=marker.in_frames,
                out=marker.out_frames,
            )
            if self._rules.extensions and marker.color is not None:
                self._leaf("pproColor", marker.color)
