"""The documents say what is so: verbs, links, and code that runs."""

import re
import textwrap
from pathlib import Path

import click
import pytest

from otio_genai.cli import cli

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))]


@pytest.mark.parametrize("verb", sorted(cli.commands))
def test_every_verb_is_in_the_readme_or_the_docs(verb):
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    assert f"otio-genai {verb}" in text


@pytest.mark.parametrize("verb", sorted(cli.commands))
def test_every_verb_has_help_with_an_example(verb):
    command = cli.commands[verb]
    shown = command.get_help(click.Context(command, info_name=verb))
    assert "Example:" in shown
    assert f"otio-genai {verb}" in shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_options_named_in_the_documents_exist(page):
    known = {
        option
        for verb in cli.commands.values()
        for command in (verb, *getattr(verb, "commands", {}).values())
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    } | {"--help", "--shared"}
    text = page.read_text("utf-8")
    for line in re.findall(r"otio-genai [a-z].*|`--[a-z-]+`", text):
        for option in re.findall(r"(?<![\w-])--[a-z-]+", line):
            assert option in known, (page.name, option)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_in_the_documents_compiles(page):
    for code in re.findall(r"( *```python\n.*?)```", page.read_text("utf-8"), re.S):
        lines = code.split("\n", 1)[1]
        compile(textwrap.dedent(lines), str(page), "exec")
