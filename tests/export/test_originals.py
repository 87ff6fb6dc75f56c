"""A collected film is the film it was collected from."""

import json

import opentimelineio as otio
import pytest

from otio_genai import metadata, rates
from otio_genai.export import read_timeline
from otio_genai.export.collect import MANIFEST, collect
from otio_genai.export.originals import as_originals
from otio_genai.interchange.diff import diff
from otio_genai.media import locate
from tests.export.test_collect import RATE, clip, film, paths, put


@pytest.fixture
def two(tmp_path):
    """Return a film of two files of one name."""
    files = [put(tmp_path / n / "take.mp4", n.encode()) for n in ("n1", "n2")]
    made = film(*(clip(file) for file in files))
    return made, files


@pytest.mark.parametrize("to", ["otio", "premiere", "resolve", "finalcut"])
def test_a_collected_copy_of_two_files_of_one_name_is_no_edit(two, tmp_path, to):
    before, files = two
    found = collect(before, tmp_path / "all", to=[to])
    (sent,) = (
        made
        for made in found.made
        if made.suffix in (".xml", ".fcpxml", ".otio")
        and (made.suffix == ".otio") == (to == "otio")
    )
    after = read_timeline(sent)
    assert not diff(before, after).same
    assert paths(as_originals(after, sent)) == files
    assert diff(before, as_originals(after, sent)).same
    # The list is found above the media when the film came back elsewhere.
    assert paths(as_originals(after, tmp_path / "inbox" / "film.xml")) == files


def test_a_folder_that_moved_still_knows_its_originals(two, tmp_path):
    before, files = two
    collect(before, tmp_path / "all", to=["premiere"])
    moved = (tmp_path / "all").rename(tmp_path / "moved")
    (sent,) = moved.glob("*.xml")
    assert paths(as_originals(read_timeline(sent), sent)) == files


def test_originals_that_are_gone_leave_copies_with_their_hashes(two, tmp_path):
    before, files = two
    (sent, *_) = (
        m for m in collect(before, tmp_path / "all").made if m.suffix == ".otio"
    )
    files[1].unlink()
    kept = as_originals(read_timeline(sent), sent, there=True)
    assert paths(kept) == [files[0], tmp_path / "all" / "media" / "take_2.mp4"]
    told = json.loads((tmp_path / "all" / MANIFEST).read_text(encoding="utf-8"))
    hashes = [metadata.read(c.media_reference, "hash") for c in kept.find_clips()]
    assert hashes == [{"bytes": entry["sha256"]} for entry in told.values()]


def test_what_was_not_collected_is_returned_itself(two, tmp_path):
    before, _ = two
    assert as_originals(before, tmp_path / "film.otio") is before
    for text in ("{", "[]", '{"media/take.mp4": 3}'):
        put(tmp_path / MANIFEST, text.encode())
        assert as_originals(before, tmp_path / "film.otio") is before


def test_pictures_of_a_sequence_go_back_to_their_folder(tmp_path):
    for number in range(1, 4):
        put(tmp_path / "run é" / f"f é.{number:04d}.png", b"%d" % number)
    reference = otio.schema.ImageSequenceReference(
        locate.url(tmp_path / "run é") + "/",
        "f é.",
        ".png",
        1,
        frame_zero_padding=4,
        rate=24,
        available_range=rates.span(1, 3, RATE),
    )
    before = film(otio.schema.Clip("f", reference, rates.span(1, 3, RATE)))
    made = collect(before, tmp_path / "all").made
    (sent,) = (file for file in made if file.suffix == ".otio")
    back = as_originals(read_timeline(sent), sent)
    (found,) = (item.media_reference for item in back.find_clips())
    first = locate.path(found.target_url_for_image_number(0))
    assert first == tmp_path / "run é" / "f é.0001.png"
    assert diff(before, back).same
