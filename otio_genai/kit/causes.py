"""What wrong frames suggest: late, another in-point, no speed, black, a cut …."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from otio_genai.kit.expected import Layers, Part

__all__ = ["causes"]

Seen = tuple[int, int] | str | None
_FARTHEST = 8
#: A cause that explains fewer of the wrong frames is not named.
_LEAST = 0.2


def causes(
    part: Part, wrong: Sequence[int], code: Callable[[int], Seen]
) -> tuple[str, ...]:
    """Return what the wrong frames of a section suggest, likeliest first.

    Parameters
    ----------
    part
        What the section should show.
    wrong
        Its wrong frames, counted from its first.
    code
        What a record frame of the render shows.
    """
    shift = _shift(part, code)
    if shift:
        return (f"{_frames(shift)} {'late' if shift > 0 else 'early'} on the timeline",)
    counted: Counter[str] = Counter()
    for k in wrong:
        counted[_cause(part, k, code(part.start + k))] += 1
    if _at_own_speed(part, wrong, code):
        return ("the speed is ignored: the take runs on at its own",)
    most = len(wrong)
    return tuple(text for text, n in counted.most_common(3) if n >= _LEAST * most)


def _frames(count: int) -> str:
    return f"{abs(count)} frame{'s' if abs(count) > 1 else ''}"


def _plain(layers: Layers) -> bool:
    return len(layers) == 1 and layers[0][2] == 1


def _shift(part: Part, code: Callable[[int], Seen]) -> int:
    """Return the frames by which the whole section is late; 0 when it is not."""
    # Frames that stay alike over a shift say nothing about it.
    told = [k for k, layers in enumerate(part.frames) if _plain(layers)]
    moving = [k for k in told if k + 1 in told and part.frames[k] != part.frames[k + 1]]
    if len(moving) < 5:
        return 0
    for size in range(1, _FARTHEST + 1):
        for shift in (size, -size):
            fit = sum(
                code(part.start + k + shift) == part.frames[k][0][:2] for k in moving
            )
            if fit >= 0.8 * len(moving):
                return shift
    return 0


def _cause(part: Part, k: int, seen: Seen) -> str:
    layers = part.frames[k]
    if seen is None:
        if part.box is not None:
            return "the picture cannot be read where it should be"
        return "a mixture of pictures that was not meant"
    if not layers:
        return "a picture where black should be"
    if seen == "black":
        return "black: the clip is missing, its media offline, or the feature unknown"
    if not _plain(layers):
        return "one picture where two are mixed: the dissolve or opacity is ignored"
    take, number, _ = layers[0]
    if not isinstance(seen, tuple) or seen[0] != take:
        return "another take: wrong media, track order, or a switched-off clip is shown"
    if seen[1] == number:
        return "the right frame in another place or size"
    return f"the in-point is {_frames(seen[1] - number)} off"


def _at_own_speed(
    part: Part, wrong: Iterable[int], code: Callable[[int], Seen]
) -> bool:
    """Tell whether wrong frames run one by one where they should not."""
    asked = ran = 0
    for k in wrong:
        if k + 1 >= len(part.frames):
            continue
        now, then = part.frames[k], part.frames[k + 1]
        if not (_plain(now) and _plain(then)) or now[0][0] != then[0][0]:
            continue
        if then[0][1] - now[0][1] == 1:
            continue
        first, second = code(part.start + k), code(part.start + k + 1)
        if isinstance(first, tuple) and isinstance(second, tuple):
            asked += 1
            ran += second == (first[0], first[1] + 1)
    return asked >= 3 and ran >= 0.8 * asked
