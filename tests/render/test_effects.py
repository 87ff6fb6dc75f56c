"""moviepy's effects: on exactly their clip's frames, refused all at once or not."""

import json

import numpy as np
import opentimelineio as otio
import pytest

import otio_genai
from otio_genai import metadata
from otio_genai.errors import RenderError
from otio_genai.render import frame_source, render_film
from otio_genai.render.effects import HIDING, applied, effect
from otio_genai.render.plan import make_plan
from otio_genai.render.shown import Effect, Look
from tests.render.building import R, clip, dissolve, gap, timeline
from tests.support.coded import decoded, read_code, write_take

SIZE = (192, 108)


@pytest.fixture(scope="module")
def take(tmp_path_factory):
    folder = tmp_path_factory.mktemp("takes with effects")
    options = {"preset": "ultrafast", "crf": "10"}
    return write_take(folder / "take1.mp4", 1, 72, 24, options=options)


@pytest.fixture(scope="module")
def coloured(tmp_path_factory):
    """A still of every colour."""
    from PIL import Image

    high, wide = SIZE[1], SIZE[0]
    picture = np.zeros((high, wide, 3), np.uint8)
    picture[..., 0] = np.linspace(0, 255, wide)
    picture[..., 1] = np.linspace(0, 255, high)[:, np.newaxis]
    picture[..., 2] = 90
    path = tmp_path_factory.mktemp("stills") / "colours.png"
    Image.fromarray(picture).save(path)
    return path


def under(made, *effects):
    made.effects.extend(effects)
    return made


def pictures(made, **wishes):
    plan = make_plan(made, **wishes)
    with frame_source(made, **wishes) as picture:
        return [picture(number).astype(int) for number in range(plan.frames)]


def test_grey_on_exactly_the_frames_of_its_clip(coloured, tmp_path):
    made = timeline(
        [
            clip(coloured, 0, 7),
            under(clip(coloured, 0, 5), effect("BlackAndWhite")),
            clip(coloured, 0, 6),
        ]
    )
    record = render_film(made, tmp_path / "film.mp4", crf=1, cache=False)
    seen = [frame.astype(int) for frame in decoded(record.path)]
    spread = [np.ptp(frame, axis=2).max() for frame in seen]
    assert [value < 12 for value in spread] == [False] * 7 + [True] * 5 + [False] * 6
    assert record.plain_frames == 13
    mean = seen[0].mean(axis=2)
    assert np.abs(seen[9].mean(axis=2) - mean).mean() < 3


def test_fades_rise_and_fall_over_the_clips_own_seconds(take):
    made = timeline(
        [
            clip(take, 0, 4),
            under(
                clip(take, 4, 24),
                effect("FadeIn", duration=0.5),
                effect("FadeOut", duration=0.25),
            ),
        ]
    )
    light = [frame.max() for frame in pictures(made)][4:]
    rising, full, falling = light[:12], light[12:18], light[18:]
    assert all(a < b for a, b in zip(rising, rising[1:], strict=False))
    assert all(a > b for a, b in zip(falling, falling[1:], strict=False))
    assert min(full) >= 254
    # The middle of record frame k is k + 1/2 frames into a fade of 12, or of 6.
    assert np.allclose(rising, [255 * (k + 0.5) / 12 for k in range(12)], atol=2)
    assert np.allclose(falling, [255 * (5.5 - k) / 6 for k in range(6)], atol=2)


def test_effects_follow_their_order_and_leave_the_frame_number(take):
    brighter = effect("LumContrast", lum=-60), effect("InvertColors")
    made = timeline([under(clip(take, 10, 3), *brighter)])
    seen = pictures(made)
    assert [read_code(255 - frame.astype(np.uint8)) for frame in seen] == [
        (1, 10),
        (1, 11),
        (1, 12),
    ]
    assert seen[0].min() == pytest.approx(255 - 195, abs=3)
    assert seen[0].max() == 255


def test_one_that_opens_holes_shows_the_track_below(take, coloured):
    upper = [gap(2), under(clip(take, 0, 12), effect("CrossFadeIn", duration=0.5))]
    made = timeline([clip(coloured, 0, 14)], upper)
    alone = pictures(timeline([clip(coloured, 0, 2)]))[0]
    top = pictures(timeline([clip(take, 0, 12)]))
    seen = pictures(made)
    assert np.array_equal(seen[1], alone)
    for number in (2, 5, 8, 13):
        share = (number - 2 + 0.5) / 12
        wanted = alone * (1 - share) + top[number - 2] * share
        assert np.abs(seen[number] - wanted).mean() < 2


def test_a_colour_keyed_out(tmp_path, coloured):
    from PIL import Image

    screen = np.zeros((108, 192, 3), np.uint8)
    screen[:] = 0, 255, 0
    screen[30:80, 50:120] = 200, 30, 40
    Image.fromarray(screen).save(tmp_path / "screen.png")
    keyed = under(
        clip(tmp_path / "screen.png", 0, 2),
        effect("MaskColor", color=[0, 255, 0], threshold=100, stiffness=9),
    )
    seen = pictures(timeline([clip(coloured, 0, 2)], [keyed]))[0]
    below = pictures(timeline([clip(coloured, 0, 2)]))[0]
    assert np.abs(seen[:20] - below[:20]).max() <= 1
    assert np.abs(seen[40:70, 60:110] - [200, 30, 40]).max() <= 4


def test_another_size_is_fitted_back_and_a_slide_leaves_black(take):
    closer = under(clip(take, 5, 2), effect("Crop", x1=48, y1=27, x2=144, y2=81))
    whole = pictures(timeline([clip(take, 5, 2)]))[0]
    seen = pictures(timeline([closer]))[0]
    assert seen.shape == whole.shape
    wanted = whole[27:81, 48:144].repeat(2, axis=0).repeat(2, axis=1)
    assert np.abs(seen - wanted).mean() < 12
    slid = under(clip(take, 5, 12), effect("SlideIn", duration=0.5, side="left"))
    first, *_, last = pictures(timeline([slid]))
    assert first[:, 20:].max() <= 2
    assert np.abs(last[:, :180] - pictures(timeline([clip(take, 16, 1)]))[0][:, 12:]
                  ).mean() < 60  # fmt: skip


def test_in_a_handle_an_effect_stays_as_at_the_clips_end(take):
    faded = under(clip(take, 20, 10), effect("FadeIn", duration=0.25))
    made = timeline([clip(take, 0, 10), dissolve(4, 2), faded])
    seen = pictures(made)
    assert len(seen) == 20
    plain = pictures(timeline([clip(take, 0, 30)]))
    for number in range(6, 12):
        share = (number - 6) / 6
        faded_by = (max(number - 10, 0) + 0.5) / 6
        wanted = plain[number] * (1 - share) + plain[number + 10] * share * faded_by
        assert np.abs(seen[number] - wanted).max() <= 6
    assert np.abs(seen[16] - plain[26]).max() <= 2


def test_what_is_timeless_is_known_again_after_a_trim(take):
    def look(made):
        (span,) = make_plan(made).spans
        return span.frames[3][0]

    effects = effect("BlackAndWhite"), effect("MirrorX")
    one = look(timeline([under(clip(take, 0, 20), *effects)]))
    other = look(timeline([under(clip(take, 1, 15), *effects)]))
    assert (one.look, one.clip_frame) == (other.look, other.clip_frame)
    faded = look(timeline([under(clip(take, 0, 20), effect("FadeIn", duration=1))]))
    assert (faded.look.length_frames, faded.clip_frame) == (20, 3)


def test_all_that_cannot_be_laid_on_is_named_at_once(take):
    wrong = {
        "one": effect("Loop", n=2),
        "two": effect("Glow", radius=3),
        "three": effect("FadeIn", lasting=1),
        "four": effect("LumContrast", lum="much"),
        "five": effect("os.system", command="true"),
        "six": effect("HeadBlur", radius=3),
    }
    made = timeline(
        [under(clip(take, 0, 4, name=name), one) for name, one in wrong.items()]
    )
    with pytest.raises(RenderError) as raised:
        make_plan(made)
    told = "\n".join(raised.value.items)
    assert len(raised.value.items) == 6
    for name, one in wrong.items():
        assert f"{name}: {one.effect_name}: " in told
    assert "time, which belongs to the timeline" in told
    assert "no effect of this name" in told


def test_an_editors_own_effect_is_named_and_not_drawn(take, tmp_path):
    foreign = otio.schema.Effect("Gaussian Blur", "Gaussian Blur")
    metadata.put(foreign, "effect", {"filter": ["filter", {}, "", []]})
    made = timeline([under(clip(take, 0, 5, name="shot"), foreign)])
    record = render_film(made, tmp_path / "film.mp4", cache=False)
    assert record.notes == ("shot: the effect 'Gaussian Blur' is not drawn.",)
    assert record.plain_frames == 5


def test_functions_of_the_caller(take, tmp_path):
    def tinted(moviepy_clip, red=0):
        def painted(frame):
            made = frame.copy()
            made[..., 0] = red
            return made

        return moviepy_clip.image_transform(painted)

    def later(moviepy_clip):
        return moviepy_clip.time_transform(lambda t: t + 1)

    made = timeline([clip(take, 0, 4), under(clip(take, 4, 4), effect("tint", red=99))])
    record = render_film(
        made, tmp_path / "film.mp4", crf=1, effects={"tint": tinted}, cache=False
    )
    seen = [frame.astype(int) for frame in decoded(record.path)]
    assert all(np.abs(frame[..., 0] - 99).mean() < 8 for frame in seen[4:])
    assert np.ptp(seen[0][..., 0]) > 200
    with pytest.raises(RenderError, match="1 of the effects"):
        make_plan(made)
    with pytest.raises(RenderError) as raised:
        make_plan(made, effects={"tint": later})
    assert "unexpected keyword" in raised.value.items[0]
    moved = timeline([under(clip(take, 4, 4), effect("later"))])
    with pytest.raises(RenderError) as raised:
        make_plan(moved, effects={"later": later})
    assert "another time" in raised.value.items[0]


def test_another_function_of_the_same_name_is_another_picture(take):
    def one(moviepy_clip):
        return moviepy_clip

    def other(moviepy_clip):
        return moviepy_clip.image_transform(lambda frame: 255 - frame)

    made = timeline([under(clip(take, 0, 4), effect("mine"))])
    plans = [make_plan(made, effects={"mine": f}) for f in (one, other, one)]
    looks = [plan.spans[0].frames[0][0].look for plan in plans]
    assert looks[0] == looks[2] != looks[1]


@pytest.mark.parametrize("name", sorted(HIDING))
def test_what_is_said_to_hide_leaves_no_hole(name):
    given = {
        "FadeIn": {"duration": 1},
        "FadeOut": {"duration": 1},
        "GammaCorrection": {"gamma": 0.5},
        "MultiplyColor": {"factor": 0.5},
    }
    look = Look(effects=(Effect(name, json.dumps(given.get(name, {}))),))
    picture = np.full((16, 24, 3), 77, np.uint8)
    assert applied(picture, look, 0, R).shape == (16, 24, 3)


def test_the_helper_writes_what_is_read(take):
    made = otio_genai.effect("FadeIn", duration=0.5, initial_color=(1, 2, 3))
    text = otio.core.serialize_json_to_string(made)
    again = otio.core.deserialize_json_from_string(text)
    assert metadata.read(again, "effect") == {
        "moviepy": "FadeIn",
        "parameters": {"duration": 0.5, "initial_color": [1, 2, 3]},
    }
    with pytest.raises(RenderError, match="cannot be kept"):
        effect("Resize", new_size=lambda t: 1 + t)
    with pytest.raises(RenderError, match="cannot be kept"):
        effect("FadeIn", duration=float("nan"))


def test_moviepys_own_effects_are_all_judged():
    from moviepy.video import fx

    from otio_genai.render import effects

    known = effects.HIDING | effects._OTHERS | effects._TIME | effects._FUNCTIONS
    missing = {name for name in fx.__all__ if name[0].isupper()} - known
    assert missing <= {"EvenSize"}


def test_places_are_those_of_the_films_frame(take):
    far = clip(take, 0, 2), effect("Crop", x1=1000, y1=500, x2=1800, y2=950)
    make_plan(timeline([under(*far)], size=(1920, 1080)))
    outside = clip(take, 0, 2), effect("Crop", x1=5000, x2=5400)
    with pytest.raises(RenderError, match="1 of the effects"):
        make_plan(timeline([under(*outside)], size=(1920, 1080)))
