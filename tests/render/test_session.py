"""Sessions of a cache: what the dead left is swept, what lives is spared."""

import os
from pathlib import Path

import pytest

from otio_genai.render import session
from otio_genai.render.cache import SegmentCache
from tests.support.scripts import started

KEY = "ab" * 32


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept"


KILLED = """
import sys, time
from pathlib import Path
from otio_genai.render.cache import SegmentCache
cache = SegmentCache(Path(sys.argv[1]))
with cache.adding("ab" * 32, ".mp4") as path:
    path.write_bytes(b"half")
    print(path, flush=True)
    time.sleep(600)
"""


def test_only_what_the_dead_left_is_removed(folder):
    process = started(KILLED, folder)
    with process:
        half = Path(process.stdout.readline().strip())
        with SegmentCache(folder):
            assert half.read_bytes() == b"half"
        process.kill()
    assert half.exists()
    with SegmentCache(folder) as cache:
        assert not half.exists()
        assert cache.find(KEY) is None
        assert len(list((folder / "sessions").glob("*.lock"))) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_leaves_its_parents_folder(folder):
    script = (
        "import os, sys; from pathlib import Path;"
        "from otio_genai.render.cache import SegmentCache;"
        "cache = SegmentCache(Path(sys.argv[1]));"
        "path = cache.put('ab' * 32, '.x', lambda path: path.write_bytes(b'whole'));"
        "child = os.fork();"
        "child or sys.exit(0);"
        "os.waitpid(child, 0);"
        "print(path.read_text())"
    )
    with started(script, folder) as process:
        assert process.communicate()[0].strip() == "whole"


def test_a_file_system_without_locks_will_do(folder, monkeypatch):
    sessions = folder / "sessions"
    with monkeypatch.context() as patched:
        patched.setattr(session, "_locked", lambda handle: False)
        one = SegmentCache(folder)
        path = one.put(KEY, ".mp4", lambda made: made.write_bytes(b"whole"))
        assert list(sessions.glob("*.lock")) == []
        with SegmentCache(folder) as other:
            assert other.find(KEY).read_bytes() == b"whole"
    # Where locks work, as from another computer, it is not taken for a dead one.
    with SegmentCache(folder) as third:
        assert path.read_bytes() == third.find(KEY).read_bytes()
    dead = sessions / "0123456789abcdef"
    dead.mkdir()
    recent = sessions / "fedcba9876543210"
    recent.mkdir()
    moment = one._session.folder.stat().st_mtime
    os.utime(dead, (moment, moment - 8 * 24 * 3600))
    os.utime(recent, (moment, moment - 6 * 24 * 3600))
    with SegmentCache(folder):
        assert path.exists() and recent.exists() and not dead.exists()
    one.close()
    assert not path.exists()
