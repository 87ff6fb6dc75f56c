"""Files that are no prepared takes are refused with a sentence, whatever they hold."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from otio_genai.errors import LiveError
from otio_genai.live.picture.packets import Packets
from tests.support.marks import examples


@examples(30, 10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_harmed_file_is_refused_or_read_as_far_as_it_goes(shows, tmp_path, data):
    _, mezzanines = shows()
    whole = mezzanines.of(0, 0, 12).path.read_bytes()
    index = whole.index(b"moov")
    place = data.draw(st.integers(index - 8, len(whole) - 1))
    harmed = data.draw(st.binary(min_size=1, max_size=8))
    cut = data.draw(st.booleans())
    given_ = whole[:place] if cut else whole[:place] + harmed + whole[place + 8 :]
    path = tmp_path / "take.mp4"
    path.unlink(missing_ok=True)
    path.write_bytes(given_)
    try:
        found = Packets.of(path)
    except LiveError as error:
        assert error.remedy and error.place == str(path)
    else:
        assert not cut
        for number in range(len(found)):
            found.sample(number)


def test_what_is_no_file_is_refused(tmp_path):
    (tmp_path / "empty.mp4").touch()
    for name in ("empty.mp4", "none.mp4", "."):
        with pytest.raises(LiveError, match="cannot be read"):
            Packets.of(tmp_path / name)
    with pytest.raises(LiveError):
        Packets.of(Path(__file__))
