"""A film and its media in one place, the originals as they were."""

import hashlib
import json
import zipfile
from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import metadata, rates
from otio_genai.errors import InterchangeError, OutputError
from otio_genai.export.collect import collect
from otio_genai.export.relink import relink
from otio_genai.media import locate
from otio_genai.media.naming import Names, safe_name
from otio_genai.media.write import write_wav

RATE = Fraction(24)


def clip(path, frames=24, *, known=True):
    available = rates.span(0, frames, RATE) if known else None
    reference = otio.schema.ExternalReference(locate.url(path), available)
    return otio.schema.Clip(path.stem, reference, rates.span(0, frames, RATE))


def film(*items):
    made = otio.schema.Timeline("Été", global_start_time=rates.time(0, RATE))
    track = otio.schema.Track("V1", kind="Video")
    track.extend(items)
    made.tracks.append(track)
    return made


def put(path, content=b"abc"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def tone(path, length_s=1.0, level=0.1):
    import numpy as np

    path.parent.mkdir(parents=True, exist_ok=True)
    wave = np.full((round(48_000 * length_s), 1), level, dtype=np.float32)
    write_wav(path, wave, 48_000)
    return path


def paths(timeline):
    return [locate.path(c.media_reference) for c in timeline.find_clips()]


def read(path):
    return otio.adapters.read_from_file(str(path))


@given(st.text(max_size=120))
def test_safe_names_are_safe(name):
    safe = safe_name(name)
    assert safe.isascii()
    assert 0 < len(safe) <= 165
    assert not set(safe) & set('<>:"/\\|?* ')
    assert safe[0] not in ".-" and safe[-1] not in ". "
    assert safe.split(".")[0].lower() not in {"con", "nul", "aux", "com1", "lpt9"}
    assert safe_name(safe) == safe


@given(st.lists(st.sampled_from(["a.mp4", "A.MP4", "á.mp4", "a_2.mp4", "b"])))
def test_no_two_names_differ_by_case_alone(names):
    given_names = Names()
    taken = [given_names.take(name).lower() for name in names]
    assert len(set(taken)) == len(taken)


def test_media_are_copied_under_names_of_their_own(tmp_path):
    one = put(tmp_path / "a" / "mer à l'aube.mp4", b"one")
    other = put(tmp_path / "b" / "Mer a l'aube.mp4", b"other")
    third = put(tmp_path / "b" / "con.mp4", b"third")
    timeline = film(clip(one), clip(other), clip(one), clip(third))
    before = timeline.to_json_string()
    found = collect(timeline, tmp_path / "out")
    assert timeline.to_json_string() == before
    names = sorted(p.name for p in (tmp_path / "out" / "media").iterdir())
    assert names == ["Mer_a_l_aube_2.mp4", "_con.mp4", "mer_a_l_aube.mp4"]
    made = read(tmp_path / "out" / "Ete.otio")
    urls = [c.media_reference.target_url for c in made.find_clips()]
    assert urls[0] == urls[2] == "media/mer_a_l_aube.mp4"
    assert (tmp_path / "out" / urls[1]).read_bytes() == b"other"
    assert (one.read_bytes(), other.read_bytes()) == (b"one", b"other")
    told = json.loads((tmp_path / "out" / "collected.json").read_text("utf-8"))
    assert told[urls[3]]["original"] == str(third)
    assert told[urls[3]]["sha256"] == hashlib.sha256(b"third").hexdigest()
    assert found.bytes == len(b"oneotherthird")


def test_a_folder_may_be_moved_and_still_be_linked(tmp_path):
    timeline = film(clip(put(tmp_path / "a.mp4")))
    collect(timeline, tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "elsewhere")
    (tmp_path / "a.mp4").unlink()
    made = read(tmp_path / "elsewhere" / "Ete.otio")
    (reference,) = (c.media_reference for c in made.find_clips())
    assert locate.path(reference, tmp_path / "elsewhere").is_file()


def test_takes_come_along_when_asked(tmp_path):
    shot = clip(put(tmp_path / "a.mp4"))
    metadata.put(shot, "takes", [clip(put(tmp_path / "b.mp4", b"take"))])
    collect(film(shot), tmp_path / "one")
    assert not (tmp_path / "one/media/b.mp4").exists()
    collect(film(shot), tmp_path / "two", takes=True)
    assert (tmp_path / "two/media/b.mp4").read_bytes() == b"take"
    (made,) = read(tmp_path / "two/Ete.otio").find_clips()
    (take,) = metadata.read(made, "takes")
    assert take.media_reference.target_url == "media/b.mp4"


def test_pictures_of_a_sequence_keep_their_numbers(tmp_path):
    reference = otio.schema.ImageSequenceReference(
        target_url_base=locate.url(tmp_path / "é") + "/",
        name_prefix="été.",
        name_suffix=".png",
        start_frame=7,
        frame_step=1,
        rate=24,
        frame_zero_padding=4,
        available_range=rates.span(0, 3, RATE),
    )
    for number in (7, 8, 9):
        put(tmp_path / "é" / f"été.{number:04d}.png", str(number).encode())
    shot = otio.schema.Clip("rain", reference, rates.span(0, 3, RATE))
    collect(film(shot), tmp_path / "out")
    (made,) = read(tmp_path / "out/Ete.otio").find_clips()
    url = made.media_reference.target_url_for_image_number(2)
    assert (tmp_path / "out" / url).read_bytes() == b"9"
    assert url.isascii()


def test_all_that_is_missing_is_named_and_nothing_is_left(tmp_path):
    there = put(tmp_path / "a.mp4")
    timeline = film(clip(there), clip(tmp_path / "x.mp4"), clip(tmp_path / "y.mp4"))
    with pytest.raises(InterchangeError) as caught:
        collect(timeline, tmp_path / "out")
    assert caught.value.items == (str(tmp_path / "x.mp4"), str(tmp_path / "y.mp4"))
    assert not (tmp_path / "out").exists()
    found = collect(timeline, tmp_path / "out", allow_missing=True)
    assert len(found.missing) == 2
    made = read(tmp_path / "out/Ete.otio")
    assert paths(made)[1] == tmp_path / "x.mp4"


def test_originals_and_what_is_there_are_not_replaced(tmp_path):
    original = put(tmp_path / "out" / "media" / "a.mp4", b"mine")
    with pytest.raises(OutputError, match="never replaced"):
        collect(film(clip(original)), tmp_path / "out", force=True)
    other = put(tmp_path / "in" / "a.mp4", b"yours")
    with pytest.raises(OutputError, match="exists"):
        collect(film(clip(other)), tmp_path / "out")
    assert original.read_bytes() == b"mine"
    assert not (tmp_path / "out" / "Ete.otio").exists()
    collect(film(clip(other)), tmp_path / "out", force=True)
    assert original.read_bytes() == b"yours"


def test_a_second_run_copies_nothing_anew(tmp_path):
    timeline = film(clip(put(tmp_path / "a.mp4")))
    collect(timeline, tmp_path / "out")
    stamp = (tmp_path / "out/media/a.mp4").stat().st_ino
    collect(timeline, tmp_path / "out", force=True)
    assert (tmp_path / "out/media/a.mp4").stat().st_ino == stamp


def test_an_archive_is_one_that_opentimelineio_reads(tmp_path):
    one = put(tmp_path / "a" / "x.mp4", b"one")
    other = put(tmp_path / "b" / "x.mp4", b"two")
    for name in ("one.otioz", "two.otioz"):
        collect(film(clip(one), clip(other)), tmp_path / name)
    assert (tmp_path / "one.otioz").read_bytes() == (
        tmp_path / "two.otioz"
    ).read_bytes()
    made = read(tmp_path / "one.otioz")
    urls = [c.media_reference.target_url for c in made.find_clips()]
    with zipfile.ZipFile(tmp_path / "one.otioz") as archive:
        assert [archive.read(url) for url in urls] == [b"one", b"two"]
    folder = tmp_path / "open"
    folder.mkdir()
    otio.adapters.read_from_file(
        str(tmp_path / "one.otioz"), extract_to_directory=str(folder)
    )
    assert (folder / urls[1]).read_bytes() == b"two"


def test_links_are_found_by_content_whatever_the_name(tmp_path):
    shot = clip(tmp_path / "gone.mp4")
    content = hashlib.sha256(b"it").hexdigest()
    metadata.put(shot.media_reference, "hash", {"bytes": content})
    put(tmp_path / "new" / "gone.mp4", b"another")
    there = put(tmp_path / "new" / "deep" / "take 7.mp4", b"it")
    found = relink(film(shot), [tmp_path / "new"])
    assert paths(found.timeline) == [there]
    assert list(found.found.values()) == [(there, "content")]


def test_links_are_found_by_name_and_length(tmp_path):
    there = tone(tmp_path / "new" / "BED.wav")
    shot = clip(tmp_path / "Bed.wav")
    found = relink(film(shot), [tmp_path / "new"])
    assert paths(found.timeline) == [there]
    longer = clip(tmp_path / "Bed.wav", 48)
    found = relink(film(longer), [tmp_path / "new"])
    assert paths(found.timeline) == [tmp_path / "Bed.wav"]
    (why,) = found.missing.values()
    assert "not its length" in why


def test_of_several_the_one_whose_path_is_most_alike_is_taken(tmp_path):
    tone(tmp_path / "new" / "one" / "bed.wav", level=0.1)
    there = tone(tmp_path / "new" / "two" / "bed.wav", level=0.2)
    found = relink(film(clip(tmp_path / "two" / "bed.wav")), [tmp_path / "new"])
    assert paths(found.timeline) == [there]
    found = relink(film(clip(tmp_path / "x" / "bed.wav")), [tmp_path / "new"])
    assert "2 different files" in next(iter(found.missing.values()))


@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("file:///D:/Film/a%20b.mp4", "D:\\Film"),
        ("file://localhost/d%3a/film/a%20b.mp4", "D:/FILM/"),
        ("D:\\Film\\a b.mp4", "d:\\film"),
        ("file://nas/films/a%20b.mp4", "\\\\NAS\\films"),
        ("\\\\nas\\films\\a b.mp4", "//nas/films"),
        ("/Volumes/Films/a b.mp4", "/Volumes/Films"),
    ],
)
def test_drives_and_shares_are_mapped(tmp_path, address, there):
    file = put(tmp_path / "mnt" / "a b.mp4")
    shot = clip(tmp_path / "x.mp4")
    shot.media_reference.target_url = address
    found = relink(film(shot), paths=[(there, str(tmp_path / "mnt"))])
    assert paths(found.timeline) == [file]


def test_collected_media_are_found_by_their_first_names(tmp_path):
    original = tone(tmp_path / "in" / "été 1.wav")
    timeline = film(clip(original))
    collect(timeline, tmp_path / "out")
    original.unlink()
    found = relink(timeline, [tmp_path / "out"])
    assert paths(found.timeline) == [tmp_path / "out/media/ete_1.wav"]


def test_what_is_there_is_kept_and_nothing_given_is_changed(tmp_path):
    timeline = film(clip(put(tmp_path / "a.mp4")), clip(tmp_path / "gone.mp4"))
    before = timeline.to_json_string()
    (tmp_path / "empty").mkdir()
    found = relink(timeline, [tmp_path / "empty"])
    assert (found.kept, len(found.missing)) == (1, 1)
    assert timeline.to_json_string() == before == found.timeline.to_json_string()
    with pytest.raises(InterchangeError, match="not there"):
        relink(timeline, [tmp_path / "nowhere"])
