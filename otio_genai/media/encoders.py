"""Which encoders really work on this computer: each is tried, not looked up.

FFmpeg is built with encoders for devices that most computers lack, and opening one may
bring a driver down. So the trial, two pictures to a file, runs in a process of its own.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np

from otio_genai.errors import OutputError
from otio_genai.media.codecs import can_encode
from otio_genai.media.encoding import Encoding
from otio_genai.media.segment import SegmentWriter

__all__ = ["trial", "why_not"]

# Large enough for every device: some refuse less than 145 pixels.
_SIZE = (640, 360)
_PATIENCE_S = 30
_CODE = (
    "import json, sys; sys.path[:0] = json.loads(sys.argv[1]); "
    "from otio_genai.media import encoders; "
    "from otio_genai.media.encoding import Encoding; "
    "print(encoders.trial(Encoding.from_json(json.loads(sys.argv[2]))))"
)


@functools.cache
def why_not(encoding: Encoding) -> str:
    """Return why nothing can be encoded so on this computer; empty if it can.

    A process of its own tries it; the answer is kept as long as this one lives.
    """
    if not can_encode(encoding.codec):
        return "PyAV's build lacks it"
    given = json.dumps(encoding.to_json())
    command = [sys.executable, "-c", _CODE, json.dumps(sys.path), given]
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter, our own code
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it gave no answer within {_PATIENCE_S} s"
    if done.returncode:
        return f"its driver ended the trial ({done.returncode})"
    return done.stdout.strip()


def trial(encoding: Encoding) -> str:
    """Encode two pictures here and now; return why that failed, empty if it did not."""
    wide, high = _SIZE
    grey = np.full((high, wide, 3), 128, np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        try:
            path = Path(folder) / "trial.mov"
            with SegmentWriter(path, _SIZE, Fraction(24), encoding) as writer:
                writer.write(grey)
                writer.write(grey)
        except OutputError as error:
            cause = error.__cause__
            detail = getattr(cause, "strerror", None) or cause or error.sentence
            return f"it does not open ({detail})"
    return ""
