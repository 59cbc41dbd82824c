"""`studio`: the project as a page in the browser."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from bifolio.cli.console import Console
from bifolio.cli.options import command

_READABLE = click.Path(path_type=Path, exists=True)


@command()
@click.option("--host", default="127.0.0.1", help="The address to listen at; this computer alone by default.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The usual one, or any free one, by default."
)
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@click.option("--name", help="The host name in browsers, beyond this computer: handouts.example.org")
@click.option("--password-file", type=click.Path(path_type=Path), help="The file with the password's hash.")
@click.option(
    "--set-password",
    type=click.Path(path_type=Path),
    help="Ask for a password, write its hash to this file, and end.",
)
@click.option("--certificate", type=_READABLE, help="A TLS certificate.")
@click.option("--certificate-key", type=_READABLE, help="The private key of the certificate.")
@click.option("--behind-proxy", is_flag=True, help="A proxy in front of the studio brings TLS.")
def studio(
    console: Console,
    project: Path,
    host: str,
    port: int,
    no_open: bool,
    name: str | None,
    password_file: Path | None,
    set_password: Path | None,
    certificate: Path | None,
    certificate_key: Path | None,
    behind_proxy: bool,
) -> None:
    """Open the studio in the browser.

    There a therapist can do everything without the command line.
    """
    from bifolio.studio.server import Address, serve, write_password

    if set_password:
        write_password(set_password, console.ask_password())
        console.say(f"{set_password} holds the hash of the password.")
        return
    address = Address(
        host, port, name, password_file, certificate, certificate_key, behind_proxy=behind_proxy
    )
    serve(project, address, partial(console.address, opens_browser=not no_open))
