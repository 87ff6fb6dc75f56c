"""Real files of editors: like themselves, and like what another format gives back."""

import pytest

from otio_genai.errors import GenaiError
from otio_genai.export import export, read_timeline
from otio_genai.interchange.diff import diff

# A filter alone.
_NO_TIMELINE = {"premiere_example_filter.xml"}


@pytest.mark.parametrize("kind", ["fcpxml", "otio", "xmeml"])
def test_every_file_is_like_itself(shared, kind):
    for path in sorted((shared / "corpus" / kind).iterdir()):
        try:
            timeline = read_timeline(path)
        except GenaiError:
            assert path.name in _NO_TIMELINE
            continue
        found = diff(timeline, timeline)
        assert found.same, (path.name, found.readable())


def test_premiere_s_own_film_comes_back_as_it_was(shared, tmp_path):
    for name in ("premiere_example.xml", "kdenlive_example_from_fcp.xml"):
        before = read_timeline(shared / "corpus" / "xmeml" / name)
        path = tmp_path / name
        export(before, path, to="premiere", with_captions=False)
        found = diff(before, read_timeline(path))
        assert found.same, (name, found.readable())
