"""What is in the media: how takes move, where music beats, when a voice speaks.

One question per file, each a pure function of arrays that can be used alone:
`motion.measure`, `music.music`, `voice.speech_spans`, `loudness.loudness`,
`palette.lab`. `analyse` fetches the arrays for a whole bin and writes the answers
into its metadata.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.analyse.cache import Cache
from otio_genai.errors import GenaiError, MediaError
from otio_genai.media import locate, store

if TYPE_CHECKING:
    from otio_genai.analyse.answers import Answers

__all__ = ["analyse"]

Progress = Callable[[str, int, int], None]


def analyse(
    bin: otio.schema.SerializableCollection,
    *,
    cache: str | PathLike[str] | None = None,
    progress: Progress | None = None,
    strict: bool = False,
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
    kept: Cache | None = None if cache is None else Cache(Path(cache))
    faults: list[str] = []
    for done, clip in enumerate(clips, start=1):
        kept = kept or Cache(store.cache_folder() / "analysis")
        answers = _answers(clip.media_reference, kept)
        for key in KEYS:
            metadata.put(clip.media_reference, key, answers.found.get(key))
        if answers.faults:
            fault = " ".join(answers.faults)
            metadata.put(clip.media_reference, "fault", fault)
            faults.append(f"{clip.name}: {fault}")
        if progress is not None:
            progress(clip.name, done, len(clips))
    if faults and strict:
        raise MediaError(
            f"{len(faults)} of {len(clips)} files cannot be analysed.",
            remedy="Generate or download them again, or take them out of the folder.",
            items=faults,
        )
    return result


def _answers(reference: otio.core.MediaReference, cache: Cache) -> Answers:
    from otio_genai.analyse.answers import Answers, ask

    media = metadata.read(reference, "media", {})
    try:
        path = locate.path(reference)
        hashes = metadata.read(reference, "hash") or store.file_hashes(path)
    except GenaiError as error:
        return Answers({}, (error.sentence,))
    return ask(
        path,
        media.get("kind", ""),
        hashes["bytes"],
        cache,
        has_audio=bool(media.get("has_audio")),
        cues=metadata.read(reference, "cues"),
        script=metadata.read(reference, "script"),
    )
