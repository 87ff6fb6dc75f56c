"""A film file with every table, and the refusal of a faulty one."""

import pytest

from otio_genai.assemble.filmtoml.filmfile import read_film_file
from otio_genai.errors import FilmFileError

__all__ = ["WHOLE", "refused"]

WHOLE = """
[film]
title = "Brises"
length_s = 60
rate = 23.976
width = 1280
height = 720
seed = 7
start_timecode = "01:00:00:00"
media_folder = "takes"

[style]
mean_shot_s = 3
dry_share = 0.5
carry_share = 0.1
cut_on = "phrases"
use_stills = false

[fractures]
carry_s = 0.4

[order]
mode = "given"
first = "dune_1"
last = ["end_1", "end_2"]

[music]
bed = "violin.wav"
tempo_bpm = 72
markers_s = [31, 12.5]

[voice]
script = "words.txt"

[sound]
profile = "broadcast"
duck = false
voice_at_s = 4

[weights]
motion = 2

[[pins]]
take = "dune_3"
slot = -1

[[pins]]
take = "hand_1"
at_s = 31
in_s = 1.5
length_s = 4

[[locks]]
from = "a"
to = "b"

[[joins]]
number = 3
kind = "carry"
length_s = 0.4

[[joins]]
from = "hand_1"
kind = "dry"

[media]
"./a b.wav" = "voice"
"tests/*" = "skip"
violin = "music"
"""


def refused(path):
    with pytest.raises(FilmFileError) as raised:
        read_film_file(path)
    return raised.value
