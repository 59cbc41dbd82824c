"""Stylesheet: styles, tokens of an edition and a theme, colours → the CSS of one document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, cached_property, lru_cache

from bifolio.branding.palette import colours, tokens_of
from bifolio.compose import typography
from bifolio.compose.book_styles import flattened
from bifolio.compose.design import Design
from bifolio.core.diagnostics import DesignError
from bifolio.model.flow import DARK_SCREEN
from bifolio.model.overrides import BrandOverrides
from bifolio.model.plate import LINES, Room
from bifolio.model.project import PLAIN_THEME

LAYERS = "tokens, base, parts, components, edition, words, brand, theme, type"

_COLUMN = ":root, .part"
"""The elements for which tokens.css computes the white space that can shrink."""

_NARROW = ".hung-body, .card-face"
"""The elements for which parts/grid.css sets the narrow set of tokens."""


class Stylesheet:
    """The styles of a design in the colours of a palette. `folio` is the label of page numbers."""

    def __init__(
        self, design: Design, overrides: BrandOverrides, role_colours: Mapping[str, str], folio: str
    ) -> None:
        self._design = design
        self._overrides = overrides
        self._role_colours = role_colours
        self._folio = folio
        self._css = cache(self._read)
        theme = tokens_of(self._css(f"themes/{design.theme}.css"))
        self.tokens = {**tokens_of(self._css("tokens.css")), **theme, **self._own_theme}
        """The value of each token, with those of the theme."""

    @cached_property
    def palette(self) -> dict[str, str]:
        """The colour of each colour token, for drawings."""
        return colours(self._drawn_tokens, self._role_colours)

    def page(
        self,
        components: Iterable[str] = (),
        drawings: Iterable[str] = (),
        parts: Iterable[str] | None = None,
        pages: str = "page.css",
    ) -> str:
        """Return the styles of a printed document.

        `components` and `parts` are files below styles/ (all parts by default), `drawings` rules of their own,
        `pages` is the file with the page rules.
        """
        edition, overrides = self._design.edition, self._overrides
        brand = {f"brand-{role}": colour for role, colour in self._role_colours.items() if role != "paper"}
        pieces = [
            f"@layer {LAYERS};",
            self._layer("tokens", "tokens.css"),
            self._layer("base", "base.css"),
            *(self._layer("parts", part) for part in (self._parts if parts is None else parts)),
            *(self._layer("components", component) for component in components),
            _token_rule("edition", edition.css_tokens, _COLUMN),
            *([_token_rule("edition", room, _COLUMN)] if (room := _room_tokens(self._design.room)) else []),
            *([_token_rule("edition", edition.inner, _NARROW)] if edition.inner else []),
            _token_rule("words", self._folio_words()),
            _token_rule("brand", brand),
            self._layer("theme", f"themes/{self._design.theme}.css"),
            *([_token_rule("theme", self._own_theme)] if self._own_theme else []),
            *([_token_rule("type", overrides.typeface.tokens)] if overrides.typeface.tokens else []),
            *(face.css for face in overrides.typeface.faces),
            self._css(pages),
            *drawings,
        ]
        return "\n".join(pieces)

    def flowing(self, components: Iterable[str] = (), last: Iterable[str] = ()) -> str:
        """Return the styles of a web page: without layers, which old readers drop entirely, and with lengths in rem.

        `components` precede the rules for web pages, and those of `last` follow them.
        """
        files = ("tokens.css", "base.css", *self._parts, *components, "flow/flow.css", *last)
        pieces = [
            *(_in_rem(self._css(file)) for file in files),
            f":root {{ {_declarations(self._overrides.typeface.tokens)}}}",
            _in_rem(self._css(f"themes/{self._design.theme}.css")),
            f":root {{ {_in_rem(_declarations(self._own_theme))}}}" if self._own_theme else "",
            self._dark_theme(),
        ]
        return "\n".join(pieces)

    @cached_property
    def book(self) -> str:
        """The styles of an EPUB, the same for every handout: plain rules with the values of all tokens."""
        one_face = dict.fromkeys(
            ("title-face", "lead-face", "numeral-face"), self.tokens["head-face"]
        )  # fewer to carry
        tokens = {**self.tokens, **one_face, **self._overrides.typeface.tokens, **self.palette}
        return flattened(self._css("flow/epub.css"), tokens)

    @property
    def web_frame(self) -> str:
        """The styles of the page around a flow in a browser."""
        return _in_rem(self._css("flow/web.css"))

    @property
    def _parts(self) -> list[str]:
        return [f"parts/{path.name}" for path in sorted((self._design.styles / "parts").glob("*.css"))]

    @property
    def _own_theme(self) -> Mapping[str, str]:
        """A clinic's own tokens; they apply to the default theme only, so that any other can be requested."""
        return self._overrides.tokens if self._design.theme == PLAIN_THEME else {}

    def _folio_words(self) -> dict[str, str]:
        folio = self._folio
        if self._design.edition.tokens.get("running") == "none":  # nothing to be separated from
            folio = folio.lstrip("·–—| ")
        parts = re.split(r"\{pages?\}", f" {folio}")
        return {f"folio-{number}": _css_string(part) for number, part in enumerate(parts, 1)}

    @property
    def _fixed_roles(self) -> set[str]:
        """The roles that the theme sets to a fixed colour."""
        fixed = {name for name, value in self.tokens.items() if value.startswith("#")}
        return fixed & self._role_colours.keys()

    @property
    def _drawn_tokens(self) -> dict[str, str]:
        """The tokens for drawings. Where the paper is a role too, as on screens, every role keeps its own colour."""
        if "paper" not in self._role_colours:
            return self.tokens
        return self.tokens | {name: f"var(--brand-{name})" for name in self._fixed_roles}

    def _dark_theme(self) -> str:
        """Reset the roles that the theme fixes for paper: black on black would have no contrast."""
        roles = " ".join(f"--{name}: var(--brand-{name});" for name in sorted(self._fixed_roles))
        return f"@media {DARK_SCREEN} {{ :root {{ {roles} }} }}" if roles else ""

    def _layer(self, name: str, file: str) -> str:
        return f"@layer {name} {{\n{self._css(file)}\n}}"

    def _read(self, name: str) -> str:
        try:
            text = (self._design.styles / name).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DesignError.of(
                "compose.missing-style",
                "the stylesheet is not there, or is not UTF-8 text",
                where=f"styles/{name}",
                help="each kind of block has a stylesheet of its name",
            ) from error
        return _COMMENT.sub("", text).strip()


def _room_tokens(room: Room) -> dict[str, str]:
    """Return the tokens of a room that is not the usual one."""
    tokens: dict[str, str] = {}
    if room.lines > LINES:
        tokens |= {
            "slot-line-height": "var(--slot-line-tight)",
            "slot-line-size": "var(--slot-line-small)",
            "slot-line-hang": "2mm",
        }
    if room.small_print:
        tokens["slot-small-print-height"] = f"calc({room.small_print} * var(--small-leading))"
    if room.footer:
        tokens["slot-footer-height"] = f"calc({room.footer} * var(--small-leading))"
    return tokens


_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def _token_rule(layer: str, values: Mapping[str, str], where: str = ":root") -> str:
    return f"@layer {layer} {{ {where} {{ {_declarations(values)}}} }}"


def _declarations(tokens: Mapping[str, str]) -> str:
    return "".join(f"--{name}: {value}; " for name, value in sorted(tokens.items()))


_LENGTH = re.compile(r"(?<![\w#.-])(-?\d*\.?\d+)(mm|pt)\b")
_REM = {"mm": 72 / 25.4 / 12, "pt": 1 / 12}
"""12 pt, the body size in print, is one rem."""


@lru_cache(maxsize=128)
def _in_rem(css: str) -> str:
    """Convert the lengths of print to lengths that scale with the reader's type size.

    >>> _in_rem("a { margin: -6mm 12pt }")
    'a { margin: -1.417rem 1rem }'
    """
    return _LENGTH.sub(lambda found: f"{round(float(found[1]) * _REM[found[2]], 3):g}rem", css)


def _css_string(text: str) -> str:
    # Spaces at the ends would collapse between the boxes of a margin box.
    inner = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    stripped = inner.strip()
    before = typography.NBSP if inner[:1].isspace() else ""
    after = typography.NBSP if stripped and inner[-1:].isspace() else ""
    return f'"{before}{stripped}{after}"'
