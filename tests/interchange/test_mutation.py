"""Broken files of real editors: every reader reads them or refuses with a sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

from otio_genai.errors import GenaiError
from otio_genai.interchange import tree as tree_module
from otio_genai.interchange.fcpxml import read_fcpxml
from otio_genai.interchange.tree import tree
from otio_genai.interchange.xmeml import read_xmeml
from tests.support.mutations import READERS, corpus, mutated

ROOT = Path(__file__).parents[2]
# A crash of a library would end pytest too: the readers run in a process of their own.
SCRIPT = ROOT / "benchmarks" / "fuzz_readers.py"
A_FIFTH, EACH = 50, 5_200
STATUS = Path("/proc/self/status")


def fuzz(shared, kind, count, *more):
    command = [sys.executable, str(SCRIPT), str(shared), "--kind", kind]
    command += ["--count", str(count), *more]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


@pytest.mark.parametrize("kind", READERS)
def test_a_few_broken_files_raise_our_errors_alone(shared, kind):
    done = fuzz(shared, kind, A_FIFTH, "--largest", "30000", "--write")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("kind", READERS)
def test_thousands_of_broken_files_raise_our_errors_alone(shared, kind):
    done = fuzz(shared, kind, EACH, "--seed", "1000", "--write")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("kind", READERS)
def test_broken_files_of_every_size_raise_our_errors_alone(shared, kind):
    done = fuzz(shared, kind, 60, "--largest", "2000000")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_same_seed_breaks_a_file_the_same_way():
    text = "<a><b>1</b><c>2</c></a>\n" * 20
    assert [mutated(text, seed) for seed in range(50)] == [
        mutated(text, seed) for seed in range(50)
    ]
    assert len({mutated(text, seed) for seed in range(50)}) > 40


def test_the_corpus_has_files_of_every_kind(shared):
    assert {kind for kind, _, _ in corpus(shared)} == set(READERS)


@pytest.mark.parametrize("read", [read_xmeml, read_fcpxml, tree])
@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]><xmeml>&a;</xmeml>',
        '<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/hosts"> %a;]><xmeml/>',
        '<!DOCTYPE x [<!ENTITY a0 "ha">'
        + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 40))
        + "]><fcpxml>&a39;</fcpxml>",
        "<a>" * 100_000,
        "<a>" * 100_000 + "</a>" * 100_000,
        "<a b='" + "x" * 100_000 + "'",
        "\ud800",
        "",
    ],
    ids=[
        "entity",
        "outside",
        "bomb",
        "deep",
        "deep and closed",
        "cut",
        "half",
        "empty",
    ],
)
def test_bombs_are_refused(read, text):
    with pytest.raises(GenaiError) as caught:
        read(text)
    assert caught.value.remedy


def test_too_many_elements_are_refused(monkeypatch):
    monkeypatch.setattr(tree_module, "LARGEST_COUNT", 10)
    assert len(tree("<a>" + "<b/>" * 9 + "</a>")) == 9
    with pytest.raises(GenaiError, match="10 elements"):
        tree("<a>" + "<b/>" * 10 + "</a>")


@pytest.mark.slow
@pytest.mark.skipif(not STATUS.exists(), reason="memory is read there")
@pytest.mark.parametrize("suffix", ["xml", "fcpxml", "otio", "edl"])
def test_half_a_gigabyte_is_refused_in_bounded_memory(tmp_path, suffix):
    heads = {
        "xml": "<xmeml version='4'><sequence>",
        "fcpxml": "<fcpxml version='1.10'>",
        "otio": '{"OTIO_SCHEMA": "Timeline.1", "name": "',
        "edl": "TITLE: x\nFCM: NON-DROP FRAME\n",
    }
    path = tmp_path / f"huge.{suffix}"
    with path.open("w") as file:
        file.write(heads[suffix])
        for _ in range(500):
            file.write("<a>b</a>" * (1 << 17))
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from otio_genai.errors import GenaiError\n"
        "from otio_genai.export import read\n"
        "try:\n    read(sys.argv[1])\nexcept GenaiError:\n"
        "    status = Path('/proc/self/status').read_text()\n"
        "    print(status.partition('VmHWM:')[2].split()[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True
    )
    path.unlink()
    assert done.stdout.strip(), done.stderr
    # The most the process ever had, in kilobytes. Not `ru_maxrss`, which begins at what
    # the process that started this one had: a worker that has run half the suite.
    assert int(done.stdout) < 700_000
