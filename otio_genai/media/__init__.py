"""The only room that opens media: probe, frames, sound, and writing them.

Nothing is imported here; name the module you need::

    from otio_genai.media.probe import probe
    from otio_genai.media.frames import FrameReader
    from otio_genai.media.sound import SoundReader, read, read_mono
    from otio_genai.media.write import FilmWriter, write_wav
    from otio_genai.media.segment import SegmentWriter
    from otio_genai.media.join import join
    from otio_genai.media import locate, store

Conventions
    Frame numbers count presented pictures from 0 in the order of their timestamps.
    Pictures are upright and in square pixels, whatever the file stores.
    Samples count from the take's first picture, or from the first sample of a file
    that is sound alone.
"""
