"""Options and fixtures of every test."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says more of the machine than of the code.
settings.register_profile("whole", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=30)


def pytest_configure(config):
    # What a script starts with "&" ignores Ctrl-C, and so would what tests interrupt.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Before any test is read: `examples` asks for the profile.
    quick = config.option.markexpr == "not slow"
    settings.load_profile("quick" if quick else "whole")


def pytest_addoption(parser):
    parser.addoption(
        "--shared",
        metavar="FOLDER",
        help="folder with real generated media and real editor files",
    )


@pytest.fixture(scope="session")
def shared(request) -> Path:
    """The folder of real material; tests that want it skip without."""
    given = request.config.getoption("--shared")
    if not given:
        pytest.skip("needs real material: give it with --shared=FOLDER")
    folder = Path(given)
    if not folder.is_dir():
        pytest.skip(f"there is no folder {folder}")
    return folder.resolve()


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Keep the user's cache out of the tests."""
    folder = tmp_path_factory.mktemp("cache")
    before = os.environ.get("OTIO_GENAI_CACHE")
    os.environ["OTIO_GENAI_CACHE"] = str(folder)
    yield folder
    if before is None:
        del os.environ["OTIO_GENAI_CACHE"]
    else:
        os.environ["OTIO_GENAI_CACHE"] = before
