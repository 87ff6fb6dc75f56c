"""Fixtures of film files."""

import pytest


@pytest.fixture
def write(tmp_path):
    def save(text, name="film.toml"):
        data = text if isinstance(text, bytes) else text.encode("utf-8")
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return save
