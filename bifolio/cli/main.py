"""The command line: finds a command in the module of its name, and imports only that one.

Exit codes: 0 done · 2 usage · 3 content wrong · 4 design wrong · 5 verification failed, nothing was published ·
6 a program or library is missing · 1 a bug, with its traceback · 130 stopped with Ctrl-C
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn, cast

import click

from bifolio import __version__, cli
from bifolio.build.build_record import BuildRecord
from bifolio.cli.console import escape_unknown_letters
from bifolio.core.diagnostics import suggest

NO_COMMANDS = frozenset({"console", "main", "options"})
"""The modules of this package that are no commands."""


class _Commands(click.Group):
    """Without a command, what is meant is `build`; a mistyped command gets the near miss."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        import pkgutil  # late: only a list of all commands needs it

        modules = (module.name for module in pkgutil.iter_modules(cli.__path__))
        return sorted(name for name in modules if name not in NO_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if not (cmd_name.isascii() and cmd_name.isalpha()) or cmd_name in NO_COMMANDS:
            return None
        name = f"{cli.__name__}.{cmd_name}"
        try:
            module = import_module(name)
        except ModuleNotFoundError as error:
            if error.name == name:
                return None
            raise
        (command,) = (value for value in vars(module).values() if isinstance(value, click.Command))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            ctx.fail(
                f'There is no command "{args[0]}"; {suggest(args[0], self.list_commands(ctx), "commands")}'
            )
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_without_command = not args or args[0].startswith("-")
        if is_without_command and not {"--help", "--version"} & set(args):
            args = ["build", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="bifolio")
def main() -> None:
    """Print-ready handouts from plain content, in each clinic's own brand."""


def run(prog_name: str, record: BuildRecord | None = None) -> NoReturn:
    """Run the command line; `record` is the build record that was asked whether there is anything to do."""
    escape_unknown_letters()
    try:
        cast("Callable[..., Any]", main)(prog_name=prog_name, obj=record)
    finally:
        gc.freeze()  # or Python looks through all that is left before it ends, 0.08 s, and frees nothing by it
    raise SystemExit(0)
