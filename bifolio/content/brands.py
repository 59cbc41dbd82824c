"""Brands: what a clinic's folder says, or its row in a table: its file, logos, type, theme, parts and approvals."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial
from typing import NamedTuple

from bifolio.branding.fonts import choose
from bifolio.branding.logo import Logo, LogoUse, clean_logo, missing_logo
from bifolio.branding.palette import Seeds, derive, seeds_of
from bifolio.branding.theme import FILE as THEME
from bifolio.branding.theme import faint, misfits, read_theme
from bifolio.content.brand_warnings import file_warnings, logo_warnings
from bifolio.content.catalogue import BRAND_FILE, BRANDS, Catalogue
from bifolio.content.editions import Editions
from bifolio.content.handouts import bad_name
from bifolio.content.reader import ContentReader, key_of
from bifolio.content.validation import validate_sound
from bifolio.core.cache import Cache, Memory
from bifolio.core.diagnostics import (
    BifolioError,
    ContentError,
    DesignError,
    Diagnostic,
    Severity,
    Source,
    Span,
    did_you_mean,
    suggest,
)
from bifolio.core.files import OutsideError, ProjectFiles, store_of
from bifolio.core.fingerprints import fingerprint
from bifolio.core.source_tree import SourceTree, Steps
from bifolio.core.yaml_loader import read_text
from bifolio.model.approval import APPROVALS, Approval, Approvals, digest_of_wording, wording_file
from bifolio.model.base import id_fault
from bifolio.model.brand import Brand, name_after
from bifolio.model.brand.spec import place_of
from bifolio.model.overrides import BrandOverrides
from bifolio.model.region import Region, usual_region
from bifolio.model.typeface import PLAIN, Typeface


class Guest(NamedTuple):
    """A brand without a folder: a row of a table, and the files that lie beside it."""

    tree: SourceTree
    files: ProjectFiles


class Brands:
    """The brands of a project."""

    def __init__(
        self, reader: ContentReader, catalogue: Catalogue, editions: Editions, guests: Mapping[str, Guest]
    ) -> None:
        self.reader = reader
        self.catalogue = catalogue
        self.editions = editions
        self.guests = guests

    def files(self, brand_id: str, region: Callable[[str], Region]) -> BrandFiles:
        """Return what a brand says. Raises RequestError where there is no such brand."""
        return self.reader.once("brand", brand_id, lambda: self._files(brand_id, region))

    def _files(self, brand_id: str, region: Callable[[str], Region]) -> BrandFiles:
        self.catalogue.expect("brand", brand_id)
        return BrandFiles(brand_id, self, region)


class BrandFiles:
    """All that one brand says. Each part is read when it is asked for; raises DesignError with what is wrong."""

    def __init__(self, brand_id: str, brands: Brands, region: Callable[[str], Region]) -> None:
        self.id = brand_id
        self._reader = brands.reader
        self._memory: Memory = brands.reader.memory
        self._editions = brands.editions
        self._region = region
        self._regions = brands.catalogue.regions
        self._guest = brands.guests.get(brand_id)
        self.folder = "" if self._guest else f"{BRANDS}/{brand_id}"
        """Where the files lie that the brand names."""
        self._files = self._guest.files if self._guest else brands.reader.files
        self._wrong: dict[str, list[Diagnostic]] = {}
        """What is wrong with each of the looks that were read, as warnings."""

    # -- the file --------------------------------------------------------------------------------

    @cached_property
    def tree(self) -> SourceTree:
        """The brand's file, or its row."""
        return self._guest.tree if self._guest else self._reader.tree(f"{self.folder}/{BRAND_FILE}")

    @cached_property
    def as_written(self) -> Brand:
        """The brand as its file says it."""
        if not self._guest and id_fault(self.id):
            raise DesignError(bad_name("brand", "folder", self.id, f"{self.folder}/{BRAND_FILE}"))
        return self._sound[0]

    @cached_property
    def _sound(self) -> tuple[Brand, list[Diagnostic]]:
        """The brand without those of its looks that are wrong, and what is wrong with them, as warnings."""
        try:
            tree = self.tree
        except ContentError as broken:
            raise DesignError(broken.findings) from broken

        def make() -> tuple[Brand, list[Diagnostic]]:
            brand, findings = validate_sound(Brand, tree, "brand", _look)
            if brand is None:
                raise DesignError(findings)
            return brand, findings

        return self._memory.make(("sound brand", *key_of(tree)), make)

    @cached_property
    def brand(self) -> Brand:
        """The brand; one that says no name has that of its folder, or of its row, and "uk" is the region "gb"."""
        brand = self.as_written
        if named := brand.clinic.region:
            brand = brand.in_region(usual_region(named, self._regions))
        return brand if brand.name else brand.called(name_after(self.id))

    @property
    def seeds(self) -> Seeds:
        """The colours that all its colours come from."""
        return seeds_of(self.brand.color)

    def span(self, *steps: str | int) -> Span:
        """Point at a place in the brand's file."""
        return self.tree.span(steps)

    def warnings(self, region: str | None) -> list[Diagnostic]:
        """Return what the brand holds that is not used, and what its pages will lack; `region` is the project's."""
        return [
            *self.left_out,
            *file_warnings(self.as_written, self.brand, self.tree, self.country(region)),
            *self.typeface.remarks,
            *logo_warnings(self.brand, self.logos, self.tree),
        ]

    @property
    def left_out(self) -> list[Diagnostic]:
        """What of the brand's looks is wrong, as warnings: it is made without them."""
        _ = self.logos, self.typeface, self.theme
        return [*self._sound[1], *(finding for wrong in self._wrong.values() for finding in wrong)]

    def country(self, region: str | None = None) -> str | None:
        """Return the country of the brand's telephone numbers: that of the region it names, or else of `region`.

        None where no region is named, or what names the country cannot be read; a build reports that.
        """
        named = self.brand.clinic.region or region
        with suppress(BifolioError):
            return self._region(named).country if named else None
        return None

    # -- logos -----------------------------------------------------------------------------------

    @cached_property
    def logos(self) -> dict[str, Logo]:
        """The cleaned logos by the names that the brand gives them: for light pages, and for dark screens."""
        logos, light = dict[str, Logo](), self.brand.logo_path
        for name in dict.fromkeys(name for name in (light, self.brand.dark_logo_path) if name):
            try:
                logos[name] = self._read_logo(name, LogoUse.PRINT if name == light else LogoUse.SCREEN)
            except DesignError as failure:
                self._wrong[name] = _left_out(failure, "the logo is left out")
        return logos

    @property
    def logo(self) -> Logo | None:
        """The logo for paper and light screens."""
        return self.logos.get(self.brand.logo_path or "")

    @property
    def dark_logo(self) -> Logo | None:
        """The logo for dark screens; None where that for light pages has to do.

        One that is drawn in `currentColor` alone needs no other: it takes the colour of the night.
        """
        dark, light = self.logos.get(self.brand.dark_logo_path or ""), self.logo
        return light if dark is None and light and light.is_plain else dark

    def _read_logo(self, name: str, use: LogoUse) -> Logo:
        span = self.tree.find(name) or self.span("logo")
        try:
            raw = self._read(name)
        except OutsideError as error:
            raise DesignError(
                Diagnostic(
                    "brand.logo-outside",
                    "the logo lies outside the clinic's own folder",
                    span,
                    help=_COPY_IT,
                )
            ) from error
        except OSError as error:
            raise _missing_logo(name, span, self._files.beginning(f"{self.folder}/"), self.brand) from error
        fonts, store = self._editions.font_files, self._store
        key = "logo", fingerprint(raw), name.rpartition(".")[2].lower(), use, self._editions.fonts_digest
        return self._memory.make(key, partial(clean_logo, raw, name, span, use, fonts, store))

    # -- what has a say in the layout ------------------------------------------------------------

    @cached_property
    def overrides(self) -> BrandOverrides:
        """All that the brand has of its own that has a say in the layout."""
        lines = tuple(line.as_line(number) for number, line in enumerate(self.brand.clinic.lines, 1))
        return BrandOverrides(
            lines=lines,
            country=self.country() if lines else None,
            typeface=self.typeface,
            tokens=self.theme,
            parts=self.parts,
            intro=self.brand.clinic.intro,
        )

    @cached_property
    def typeface(self) -> Typeface:
        """What the brand changes of the type; nothing where it names no families, or none that can be used."""
        typography = self.brand.typography
        if typography.base is None and typography.headings is None:
            return PLAIN
        shipped, span = self._editions.shipped_families, self.span("typography")
        try:
            return choose(typography, self._read, shipped, span, self._store)
        except DesignError as failure:
            self._wrong["type"] = _left_out(failure, "the usual type is used")
            return PLAIN

    @property
    def _store(self) -> Cache:
        """Where work on the brand's files is kept."""
        return Cache(store_of(self._reader.files.root), self._memory)

    def _read(self, name: str) -> bytes:
        """Return what a file says that the brand names. Raises OSError, and OutsideError for one that is not its own."""
        return self._files.read_bytes(posixpath.join(self.folder, place_of(name)), within=self.folder)

    @cached_property
    def theme(self) -> Mapping[str, str]:
        """The tokens that the brand's theme file sets, checked for contrast in the brand's colours."""
        try:
            return self._read_theme()
        except (ContentError, DesignError) as failure:
            self._wrong["theme"] = _left_out(failure, "the plain theme is used")
            return {}

    def _read_theme(self) -> Mapping[str, str]:
        name = f"{self.folder}/{THEME}"
        if self._guest or not self._files.is_file(name):
            return {}
        source, seeds = read_text(self._files, name), self.seeds
        plain, allowed = self._editions.plain_tokens, self._editions.theme_tokens

        def read() -> Mapping[str, str]:
            own = read_theme(source, allowed)
            if findings := misfits(source, own, plain) or faint(source, own, plain, derive(seeds)):
                raise DesignError(findings)
            return own

        return self._memory.make(("theme", source, seeds, tuple(plain.items()), allowed), read)

    @cached_property
    def parts(self) -> dict[str, Source]:
        """The templates that the brand has in the place of the project's, by name; only parts may be there."""
        inside = f"{self.folder}/templates/"
        names = [] if self._guest else self._files.beginning(inside)
        parts = {posixpath.basename(name) for name in self._files.names("templates/parts", ".j2")}
        wrong = [
            Diagnostic(
                "brand.no-such-part",
                "a clinic may have a part of a page of its own, and this is none",
                where=name,
                help=suggest(posixpath.basename(name), parts, "parts, in templates/parts", limit=40),
            )
            for name in names
            if name.removeprefix(f"{inside}parts/") not in parts
        ]
        if wrong:
            raise DesignError(wrong)
        try:
            return {name.removeprefix(inside): read_text(self._files, name) for name in names}
        except ContentError as broken:
            raise DesignError(broken.findings) from broken

    # -- approvals -------------------------------------------------------------------------------

    @cached_property
    def approvals(self) -> dict[tuple[str, str, str], Approval]:
        """The brand's approvals by item, region and language."""
        name = f"{self.folder}/{APPROVALS}"
        if self._guest or not self._files.is_file(name):
            return {}
        found = self._reader.model(Approvals, name, "brand", DesignError).approvals
        return {approval.key: approval for approval in found}

    def approved_wording(self, approval: Approval) -> str | None:
        """Return the wording that an approval was a yes to; None where it is not kept, or was changed."""
        try:
            raw = self._files.read_bytes(f"{self.folder}/{wording_file(approval.key)}")
            text = raw.decode("utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        return text if digest_of_wording(text) == approval.text else None

    def approval_span(self, approval: Approval) -> Span:
        """Point at an approval in approvals.yaml."""
        tree = self._reader.tree(f"{self.folder}/{APPROVALS}")
        at = list(self.approvals).index(approval.key)
        return tree.span(("approvals", at, "item"))


_COPY_IT = "copy the file beside _brand.yml and name it here"


def _look(steps: Steps) -> Steps | None:
    """Return the part of a brand file that a fault leaves out: one of its looks; None for all else.

    Colours, type and logos only make a page more the clinic's own. A name, an address or a number that is left out
    would mislead its readers.
    """
    if steps[:2] == ("color", "palette"):
        return steps[:3]
    if steps[:1] in (("color",), ("typography",)):
        return steps[:2]
    return steps[:1] if steps[:1] == ("logo",) else None


def _left_out(failure: BifolioError, what: str) -> list[Diagnostic]:
    """Return what is wrong as warnings that say what comes of it."""
    return [
        replace(finding, message=f"{finding.message}; {what}", severity=Severity.WARNING)
        for finding in failure.findings
    ]


def _missing_logo(name: str, span: Span, files: Iterable[str], brand: Brand) -> DesignError:
    """Return the error for a logo that is not there, with what of the folder or the brand's images may be meant."""
    (finding,) = missing_logo(name, span).findings
    if re.match(r"file:|[a-z]:[\\/]", name, re.IGNORECASE):
        return DesignError(replace(finding, message="the logo lies on one computer alone", help=_COPY_IT))
    if name.startswith("data:"):
        cure = "save the picture as a file beside _brand.yml, and name it here"
        return DesignError(replace(finding, message="the logo is written into the file", help=cure))
    inside = [file.split("/", 3)[-1] for file in files]  # content/brands/<clinic>/
    near = did_you_mean(place_of(name), [*inside, *(brand.logo.images if brand.logo else ())])
    return DesignError(replace(finding, help=f'did you mean "{near}"?') if near else finding)
