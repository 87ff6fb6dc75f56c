"""Film files made up from the records of their settings."""

from __future__ import annotations

import functools
import json
import types
import typing
from fractions import Fraction
from typing import Any, Literal

from hypothesis import strategies as st

from otio_genai.assemble import settings
from otio_genai.assemble.filmtoml.arrays import ARRAYS
from otio_genai.assemble.filmtoml.page import RECORDS
from otio_genai.assemble.filmtoml.reading import places

#: Settings that name files, which must be there.
FILES = ("list", "beats", "script", "media_folder")

_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
_FORMS = {
    "tint": st.from_regex("#[0-9a-fA-F]{6}", fullmatch=True),
    "start_timecode": st.just("01:02:03:04"),
}


@functools.cache
def right(record: type, name: str) -> st.SearchStrategy[Any]:
    """Values of one setting within its limits, as TOML holds them."""
    limits = dict(settings.settings(record))[name]
    ways = [
        _of(one, limits)
        for one in settings.accepted(record)[name]
        if one is not types.NoneType
    ]
    return _FORMS[name] if name in _FORMS else st.one_of(ways)


def _of(one: Any, limits: settings.Setting) -> st.SearchStrategy[Any]:
    if typing.get_origin(one) is Literal:
        return st.sampled_from(typing.get_args(one))
    if typing.get_origin(one) is tuple:
        return st.lists(_of(typing.get_args(one)[0], limits), max_size=3)
    if one is bool:
        return st.booleans()
    if one is str:
        return _TEXTS.filter(bool) if limits.filled else _TEXTS
    if one is Fraction:
        return st.sampled_from([24, 25, 30, 50])
    low = limits.low if limits.above is None else limits.above
    if one is int:
        whole = st.integers(int(low), int(limits.high))
        whole = whole.map(lambda k: k - k % 2) if limits.even else whole
        return whole.filter(bool) if limits.nonzero else whole
    above = limits.above is not None
    return st.floats(low, limits.high, exclude_min=above) | st.just(limits.high)


#: Values of every type, most of them wrong wherever they stand.
WILD = (
    st.booleans()
    | st.integers(-3, 20_000)
    | st.floats(-10, 20_000, allow_nan=False)
    | _TEXTS
    | st.sampled_from(["auto", "free", "match", "#aabbcc", "24", "00:00:00:00"])
    | st.lists(st.integers(-1, 3) | _TEXTS, max_size=3)
    | st.dictionaries(st.sampled_from(["a", "b"]), st.integers(0, 1), max_size=1)
)


_SINGLE = st.sampled_from(
    [
        (table, key, *place)
        for (table, key), place in places(RECORDS).items()
        if table not in ARRAYS and key not in (*FILES, "width", "height")
    ]
)


@st.composite
def documents(draw: Any) -> dict[str, Any]:
    """A film file that says some keys, each rightly and none against another."""
    tables: dict[str, Any] = {}
    for table, key, record, name in draw(st.lists(_SINGLE, max_size=8)):
        tables.setdefault(table, {})[key] = draw(right(record, name))
    for table in draw(st.sets(st.sampled_from(sorted(ARRAYS)))):
        tables[table] = draw(st.lists(rows(table), min_size=1, max_size=3))
    return tables


@st.composite
def rows(draw: Any, table: str) -> dict[str, Any]:
    """One table of an array of tables, as it may be."""
    record, _ = ARRAYS[table]
    ways = {
        "pins": [("take", "slot"), ("take", "at_s", "in_s", "length_s")],
        "locks": [("from", "to")],
        "joins": [("kind", "number"), ("kind", "from"), ("kind", "from", "to")],
    }
    keys = draw(st.sampled_from(ways[table]))
    here = {found.key: right(record, name) for name, found in settings.settings(record)}
    row = {key: draw(here[key]) for key in keys}
    if row.get("kind") in ("carry", "dissolve", "dip") and draw(st.booleans()):
        row["length_s"] = draw(here["length_s"])
    return row


def toml_text(document: dict[str, Any]) -> str:
    """Write a film file."""
    lines = []
    for table, content in document.items():
        many = isinstance(content, list)
        for one in content if many else [content]:
            lines.append(f"[[{table}]]" if many else f"[{table}]")
            lines += [f"{json.dumps(key)} = {_toml(one[key])}" for key in one]
    return "\n".join([*lines, ""])


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key} = {_toml(value[key])}' for key in value)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        # JSON leaves DEL as it is, which TOML does not allow.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)
