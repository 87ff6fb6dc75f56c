import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.errors import MediaError
from otio_genai.ingest.words import beside, read_script, sentence_spans


def timestamps(text, start_s=0.25, each_s=0.05):
    starts = [round(start_s + each_s * n, 3) for n in range(len(text))]
    return {
        "characters": list(text),
        "character_start_times_seconds": starts,
        "character_end_times_seconds": [round(s + each_s, 3) for s in starts],
    }


def write(folder, name, told):
    path = folder / name
    path.write_text(told if isinstance(told, str) else json.dumps(told), "utf-8")
    return path


def test_the_answer_of_elevenlabs_is_exact(tmp_path):
    text = "Something broke. Do not mend it! Listen…"
    told = {"audio_base64": "", "alignment": timestamps(text)}
    found = read_script(write(tmp_path, "voice.json", told))
    assert found["source"] == "elevenlabs"
    assert found["sentences"] == [
        [0.25, 1.05, "Something broke."],
        [1.1, 1.85, "Do not mend it!"],
        [1.9, 2.25, "Listen…"],
    ]


def test_either_alignment_will_do(tmp_path):
    plain = timestamps("One. Two.")
    for told in (
        {"alignment": None, "normalized_alignment": plain},
        {"alignment": plain, "normalized_alignment": timestamps("Other.")},
        plain,
    ):
        found = read_script(write(tmp_path, "voice.json", told))
        assert [row[2] for row in found["sentences"]] == ["One.", "Two."]


def test_other_json_says_nothing(tmp_path):
    for told in ({"prompt": "a voice", "seed": 3}, [1, 2], 5, {"alignment": {}}):
        assert read_script(write(tmp_path, "voice.json", told)) == {}


def test_wrong_timestamps_are_all_named(tmp_path):
    told = timestamps("Go on.")
    told["character_start_times_seconds"][1] = -1
    told["character_end_times_seconds"][3] = 0.0
    told["character_start_times_seconds"][4] = "x"
    with pytest.raises(MediaError) as error:
        read_script(write(tmp_path, "voice.json", {"alignment": told}))
    assert [item.split(" (")[0] for item in error.value.items] == [
        "character 2",
        "character 4",
        "character 5",
    ]
    told = timestamps("Go on.")
    told["character_start_times_seconds"].pop()
    with pytest.raises(MediaError, match="not as many"):
        read_script(write(tmp_path, "voice.json", told))
    told = timestamps("Go on.")
    told["character_start_times_seconds"][2] = 0.1
    with pytest.raises(MediaError) as error:
        read_script(write(tmp_path, "voice.json", told))
    assert "character 3 begins" in error.value.items[0]
    with pytest.raises(MediaError, match="JSON"):
        read_script(write(tmp_path, "voice.json", "{"))


def test_the_best_that_can_be_read_is_taken(tmp_path):
    voice = tmp_path / "Voice.mp3"
    voice.touch()
    assert beside(voice) == ({}, [])
    write(tmp_path, "voice.TXT", "\ufeffSomething broke.\r\nListen.\n")
    found, faults = beside(voice)
    assert found == {
        "source": "script",
        "file": "voice.TXT",
        "text": "Something broke.\nListen.",
    }
    write(tmp_path, "Voice.srt", "1\n00:00:01,000 --> 00:00:02,000\nSomething broke.\n")
    assert beside(voice)[0]["source"] == "srt"
    write(tmp_path, "Voice.json", {"alignment": timestamps("Something broke.")})
    assert beside(voice)[0]["source"] == "elevenlabs"
    write(tmp_path, "Voice.json", "no json")
    write(tmp_path, "Voice.srt", "1\n00:00:03,000 --> 00:00:02,000\nSomething broke.\n")
    found, faults = beside(voice)
    assert found["source"] == "script"
    assert [path.name for path, _ in faults] == ["Voice.json", "Voice.srt"]


def test_a_text_without_words_is_refused(tmp_path):
    with pytest.raises(MediaError, match="no words"):
        read_script(write(tmp_path, "voice.txt", " \n...\n"))


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("One. Two! Three? Four…", 4),
        ("Dr. No met Mrs. A. B. Smith at St. Ives.", 1),
        ('She said "Go." He went.', 2),
        ("It cost 3.5 m. No. 5 is alive. He said no. Then left.", 4),
        ("We went... slowly... on. Then we stopped... Nothing.", 3),
        ("The U.S. desert. It was I. Yes.", 3),
        ("no full stop at all", 1),
        ("one line\n\nanother one", 2),
        ("砂漠。風が吹く。", 2),
        ("« Rien. » Puis tout.", 2),
        ("?! ... —", 0),
        ("", 0),
    ],
)
def test_sentences(text, want):
    assert len(sentence_spans(text)) == want


@given(st.text(st.sampled_from("ab AB.!?…\n\"' 3é砂"), max_size=60))
def test_sentences_hold_all_words_once(text):
    spans = sentence_spans(text)
    assert all(a < b for a, b in spans)
    assert all(b <= c for (_, b), (c, _) in zip(spans, spans[1:], strict=False))
    inside = "".join(text[a:b] for a, b in spans)
    kept = [letter for letter in inside if letter.isalnum()]
    assert kept == [letter for letter in text if letter.isalnum()]
