import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.analyse.sentences import align, expected, spoken
from otio_genai.analyse.voice import speech_spans
from tests.support import synth
from tests.support.marks import later


def near(found, true, tolerance_s=0.2):
    """How many sentences begin and end where they should."""
    return sum(
        abs(a - x) < tolerance_s and abs(b - y) < tolerance_s
        for (a, b, _), (x, y) in zip(found, true, strict=True)
    )


def test_sentences_are_found_when_pauses_between_them_are_clear():
    right = count = 0
    for seed in range(16):
        texts, spans, true = synth.narration(seed, gap_s=(0.3, 0.9))
        found, warnings = align(texts, spans)
        right, count = right + near(found, true), count + len(true)
        assert warnings == []
    assert count >= 112
    assert right == count


def test_most_are_found_when_pauses_are_as_short_as_commas():
    right = count = 0
    for seed in range(16):
        texts, spans, true = synth.narration(seed, gap_s=(0.12, 0.6))
        right, count = right + near(align(texts, spans)[0], true), count + len(true)
    assert right / count >= 0.8


@pytest.mark.parametrize("seed", later(range(3), 1))
def test_sentences_are_found_in_sound(seed):
    texts, spans, true = synth.narration(seed, gap_s=(0.3, 0.9))
    length_s = spans[-1][1] + 0.6
    heard = speech_spans(synth.speech(spans, length_s, seed=seed), 16_000)
    script = {"source": "script", "text": " ".join(texts)}
    source, found, warnings = spoken(script, heard, length_s)
    assert (source, warnings) == ("script", [])
    assert [text for _, _, text in found] == texts
    assert near(found, true) == len(true)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 9999), st.floats(0.5, 2.0), st.floats(0.0, 30.0))
def test_delay_moves_and_pace_stretches_the_sentences(seed, pace, delay_s):
    texts, spans, _ = synth.narration(seed, gap_s=(0.4, 0.9))
    plain, _ = align(texts, spans)
    late, _ = align(texts, [(a + delay_s, b + delay_s) for a, b in spans])
    for one, other in zip(plain, late, strict=True):
        assert other[:2] == pytest.approx(np.array(one[:2]) + delay_s)
    slow, _ = align(texts, [(pace * a, pace * b) for a, b in spans])
    assert near(slow, [(pace * a, pace * b) for a, b, _ in plain], 0.01) == len(plain)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.01, 3), st.floats(0.05, 1)), min_size=1, max_size=9),
    st.lists(st.sampled_from(["Go.", "Well, yes.", "砂漠。"]), min_size=1, max_size=12),
)
def test_any_script_over_any_voice_is_in_order(steps, texts):
    edges = np.cumsum([step for pair in steps for step in pair])
    spans = [
        (float(a - s), float(a)) for a, (s, _) in zip(edges[::2], steps, strict=True)
    ]
    found, _ = align(texts, spans)
    assert [text for _, _, text in found] == texts
    times = [time for a, b, _ in found for time in (a, b)]
    assert times == sorted(times)
    assert spans[0][0] <= times[0] and times[-1] <= spans[-1][1] + 1e-9


def test_a_wrong_script_is_warned_of():
    texts, spans, _ = synth.narration(1, gap_s=(0.3, 0.9))
    wrong = [*texts[:2], texts[2] * 4, *texts[3:]]
    warnings = align(wrong, spans)[1]
    assert any("script and voice may differ" in warning for warning in warnings)
    many = [f"Sentence number {n}." for n in range(len(spans) + 3)]
    found, (warning,) = align(many, spans)
    assert "times are guessed" in warning
    assert len(found) == len(many)
    assert spoken({"text": "Go."}, [], 5.0) == (
        "pauses",
        [],
        ["Nobody is heard to speak this script."],
    )


def test_told_times_are_kept_and_held_against_the_voice():
    told = [[0.5, 2.1, "One."], [2.6, 4.0, "Two."], [8.0, 9.0, "Three."]]
    script = {"source": "srt", "sentences": told}
    source, found, warnings = spoken(script, [(0.5, 2.1), (2.6, 4.0)], 8.5)
    assert source == "srt"
    assert found == [(0.5, 2.1, "One."), (2.6, 4.0, "Two."), (8.0, 8.5, "Three.")]
    assert len(warnings) == 1 and "Sentence 3" in warnings[0]
    assert "is over after 8.5 s" in warnings[0]
    _, _, warnings = spoken(script, [(0.5, 2.1)], 60.0)
    assert ["nothing is heard there" in warning for warning in warnings] == [True] * 2
    assert len(spoken(script, [(0.5, 2.1)], 5.0)[1]) == 2


def test_bare_pauses_part_runs_of_speech():
    spans = [(0.0, 1.0), (1.2, 2.0), (2.35, 3.0), (3.3, 4.0)]
    assert spoken({}, spans, 5.0) == ("pauses", [(0.0, 2.0, ""), (2.35, 4.0, "")], [])
    assert spoken({}, [], 5.0) == ("pauses", [], [])


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("Do not mend it.", 5),
        ("Elle s'est brisée.", 6),
        ("Дверь открылась.", 5),
        ("砂漠の風。", 5),
        ("1984!", 5),
        ("TV", 2),
        ("", 1),
    ],
)
def test_expected_length_counts_syllables(text, want):
    assert expected(text) == pytest.approx(want, abs=1)
