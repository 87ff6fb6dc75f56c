"""A prompt is its recipe with every variable drawn once, by weight, from a seed."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.errors import FieldError
from otio_genai.prompts import Modulation, Recipe, read_recipe, template, which


def recipe(base, **variables):
    found = {
        name: tuple(Modulation(text, weight) for text, weight in choices.items())
        for name, choices in variables.items()
    }
    return Recipe(base, found)


TEXTS = st.text(st.characters(exclude_characters="{}", exclude_categories=["Cs"]))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_doubled_braces_give_back_any_text(text):
    meant = text.replace("{", "{{").replace("}", "}}")
    assert not template.faults(meant)
    assert not list(template.names(meant))
    assert template.filled(meant, lambda name: "never") == text


@given(TEXTS, TEXTS, TEXTS)
def test_what_is_put_in_is_not_read_again(before, after, value):
    put = f"{value}{{a}}{{{{"
    filled = template.filled(f"{before}{{a}}{after}", {"a": put}.__getitem__)
    assert filled == f"{before}{put}{after}"


def test_a_variable_stands_for_one_thing_throughout_and_is_told():
    made = recipe("{w} and {w}", w={"rain": 1, "sun": 1}).fill({}, 3)
    assert made.text in ("rain and rain", "sun and sun")
    assert made.values == {"w": made.text.split()[0]}


@given(st.integers(0, 10**6))
def test_another_variable_changes_no_draw(seed):
    weather = {"rain": 1, "sun": 2, "fog": 3}
    alone = recipe("{w}", w=weather).fill({}, seed)
    more = recipe("{v} {w}", v={"a": 1, "b": 1}, w=weather).fill({}, seed)
    assert more.values["w"] == alone.text
    assert alone == recipe("{w}", w=weather).fill({}, seed)


def test_draws_follow_their_weights():
    made = recipe("{w}", w={"rain": 1, "sun": 2, "fog": 5})
    count = Counter(made.fill({}, seed).text for seed in range(4000))
    expected = {"rain": 500, "sun": 1000, "fog": 2500}
    chi = sum((count[w] - n) ** 2 / n for w, n in expected.items())
    assert chi < 13.8  # chi square of 2 degrees of freedom, one in a thousand


def test_variables_speak_of_others_and_the_show_knows_some():
    made = recipe("{sky}", sky={"{weather} at {hour}": 1}, weather={"hail": 1})
    found = made.fill({"hour": "21", "weather": "unheard"}, 0)
    assert found.text == "hail at 21"
    assert found.values == {"sky": "hail at 21", "weather": "hail", "hour": "21"}


def test_every_fault_is_named_at_once():
    wrong = recipe(
        "{one} {two.caption} }", a={"{b}": 1}, b={"{a}": 1}, c={"x": 0}, d={}
    )
    with pytest.raises(FieldError) as caught:
        wrong.fill({"known": "1"}, 0)
    text = str(caught.value)
    for part in ("{one}", "{two.caption}", "'}'", "{a} → {b} → {a}", "{c}", "{d}"):
        assert part in text


def test_a_long_chain_is_no_circle_and_two_ways_to_one_variable_neither():
    chain = {f"v{n}": {f"{{v{n + 1}}}": 1} for n in range(60)} | {"v60": {"end": 1}}
    assert recipe("{v0}", **chain).fill({}, 0).text == "end"
    both = recipe("{a} {b}", a={"{c}": 1}, b={"{c}": 1}, c={"x": 1})
    assert both.fill({}, 0).text == "x x"


def test_an_empty_prompt_is_refused_and_lines_become_one():
    with pytest.raises(FieldError, match="empty"):
        recipe("{a}", a={" \n": 1}).fill({}, 0)
    assert recipe("a\n  b\t{c}").fill({"c": "d\n e"}, 0).text == "a b d e"


@pytest.mark.parametrize(
    ("kept", "named"),
    [
        (3, ["no text and no table"]),
        ({}, ["no template"]),
        (
            {"template": 3, "negative": [], "vars": [1]},
            ["template", "negative", "vars"],
        ),
        ({"template": "a", "vars": {"x": 3, "y": [], "z": {"a": "b"}}}, ["x", "y"]),
        ({"template": "a", "vars": {"x": {"a": True}}}, ["vars.x"]),
    ],
)
def test_a_document_of_another_form_is_refused(kept, named):
    with pytest.raises(FieldError) as caught:
        read_recipe(kept)
    for part in named:
        assert part in str(caught.value)


def test_weights_that_are_no_weights_are_refused():
    for weight in (0, -1, float("inf"), float("nan")):
        made = read_recipe({"template": "{a}", "vars": {"a": {"x": weight}}})
        with pytest.raises(FieldError, match="weights"):
            made.fill({}, 0)


def test_a_file_finds_its_prompt():
    prompts = ["A dune at dawn", "The neon bar, rain", "Café du matin", "The neon baz"]
    assert which("The_neon_bar_ra", prompts) == 1
    assert which("Caf__du_mat", prompts) == 2
    assert which("Cafe du mat", prompts) == 2
    assert which("The_neon_b", prompts) is None
    assert which("A_d", prompts) is None
    assert which("", prompts) is None
