"""Media are found where a worker has them, and only the film's own are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.errors import MediaError, RenderError
from otio_genai.media import locate, store
from otio_genai.media.identity import identity, sound_identity
from otio_genai.render.cluster.places import Places

PARTS = st.lists(
    st.text("ab é#%", min_size=1).filter(lambda text: text.strip() == text),
    min_size=1,
    max_size=3,
).map("/".join)


def item(path, known=None):
    known = identity(path) if known is None else known
    return {
        "sources": [{"url": locate.url(path), "name": path.stem, "identity": known}]
    }


@given(PARTS, PARTS, PARTS)
def test_a_path_keeps_what_follows_its_start(here, there, rest):
    places = Places.of([f"/{here}/=/{there}"])
    assert places.there(f"/{here}/{rest}") == f"/{there}/{rest}"
    assert places.there(f"/{here}") == f"/{there}"
    beside = f"/{here}x/{rest}"
    assert places.there(beside) == beside


@given(PARTS, PARTS, PARTS, st.booleans())
def test_the_longest_start_wins_whatever_the_order(here, inner, rest, turned):
    given_ = [f"/{here}=/outer", f"/{here}/{inner}=s3://inner"]
    places = Places.of(reversed(given_) if turned else given_)
    assert places.there(f"/{here}/{inner}/{rest}") == f"s3://inner/{rest}"


def test_a_planner_on_windows_is_understood():
    places = Places.of([r"C:\films=/mnt/films"])
    assert places.there(r"C:\films\a b\1.mp4") == "/mnt/films/a b/1.mp4"


def test_what_is_no_pair_is_named_all_at_once():
    with pytest.raises(RenderError) as caught:
        Places.of(["/here", "/here=/there", "=/there"])
    assert caught.value.items == ("/here", "=/there")


def test_media_are_found_under_their_other_path(few, tmp_path):
    moved = tmp_path / few[0].name
    moved.write_bytes(few[0].read_bytes())
    places = Places.of([f"{few[0].parent}={tmp_path}"])
    found = places.local({**item(few[0]), "frames": [1]})
    assert found["sources"][0]["url"] == locate.url(moved)
    assert found["frames"] == [1]


@pytest.mark.parametrize("of", [identity, sound_identity])
def test_a_file_is_known_by_its_pictures_or_its_sound(few, of):
    planned = item(few[0], of(few[0]))
    assert Places().local(planned) == planned


def test_another_file_of_that_name_is_refused(few, tmp_path):
    (tmp_path / few[0].name).write_bytes(few[1].read_bytes())
    places = Places.of([f"{few[0].parent}={tmp_path}"])
    with pytest.raises(MediaError, match="content differs") as caught:
        places.local(item(few[0]))
    assert caught.value.place == str(tmp_path / few[0].name)


def test_a_file_that_changes_between_two_tasks_is_seen(few, tmp_path):
    copy = tmp_path / "take.mp4"
    copy.write_bytes(few[0].read_bytes())
    planned = item(copy)
    Places().local(planned)
    copy.write_bytes(few[1].read_bytes())
    with pytest.raises(MediaError, match="content differs"):
        Places().local(planned)


def test_everything_missing_is_named(tmp_path):
    lost = [tmp_path / "a.mp4", tmp_path / "b.mp4"]
    sources = [item(path, "0" * 64)["sources"][0] for path in lost]
    with pytest.raises(MediaError, match="2 files") as caught:
        Places().local({"sources": sources})
    named = [str(path) for path in lost]
    assert [line.partition(":")[0] for line in caught.value.items] == named
    assert "--media" in caught.value.remedy


def test_what_is_drawn_is_left_as_it_is():
    drawn = {"sources": [{"url": "title:Hello", "name": "title", "identity": ""}]}
    assert Places().local(drawn) == drawn


def in_store(path, address):
    import fsspec

    with fsspec.open(address, "wb") as stream:
        stream.write(path.read_bytes())


def test_a_store_is_asked_once_for_each_file(few):
    in_store(few[0], "memory://films/take1.mp4")
    places = Places.of([f"{few[0].parent}=memory://films"])
    found = places.local(item(few[0]))
    own = locate.path(found["sources"][0]["url"])
    assert own.read_bytes() == few[0].read_bytes()
    assert own.is_relative_to(store.cache_folder())
    # Gone from the store, it is still here; damaged here, it is asked for again.
    in_store(few[1], "memory://films/take1.mp4")
    assert places.local(item(few[0])) == found
    own.write_bytes(b"damaged")
    with pytest.raises(MediaError, match="content differs") as caught:
        places.local(item(few[0]))
    assert caught.value.place == "memory://films/take1.mp4"
    in_store(few[0], "memory://films/take1.mp4")
    assert places.local(item(few[0])) == found


@pytest.mark.parametrize("address", ["memory://empty", "nosuchstore://films"])
def test_a_store_that_does_not_have_it_says_so(few, address):
    places = Places.of([f"{few[0].parent}={address}"])
    known = "1" * 64
    with pytest.raises(MediaError, match="cannot be fetched") as caught:
        places.local(item(few[0], known))
    assert caught.value.place == f"{address}/take1.mp4"
    assert not list((store.cache_folder() / "media").glob(f"*{known}*"))
