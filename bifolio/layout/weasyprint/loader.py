"""Load WeasyPrint with the project's fonts and none of the machine's, and patch it.

Bifolio works with one version of WeasyPrint, `PROVEN_VERSION`, for which all patches are written. Fixes and
repagination are applied to any version, speedups to the proven one only, and not with `BIFOLIO_PLAIN_ENGINE=1`.
"""

from __future__ import annotations

import importlib
import io
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from bifolio.core.diagnostics import BifolioError, Diagnostic, Severity, ToolError
from bifolio.layout.weasyprint.fixes import FIXES
from bifolio.layout.weasyprint.patches import Patch, Patches
from bifolio.layout.weasyprint.repagination import lay_out_bad_parts_again
from bifolio.layout.weasyprint.speedups import SPEEDUPS
from bifolio.layout.weasyprint.startup import fast_import

PROVEN_VERSION = "70.0"
"""The version of WeasyPrint that the patches are written for and the tests compare with."""

_CURE = "run make setup, which installs the version that Bifolio is tested with"

applied = Patches()
"""What is replaced in WeasyPrint now."""


def load(fonts: Path) -> Any:
    """Return the module `weasyprint`, patched, with the fonts of a folder: `fonts.conf` and the font files.

    Raises ToolError where WeasyPrint or one of its libraries is missing, or is a version that cannot be patched.
    """
    os.environ["FONTCONFIG_FILE"] = str(fonts / "fonts.conf")
    return _load()


@cache
def _load() -> Any:
    with explained_failures():
        weasyprint = _import()
        for patch in wanted_patches():
            patch(applied)
    return weasyprint


def _import() -> Any:
    try:
        # WeasyPrint prints a paragraph where a library is missing.
        with redirect_stdout(io.StringIO()), _native_libraries(), _import_mode():
            return importlib.import_module("weasyprint")
    except (ImportError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise ToolError(
            Diagnostic(
                "render.engine-missing",
                f"the layout engine does not load: {reason}",
                help="python build.py doctor names what is missing, and how to install it",
            )
        ) from error


def _import_mode() -> AbstractContextManager[None]:
    return fast_import() if uses_speedups() else nullcontext()


@contextmanager
def _native_libraries() -> Iterator[None]:
    """Let WeasyPrint find Pango, HarfBuzz and fontconfig while it is imported.

    They are those of the system, or of Homebrew (see the Makefile). A package that brings its own names their
    folder here.
    """
    yield


# -- versions ------------------------------------------------------------------------------------


@cache
def installed_version() -> str | None:
    """Return the version of WeasyPrint that is installed, without loading it; None where there is none."""
    try:
        return metadata.version("weasyprint")
    except metadata.PackageNotFoundError:
        return None


def version_warning() -> Diagnostic | None:
    """Return a warning if another version of WeasyPrint is installed than the proven one."""
    version = installed_version()
    if version in (None, PROVEN_VERSION):
        return None
    return Diagnostic(
        "render.engine-version",
        f"WeasyPrint {version} is installed; Bifolio is tested with {PROVEN_VERSION}, so pages may look different",
        help=_CURE,
        severity=Severity.WARNING,
    )


def uses_speedups() -> bool:
    """Return whether WeasyPrint is to be sped up: unless it is not the proven version, or `BIFOLIO_PLAIN_ENGINE=1`."""
    return installed_version() == PROVEN_VERSION and os.environ.get("BIFOLIO_PLAIN_ENGINE") != "1"


def wanted_patches() -> tuple[Patch, ...]:
    """Return the patches for the installed version, in the order in which they are applied."""
    return (*FIXES, lay_out_bad_parts_again, *(SPEEDUPS if uses_speedups() else ()))


@contextmanager
def explained_failures() -> Iterator[None]:
    """Raise ToolError, in one sentence, for whatever fails with a version of WeasyPrint that is not the proven one."""
    try:
        yield
    except BifolioError:
        raise
    except Exception as error:
        version = installed_version()
        if version == PROVEN_VERSION:
            raise
        raise ToolError(
            Diagnostic(
                "render.engine-failed",
                f"WeasyPrint {version} fails at this; Bifolio needs WeasyPrint {PROVEN_VERSION}",
                help=_CURE,
            )
        ) from error
