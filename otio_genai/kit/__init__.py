"""A kit that proves in minutes whether an editor reads our files right.

`kit` writes coded media, a film of every feature for each editor, what each frame must
show, and a page that says what to do; `verify` reads what the editor rendered of it.
``coded`` are the pictures, ``media`` the files, ``films`` the features, ``making`` the
folder, ``page`` the checklist, ``expected`` the frames, ``judging`` the verdict.
"""

from __future__ import annotations

from otio_genai.kit.judging import Judged, Verdict, verify
from otio_genai.kit.making import TARGETS, kit

__all__ = ["TARGETS", "Judged", "Verdict", "kit", "verify"]
