"""Drawn pictures: titles, colours and bars, from their address and in a film."""

from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest

from otio_genai import maps, metadata, rates
from otio_genai.errors import RenderError
from otio_genai.maps import Drawing, drawing, drawing_of
from otio_genai.render import frame_source, render_film, titles
from otio_genai.render.plan import make_plan
from tests.render.building import R, clip, gap, timeline
from tests.support.coded import decoded, read_code, write_take
from tests.support.marks import later

WIDE, UPRIGHT = (480, 270), (270, 480)


def generator(kind, length, name="drawn", **parameters):
    span = rates.span(0, length, R)
    reference = otio.schema.GeneratorReference(name, kind, span, parameters)
    return otio.schema.Clip(name, reference, span)


def title(length, text="Brises", **look):
    return generator("Title", length, "title", text=text, **look)


def drawn(frame=WIDE, **said):
    made, _ = titles.settled(Drawing("title", Drawing.told(said)))
    return titles.picture(made.url, frame)


def box(picture):
    """Left, top, right, bottom of what is not see-through."""
    rows = np.flatnonzero(picture[..., 3].any(axis=1))
    columns = np.flatnonzero(picture[..., 3].any(axis=0))
    return columns[0], rows[0], columns[-1], rows[-1]


@pytest.fixture(scope="module")
def take(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a take under titles")
    options = {"preset": "ultrafast", "crf": "10"}
    return write_take(folder / "take1.mp4", 1, 72, 24, options=options)


def pictures(made):
    plan = make_plan(made)
    with frame_source(made) as picture:
        return [picture(number) for number in range(plan.frames)]


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("SolidColor", "solid"),
        ("Color Matte", "solid"),
        ("Black Video", "solid"),
        ("black", "solid"),
        ("SMPTEBars", "bars"),
        ("HD Bars and Tone", "bars"),
        ("Title", "title"),
        ("Text", "title"),
        ("Transparent Video", ""),
        ("Universal Counting Leader", None),
    ],
)
def test_generators_by_the_names_editors_give_them(kind, wanted):
    made = drawing_of(generator(kind, 4, text="x").media_reference)
    assert (made.kind if made else None) == wanted


def test_an_address_tells_all_that_decides_a_picture_and_no_more():
    one = title(4, color=[1, 0, 0], size="80", font=" Arial ", unknown=3)
    other = title(9, size=80.0, color=(1.0, 0.0, 0.0, 1.0), font="Arial")
    urls = [drawing_of(made.media_reference).url for made in (one, other)]
    assert urls[0] == urls[1]
    again = drawing(urls[0])
    assert again.kind == "title" and again.over
    assert again.read() == {
        "color": [1.0, 0.0, 0.0, 1.0],
        "font": "Arial",
        "size": 80.0,
        "text": "Brises",
    }
    odd = title(4, size="large", color="red", position=[0.5], align="up", font=7)
    assert drawing_of(odd.media_reference).read() == {"text": "Brises"}
    assert drawing_of(clip_of_media().media_reference) is None


def clip_of_media():
    reference = otio.schema.ExternalReference("file:///a.mp4", rates.span(0, 9, R))
    return otio.schema.Clip("a", reference, rates.span(0, 9, R))


def test_the_map_lays_titles_over_and_colours_before():
    below = clip_of_media()
    upper = [title(3), generator("SolidColor", 3, color=[0, 0, 1, 0.25]), gap(3)]
    shown = maps.picture_map(timeline([below], upper))
    assert [[a.over for a in layers] for layers in shown[::3]] == [
        [False, True],
        [False, False],
        [False],
    ]
    weights = [[a.weight for a in layers] for layers in shown[::3]]
    assert weights == [[1, 1], [Fraction(3, 4), Fraction(1, 4)], [1]]


@pytest.mark.parametrize("size", [WIDE, UPRIGHT])
@pytest.mark.parametrize("align", ["left", "center", "right"])
@pytest.mark.parametrize("position", [[0, 0], [0.5, 0.5], [1, 1]])
def test_words_stay_in_title_safe_whatever_they_ask_for(size, align, position):
    words = "A title much too long for a single line of this little frame " * 4
    seen = box(drawn(size, text=words, align=align, position=position, size=90))
    margins = size[0] * 0.05, size[1] * 0.05
    slack = 4
    assert seen[0] >= margins[0] - slack and seen[1] >= margins[1] - slack
    assert seen[2] <= size[0] - margins[0] + slack
    assert seen[3] <= size[1] - margins[1] + slack


def test_size_place_colour_and_edge_are_as_asked():
    small, large = (box(drawn(text="HHH", size=size)) for size in (60, 120))
    heights = [one[3] - one[1] for one in (small, large)]
    assert heights[1] / heights[0] == pytest.approx(2, abs=0.25)
    left = box(drawn(text="HHH", align="left"))
    assert left[0] == pytest.approx(0.05 * WIDE[0], abs=3)
    low = box(drawn(text="HHH", position=[0.5, 0.9], anchor="bottom"))
    assert low[3] < 0.9 * WIDE[1] and low[1] > small[3]
    red = drawn(text="HHH", color=[1, 0, 0, 0.5], size=200)
    inside = red[red[..., 3] > 100]
    assert inside[..., 3].max() == 128
    assert (inside[..., :3] == [255, 0, 0]).all()
    plain, edged = drawn(text="HHH", size=200), drawn(text="HHH", size=200, edge=16)
    grown = np.subtract(box(edged), box(plain))
    assert grown[0] < 0 and grown[1] < 0 and grown[2] > 0 and grown[3] > 0
    rim = edged[(edged[..., 3] > 50) & (plain[..., 3] == 0)]
    assert len(rim) and rim[:, :3].max() < 40
    panel = drawn(text="HHH", background=[0, 0, 1, 0.5])
    assert (np.bincount(panel[..., 3].ravel()).argsort()[-2:] == [128, 0]).all()


@pytest.mark.parametrize(
    "text",
    later(
        [
            "שלום עולם",
            "مرحبا بالعالم",
            "👩‍👩‍👧 ☕️ 🇫🇷",
            "a\x00b\u200dc\ufe0f\u202e\u2066d\ud800",
            "é" * 500,
            "x" * 3000,
            "\n\n",
            "नमस्ते 世界",
        ],
        3,
    ),
)
def test_any_text_can_be_drawn(text):
    picture = drawn(text=text, edge=3)
    assert picture.shape == (270, 480, 4) and picture.dtype == np.uint8


def test_a_font_is_a_file_with_a_hash():
    from PIL import ImageFont

    try:
        file = ImageFont.truetype("DejaVuSerif.ttf", 10).path
    except OSError:
        pytest.skip("DejaVu Serif is not installed")
    asked = Drawing("title", Drawing.told({"text": "HHH", "font": "DejaVu Serif"}))
    made, notes = titles.settled(asked)
    assert notes == () and made.read()["font"] == file
    other = titles.picture(made.url, WIDE)
    assert not np.array_equal(other, drawn(text="HHH"))
    said = made.read() | {"font_hash": "0" * 64}
    with pytest.raises(RenderError, match="cannot be used"):
        titles.picture(Drawing("title", Drawing.told(said)).url, WIDE)
    unknown = Drawing("title", Drawing.told({"text": "HHH", "font": "No Such Font"}))
    made, notes = titles.settled(unknown)
    assert "'No Such Font' is not installed" in notes[0]
    assert np.array_equal(titles.picture(made.url, WIDE), drawn(text="HHH"))


def test_codes_are_read_where_a_title_is_not(take, tmp_path):
    made = timeline(
        [clip(take, 0, 12)], [gap(4), title(5, "m", position=[0.02, 0.02], size=60)]
    )
    record = render_film(made, tmp_path / "film.mp4", crf=1, cache=False)
    bare = render_film(
        timeline([clip(take, 0, 12)]), tmp_path / "bare.mp4", crf=1, cache=False
    )
    seen, plain = (list(decoded(one.path)) for one in (record, bare))
    assert [read_code(frame) for frame in seen] == [(1, n) for n in range(12)]
    differs = [
        np.abs(a.astype(int) - b).max() > 60 for a, b in zip(seen, plain, strict=True)
    ]
    assert differs == [False] * 4 + [True] * 5 + [False] * 3
    assert record.plain_frames == 7


def test_what_a_title_does_not_cover_stays_as_it_was(take):
    over = title(2, "m", size=60, edge=4)
    seen = pictures(timeline([clip(take, 3, 2)], [over]))[0]
    below = pictures(timeline([clip(take, 3, 2)]))[0]
    made, _ = titles.settled(drawing_of(over.media_reference))
    left, top, right, bottom = box(titles.picture(made.url, (192, 108)))
    outside = np.ones((108, 192), bool)
    outside[top - 2 : bottom + 3, left - 2 : right + 3] = False
    assert np.array_equal(seen[outside], below[outside])
    assert not np.array_equal(seen, below)


def test_colours_and_bars_hide_what_is_below(take):
    upper = [
        generator("SolidColor", 2, color=[0.2, 0.4, 0.6]),
        generator("SMPTEBars", 2),
        generator("black", 2),
        generator("Transparent Video", 2),
    ]
    seen = pictures(timeline([clip(take, 0, 8)], upper))
    assert np.abs(seen[0].astype(int) - [51, 102, 153]).max() <= 1
    bars = [seen[2][20, int(192 * (n + 0.5) / 7)].tolist() for n in range(7)]
    shades = [[191 * (n in s) for n in "rgb"] for s in
              ("rgb", "rg", "gb", "g", "rb", "r", "b")]  # fmt: skip
    assert np.abs(np.array(bars) - shades).max() <= 1
    assert seen[4].max() <= 1
    assert read_code(seen[6]) == (1, 6)


def test_a_framing_places_a_drawing(take):
    small = generator("SolidColor", 2, color=[1, 0, 0])
    metadata.put(small, "framing", {"fit": "cover", "keys": [[0, 0.5, 0.25, 0, 0]]})
    seen = pictures(timeline([clip(take, 0, 2)], [small]))[0].astype(int)
    below = pictures(timeline([clip(take, 0, 2)]))[0].astype(int)
    assert np.abs(seen[30:78, 100:188] - [255, 0, 0]).max() <= 2
    assert np.abs(seen[:, :92] - below[:, :92]).max() <= 1


def test_a_film_of_drawings_alone_and_what_is_not_known():
    made = timeline(
        [title(3), generator("Universal Counting Leader", 3, "leader")], size=(96, 54)
    )
    plan = make_plan(made)
    assert plan.notes == (
        "leader: the generator 'Universal Counting Leader' is not known and not drawn.",
    )
    seen = pictures(made)
    assert seen[0].max() > 100 and seen[4].max() <= 1
    bare = otio.schema.Timeline("t", global_start_time=rates.time(0, R))
    bare.tracks.append(otio.schema.Track(kind="Video", children=[title(2)]))
    assert make_plan(bare).size == (1920, 1080)
