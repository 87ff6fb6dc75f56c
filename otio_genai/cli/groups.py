"""Groups of verbs that name the verb meant when one is misspelt."""

from __future__ import annotations

import click

from otio_genai.cli.stages import nearest

__all__ = ["Verbs", "unescape"]


class Verbs(click.Group):
    """A group that names the verb meant when one is misspelt, in the order given."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb meant, and the words after it."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            meant = nearest(args[0], self.list_commands(ctx)) if args else None
            if meant is None or "did you mean" in error.message.lower():
                raise
            said = f"{error.message} Did you mean {meant!r}?"
            raise click.UsageError(said, ctx) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order they were added."""
        return list(self.commands)


def unescape(command: click.Command) -> None:
    """Let click see its mark of lines to be kept as they are, all the way down.

    Docstrings are raw, so the mark is two letters there.
    """
    command.help = (command.help or "").replace("\\b", "\b")
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            unescape(inner)
