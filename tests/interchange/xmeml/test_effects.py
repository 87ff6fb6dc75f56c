"""Levels, pan, opacity, crop and framing: what is written is read back the same."""

from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import metadata
from otio_genai.interchange.spot import Spot
from otio_genai.interchange.xmeml import model
from otio_genai.interchange.xmeml.attributes import put_attributes
from otio_genai.interchange.xmeml.dialects import table
from otio_genai.interchange.xmeml.effects import filters
from otio_genai.maps import Speed
from tests.support.marks import examples

SOME = examples(150, 40)
RATE = model.Rate(24, False)
HD = (1920, 1080)
FIRST = 20


def written(clip, mediatype="video", *, media=HD, dialect="premiere"):
    run = Speed(Fraction(0), 50, Fraction(24))
    spot = Spot(clip, None, 0, 50, run, 0)
    said = []

    def report(feature, gets, remedy, outcome="approximated"):
        said.append((feature, outcome))

    made = filters(
        spot, mediatype, (media, HD), lambda k: FIRST + k, table(dialect), report
    )
    return made, said


def read(made, *, media=HD, version=4):
    item = model.ClipItem("c", "c", RATE, 100, 0, 50, FIRST, 70, None, filters=made)
    clip, said = otio.schema.Clip("c"), []
    put_attributes(
        clip,
        item,
        (media, HD),
        lambda when: when - FIRST,
        lambda feature, outcome, gets: said.append((feature, outcome)),
        version,
    )
    return clip, said


def with_(**keys):
    clip = otio.schema.Clip("c")
    for key, value in keys.items():
        metadata.put(clip, key, value)
    return clip


def kept(clip, key):
    return metadata.read(clip, key)


@st.composite
def keyed(draw, *values):
    """Keys on different frames, of which at least two values differ."""
    rows = draw(
        st.lists(st.tuples(*values), min_size=2, max_size=5).filter(
            lambda rows: len(set(rows)) > 1
        )
    )
    size = len(rows)
    frames = st.lists(st.integers(-12, 80), min_size=size, max_size=size, unique=True)
    places = sorted(draw(frames))
    return [[place, *row] for place, row in zip(places, rows, strict=True)]


def decimals(low, high, digits=3):
    scale = 10**digits
    return st.integers(low * scale, high * scale).map(lambda n: n / scale)


@SOME
@given(keyed(st.integers(-80, 12)), st.sampled_from(["premiere", "resolve"]))
def test_levels(keys, dialect):
    made, said = written(with_(levels=keys), "audio", dialect=dialect)
    assert said == [] or max(level for _, level in keys) == 12
    back, told = read(made)
    assert told == []
    if max(level for _, level in keys) < 12:
        assert kept(back, "levels") == keys


@SOME
@given(keyed(decimals(-1, 1)))
def test_pan(keys):
    assert kept(read(written(with_(pan=keys), "audio")[0])[0], "pan") == keys


@SOME
@given(keyed(decimals(0, 1)))
def test_opacity(keys):
    assert kept(read(written(with_(opacity=keys))[0])[0], "opacity") == keys


@SOME
@given(keyed(*[decimals(0, 1)] * 4))
def test_crop(keys):
    back = kept(read(written(with_(crop=keys))[0])[0], "crop")
    assert back == keys


@SOME
@given(
    keyed(decimals(0, 3), decimals(-1, 1), decimals(-1, 1), decimals(-90, 90)),
    st.sampled_from(["cover", "contain", "native"]),
    st.sampled_from([(1920, 1080), (1280, 720), (1280, 1280), (720, 1280)]),
)
def test_a_framing_shows_the_same_picture(keys, fit, media):
    made, _ = written(with_(framing={"fit": fit, "keys": keys}), media=media)
    back, told = read(made, media=media)
    assert told == []
    again, _ = written(back, media=media)
    assert again == made
    framing = kept(back, "framing")
    assert [key[0] for key in framing["keys"]] == [key[0] for key in keys]
    if framing["fit"] == fit:
        for a, b in zip(framing["keys"], keys, strict=True):
            assert a == pytest.approx(b, abs=1e-6)


@pytest.mark.parametrize(
    ("fit", "scale"), [("cover", 1.2), ("contain", 1.2), ("contain", 1), ("native", 1)]
)
@pytest.mark.parametrize("media", [(1280, 1280), (3840, 1600), (1000, 700)])
def test_the_fit_is_known_again(fit, media, scale):
    keys = [] if scale == 1 else [[0, scale, 0.0, 0.0, 0.0]]
    given_ = with_(framing={"fit": fit, "keys": keys})
    made, _ = written(given_, media=media)
    back, _ = read(made, media=media)
    framing = kept(back, "framing") or {"fit": "cover", "keys": []}
    assert framing == {"fit": fit, "keys": keys}


def test_pictures_of_unknown_size_keep_their_own_pixels():
    given_ = with_(framing={"fit": "native", "keys": [[0, 0.938, 0.0, 0.0, 0.0]]})
    made, said = written(given_, media=(0, 0))
    assert said == [] and made[0].parameters[0].value == "93.8"
    back, _ = read(made, media=(0, 0))
    assert kept(back, "framing") == kept(given_, "framing")
    assert kept(read((), media=(0, 0))[0], "framing") is None


def test_what_changes_nothing_is_not_written():
    same = with_(
        levels=[[0, 0.0]],
        pan=[[0, 0.0]],
        opacity=[[0, 1.0], [9, 1.0]],
        crop=[[0, 0, 0, 0, 0]],
        framing={"fit": "cover", "keys": []},
    )
    assert written(same)[0] == () and written(same, "audio")[0] == ()


@pytest.mark.parametrize(
    ("feature", "keys", "mediatype"),
    [
        ("opacity", [[0, 1.5]], "video"),
        ("crop", [[0, -0.1, 0, 0, 0]], "video"),
        ("pan", [[0, 2.0]], "audio"),
        ("level", [[0, 20.0]], "audio"),
    ],
)
def test_values_out_of_range_are_told(feature, keys, mediatype):
    key = "levels" if feature == "level" else feature
    _, said = written(with_(**{key: keys}), mediatype)
    assert said == [(feature, "approximated")]


TREE = [
    "filter",
    {},
    "",
    [
        [
            "effect",
            {},
            "",
            [
                ["name", {}, "Blur", []],
                ["effectid", {}, "Gaussian Blur", []],
                ["parameter", {"authoringApp": "PremierePro"}, "", []],
            ],
        ]
    ],
]


def foreign(**more):
    clip = otio.schema.Clip("c")
    made = otio.schema.Effect(effect_name="Blur")
    metadata.put(
        made, "effect", {"format": "xmeml", "version": 4, "filter": TREE, **more}
    )
    clip.effects.append(made)
    return clip


def test_foreign_effects_go_back_into_the_same_version_only():
    made, said = written(foreign(mediatype="video"))
    assert made[0].tree == TREE and said == []
    back, _ = read(made)
    assert back.effects[0].effect_name == "Blur"
    assert written(back)[0][0].tree == TREE
    for clip, dialect in (
        (foreign(version=5), "premiere"),
        (foreign(), "resolve"),
        (foreign(format="fcpxml"), "premiere"),
    ):
        made, said = written(clip, dialect=dialect)
        assert made == () and said == [("effect", "dropped")]


def test_several_filters_of_a_kind_are_told():
    one = written(with_(opacity=[[0, 0.5]]))[0]
    back, told = read(one + one)
    assert kept(back, "opacity") == [[0, 0.5]] and told == [("effect", "dropped")]


def test_curves_and_anchors_are_told():
    curved = model.Parameter(
        "opacity",
        "",
        "100",
        keyframes=((20, "100"), (30, "0")),
        marks=(("inbez",), ()),
    )
    middle = model.Parameter("centerOffset", "", ("0.1", "0"))
    effects = (
        model.Filter("opacity", "Opacity", "", "", "video", (curved,)),
        model.Filter("basic", "Basic Motion", "", "", "video", (middle,)),
    )
    back, told = read(effects)
    assert kept(back, "opacity") == [[0, 1.0], [10, 0.0]]
    assert told == [("keyframes", "approximated"), ("anchor point", "dropped")]


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "-1e999", "1e99999999"])
def test_values_that_are_no_numbers_harm_nothing(text):
    parameters = tuple(
        model.Parameter(name, "", text, keyframes=((20, text), (30, text)))
        for name in ("level", "opacity", "left", "scale", "rotation", "pan")
    )
    effects = tuple(
        model.Filter(kind, kind, "", "", "video", parameters)
        for kind in ("audiolevels", "opacity", "crop", "basic", "audiopan")
    )
    clip, _ = read(effects)
    clip.to_json_string()
