"""Paint: a flow in sentinel colours → the same in a clinic's, by day and by night.

On screens there is no ink: colours are custom properties that a dark screen gives other values, and pictures
that stand in the styles come in both. In a book, whose readers choose the ground by themselves, colours are plain
and show on any ground.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bifolio.branding.palette import PAPER_SENTINEL, SENTINELS
from bifolio.model.flow import DARK_SCREEN

_ROLE_OF = {**{colour: role for role, colour in SENTINELS.items()}, PAPER_SENTINEL: "paper"}
_TAG = re.compile(r"<[a-z][^<>]*#b1f0[0-9a-f]{2}[^<>]*>")
_ATTRIBUTE = re.compile(r' (fill|stroke)="(#b1f0[0-9a-f]{2})"')
_PLAIN = re.compile(r"#b1f0[0-9a-f]{2}")
_IN_ADDRESS = re.compile(r"%23(b1f0[0-9a-f]{2})")


@dataclass(frozen=True)
class Paint:
    """The role colours of a clinic, the paper among them, for light screens and for dark ones."""

    day: Mapping[str, str]
    night: Mapping[str, str]

    def markup(self, body: str) -> str:
        """Colour drawings within the text, and pictures in addresses by day."""
        return _coloured(_TAG.sub(self._tag, body), self.day)

    def _tag(self, found: re.Match[str]) -> str:
        roles: list[str] = []

        def attribute(part: re.Match[str]) -> str:
            role = _ROLE_OF[part[2]]
            roles.append(f"{part[1]}: var(--brand-{role})")
            return f' {part[1]}="{self.day[role]}"'

        tag = _ATTRIBUTE.sub(attribute, found[0])
        if not roles:
            return tag
        end = "/>" if tag.endswith("/>") else ">"
        return f'{tag.removesuffix(end)} style="{"; ".join(roles)}"{end}'

    def styles(self, styles: str, pictures: Iterable[str]) -> str:
        """Return the stylesheet with its colours; the roles come first, so that a theme has the last word."""
        rules = list(pictures)
        day = [_coloured(rule, self.day) for rule in rules]
        night = [_coloured(rule, self.night) for rule in rules]
        changed = [dark for dark, light in zip(night, day, strict=True) if dark != light]
        tokens = {"logo-ground": "transparent", **self.day}, {"logo-ground": self.day["paper"], **self.night}
        by_night = f"@media {DARK_SCREEN} {{\n{_roles(tokens[1])}\n:root {{ color-scheme: dark; }}\n"
        return "\n".join(
            (
                _roles(tokens[0]),
                styles,
                *day,
                by_night + "\n".join(changed) + "\n}",
            )
        )


DARK_READER = "screen and (color) and (prefers-color-scheme: dark)"
"""The media query for dark colours in books. calibre, on the way to a Kindle, knows no colour scheme and would take the
rules for those of every screen; it drops what asks for `color`, as it cannot know that of a device."""


@dataclass(frozen=True)
class BookPaint:
    """The role colours of a clinic, the paper among them, for a book."""

    day: Mapping[str, str]
    """Of figures, which bring their own light ground."""
    any_ground: Mapping[str, str]
    """Of heads, lines and signs, which stand on whatever ground a reader has chosen."""
    night: Mapping[str, str]
    """The same for readers that tell a book when they are dark."""

    def markup(self, body: str) -> str:
        """Colour figures within the text, and pictures in addresses."""
        return _coloured(_plain(body, self.day), self.any_ground)

    def styles(self, styles: str) -> str:
        """Return flattened styles with their colours, and the few that change by night."""
        ground = (
            f"html {{ color-scheme: dark; background: {self.night['paper']}; color: {self.night['ink']} }}"
        )
        dark = "\n".join((ground, *(rule for line in styles.splitlines() if (rule := self._by_night(line)))))
        return f"{_plain(styles, self.any_ground)}\n@media {DARK_READER} {{\n{dark}\n}}"

    def _by_night(self, rule: str) -> str:
        selector, _, body = rule.partition(" { ")
        changed = [
            f"{name if name == 'color' else f'{name}-color'}: {_plain(colour[0], self.night)}"
            for name, _, value in (part.partition(": ") for part in body.removesuffix(" }").split("; "))
            if (colour := _PLAIN.search(value))
        ]
        return f"{selector} {{ {'; '.join(changed)} }}" if changed else ""


def _plain(text: str, colours: Mapping[str, str]) -> str:
    return _PLAIN.sub(lambda found: colours[_ROLE_OF[found[0]]], text)


def _roles(colours: Mapping[str, str]) -> str:
    body = " ".join(f"--brand-{role}: {colour};" for role, colour in sorted(colours.items()))
    return f":root {{ {body} }}"


def _coloured(text: str, colours: Mapping[str, str]) -> str:
    return _IN_ADDRESS.sub(lambda found: "%23" + colours[_ROLE_OF["#" + found[1]]].lstrip("#"), text)
