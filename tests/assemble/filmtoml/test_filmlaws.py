"""Whatever a film file holds, it is read or refused."""

import hypothesis
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.assemble.filmtoml.arrays import ARRAYS
from otio_genai.assemble.filmtoml.filmfile import FilmFile, read_film_file
from otio_genai.assemble.settings import settings
from otio_genai.assemble.style import Style
from otio_genai.errors import FilmFileError
from tests.support import filmvalues
from tests.support.filmfiles import WHOLE

TABLES = ["[film]", "[media]", "[style]\n", "title", "rate", "first", "é", "\0"]

MARKS = ["=", "'a'", '"""', "1", "\n", "{", "}", "[", "]", ".", ",", "true", "#", " "]

TOML_WORDS = st.sampled_from(TABLES + MARKS)


@hypothesis.settings(deadline=None)
@given(text=st.lists(TOML_WORDS, max_size=25).map("".join) | st.text(max_size=80))
def test_any_text_is_read_or_refused(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp()
    (folder / "any.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        film = read_film_file(folder / "any.toml")
    except FilmFileError as error:
        assert error.place and str(error)
    else:
        assert isinstance(film, FilmFile)


@hypothesis.settings(deadline=None)
@given(document=filmvalues.documents())
def test_any_subset_of_keys_goes_through_a_file(document, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    path = folder / "subset.toml"
    path.write_text(filmvalues.toml_text(document), encoding="utf-8")
    try:
        film = read_film_file(path)
    except FilmFileError as error:
        # Settings that are right alone may be wrong together.
        assert not any("[" in item for item in error.items)
        return
    for table, content in document.items():
        if table in ARRAYS:
            record, _ = ARRAYS[table]
            found = getattr(film.notes, table)
            assert len(found) == len(content)
            pairs = [(record, *pair) for pair in zip(found, content, strict=True)]
        else:
            pairs = [(FilmFile, film, content), (Style, film.style, content)]
        for record, held, said in pairs:
            for name, limits in settings(record):
                if limits.table == table and limits.key in said:
                    value = said[limits.key]
                    value = value if isinstance(value, list) else [value]
                    kept = getattr(held, name)
                    assert list(kept if isinstance(kept, tuple) else [kept]) == value


PIECES = st.sampled_from(
    [
        *("", "\n", "=", '"', "[", "]", "{", "}", "#", "0", "-1", "1e999", "nan"),
        *("'", "[[pins]]", "[order]", '"""', "slot = 1", "é", ",", ".", "\t", "x"),
    ]
)


@hypothesis.settings(deadline=None)
@given(data=st.data())
def test_a_damaged_film_file_is_read_or_refused(data, tmp_path_factory):
    text = WHOLE
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 12))
        text = text[:start] + data.draw(PIECES) + text[end:]
    path = tmp_path_factory.getbasetemp() / "damaged.toml"
    path.write_text(text, encoding="utf-8")
    try:
        assert isinstance(read_film_file(path), FilmFile)
    except FilmFileError as error:
        assert error.place and str(error) and error.remedy
        last = text.count("\n") + 1
        for item in error.items:
            assert 1 <= int(item.removeprefix("line ").split(":")[0]) <= last
