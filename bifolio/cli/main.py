"""The command line: the only place that prints or sets an exit code.

0 done · 2 usage · 3 content wrong · 4 design wrong · 5 faults found, nothing published
6 a program or library is missing · 1 a bug, with its traceback · 130 stopped with Ctrl-C
"""

from __future__ import annotations

import datetime
import gc
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any, NoReturn, TypeVar, cast

import click

from bifolio import __version__
from bifolio.build.build_record import BuildRecord
from bifolio.build.workers import cores, fonts_of, workers
from bifolio.core.diagnostics import ContentError, DesignError, Diagnostic, PressError, show, suggest

F = TypeVar("F", bound=Callable[..., Any])


MOST_SHOWN = 100
"""Findings that a person gets at once; a machine gets all."""


class _Voice:
    """How a command speaks: sentences for people, one JSON value on stdout for machines."""

    def __init__(self, *, as_json: bool, quiet: bool) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.said: list[Diagnostic] = []
        """What was complained of."""

    def say(self, text: str) -> None:
        """Tell a person something that is not the result."""
        if not self.quiet:
            click.echo(text, err=self.as_json)

    def give(self, value: dict[str, Any]) -> None:
        """Give the result to a machine."""
        if self.as_json:
            click.echo(_json_text(value))

    def complain(self, findings: tuple[Diagnostic, ...] | list[Diagnostic]) -> None:
        """Show findings: as text on stderr for people; machines get them in the result."""
        self.said += findings
        if self.as_json:
            return
        for finding in findings[:MOST_SHOWN]:
            click.echo(show(finding), err=True)
        if len(findings) > MOST_SHOWN:
            click.echo(f"… and {len(findings) - MOST_SHOWN:,} more; mend these first", err=True)

    def again(self, words: str, value: dict[str, Any]) -> dict[str, str]:
        """Give what to tell when the same is asked for again and nothing is to do."""
        line = "" if self.quiet else f"{words}\n"
        if self.as_json:
            return {"out": f"{_json_text(value)}\n", "err": line}
        return {"out": line, "err": "".join(f"{show(finding)}\n" for finding in self.said[:MOST_SHOWN])}

    def stop(self) -> NoReturn:
        """End because somebody pressed Ctrl-C."""
        if not self.quiet:
            click.echo("Stopped. What stood in the output folder still stands.", err=True)
        sys.exit(130)  # as a shell calls it

    def fail(self, error: PressError) -> NoReturn:
        """Show what is wrong and end with the exit code of its kind."""
        self.refuse(error)
        sys.exit(error.exit_code)

    def refuse(self, error: PressError) -> None:
        """Show what is wrong."""
        self.complain(error.findings)
        if not self.as_json and len(error.findings) > 1:
            click.echo(f"{len(error.findings):,} findings", err=True)
        self.give({"ok": False, "findings": [finding.as_json() for finding in error.findings]})


@contextmanager
def _speaking(as_json: bool, quiet: bool) -> Iterator[_Voice]:
    voice = _Voice(as_json=as_json, quiet=quiet)
    try:
        yield voice
    except PressError as error:
        voice.fail(error)
    except KeyboardInterrupt:
        voice.stop()


def _common(command: F) -> F:
    """Add the options that every command takes."""
    options = (
        click.option(
            "--project",
            type=click.Path(path_type=Path, file_okay=False),
            default=Path(),
            help="The project's folder; this one by default.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Results as JSON on stdout."),
        click.option("--quiet", "-q", is_flag=True, help="Say only what is wrong."),
    )
    for option in reversed(options):
        command = option(command)
    return command


class _Commands(click.Group):
    """`build.py` alone builds what the project plans; a mistyped command gets the near miss."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            cure = suggest(args[0], list(self.commands), "commands")
            ctx.fail(f'There is no command "{args[0]}"; {cure}')
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        names = {"--help", "--version"}
        asks_nothing = not args or args[0].startswith("-")
        if asks_nothing and not names & set(args):
            args = ["build", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="bifolio")
def main() -> None:
    """Print-ready handouts from plain content, in each clinic's own brand."""


def _wishes(command: F) -> F:
    """Add the arguments that say what to make, and where to."""
    folder = click.Path(path_type=Path, file_okay=False)
    options = (
        click.argument("items", nargs=-1, metavar="[ITEM]…"),
        click.option("--brand", "-b", "brands", multiple=True, help="A clinic; may be repeated."),
        click.option("--all-brands", is_flag=True, help="Every clinic of the project."),
        click.option("--region", help="Whose support lines: us, gb …"),
        click.option("--lang", "language", help="Language of the content: en …"),
        click.option("--edition", "-e", "editions", multiple=True, help="A physical form; repeatable."),
        click.option("--theme", help="A look: calm …"),
        click.option("--format", "formats", help="What to make, with commas: pdf,epub,html,png"),
        click.option("--output", "-o", type=folder, help="Where to; output/ by default."),
        click.option(
            "--jobs",
            "hands",
            type=click.IntRange(1),
            help="How many processes make files; one a core by default.",
        ),
        click.option("--scheduler", help="A Dask scheduler, whose workers make the files: tcp://…"),
    )
    for option in reversed(options):
        command = option(command)
    return command


@main.command()
@_wishes
@click.option(
    "--brands-from",
    "table",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Clinics from a table, too: one a row, a column a field (CSV).",
)
@click.option("--keep-going", is_flag=True, help="Make the others when one has a fault.")
@click.option("--force", is_flag=True, help="Make everything anew, also what is already there.")
@_common
@click.pass_obj
def build(
    asked: BuildRecord | None, /, force: bool, project: Path, as_json: bool, quiet: bool, **wishes: Any
) -> None:
    """Make handouts: all that bifolio.yaml plans, or the named ones."""
    with _speaking(as_json, quiet) as voice, ExitStack() as stack:
        record = asked if asked and asked.root == project.resolve() else BuildRecord(project)
        executor = stack.enter_context(_staff(project, wishes))
        office, result, words = _made(voice, project, wishes, executor, record, force=force)
        if not result["ok"]:
            sys.exit(DesignError.exit_code)
        if not wishes["table"]:  # a table and its logos are not among the files of the project
            again = voice.again(words, result)
            made = map(Path, result["files"])
            record.record([os.getcwd(), *sys.argv[1:]], office.repository.files, made, again)  # noqa: PTH109


@main.command()
@_wishes
@_common
def watch(project: Path, as_json: bool, quiet: bool, **wishes: Any) -> None:
    """Build, and build again whenever a file of the project changes, until Ctrl-C."""
    with _speaking(as_json, quiet) as voice, ExitStack() as stack:
        from bifolio.build.watch import changes
        from bifolio.core.cache import Memory

        executor = stack.enter_context(_staff(project, wishes))
        memory = Memory()
        for changed in changes(project.resolve()):
            if changed:
                voice.say(f"Changed: {', '.join(changed[:5])}{' …' if len(changed) > 5 else ''}")
            record = BuildRecord(project)
            try:
                _made(voice, project, wishes, executor, record, memory=memory)
                record.write(record.files)
            except PressError as error:
                voice.refuse(error)
            voice.say("Watching. Ctrl-C ends it.")
            sys.stdout.flush()


def _staff(project: Path, wishes: dict[str, Any]) -> AbstractContextManager[Executor]:
    """Start as many workers as a request may need, or find those of a cluster."""
    if wishes["scheduler"]:
        from bifolio.contrib.dask import cluster

        return cluster(wishes["scheduler"])
    is_one = len(wishes["items"]) == 1 and not wishes["all_brands"]
    is_one = is_one and not wishes.get("table") and len(wishes["brands"]) < 2 and len(wishes["editions"]) < 2
    return workers(fonts_of(project), 1 if is_one else wishes["hands"] or cores())


def _made(
    voice: _Voice,
    project: Path,
    wishes: dict[str, Any],
    executor: Executor,
    record: BuildRecord,
    *,
    force: bool = False,
    memory: Any = None,
) -> tuple[Any, dict[str, Any], str]:
    """Build what is wished for, and tell; give the office, the result, and what to say where nothing is to do."""
    started = time.perf_counter()
    from bifolio.app import Project
    from bifolio.model.job import Request

    office = Project(project, renew=force, executor=executor, record=record, memory=memory)
    names = ("items", "region", "language", "editions", "theme")
    brands = wishes["brands"] or (office.repository.catalogue.brands if wishes["all_brands"] else ())
    faults: list[Diagnostic] = []
    keep_going = wishes.get("keep_going", False)
    if wishes.get("table"):
        received, faults = office.add_table(wishes["table"])
        if faults and not (keep_going and received):
            raise DesignError(faults)
        brands = (*brands, *received)
    request = Request(
        brands=brands, formats=_formats(wishes["formats"]), **{name: wishes[name] for name in names}
    )
    office.prefetch(request)
    jobs = office.plan(request)
    noted = [*office.warnings(job.brand for job in jobs), *office.dangers(jobs)]
    voice.complain([*faults, *noted])
    with _progress(voice) as tell:
        built = office.build(jobs, wishes["output"], tell, keep_going=keep_going)
    files, warnings, made, broken = built
    faults += broken.findings if broken else ()
    voice.complain([*(broken.findings if broken else ()), *warnings])
    for path in files:
        voice.say(f"  {_from_here(path)}")
    seconds = time.perf_counter() - started
    there = f"{len(files)} {_files(len(files))}"
    voice.say(f"{there} in {seconds:.1f} s, {made} of them made anew.")
    result = {
        "ok": not faults,
        "files": [str(path) for path in files],
        "warnings": [warning.as_json() for warning in (*noted, *warnings)],
        **({"findings": [fault.as_json() for fault in faults]} if faults else {}),
    }
    voice.give(result)
    return office, result, f"{there} up to date."


@main.command()
@click.argument("items", nargs=-1, metavar="[ITEM]…")
@click.option("--brand", "-b", "brands", multiple=True, help="Check only these clinics.")
@click.option("--strict", is_flag=True, help="Count every warning as an error.")
@click.option(
    "--on",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    default=lambda: f"{datetime.date.today()}",  # noqa: DTZ011, TID251 - a check is no build; its day is here
    show_default="today",
    help="The day on which reviews and support lines may be due.",
)
@click.option("--evidence", is_flag=True, help="Write the evidence sheet of each ITEM.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where evidence sheets go; output/ by default.",
)
@_common
def check(
    items: tuple[str, ...],
    brands: tuple[str, ...],
    strict: bool,
    day: datetime.datetime,
    evidence: bool,
    output: Path | None,
    project: Path,
    as_json: bool,
    quiet: bool,
) -> None:
    """Find what is wrong with content and brands, and what an editor would change."""
    if evidence and not items:
        raise click.UsageError("--evidence needs the name of a handout")
    with _speaking(as_json, quiet) as voice:
        from bifolio.app import Project

        office = Project(project)
        warnings = office.check(items, brands, day.date())
        if strict and warnings:
            raise ContentError(warnings)
        voice.complain(warnings)
        sheets = office.write_evidence_sheets(items, brands, output) if evidence else []
        for path in sheets:
            voice.say(f"  {_from_here(path)}")
        count = len(set(items) or office.repository.catalogue.handouts)
        voice.say(f"{count} {'handout is' if count == 1 else 'handouts are'} fine.")
        said = [warning.as_json() for warning in warnings]
        voice.give({"ok": True, "warnings": said, **({"files": list(map(str, sheets))} if evidence else {})})


@main.command()
@click.argument("item", metavar="ITEM")
@click.option("--brand", "-b", required=True, help="The clinic whose clinician approves.")
@click.option("--by", required=True, help='Who: "name, role".')
@click.option("--on", required=True, help="The day of the approval: 2026-11-22.")
@click.option("--region", help="With whose support lines; the clinic's own by default.")
@click.option("--lang", "language", help="In which language.")
@_common
def approve(
    item: str,
    brand: str,
    by: str,
    on: str,
    region: str | None,
    language: str | None,
    project: Path,
    as_json: bool,
    quiet: bool,
) -> None:
    """Record that a clinician has read a handout and approves exactly this text."""
    with _speaking(as_json, quiet) as voice:
        from bifolio.app import Project

        office = Project(project)
        standing = office.approve(item, brand, by, on, region, language)
        voice.say(str(standing))
        voice.give({"ok": True, "approvals": [_as_json(standing)]})


@main.command()
@click.argument("what", type=click.Choice(["brand"]))
@click.argument("name", metavar="NAME")
@click.option("--color", "colour", help="The clinic's colour, in quotes: '#1d5a68'.")
@click.option("--logo", type=click.Path(path_type=Path, dir_okay=False), help="An SVG, PNG or JPEG.")
@click.option("--title", help="The clinic's name as it is printed.")
@click.option("--link", help="The clinic's site: https://…")
@click.option("--phone", help="The number as it is printed.")
@click.option("--email", help="An address to write to.")
@click.option("--address", multiple=True, help="A line of the address; repeatable.")
@click.option("--region", help="Whose support lines: us, gb …")
@_common
def new(
    what: str,
    name: str,
    colour: str | None,
    logo: Path | None,
    title: str | None,
    link: str | None,
    phone: str | None,
    email: str | None,
    address: tuple[str, ...],
    region: str | None,
    project: Path,
    as_json: bool,
    quiet: bool,
) -> None:
    """Make a new brand, and a proof sheet of its colours and logo."""
    del what
    with _speaking(as_json, quiet) as voice, ExitStack() as stack:
        executor = stack.enter_context(workers(fonts_of(project)))
        from bifolio.app import Project

        office = Project(project, executor=executor)
        own = {"phone": phone, "email": email, "address": list(address), "region": region}
        warnings = office.new_brand(name, title, colour, logo, link, **own)
        voice.say(f"  content/brands/{name}/_brand.yml")
        _prove(office, name, None, None, voice, warnings)


@main.command()
@click.argument("brand", metavar="BRAND")
@click.option("--edition", "-e", help="A physical form; the brand's own by default.")
@click.option("--output", "-o", type=click.Path(path_type=Path, file_okay=False), help="Where to.")
@_common
def proof(
    brand: str, edition: str | None, output: Path | None, project: Path, as_json: bool, quiet: bool
) -> None:
    """Show what becomes of a brand's colours, its logo and every kind of block, in colour and in grey."""
    with _speaking(as_json, quiet) as voice, ExitStack() as stack:
        executor = stack.enter_context(workers(fonts_of(project)))
        from bifolio.app import Project

        office = Project(project, executor=executor)
        _prove(office, brand, edition, output, voice, office.warnings((brand,)))


@main.command()
@click.argument("item", metavar="ITEM")
@click.option(
    "--for", "wishes", type=click.File("r", encoding="utf-8-sig"), help="A YAML file; - reads stdin."
)
@click.option("--to", "target", type=click.Path(path_type=Path), help="Where the copy goes: a PDF of yours.")
@click.option("--brand", "-b", help="The clinic; the first planned one by default.")
@click.option("--keep", multiple=True, help="A part to keep, by name; repeatable.")
@click.option("--leave-out", multiple=True, help="A part to leave out; repeatable.")
@click.option("--say", multiple=True, metavar="WORD=OTHER", help="Other words: partner=wife; repeatable.")
@click.option("--note", multiple=True, help="A few words at the top. A shell remembers them: prefer --for.")
@click.option("--next-visit", help="The day and hour of the next visit.")
@click.option("--edition", "-e", help="The reading form: a5 …")
@click.option("--region", help="Whose support lines.")
@click.option("--lang", "language", help="Language of the content.")
@_common
def tailor(
    item: str,
    wishes: Any,
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
    project: Path,
    as_json: bool,
    quiet: bool,
) -> None:
    """Make one person's copy; nothing of it is kept. Without --to, tell what a copy may change."""
    with _speaking(as_json, quiet) as voice, ExitStack() as stack:
        if target is not None:
            executor = stack.enter_context(workers(fonts_of(project)))
        from bifolio.app import Project
        from bifolio.editorial.tailoring import read_tailoring

        if target is None:
            _tell_parts(Project(project), item, voice)
            return
        office = Project(project, executor=executor)
        flags = {
            "keep": list(keep),
            "leave_out": list(leave_out),
            "words": dict(_pair(pair) for pair in say),
            "note": list(note),
            "next_visit": next_visit,
            "edition": edition,
        }
        flags = {name: value for name, value in flags.items() if value}
        if wishes is not None and flags:
            raise click.UsageError("give --for, or the options that say the same, not both")
        text, name = (wishes.read(), "--for") if wishes is not None else (json.dumps(flags), "what was typed")
        tailoring, tree = read_tailoring(text, name)
        chosen = brand or office.repository.plan.brands[0]
        pdf, warnings = office.tailored(item, chosen, tailoring, region, language, tree=tree)
        office.hand_over(pdf, target)
        voice.complain(warnings)
        voice.say(f"  {target}\nNothing of it was kept here.")
        voice.give({"ok": True, "files": [str(target)], "warnings": [w.as_json() for w in warnings]})


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@_common
def verify(files: tuple[Path, ...], project: Path, as_json: bool, quiet: bool) -> None:
    """Look finished files over: PDFs, EPUBs and web pages."""
    del project
    with _speaking(as_json, quiet) as voice:
        from bifolio.formats.makers import verify_file

        noted = []
        for path in files:
            warnings = verify_file(path)
            voice.complain(warnings)
            noted += warnings
            if not warnings:
                voice.say(f"{path}: nothing wrong found.")
        said = [warning.as_json() for warning in noted]
        voice.give({"ok": True, "files": [str(path) for path in files], "warnings": said})


@main.command("list")
@click.argument(
    "what",
    type=click.Choice(["handouts", "brands", "editions", "regions", "languages", "themes"]),
    default="handouts",
)
@click.option("--approvals", is_flag=True, help="Which handouts each clinic has approved.")
@_common
def list_(what: str, approvals: bool, project: Path, as_json: bool, quiet: bool) -> None:
    """Show what there is: handouts, brands, editions, regions, languages, themes."""
    with _speaking(as_json, quiet) as voice:
        from bifolio.app import Project

        if approvals:
            standings = Project(project).approval_statuses()
            if not as_json:
                for standing in standings:
                    click.echo(str(standing))
            voice.give({"ok": True, "approvals": [_as_json(standing) for standing in standings]})
            return
        rows = Project(project).rows(what)
        width = max((len(name) for name, _ in rows), default=0)
        if not as_json:
            for name, words in rows:
                click.echo(f"{name:<{width}}  {words}".rstrip())
        voice.give({"ok": True, what: [{"id": name, "about": words} for name, words in rows]})


@main.command()
@click.option("--host", default="127.0.0.1", help="Where to listen; this computer alone by default.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The usual one, or a free one, by default."
)
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@click.option("--name", help="How browsers call it, beyond this computer: handouts.example.org")
@click.option("--password-file", type=click.Path(path_type=Path), help="Holds the hash of the password.")
@click.option(
    "--set-password", type=click.Path(path_type=Path), help="Ask for a password, write its hash, end."
)
@click.option("--certificate", type=click.Path(path_type=Path, exists=True), help="A TLS certificate.")
@click.option("--certificate-key", type=click.Path(path_type=Path, exists=True), help="Its private key.")
@click.option("--behind-proxy", is_flag=True, help="A proxy before it brings TLS.")
@_common
def studio(
    host: str,
    port: int,
    no_open: bool,
    name: str | None,
    password_file: Path | None,
    set_password: Path | None,
    certificate: Path | None,
    certificate_key: Path | None,
    behind_proxy: bool,
    project: Path,
    as_json: bool,
    quiet: bool,
) -> None:
    """Open the studio: a page in the browser where a therapist does it all."""
    with _speaking(as_json, quiet) as voice:
        from bifolio.studio.server import Address, serve, write_password

        if set_password:
            write_password(set_password, click.prompt("Password", hide_input=True, confirmation_prompt=True))
            voice.say(f"{set_password} holds its hash.")
            return
        address = Address(
            host, port, name, password_file, certificate, certificate_key, behind_proxy=behind_proxy
        )

        def tell(url: str) -> None:
            click.echo(f"The studio is open at {url}\nLeave it with Ctrl-C.", err=as_json)
            voice.give({"ok": True, "url": url})
            sys.stdout.flush()
            if not (no_open or as_json):
                click.launch(url)

        serve(project, address, tell)


@main.command()
@_common
def schema(project: Path, as_json: bool, quiet: bool) -> None:
    """Write the JSON Schemas from which editors complete and check content files."""
    with _speaking(as_json, quiet) as voice:
        from bifolio.app import Project
        from bifolio.content.schema import write_schemas

        written = write_schemas(Project(project).repository.root / "content/schema")
        for path in written:
            voice.say(f"  {_from_here(path)}")
        voice.give({"ok": True, "files": [str(path) for path in written]})


@main.command()
@_common
def doctor(project: Path, as_json: bool, quiet: bool) -> None:
    """Is everything here? Names each missing thing and how to install it."""
    with _speaking(as_json, quiet) as voice:
        from bifolio.cli.doctor import examine

        results = examine(project)
        for result in results:
            sign = "ok     " if result.present else "MISSING" if result.needed else "absent "
            voice.say(f"{sign} {result.name}: {result.words}")
            if not result.present:
                voice.say(f"        install: {result.install}")
        missing = [result for result in results if result.needed and not result.present]
        voice.say("Everything needed is here." if not missing else "Something needed is missing.")
        voice.give(
            {"ok": not missing, "parts": [result._asdict() for result in results]},
        )
        if missing:
            sys.exit(6)


def _tell_parts(office: Any, item: str, voice: _Voice) -> None:
    """Say what one person's copy of a handout may leave out, and which words it may choose."""
    found, words = office.parts(item), office.words(item)
    width = max(len(part.name) for part in found)
    stays = {"all": " (stays)", "some": " (what keeps a reader safe stays)", "none": ""}
    for part in found:
        voice.say(f"{part.name:<{width}}  {part.title}{stays[part.stays]}".rstrip())
    for name, offered in words.items():
        voice.say(f"--say {name}=…  {', '.join(offered)}")
    rows = [{"id": part.name, "title": part.title, "kind": part.kind, "stays": part.stays} for part in found]
    voice.give({"ok": True, "parts": rows, "words": {name: list(offered) for name, offered in words.items()}})


def _prove(
    office: Any,
    brand: str,
    edition: str | None,
    output: Path | None,
    voice: _Voice,
    warnings: list[Diagnostic],
) -> None:
    """Make a proof sheet, and tell what was changed of the brand's colours."""
    voice.complain(warnings)
    made = office.proof(brand, edition, output)
    for path in made:
        voice.say(f"  {_from_here(path)}")
    measured = office.colours(brand)
    for swatch in measured.swatches:
        safe = "" if swatch.safe == swatch.colour else f"; for words on white use {swatch.safe}"
        voice.say(f"{swatch.name} {swatch.colour}: {swatch.contrast:.1f} to 1 on white{safe}".strip())
    for shade in measured.shades:
        if shade.is_changed:
            voice.say(
                f"  {shade.use}: {shade.before} ({shade.contrast_before:.1f} to 1) is printed as {shade.after} "
                f"({shade.contrast_after:.1f} to 1; {shade.least:.0f} needed)"
            )
    voice.give(
        {
            "ok": True,
            "files": [str(path) for path in made],
            "colours": [asdict(swatch) for swatch in measured.swatches],
            "printed": [shade._asdict() for shade in measured.shades],
            "warnings": [warning.as_json() for warning in warnings],
        }
    )


def _pair(text: str) -> tuple[str, str]:
    word, sign, other = text.partition("=")
    if not (sign and word and other):
        raise click.BadParameter(f'"{text}" is not WORD=OTHER', param_hint="--say")
    return word, other


def _as_json(standing: Any) -> dict[str, str | None]:
    approval = standing.approval
    return {
        "item": standing.item,
        "brand": standing.brand,
        "region": standing.region,
        "language": standing.language,
        "state": standing.state,
        "by": approval.by if approval else None,
        "on": str(approval.on) if approval else None,
    }


def _json_text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def _formats(text: str | None) -> tuple[Any, ...]:
    if not text:
        return ()
    from bifolio.model.project import FORMATS

    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in FORMATS:
            known = ", ".join(FORMATS)
            raise click.BadParameter(f'"{name}" cannot be made; formats: {known}', param_hint="--format")
    return names


@contextmanager
def _progress(voice: _Voice) -> Iterator[Callable[[Any], None]]:
    """Tell how far a build is and how long it may still take: a bar on a terminal, plain lines elsewhere."""
    pace = _Pace()
    if voice.quiet or voice.as_json or not sys.stderr.isatty():
        counter = count(1)

        def say(batch: Any) -> None:
            left = pace.left(batch.weight)
            for job in batch.jobs:
                voice.say(f"[{next(counter)}/{batch.of}] {job}{left}")

        yield say
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        BarColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def tell(batch: Any) -> None:
            words = f"{batch.jobs[-1]}{pace.left(batch.weight)}"
            progress.update(task, description=words, advance=len(batch.jobs), total=batch.of)

        yield tell


class _Pace:
    """How long a build may still take, by what the done part of it took."""

    def __init__(self) -> None:
        self.done = 0.0
        self.started = time.perf_counter()

    def left(self, share: float) -> str:
        """Count another share of the work as done; say what is left, once that is more than a guess."""
        self.done += share
        passed = time.perf_counter() - self.started
        if passed < 3 or self.done < 0.1:
            return ""
        seconds = passed * (1 - self.done) / self.done
        if seconds < 5:
            return ""
        about = f"{5 * round(seconds / 5)} s" if seconds < 90 else f"{round(seconds / 60)} min"
        return f", about {about} left"


def _files(count: int) -> str:
    return "file" if count == 1 else "files"


def _from_here(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def run(asked: BuildRecord | None = None) -> NoReturn:
    """Start the command line; with the record that was asked whether anything is to do."""
    for stream in (sys.stdout, sys.stderr):  # a terminal, or a file name, may not know all letters
        cast("io.TextIOWrapper", stream).reconfigure(errors="backslashreplace")
    try:
        cast("Callable[..., Any]", main)(prog_name="build.py", obj=asked)
    finally:
        gc.freeze()  # or Python looks through all that is left before it ends, 0.08 s, and frees nothing by it
    raise SystemExit(0)
