"""`tailor`: one person's copy of a handout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TextIO

import click

from bifolio.build.workers import fonts_of, workers
from bifolio.cli.console import Console
from bifolio.cli.options import command


@command()
@click.argument("item", metavar="ITEM")
@click.option(
    "--for",
    "wishes",
    type=click.File("r", encoding="utf-8-sig"),
    help="A YAML file that says what to change; - reads stdin.",
)
@click.option("--to", "target", type=click.Path(path_type=Path), help="Where to write the copy, a PDF.")
@click.option("--brand", "-b", help="The clinic; the first planned one by default.")
@click.option("--keep", multiple=True, help="A part to keep, by name; repeatable.")
@click.option("--leave-out", multiple=True, help="A part to leave out; repeatable.")
@click.option("--say", multiple=True, metavar="WORD=OTHER", help="Another word: partner=wife; repeatable.")
@click.option("--note", multiple=True, help="A few words at the top. A shell remembers them: prefer --for.")
@click.option("--next-visit", help="The day and time of the next visit.")
@click.option("--edition", "-e", help="The form to read: a5 …")
@click.option("--region", help="Whose support lines to print: us, gb …")
@click.option("--lang", "language", help="The language of the content: en …")
def tailor(
    console: Console,
    project: Path,
    item: str,
    wishes: TextIO | None,
    target: Path | None,
    brand: str | None,
    keep: tuple[str, ...],
    leave_out: tuple[str, ...],
    say: tuple[str, ...],
    note: tuple[str, ...],
    next_visit: str | None,
    edition: str | None,
    region: str | None,
    language: str | None,
) -> None:
    """Make one person's copy of a handout.

    Nothing of it is kept anywhere else. Without --to, this lists what a copy may change.
    """
    if target is None:
        _show_parts(console, project, item)
        return
    with workers(fonts_of(project)) as executor:
        from bifolio.app import Project
        from bifolio.editorial.tailoring import hand_over, read_tailoring

        opened = Project(project, executor=executor)
        options = {
            "keep": list(keep),
            "leave_out": list(leave_out),
            "words": dict(_pair(pair) for pair in say),
            "note": list(note),
            "next_visit": next_visit,
            "edition": edition,
        }
        typed = {name: value for name, value in options.items() if value}
        if wishes is not None and typed:
            raise click.UsageError("give --for, or the options that say the same, not both")
        text, name = (wishes.read(), "--for") if wishes is not None else (json.dumps(typed), "what was typed")
        tailoring, tree = read_tailoring(text, name)
        chosen = brand or opened.repository.plan.brands[0]
        pdf, warnings = opened.tailored(item, chosen, tailoring, region, language, tree=tree)
        hand_over(opened.repository.root, pdf, target)
        console.show(warnings)
        console.say(f"  {target}\nNo other copy was kept.")
        console.result(
            {"ok": True, "files": [str(target)], "warnings": [warning.as_json() for warning in warnings]}
        )


def _show_parts(console: Console, project: Path, item: str) -> None:
    """Show what one person's copy of a handout may leave out, and which words it may choose."""
    from bifolio.app import Project
    from bifolio.editorial.tailoring import parts

    handout = Project(project).repository.handout(item)
    pieces = parts(handout)
    width = max(len(part.name) for part in pieces)
    stays = {"all": " (stays)", "some": " (what keeps a reader safe stays)", "none": ""}
    for part in pieces:
        console.say(f"{part.name:<{width}}  {part.title}{stays[part.stays]}".rstrip())
    for name, offered in handout.words.items():
        console.say(f"--say {name}=…  {', '.join(offered)}")
    rows: list[dict[str, Any]] = [
        {"id": part.name, "title": part.title, "kind": part.kind, "stays": part.stays} for part in pieces
    ]
    offers = {name: list(offered) for name, offered in handout.words.items()}
    console.result({"ok": True, "parts": rows, "words": offers})


def _pair(text: str) -> tuple[str, str]:
    word, sign, other = text.partition("=")
    if not (sign and word and other):
        raise click.BadParameter(f'"{text}" is not WORD=OTHER', param_hint="--say")
    return word, other
