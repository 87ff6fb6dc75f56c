"""What is in the media: how takes move, where music beats, when a voice speaks.

One question per file, each a pure function of arrays that can be used alone:
`motion.measure`, `music.music`, `voice.speech_spans`, `loudness.loudness`,
`palette.lab`. `analyse` fetches the arrays for a whole bin and writes the answers
into its metadata.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.analyse.cache import Cache
from otio_genai.errors import MediaError
from otio_genai.media import locate, store

if TYPE_CHECKING:
    from otio_genai.analyse.answers import Answers, Subject
    from otio_genai.analyse.elsewhere import Map

__all__ = ["analyse"]

Progress = Callable[[str, int, int], None]


def analyse(
    bin: otio.schema.SerializableCollection,
    *,
    cache: str | PathLike[str] | None = None,
    progress: Progress | None = None,
    strict: bool = False,
    map: Map | None = None,
) -> otio.schema.SerializableCollection:
    """Return a new bin whose media references say what was measured.

    Parameters
    ----------
    bin
        What ``ingest`` made; it is not touched.
    cache
        Folder of earlier answers, by content hash; by default the one of the user.
    progress
        Called with (name, done, total) after each file.
    strict
        Refuse a bin with a file that cannot be decoded. Otherwise its media
        reference carries the reason under ``fault`` and the others go on.
    map
        Who measures what was never measured: the ``map`` of an executor
        (`otio_genai.render.workers.Processes`, `otio_genai.render.cluster.Dask`). By
        default this process.

    Returns
    -------
    SerializableCollection
        With, under ``metadata["otio_genai"]`` of each media reference:

        ``motion``
            takes: ``{version, width_px, height_px, samples, cuts_frames}``
            (`otio_genai.analyse.motion.from_metadata` reads it back).
        ``steady``
            takes: ``{version, unsteady, head_frames, tail_frames, freezes}``;
            ``unsteady`` has [frame, 0 to 1] for each sample of the motion, the ends
            are frames that a cut should leave out (`otio_genai.analyse.steady`).
        ``palette``
            takes and stills: ``{version, lab, entry_lab, exit_lab, entry_luma,
            exit_luma}``.
        ``loudness``
            whatever sounds: ``{version, integrated_lufs, true_peak_dbtp, lra_lu,
            hop_s, powers_db, peaks_dbtp}``, the first two ``None`` for silence; the
            curves have one value for each 100 ms, -120 for silence.
        ``beats``
            music: ``{version, source, bpm, other_bpm, confidence, regularity, mode,
            beats_s, downbeats_s, downbeat_confidence, phrases_s, phrase_confidence,
            sections_s, section_confidence, onsets_s, rests_s, markers_s, energy}``
            (`otio_genai.analyse.music.Music`); ``energy`` is ``{hop_s, db}``.
            ``source`` is ``measured``, or what somebody said: ``tempo``, ``beats`` or
            ``markers``.
        ``speech``
            voices: ``{version, spans_s, source, sentences, warnings}``; ``sentences``
            are [start, end, text] in seconds, and ``source`` says where they come
            from: ``elevenlabs``, ``srt``, ``vtt``, ``script`` or ``pauses``.

    Raises
    ------
    MediaError
        ``strict`` and some file cannot be decoded; every one is named.

    Examples
    --------
    >>> empty = otio.schema.SerializableCollection("bin")
    >>> analyse(empty).name
    'bin'
    """
    # What listens needs scipy, which whoever only asks for motion is spared.
    from otio_genai.analyse.answers import KEYS

    result = copy.deepcopy(bin)
    clips = list(result.find_clips())
    faults: dict[int, str] = {}
    for done, (place, answers) in enumerate(_answered(clips, cache, map), start=1):
        clip = clips[place]
        for key in KEYS:
            metadata.put(clip.media_reference, key, answers.found.get(key))
        if answers.faults:
            fault = " ".join(answers.faults)
            metadata.put(clip.media_reference, "fault", fault)
            faults[place] = f"{clip.name}: {fault}"
        if progress is not None:
            progress(clip.name, done, len(clips))
    if faults and strict:
        raise MediaError(
            f"{len(faults)} of {len(clips)} files cannot be analysed.",
            remedy="Generate or download them again, or take them out of the folder.",
            items=[faults[place] for place in sorted(faults)],
        )
    return result


def _answered(
    clips: Sequence[otio.schema.Clip],
    cache: str | PathLike[str] | None,
    map: Map | None,
) -> Iterator[tuple[int, Answers]]:
    """Yield (a clip's place, what its file answers): in order, or as they come."""
    from otio_genai.analyse import elsewhere
    from otio_genai.analyse.answers import Answers, ask

    if not clips:
        return
    folder = store.cache_folder() / "analysis" if cache is None else Path(cache)
    kept = Cache(folder)
    places, subjects = [], []
    for place, clip in enumerate(clips):
        try:
            subject = _subject(clip.media_reference)
        except MediaError as error:
            yield place, Answers({}, (error.sentence,))
            continue
        if map is None:
            yield place, ask(subject, kept)
        else:
            places.append(place)
            subjects.append(subject)
    if map is not None:
        for index, answers in elsewhere.answers(subjects, kept, map):
            yield places[index], answers


def _subject(reference: otio.core.MediaReference) -> Subject:
    from otio_genai.analyse.answers import Subject

    media = metadata.read(reference, "media", {})
    path = locate.path(reference)
    hashes = metadata.read(reference, "hash") or store.file_hashes(path)
    return Subject(
        path,
        media.get("kind", ""),
        hashes["bytes"],
        has_audio=bool(media.get("has_audio")),
        cues=metadata.read(reference, "cues"),
        script=metadata.read(reference, "script"),
    )
