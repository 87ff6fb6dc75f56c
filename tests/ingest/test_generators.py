import json
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from otio_genai.ingest.generators import RULES, match, slate_of

UUID = "0a1b2c3d-4e5f-6a7b-8c9d-0e1f2a3b4c5d"

# Names of ours in every form that the generators are known to write.
OWN = [
    (
        f"anna_red_kite_over_dunes_--ar_169_--niji_6_{UUID}_3.png",
        {
            "generator": "midjourney",
            "user": "anna",
            "prompt": "red kite over dunes",
            "model": "niji6",
            "job": UUID,
            "index": 3,
        },
    ),
    (f"Upscaled_anna_kite_{UUID}.webp", {"generator": "midjourney", "prompt": "kite"}),
    (
        "kling_20260110_Text_to_Video_A_kite_ove_7_12.MP4",
        {
            "generator": "kling",
            "date": "2026-01-10",
            "prompt": "A kite ove",
            "index": 12,
        },
    ),
    ("kling_20260110_作品__7_0.mov", {"generator": "kling", "mode": "作品"}),
    ("kling_20261340_VIDEO_A_kite_ove_7_0.mp4", {"generator": "kling"}),
    (
        "kling_20260110_VIDEO_A_kite_ove_7_0_1700000000123.mp4",
        {"generator": "kling", "uploaded": "2023-11-14T22:13:20.123Z"},
    ),
    (
        "ElevenLabs_2026-02-03T04_05_06_Mara, the calm_one_gen_sp95_s40_sb80_m2.mp3",
        {
            "generator": "elevenlabs",
            "voice": "Mara, the calm_one",
            "mode": "gen",
            "date": "2026-02-03T04:05:06",
            "model": "m2",
            "parameters": {"speed": 95, "stability": 40, "similarity": 80},
        },
    ),
    (
        "20260101_0900_A kite_loop_01kdvz4g00aaaaaaaaaaaaaaaa_2.mp4",
        {"generator": "sora", "title": "A kite", "mode": "loop", "index": 2},
    ),
    (
        "Gen-4.5 123456789, a red kite over dune, frame onepng, M 3.mp4",
        {
            "generator": "runway",
            "model": "Gen-4.5",
            "seed": 123456789,
            "prompt": "a red kite over dune",
            "input": "frame onepng",
            "parameters": {"motion": 3},
        },
    ),
    ("Hailuo_Audio_123456789012345678.mp3", {"generator": "hailuo", "mode": "Audio"}),
    (
        "Hailuo_Video_a_kite_123456789012345678 (1).mp4",
        {"generator": "hailuo", "prompt": "a kite", "job": "123456789012345678"},
    ),
    ("magnific__red-kite__12.jpg", {"generator": "freepik", "prompt": "red kite"}),
    ("freepik__upload__12.png", {"generator": "freepik", "mode": "upload"}),
    ("magnific_red-kite_AbCdEfGh12.png", {"generator": "magnific"}),
    ("A_kite_flies_delpmaspu_4.mp4", {"generator": "google_flow", "index": 4}),
    ("Flow_delpmaspu_ (3).mp4", {"generator": "google_flow"}),
    ("00007-42-a kite, (red:1.2).png", {"generator": "a1111", "seed": 42}),
    ("kite_00042_.webp", {"generator": "comfyui", "prefix": "kite", "index": 42}),
    ("kite_00042-audio.mp4", {"generator": "comfyui", "confidence": "low"}),
]

STRANGE = [
    "",
    "mp4",
    ".mp4",
    "kite.mp4",
    "violin.wav",
    "kling.mp4",
    "kling_2026_VIDEO_A_kite_ove_7_0.mp4",
    "ElevenLabs.mp3",
    "IMG_0001.mp4",
    "DSC_00001.jpg",
    "Gen-4 kite.mp4",
    "kite_00042_.mov",
    f"{UUID}.png",
    "prefix_kling_20260110_VIDEO_A_kite_ove_7_0.mp4",
]


def matches(name):
    stem, _, extension = name.rpartition(".")
    return [
        rule.generator
        for rule in RULES
        if extension.lower() in rule.extensions and rule.pattern.fullmatch(stem)
    ]


@pytest.mark.parametrize(("name", "told"), OWN)
def test_a_name_tells_its_slate(name, told):
    slate = slate_of(name)
    assert {key: slate.get(key) for key in told} == told
    assert (slate["name"], slate["evidence"]) == (name, ["file name"])


@pytest.mark.parametrize(("name", "told"), OWN)
def test_a_name_matches_its_own_generator_only(name, told):
    assert matches(name) == [told["generator"]]


@pytest.mark.parametrize("name", STRANGE)
def test_other_names_tell_nothing(name):
    assert slate_of(name) == {"name": name, "evidence": []}


def test_names_met_in_the_wild(shared):
    rows = (shared / "reference" / "generator_names.tsv").read_text("utf-8")
    seen = 0
    for row in rows.splitlines():
        if row.startswith(("#", "generator\t")):
            continue
        generator, name, wanted = row.split("\t")
        rule, groups = match(name)
        groups["ext"] = name.rpartition(".")[2]
        assert matches(name) == [generator], name
        assert rule.generator == slate_of(name)["generator"] == generator
        assert groups.items() >= json.loads(wanted).items(), name
        seen += 1
    assert seen > 40


def test_an_impossible_day_is_no_date():
    slate = slate_of("kling_20261340_VIDEO_A_kite_ove_7_0.mp4")
    assert "date" not in slate


CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


@given(
    moment=st.datetimes(
        datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)
    ),
    tail=st.text(CROCKFORD, min_size=16, max_size=16),
)
def test_a_ulid_gives_its_time_back(moment, tail):
    milliseconds = int(moment.timestamp()) * 1000 + moment.microsecond // 1000
    head = ""
    for _ in range(10):
        milliseconds, digit = divmod(milliseconds, 32)
        head = CROCKFORD[digit] + head
    slate = slate_of(f"20260101_0900_x_remix_{head}{tail}.mp4")
    wanted = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert (slate["date"], slate["job"]) == (wanted, head + tail)


ANY_NAME = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
PIECES = st.lists(
    st.sampled_from(
        [
            "kling_20260101_",
            "ElevenLabs_2026-01-01T00_00_00_",
            "Hailuo_Video_",
            "Gen-4 ",
            "freepik__",
            "_00001_",
            UUID,
            "123456789012345",
            "_",
            " (1)",
            "delpmaspu",
            "simple_compose",
            "作",
            ".mp4",
            ".png",
            "a",
        ]
    ),
    max_size=12,
).map("".join)


@given(name=ANY_NAME | PIECES)
@example(f"freepik__kling_20260101_{UUID}.mp4")
def test_any_name_gives_a_slate_that_json_holds(name):
    slate = slate_of(name)
    assert json.loads(json.dumps(slate)) == slate
    assert slate["name"] == name
    assert set(matches(name)) <= {slate.get("generator"), "comfyui"}


@given(prompt=st.from_regex(r"[a-z]+(_[a-z]+){0,6}", fullmatch=True))
def test_underscores_become_the_spaces_of_the_prompt(prompt):
    assert slate_of(f"anna_{prompt}_{UUID}.png")["prompt"] == prompt.replace("_", " ")
    assert slate_of(f"{prompt}_delpmaspu_.mp4")["prompt"] == prompt.replace("_", " ")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.generator)
def test_a_long_name_is_read_in_no_time(rule):
    # Patterns with two lazy groups would take minutes here if they backtracked badly.
    slate_of("kling_20260101_" + "a_1_" * 60 + "." + rule.extensions[0])
    slate_of("_" * 250 + "." + rule.extensions[0])
