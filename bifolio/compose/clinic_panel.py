"""The clinic on a page: a brand and an approval → what each slot says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote

from markupsafe import Markup

from bifolio.compose.contact_lines import ContactLine, contact_lines, place_line
from bifolio.compose.wording import Wording
from bifolio.model.brand import Brand
from bifolio.model.plate import CLINIC_NAME, MAX_LINES, USUAL, Room


@dataclass(frozen=True)
class ApprovalLine:
    """The status of a text: in short for the foot of each page, and in full with who approved it."""

    state: str
    line: str


@dataclass(frozen=True)
class Arrangement:
    """How what a clinic says is arranged: the room it takes, and its contact lines as they are wrapped."""

    room: Room
    lines: tuple[ContactLine, ...]
    below: str | None


@dataclass(frozen=True)
class ClinicCopy:
    """What the slots say for one clinic: words, links, and pictures as data addresses."""

    name: str
    short_name: str | None
    contact: str
    below: str | None
    """The address, or else the hours, below the name."""
    lines: tuple[ContactLine, ...]
    logo: str | None
    logo_alt: str
    masthead: str
    qr: str | None
    stamp: str
    """The words in the box that takes the place of the QR code of a clinic without a site."""
    site: str | None
    state: str
    approval: str
    dark_logo: str | None = None
    """Replaces the logo on dark screens."""
    small_print: str = ""
    """What the clinic must show, and its disclaimer."""
    footer: str = ""
    """A line of the clinic's own at the foot of each page."""
    below_line: ContactLine | None = None
    """What stands below the name, as a contact line: where there is no room for it there."""

    def alt(self, slot: str) -> str:
        """Return what a screen reader says for a slot; empty if the slot is."""
        if slot.startswith("line-"):
            number = int(slot.removeprefix("line-"))
            line = self.lines[number - 1] if number <= len(self.lines) else None
            return line.text if line else ""
        return {
            "masthead": self.name,
            "mark": self.logo_alt if self.logo else "",
            "foot": f"{self.name}. {self.state}",
            "clinic": ". ".join(part for part in (self.contact, self.below) if part),
            "qr": f"QR code: {self.site}" if self.qr else self.stamp,
            "approval": self.approval,
            "small-print": self.small_print,
            "footer": self.footer,
        }[slot]

    @property
    def qr_alt(self) -> str:
        """What a screen reader says for the QR code."""
        return self.alt("qr")

    def fills(self, slot: str) -> bool:
        """Return whether there is anything to set in a slot."""
        return bool(self.alt(slot))

    def longest_words(self, slot: str) -> str:
        """Return the words of the brand file that make a slot too full."""
        if slot.startswith("line-"):
            return self.lines[int(slot.removeprefix("line-")) - 1].said or self.alt(slot)
        return max(self.contact, self.below or "", key=len) if slot == "clinic" else self.alt(slot)

    def arranged(self, arrangement: Arrangement) -> ClinicCopy:
        """Return the same with its contact lines as they are arranged."""
        return replace(self, lines=arrangement.lines, below=arrangement.below)

    def without_below(self) -> ClinicCopy:
        """Return the same with what stands below the name as the first contact line."""
        if self.below_line is None:
            return self
        lines = () if any(line.blank for line in self.lines) else self.lines
        return replace(self, below=None, below_line=None, lines=(self.below_line, *lines))

    def link(self, number: int) -> str | None:
        """Return the address of contact line `number`, from 1."""
        return self.lines[number - 1].href if number <= len(self.lines) else None


@dataclass(frozen=True)
class ClinicPlace:
    """The clinic as templates of documents see it: placeholders on a plate, its own slots elsewhere."""

    name: str = CLINIC_NAME
    slots: Mapping[str, Markup] | None = None
    links: tuple[str | None, ...] = (None,) * MAX_LINES
    room: Room = USUAL

    @property
    def lines(self) -> range:
        """The numbers of the contact lines."""
        return range(1, self.room.lines + 1)

    @classmethod
    def filled(cls, slots: Mapping[str, Markup], copy: ClinicCopy, room: Room | None = None) -> ClinicPlace:
        """Return the place of a clinic whose slots are composed; without a room, it is as large as they are."""
        room = room or Room(len(copy.lines), int(bool(copy.small_print)), int(bool(copy.footer)))
        return cls(copy.name, slots, links(copy), room)


def links(copy: ClinicCopy) -> tuple[str | None, ...]:
    """Return the address that each contact line of a panel leads to."""
    return tuple(copy.link(number) for number in range(1, MAX_LINES + 1))


def clinic_copy(
    brand: Brand,
    wording: Wording,
    logo: str | None,
    approval: ApprovalLine | None = None,
    dark_logo: str | None = None,
    country: str | None = None,
) -> ClinicCopy:
    """Return what the slots of a brand say.

    `logo` and `dark_logo` are data addresses of cleaned pictures; `approval` is that of a text which a clinician
    approved; `country` is that of the brand's telephone numbers, see `numbers_in`.
    """
    clinic, label = brand.clinic, wording.label
    approval = approval or ApprovalLine(label("state_draft"), label("approval_draft"))
    short = brand.meta.name.short
    below = None if clinic.sites else ", ".join(clinic.address) or clinic.hours or None
    return ClinicCopy(
        name=wording.plain(brand.name),
        short_name=wording.plain(short) if short else None,
        contact=wording.plain(clinic.contact or brand.name),
        below=wording.plain(below) if below else None,
        lines=contact_lines(brand, wording, country),
        logo=logo,
        logo_alt=wording.plain(brand.logo_alt),
        masthead=clinic.masthead,
        qr=qr(brand.home) if brand.home else None,
        stamp=label("blank_stamp"),
        site=brand.site,
        state=approval.state,
        approval=approval.line,
        dark_logo=dark_logo,
        small_print=" ".join(map(_as_sentence, map(wording.plain, clinic.small_print))),
        footer=wording.plain(clinic.footer) if clinic.footer else "",
        below_line=place_line(below, wording, country) if below else None,
    )


def _as_sentence(words: str) -> str:
    """Return words with a full stop, where they end without any."""
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


@lru_cache(maxsize=64)  # drawing one takes as long as inking a plate
def qr(address: str) -> str:
    """Return a QR code (ISO/IEC 18004, level M) with its quiet zone, as the data address of an SVG."""
    import segno

    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(scale=1, border=3, dark="#000", light="#fff", svgversion=1.1, omitsize=True)
    svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return "data:image/svg+xml;charset=utf-8," + quote(svg)
