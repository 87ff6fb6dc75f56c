"""Films that came from editors get from a bin what it knows of their media."""

from __future__ import annotations

import pytest

from otio_genai import metadata
from otio_genai.errors import FieldError
from otio_genai.field.document import read_field
from otio_genai.field.measured import measured
from otio_genai.field.opening import open_field
from otio_genai.field.writing import pictures
from otio_genai.ingest import bin as bins
from otio_genai.interchange import read_xmeml, write_xmeml
from otio_genai.interchange.fcpxml import read_fcpxml, write_fcpxml
from tests.support import fields

ROADS = {
    "premiere": lambda film: read_xmeml(write_xmeml(film, "premiere")[0])[0],
    "finalcut": lambda film: read_fcpxml(write_fcpxml(film)[0])[0],
}


def cuts(count=3):
    """Cuts of one film, each with other takes of its three shots, and their bin."""
    shots = [
        [[fields.moving(f"{s}{k} x", 10 * k + n)] for n, s in enumerate("abc")]
        for k in range(count)
    ]
    known = bins.make([clip.deepcopy() for cut in shots for (clip,) in cut])
    made = [fields.document(clips=clips) for clips in shots]
    for one in made:
        metadata.put(one, "field", None)
    return made, known


@pytest.mark.parametrize("road", ROADS)
def test_cuts_through_an_editor_make_the_field_that_they_made_before(road):
    made, known = cuts()
    came = [ROADS[road](cut) for cut in made]
    back = read_field(open_field(came, media=known))
    there = read_field(open_field(made))
    contents = [
        [[option.content for option in slot.options] for slot in field.slots]
        for field in (back, there)
    ]
    assert contents[0] == contents[1] and len(contents[0][0]) == len(made)
    assert all(len(o.material.samples) for slot in back.slots for o in slot.options)
    assert back.motion == there.motion
    assert [clip.source_range for clip in pictures(came[0])] == [
        clip.source_range for clip in pictures(back.timeline)
    ]


def test_without_their_bin_a_warning_says_what_is_not_known():
    made, known = cuts(2)
    came = [ROADS["premiere"](cut) for cut in made]
    (told,) = metadata.read(open_field(came), "film")["warnings"]
    assert told.startswith("Of 6 takes no motion was measured (a0 x, ")
    assert "analysed bin" in told
    for good in (open_field(made), open_field(came, media=known)):
        assert not metadata.read(good, "film").get("warnings")


def test_a_film_without_a_size_gets_the_bins_and_other_files_stay():
    made, known = cuts(1)
    bare = ROADS["premiere"](made[0])
    metadata.put(bare, "film", None)
    found = measured(bare, known)
    facts = metadata.read(found, "film")
    assert (facts["width"], facts["height"]) == bins.film_size(known)
    stranger = fields.document(1, 2)
    same = measured(stranger, known)
    assert same.is_equivalent_to(stranger) and same is not stranger


def test_other_takes_are_known_too():
    made, known = cuts(2)
    film, other = made
    first = pictures(film)[0]
    take = pictures(other)[0].deepcopy()
    for key in ("motion", "hash"):
        metadata.put(take.media_reference, key, None)
    metadata.put(first, "takes", [take, "no clip"])
    found = metadata.read(pictures(measured(film, known))[0], "takes")
    assert metadata.read(found[0].media_reference, "motion")
    assert found[1] == "no clip"


def test_a_bin_of_the_bin_is_refused():
    _, known = cuts(1)
    with pytest.raises(FieldError, match="what the bin knows") as caught:
        open_field(known, media=known)
    assert caught.value.items == ("media",)
