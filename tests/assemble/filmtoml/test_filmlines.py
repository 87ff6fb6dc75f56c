"""Every place of a film file has the line on which it stands."""

import tomllib

import hypothesis
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.assemble.filmtoml.lines import lines_of_keys
from tests.support import filmvalues


def places_in(node, place=()):
    if isinstance(node, dict):
        items = node.items()
    elif isinstance(node, list):
        items = enumerate(node)
    else:
        return
    for name, inner in items:
        yield (*place, name), inner
        yield from places_in(inner, (*place, name))


@hypothesis.settings(deadline=None)
@given(document=filmvalues.documents(), gaps=st.lists(st.integers(0, 2), max_size=9))
def test_every_place_has_a_line_that_begins_with_its_name(document, gaps):
    lines = []
    for line in filmvalues.toml_text(document).split("\n"):
        lines += ["# [film] = 'x'"] * (gaps.pop() if gaps else 0) + [line]
    text = "\n".join(lines)
    found = lines_of_keys(text)
    for place, _ in places_in(tomllib.loads(text)):
        names = [name for name in place if isinstance(name, str)]
        assert names[-1] in lines[found[place] - 1]
    assert list(found.values()) == sorted(found.values())


PIECES = ["[a]\n", "[[p]]\n", "[p.b]\n", "x", ".y", "=", "1.5", "1979-05-27 07:32:00"]
MORE = [
    '"""',
    "'''",
    '"',
    "'",
    "\\",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\n",
    "#",
    " ",
    "x = 1\n",
]


@hypothesis.settings(deadline=None)
@given(words=st.lists(st.sampled_from(PIECES + MORE), max_size=14))
def test_whatever_is_toml_is_walked_to_its_end(words):
    text = "".join(words)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = lines_of_keys(text)
    assert {place for place, _ in places_in(tables)} == set(found)


def test_hard_texts():
    text = '''title = """
x = 1 # no key
""""
"a.b" = 'c # d' # e
pins = [ # a comment with ]
  {take = "a", "at_s" = 1.5}, {take = """
b"""},
]
p.q.r = -1.5e3
'''
    tables = tomllib.loads(text)
    found = lines_of_keys(text)
    assert {place for place, _ in places_in(tables)} == set(found)
    assert found["a.b",] == 4
    assert found["pins", 1, "take"] == 6
    assert found["p", "q", "r"] == 9
