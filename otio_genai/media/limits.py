"""Full range brought to limited, to the nearest level.

The scaler does it up to half a level too high in chroma: a tint where the same colour
comes from files of either range.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["write_limited"]

# ITU-T H.273, 8.3, in levels of 8 bits: 255 times what 0 becomes, and the span.
_LUMA = (16 * 255, 219)
_CHROMA = (128 * (255 - 224), 224)
_FULL = 255


def write_limited(
    made: Sequence[NDArray[Any]], full: Sequence[NDArray[Any]], bits: int
) -> None:
    """Write 8-bit YUV planes of full range into others, of limited range.

    ``made`` are of the same shapes and hold ``bits`` bits, 8 to 16.
    """
    for number, (into, plane) in enumerate(zip(made, full, strict=True)):
        low, span = _CHROMA if number else _LUMA
        # 61 215, the largest sum of 8 bits, just fits in 16.
        level = np.uint16 if bits == 8 else np.uint32
        wide: NDArray[np.unsignedinteger[Any]] = plane.astype(level)
        wide *= span << bits - 8
        wide += (low << bits - 8) + _FULL // 2
        wide //= _FULL
        into[:] = wide
