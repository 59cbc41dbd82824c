"""The families that a brand names → fonts that are here, or the finding that they are not.

A family comes from files beside `_brand.yml`, is one that the project ships, or one of the wheel of extra fonts;
nothing is fetched, whatever the brand says is its source. Fonts are embedded in the HTML as data addresses: they change the layout, and so are part
of the plate's key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from bifolio.branding.extra_fonts import files_of, known
from bifolio.branding.font_files import MAX_BYTES, FontSource, TooLargeError, merged, read_font, static_face
from bifolio.core.cache import Cache
from bifolio.core.diagnostics import DesignError, Diagnostic, Severity, Span, ToolError
from bifolio.core.files import OutsideError
from bifolio.core.fingerprints import engine_fingerprint, fingerprint
from bifolio.model.brand.typography import FontFile, Typography
from bifolio.model.typeface import FontFace, Typeface

TEXT, HEAD = "Brand Text", "Brand Head"
"""The names of a brand's own families in HTML, so that they are never taken for another family."""

TOKENS = {HEAD: ("title-face", "head-face", "lead-face"), TEXT: ("text-face", "lead-face")}
"""The style tokens that each of them sets; if a brand names both, the deck is set like the running text. The large
numerals fit the grid of a page, and stay the project's own."""

_SIZES = {HEAD: 24.0, TEXT: 11.0}
"""The size in points that a font with an axis of sizes is drawn for."""

_REGULAR, _BOLD = 400, 700
"""The weights that the styles ask for. They ask for no italics."""

_SEMI_BOLD = 600
"""From this weight on, a face is used where the styles ask for bold (CSS Fonts 4, 5.2)."""

_NEEDED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;!?()/-\u2013\u2018\u2019\u201c\u201d\u2026"
"""The letters that no page does without."""


Families = Mapping[str, frozenset[int]]
"""Families of fonts, each with its weights."""


def choose(
    typography: Typography,
    read: Callable[[str], bytes],
    shipped: Families,
    span: Span,
    store: Cache | None = None,
) -> Typeface:
    """Find the faces for running text and for headings.

    `read` returns a file of the brand's folder, `shipped` are the project's own families, `span` is where the brand
    speaks of type, and in a `store` the faces of variable fonts are kept. A family that is not here leaves the
    project's own in its place, with a remark. Raises DesignError when a file that the brand brings cannot be used.
    """
    tokens: dict[str, str] = {}
    faces: list[FontFace] = []
    remarks: list[Diagnostic] = []
    for own, role in ((HEAD, typography.headings), (TEXT, typography.base)):
        if role is None or not role.families:
            continue
        if files := _files_of(typography, role.families):
            brought = [_read(file, read, span) for file in files]
        elif family := next((f for f in role.families if _is_whole(f, shipped)), None):
            tokens |= dict.fromkeys(TOKENS[own], f'"{family}"')
            continue
        elif any(_is_cut(family, shipped) for family in role.families):
            continue
        elif family := next((f for f in role.families if files_of(f)), None):
            brought = [_extra(path, weight, span) for weight, path in files_of(family)]
        else:
            remarks.append(_not_here(role.families[0], shipped, span))
            continue
        fonts = _whole(brought, store)
        regular = _nearest(own, _REGULAR, fonts, role.weight or _REGULAR, store)
        faces.append(regular)
        if own == TEXT:
            strong = [font for font in fonts if font.weights[1] >= _SEMI_BOLD]
            bold = _nearest(own, _BOLD, strong, _BOLD, store) if strong else regular
            if bold.body == regular.body:
                remarks.append(_no_bold(role.families[0], span))
            else:
                faces.append(bold)
        tokens |= dict.fromkeys(TOKENS[own], f'"{own}"')
    return Typeface(tokens, tuple(faces), tuple(dict.fromkeys(remarks)))


def _no_bold(family: str, span: Span) -> Diagnostic:
    return Diagnostic(
        "brand.no-bold",
        f'the font "{family}" has no bold here, so bold words and small headings look like all others',
        span.narrowed_to(family) or span,
        help="put the file of its bold weight beside the other, and name both in files",
        severity=Severity.WARNING,
    )


def _files_of(typography: Typography, families: tuple[str, ...]) -> tuple[FontFile, ...]:
    for family in families:
        named = (font for font in typography.fonts if font.family.casefold() == family.casefold())
        if files := tuple(file for font in named for file in font.files if not file.is_online):
            return files
    return ()


def _nearest(
    family: str, weight: int, brought: Iterable[_Brought], wanted: int, store: Cache | None
) -> FontFace:
    """Return the upright face whose weight is nearest to the one wanted, for the styles to ask for by `weight`."""
    fonts = [font for font in brought if not font.is_italic] or list(brought)
    best = min(fonts, key=lambda font: abs(font.nearest(wanted) - wanted))
    return FontFace(family, str(weight), "normal", best.face(wanted, _SIZES[family], store))


# -- what the project ships ----------------------------------------------------------------------


def families(files: Iterable[Path]) -> Families:
    """Return the families that font files hold."""
    from fontTools.ttLib import TTFont

    found: dict[str, set[int]] = {}
    for path in files:
        with TTFont(path, lazy=True) as font:
            found.setdefault(str(font["name"].getDebugName(1)), set()).add(int(font["OS/2"].usWeightClass))
    return {family: frozenset(weights) for family, weights in found.items()}


def _is_whole(family: str, shipped: Families) -> bool:
    """Tell whether a shipped family has a bold, without which running text cannot be set."""
    return len(shipped.get(family, ())) > 1


def _is_cut(family: str, shipped: Families) -> bool:
    """Tell whether a family is shipped as cuts for the sizes of a page, which are in use already."""
    return any(name.startswith(f"{family} ") for name in shipped)


def _not_here(family: str, shipped: Families, span: Span) -> Diagnostic:
    whole = [name for name in shipped if _is_whole(name, shipped)]
    extra = 'install the extra fonts with "make fonts", ' if known(family) else ""
    return Diagnostic(
        "brand.font-not-here",
        f'the font "{family}" is not here, and nothing is fetched; the handouts keep their own',
        span.narrowed_to(family) or span,
        help=f"{extra}name one that is here ({', '.join(whole)}), or put its files beside _brand.yml with source: file",
        severity=Severity.WARNING,
    )


# -- a brand's own files -------------------------------------------------------------------------


class _Brought(NamedTuple):
    """A font file of the brand, and what the brand says of it."""

    file: FontFile
    source: FontSource
    span: Span

    @property
    def weights(self) -> tuple[int, int]:
        """The lightest and the boldest weight; what the brand says of a static font goes before what the font says."""
        said = self.file.weight
        return (said, said) if said and not self.source.is_variable else self.source.weights

    @property
    def is_italic(self) -> bool:
        return self.source.is_italic if self.file.style is None else self.file.style != "normal"

    def nearest(self, weight: int) -> int:
        return min(max(weight, self.weights[0]), self.weights[1])

    def face(self, weight: int, size: float, store: Cache | None) -> bytes:
        """Return the face for a weight, made once."""
        if not self.source.is_variable:
            return self.source.body
        try:
            return _made(
                ("static face", self.source.body, str(weight), str(size)),
                lambda: static_face(self.source, weight, size),
                store,
            )
        except TooLargeError as error:
            raise _refuse("font-size", f'the variable font "{self.file.path}" is too large to work out', self.span,
                          "use the static files of its regular and its bold") from error  # fmt: skip
        except Exception as error:  # fontTools raises all sorts of errors for broken fonts
            raise _unreadable(self.file, self.span) from error


def _made(key: tuple[str | bytes, ...], make: Callable[[], bytes], store: Cache | None) -> bytes:
    """Return what takes long to make, made once."""
    name = fingerprint(engine_fingerprint(), *key)
    if store and (kept := store.find(name)):
        return kept
    made = make()
    if store:
        with suppress(ToolError):
            store.keep(name, made)
    return made


def _extra(path: Path, weight: int, span: Span) -> _Brought:
    """Return a file of the extra fonts."""
    return _Brought(FontFile(path=path.name, weight=weight), read_font(path.read_bytes()), span)


def _whole(brought: Iterable[_Brought], store: Cache | None) -> list[_Brought]:
    """Join fonts that come in parts, as websites load them, and refuse one that lacks letters of every page."""
    parts: dict[tuple[object, ...], list[_Brought]] = {}
    for number, font in enumerate(brought):
        face = (number,) if font.source.is_variable else (font.weights, font.is_italic)
        parts.setdefault(face, []).append(font)
    return [_with_letters(_joined(fonts, store)) for fonts in parts.values()]


def _joined(fonts: list[_Brought], store: Cache | None) -> _Brought:
    first, *others = fonts
    sources, letters = [first.source], first.source.letters
    for other in others:
        if not other.source.letters <= letters:
            sources.append(other.source)
            letters |= other.source.letters
    if len(sources) == 1:
        return first
    try:
        body = _made(("merged", *(source.body for source in sources)), lambda: merged(sources), store)
        return first._replace(source=read_font(body))
    except Exception as error:  # fontTools raises all sorts of errors for fonts that do not belong together
        names = " and ".join(f'"{font.file.path}"' for font in fonts)
        raise _refuse("unreadable-font", f"{names} have one weight, and cannot be joined to one font", first.span,
                      "name one file for each weight, or say which weight each has") from error  # fmt: skip


def _with_letters(font: _Brought) -> _Brought:
    if missing := "".join(letter for letter in _NEEDED if ord(letter) not in font.source.letters):
        few = missing if len(missing) < 12 else f"{missing[:10]} …"
        raise _refuse("font-letters", f'the font "{font.file.path}" lacks letters that every page needs: {few}', font.span,
                      "use the whole file as the foundry gave it, or name all parts of it: fonts from websites are often cut")  # fmt: skip
    return font


def _read(file: FontFile, read: Callable[[str], bytes], span: Span) -> _Brought:
    place = span.narrowed_to(file.path) or span
    try:
        raw = read(file.path)
    except OutsideError as error:
        raise _refuse("font-outside", f'the font "{file.path}" lies outside the clinic\'s own folder', place,
                      "copy the file beside _brand.yml and name it here") from error  # fmt: skip
    except OSError as error:
        raise _refuse("missing-font", f'the font "{file.path}" is not there', place,
                      "put the file beside _brand.yml, or mend the name") from error  # fmt: skip
    if len(raw) > MAX_BYTES:
        raise _refuse("font-size", f"the font has {len(raw):,} bytes; at most {MAX_BYTES:,} are read", place,
                      "save it with fewer letters")  # fmt: skip
    try:
        source = read_font(raw)
    except TooLargeError as error:
        raise _refuse("font-size", f'the font "{file.path}" is far larger than it looks when it is unpacked', place,
                      "use a TTF or OTF file as the foundry gave it") from error  # fmt: skip
    except Exception as error:  # fontTools raises all sorts of errors for broken fonts
        raise _unreadable(file, place) from error
    if source.is_restricted:
        raise _refuse("font-licence", f'the maker of "{file.path}" does not allow it in documents', place,
                      "ask the foundry for a licence and a file that may be embedded, or use another font")  # fmt: skip
    return _Brought(file, source, place)


def _unreadable(file: FontFile, place: Span) -> DesignError:
    cure = "use a TTF, OTF, WOFF or WOFF2 file as the foundry gave it"
    return _refuse("unreadable-font", f'the font "{file.path}" cannot be read', place, cure)


def _refuse(code: str, message: str, span: Span, cure: str) -> DesignError:
    return DesignError.of(f"brand.{code}", message, span, help=cure)
