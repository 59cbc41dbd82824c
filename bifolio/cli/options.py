"""What commands have in common: how one is declared, and the options that several of them take."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from bifolio.cli.console import Console

F = TypeVar("F", bound=Callable[..., Any])

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)


def command(name: str | None = None) -> Callable[[Callable[..., None]], click.Command]:
    """Declare a command: a function of a Console, the project's folder, and whatever its own options bring."""

    def declare(function: Callable[..., None]) -> click.Command:
        @wraps(function)
        def run(*, project: Path, as_json: bool, quiet: bool, **options: Any) -> None:
            console = Console(as_json=as_json, quiet=quiet)
            with console.exit_codes():
                function(console, project, **options)

        declared = click.command(name)(run)
        declared.params += _common()
        return declared

    return declare


def output_option(function: F) -> F:
    """Add the option that says where files go."""
    return click.option("--output", "-o", type=FOLDER, help="The folder for the files; output/ by default.")(
        function
    )


def build_options(function: F) -> F:
    """Add the arguments that say what to make, and where it goes."""
    return _with(
        function,
        click.argument("items", nargs=-1, metavar="[ITEM]…"),
        click.option("--brand", "-b", "brands", multiple=True, help="A clinic; repeatable."),
        click.option("--all-brands", is_flag=True, help="All clinics of the project."),
        click.option("--region", help="Whose support lines to print: us, gb …"),
        click.option("--lang", "language", help="The language of the content: en …"),
        click.option("--edition", "-e", "editions", multiple=True, help="A physical form; repeatable."),
        click.option("--theme", help="A look: calm …"),
        click.option("--format", "formats", help="What to make, separated by commas: pdf,epub,html,png"),
        output_option,
        click.option(
            "--jobs",
            "workers",
            type=click.IntRange(1),
            help="How many processes to use; one per core by default.",
        ),
        click.option("--scheduler", help="Build on the workers of a Dask scheduler: tcp://…"),
    )


def _common() -> list[click.Parameter]:
    """Return the options that every command takes."""
    return [
        click.Option(
            ["--project"], type=FOLDER, default=Path(), help="The project folder; this one by default."
        ),
        click.Option(["--json", "as_json"], is_flag=True, help="Print the result as JSON."),
        click.Option(["--quiet", "-q"], is_flag=True, help="Say only what is wrong."),
    ]


def _with(function: F, *options: Callable[[F], F]) -> F:
    for option in reversed(options):
        function = option(function)
    return function
