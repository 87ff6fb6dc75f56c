"""Fixtures of the command line."""

import pytest

from otio_genai.cli import main
from tests.support import project


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A small project, which nobody changes."""
    return project.small_project(tmp_path_factory.mktemp("film"))


@pytest.fixture
def run(capsys):
    """Run the command: its exit code, what it said, and what it complained of."""

    def call(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(a) for a in arguments])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return ended.value.code or 0, said.out, said.err

    return call
