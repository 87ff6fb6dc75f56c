"""The provider of the documents is one: it runs as it is printed there."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from otio_genai.errors import ProviderError
from otio_genai.live.newtakes import NewTakes
from tests.live.test_newcomers import PROMPT, Clock, House, opened
from tests.support import fields
from tests.support.coded import write_take

PAGE = Path(__file__).parents[2] / "docs" / "new-takes.md"


def printed():
    """Return the class of the page, as whoever copies it has it."""
    codes = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    (code,) = [code for code in codes if "class Program" in code]
    known = {}
    exec(compile(code, str(PAGE), "exec"), known)
    return known["Program"]


def command(folder, text):
    path = folder / "make-a-take"
    path.write_text(f"#!{sys.executable}\nimport shutil, sys, time\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("shutil.copy({new!r}, sys.argv[3])", "is new and waits for you."),
        ("sys.exit(3)", "did not come."),
        ("time.sleep(600)", "was taken back."),
    ],
    ids=["makes", "fails", "never ends"],
)
def test_the_provider_of_the_page_runs(tmp_path, text, end):
    document = fields.coded(
        tmp_path / "takes", slots=2, takes=1, take_facts={(1, 0): PROMPT}
    )
    new = write_take(tmp_path / "new.mp4", 77, 60)
    house, clock = House(document), Clock()
    program = printed()(command(tmp_path, text.format(new=str(new))), tmp_path)

    async def show():
        how = NewTakes(tmp_path / "n", providers=[program])
        made = opened(house, how, clock)
        await made.look()
        (running,) = program._running.values()
        if "taken back" in end:
            await made._asking[0].commissions.close()
        await running.wait()
        await made.look()

    asyncio.run(show())
    assert house.notes[0] == "slot-002: a take was asked for: a quiet dune"
    assert len(house.notes) == 2 and house.notes[1].endswith(end)


def test_two_providers_of_one_name_are_refused(tmp_path):
    house = House(fields.document(2, 1))
    program = printed()("x", tmp_path)

    async def show():
        with pytest.raises(ProviderError, match="Two providers"):
            opened(house, NewTakes(tmp_path, providers=[program, program]), Clock())

    asyncio.run(show())
