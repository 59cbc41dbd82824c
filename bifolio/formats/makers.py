"""What makes each format. A format is a module here with `make` and its own `verify`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bifolio.core.diagnostics import Diagnostic, ProofError, RequestError
from bifolio.formats.stages import Stages
from bifolio.model.artifact import Artifact
from bifolio.model.job import Form
from bifolio.resolve import Inputs

Maker = Callable[[Inputs, Stages], Artifact]
"""Composes, lays out, inks, imposes and verifies one file."""


def maker(form: Form) -> Maker:
    """Return what makes a format; it is loaded when it is first asked for."""
    if form == "pdf":
        from bifolio.formats import pdf

        return pdf.make
    if form == "epub":
        from bifolio.formats import epub

        return epub.make
    if form == "html":
        from bifolio.formats import web

        return web.make
    from bifolio.formats import image

    return image.make if form == "png" else image.make_cover


def _names_beside(path: Path) -> list[str]:
    """Return the names of the files in the folder of a file, which a shelf links to."""
    return [other.name for other in path.parent.iterdir() if other.is_file()]


def verify_file(path: Path) -> list[Diagnostic]:
    """Check one finished file; return the warnings. Raises ProofError when something is wrong with it."""
    from bifolio.formats import epub, pdf, web

    try:
        body = path.read_bytes()
    except OSError as error:
        raise RequestError(
            Diagnostic("verify.missing-file", f'there is no file "{path}"', help="check the name")
        ) from error
    verifiers: dict[str, Callable[[bytes, str], list[Diagnostic]]] = {
        ".pdf": pdf.verify,
        ".epub": epub.verify,
        ".html": lambda body, where: web.verify(body, where, _names_beside(path)),
    }
    verify = verifiers.get(path.suffix.lower())
    if verify is None:
        raise RequestError(
            Diagnostic(
                "verify.unknown-format",
                f'"{path.name}" is no PDF, EPUB or web page by its name',
                help="give files that end in .pdf, .epub or .html",
            )
        )
    findings = verify(body, str(path))
    if any(finding.is_error for finding in findings):
        raise ProofError(findings)
    return findings
