"""`proof`: a brand's colours and logo on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bifolio.build.workers import fonts_of, workers
from bifolio.cli.console import Console
from bifolio.cli.options import command, output_option
from bifolio.core.diagnostics import Diagnostic

if TYPE_CHECKING:
    from bifolio.app import Project


@command()
@click.argument("brand", metavar="BRAND")
@click.option("--edition", "-e", help="A physical form; the brand's own by default.")
@output_option
def proof(console: Console, project: Path, brand: str, edition: str | None, output: Path | None) -> None:
    """Make the proof sheet of a brand.

    It shows the brand's colours, its logo and every kind of block, in colour and in grey.
    """
    with workers(fonts_of(project)) as executor:
        from bifolio.app import Project

        opened = Project(project, executor=executor)
        make_proof(console, opened, brand, opened.warnings((brand,)), edition, output)


def make_proof(
    console: Console,
    opened: Project,
    brand: str,
    warnings: Sequence[Diagnostic],
    edition: str | None = None,
    output: Path | None = None,
) -> None:
    """Make the proof sheet of a brand, and report how its colours are printed."""
    console.show(warnings)
    files = opened.proof(brand, edition, output)
    for path in files:
        console.say_file(path)
    colours = opened.colours(brand)
    for swatch in colours.swatches:
        legible = "" if swatch.safe == swatch.colour else f"; for words on white use {swatch.safe}"
        console.say(f"{swatch.name} {swatch.colour}: {swatch.contrast:.1f} to 1 on white{legible}".strip())
    for shade in colours.shades:
        if shade.is_changed:
            console.say(
                f"  {shade.use}: {shade.before} ({shade.contrast_before:.1f} to 1) is printed as {shade.after} "
                f"({shade.contrast_after:.1f} to 1; {shade.least:.0f} needed)"
            )
    console.result(
        {
            "ok": True,
            "files": [str(path) for path in files],
            "colours": [asdict(swatch) for swatch in colours.swatches],
            "printed": [shade._asdict() for shade in colours.shades],
            "warnings": [warning.as_json() for warning in warnings],
        }
    )
