"""Create the folder of a new brand, completely or not at all.

The folder is written under a temporary name and renamed in one step, never over an existing one. The logo is stored
as it was cleaned, so that nothing of a stranger's file but its picture ever enters the project.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bifolio.branding.logo import read_logo
from bifolio.content.catalogue import BRAND_FILE, BRANDS
from bifolio.content.validation import validate
from bifolio.core.diagnostics import (
    DesignError,
    Diagnostic,
    RequestError,
    Source,
    Span,
    ToolError,
)
from bifolio.core.yaml_loader import parse
from bifolio.model.base import id_fault
from bifolio.model.brand import Brand, name_after


def new_brand(
    root: Path,
    fonts: Sequence[Path],
    brand_id: str,
    name: str | None = None,
    colour: str | None = None,
    logo: Path | None = None,
    link: str | None = None,
    **own: Any,
) -> list[Diagnostic]:
    """Make a brand in the project at `root`: its file and its cleaned logo, never over one that is there.

    Text in a logo is set in one of `fonts`. `own` holds fields of `defaults: bifolio:`: phone, email, address, region, edition … Returns the warnings that the
    new folder cannot tell. Raises BifolioError when the brand would not be sound.
    """
    brands = root / BRANDS
    refuse_name(brands, brand_id)
    bodies: dict[str, bytes] = {}
    warnings: list[Diagnostic] = []
    logo_file = None
    if logo is not None:
        span = Span(Source(logo.name, logo.name), 1, 1, len(logo.name))
        cleaned = read_logo(logo, span, fonts=fonts)
        logo_file = cleaned.file_name
        bodies[logo_file] = cleaned.body
        warnings += cleaned.remarks
    text = brand_text(name or name_after(brand_id), colour, logo_file, link, own)
    brand, findings = validate(Brand, parse(text, f"new {BRAND_FILE}"), "brand")
    if brand is None:
        raise DesignError(findings)
    create_folder(brands, brand_id, {BRAND_FILE: text.encode(), **bodies})
    return warnings


def brand_text(
    name: str, colour: str | None, logo: str | None, link: str | None, own: Mapping[str, Any]
) -> str:
    """Return the text of a brand file. `own` is what brand.yml has no keys for: phone, address, region …"""
    meta: dict[str, Any] = {"name": name}
    values: dict[str, Any] = {"meta": meta | ({"link": link} if link else {})}
    if logo:
        values["logo"] = logo
    if colour:
        values["color"] = {"primary": colour}
    if given := {key: value for key, value in own.items() if value}:
        values["defaults"] = {"bifolio": given}
    head = "# The fields are those of brand.yml: https://posit-dev.github.io/brand-yml/\n"
    return head + yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=100)


def refuse_name(brands: Path, brand_id: str) -> None:
    """Raise RequestError if a new brand cannot have this name."""
    if cure := id_fault(brand_id):
        raise RequestError.of("new.bad-name", f'a brand cannot be called "{brand_id}"', help=cure)
    if (brands / brand_id).exists():
        raise RequestError.of(
            "new.there-already",
            f'there is already a brand "{brand_id}"',
            help=f"choose another name, or change content/brands/{brand_id}/{BRAND_FILE}",
        )


def create_folder(brands: Path, brand_id: str, bodies: Mapping[str, bytes]) -> Path:
    """Write the files of a new brand; return its folder. Raises ToolError."""
    folder = brands / brand_id
    part = brands / f".{brand_id}.{os.getpid()}.part"
    try:
        part.mkdir(parents=True)
        for name, body in bodies.items():
            (part / name).write_bytes(body)
        part.rename(folder)  # fails if another folder with files was created meanwhile
    except OSError as error:
        raise ToolError.of(
            "new.cannot-write",
            f'"{folder}" cannot be written: {(error.strerror or str(error)).lower()}',
            help="free the disk, or make the folder writable",
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder
