"""Our table of elements against the format's published grammar."""

import json

import pytest

from otio_genai.interchange.xmeml import grammar


@pytest.fixture
def facts(shared):
    return json.loads((shared / "reference" / "xmeml_grammar.json").read_text("utf-8"))


def test_what_we_write_for_resolve_is_strict(facts):
    strict = facts["xmeml_v5"]
    for tag, children in grammar.STRICT_CHILDREN.items():
        assert children <= set(strict[tag]["children"]), tag
        assert all(child in strict for child in children)
    for tag, names in grammar.ATTRIBUTES.items():
        assert names <= set(strict[tag]["attrs"]), tag


def test_what_we_add_for_premiere_is_what_premiere_writes(facts):
    added = facts["extensions"]["premiere"]
    for tag, children in grammar.PREMIERE_CHILDREN.items():
        assert children <= set(added["children"][tag]), tag
    for tag, names in grammar.PREMIERE_ATTRIBUTES.items():
        assert names <= set(added["attrs"][tag]), tag
