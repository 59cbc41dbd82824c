"""`new`: a new brand."""

from __future__ import annotations

from pathlib import Path

import click

from bifolio.build.workers import fonts_of, workers
from bifolio.cli.console import Console
from bifolio.cli.options import FILE, command
from bifolio.cli.proof import make_proof


@command()
@click.argument("what", type=click.Choice(["brand"]))
@click.argument("name", metavar="NAME")
@click.option("--color", "colour", help="The clinic's colour, in quotes: '#1d5a68'.")
@click.option("--logo", type=FILE, help="The clinic's logo as SVG, PNG or JPEG.")
@click.option("--title", help="The clinic's name as it is printed.")
@click.option("--link", help="The clinic's website: https://…")
@click.option("--phone", help="The phone number as it is printed.")
@click.option("--email", help="The email address.")
@click.option("--address", multiple=True, help="A line of the address; repeatable.")
@click.option("--region", help="Whose support lines to print: us, gb …")
def new(
    console: Console,
    project: Path,
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
) -> None:
    """Make a new brand, and a proof sheet of its colours and logo."""
    del what
    with workers(fonts_of(project)) as executor:
        from bifolio.app import Project

        opened = Project(project, executor=executor)
        own = {"phone": phone, "email": email, "address": list(address), "region": region}
        warnings = opened.new_brand(name, title, colour, logo, link, **own)
        console.say(f"  content/brands/{name}/_brand.yml")
        make_proof(console, opened, name, warnings)
