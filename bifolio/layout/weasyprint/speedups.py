"""The same bytes from WeasyPrint 70.0, sooner. Off with `BIFOLIO_PLAIN_ENGINE=1`, and with any other version.

A gain is how much CPU time a speedup saves beside others, as the median of five pairs. scripts/measure_speedups.py
measures it again. Where nothing else is said, one handout of each kind was laid out in processes that had done so
before, with the five speedups that save 3 % there or on a first handout. Those five, with the style sheets and fonts
kept from document to document, save 29.3 % (4.19 s instead of 5.82 s). The smaller ones stay because they add up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from bifolio.layout.weasyprint.line_speedups import (
    cache_font_descriptions,
    cache_lines,
    shape_narrowest_lines_once,
)
from bifolio.layout.weasyprint.patches import Patch, Patches

# -- C types -------------------------------------------------------------------------------------

_ITEM_POINTERS = (
    "PangoRectangle *",
    "PangoFcFontMap *",
    "PangoLogAttr *",
    "hb_codepoint_t *",
    "hb_tag_t *",
    "unsigned int *",
    "char *",
)


def cache_c_types(patches: Patches) -> None:
    """Make array types from their item's type, instead of having cffi parse C for each length.

    For a type that it has not met yet cffi parses all typedefs of WeasyPrint again, 8 ms, and WeasyPrint
    asks for a type `hb_codepoint_t[n]` for each number of glyphs in a font.

    Upstream: not reported. `ffi.new('hb_codepoint_t[]', glyphs)` in `Font.subset` would avoid it.
    Gain: 21.4 % of the first handout of a process, 0.230 s instead of 0.280 s.
    Can go when: test_array_types_are_parsed_again.
    """
    from weasyprint.text.ffi import ffi

    patches.replace(ffi, "_parsed_types", _ArrayTypes(ffi))


class _ArrayTypes(dict[str, Any]):
    """The types that cffi has parsed, by their C source; array types are made from pointers to their items."""

    def __init__(self, ffi: Any) -> None:
        super().__init__(ffi._parsed_types)
        pointers = ffi.typeof(f"void (*)({', '.join(_ITEM_POINTERS)})").args
        self.update(
            (source, (pointer, False)) for source, pointer in zip(_ITEM_POINTERS, pointers, strict=True)
        )
        self._new_array_type = ffi._backend.new_array_type

    def __missing__(self, source: str) -> Any:
        array = re.fullmatch(r"(\w[\w ]*)\[(\d*)\]", source)
        if not array or f"{array[1]} *" not in self:
            raise KeyError(source)
        pointer, length = self[f"{array[1]} *"][0], int(array[2]) if array[2] else None
        self[source] = self._new_array_type(pointer, length), False  # False: not a function
        return self[source]


# -- CSS -----------------------------------------------------------------------------------------

MAX_SOLVED = 64
"""Values kept of one declaration: sixteen looks of a shorthand with four sides."""


def cache_solved_variables(patches: Patches) -> None:
    """Validate a declaration with variables once for each set of tokens that the variables stand for.

    WeasyPrint does so for each element that the declaration applies to. Functions are validated again: they are made
    again for each element, and what they become may be changed later.

    Upstream: not reported. `Pending.solve` could keep its result by the tokens' identities, as here.
    Gain: 4.7 %, 3.19 s instead of 3.36 s.
    Can go when: test_variables_are_solved_again.
    """
    from weasyprint.css.tokens import Pending

    solve = Pending.solve

    def solve_once(self: Any, tokens: list[Any], wanted_key: str, base_url: str | None) -> Any:
        if any(token.type in ("function", "() block") for token in tokens):
            return solve(self, tokens, wanted_key, base_url)
        solved = vars(self).setdefault("_solved", {})
        key = (wanted_key, base_url, *map(id, tokens))
        if key not in solved:
            if len(solved) >= MAX_SOLVED:
                solved.clear()
            solved[key] = (
                solve(self, tokens, wanted_key, base_url),
                tokens,
            )  # which must live as long as their ids
        return solved[key][0]

    patches.replace(Pending, "solve", solve_once)


def resolve_plain_variables(patches: Patches) -> None:
    """Look up `var(--name)` by its name, and pass over tokens that are no function.

    WeasyPrint searches each token of a declaration for variables, and splits the arguments of each.

    Upstream: not reported.
    Gain: 3.4 %, 0.944 s instead of 0.984 s for four handouts (from -3.0 % to 5.0 %).
    Can go when: test_plain_variables_are_searched_for.
    """
    from weasyprint import css

    resolve_var = css.resolve_var

    def resolve_plain_var(computed: Any, token: Any, parent_style: Any) -> Any:
        if token.type == "function":
            if token.lower_name == "var" and len(token.arguments) == 1:
                (name,) = token.arguments
                if name.type == "ident" and name.value.startswith("--"):
                    return computed[name.value.replace("-", "_")] or []
        elif token.type != "() block":
            return None
        return resolve_var(computed, token, parent_style)

    patches.replace(css, "resolve_var", resolve_plain_var)


def look_up_plain_properties(patches: Patches) -> None:
    """Look up a property that needs no computing: nine in ten.

    Its value is what a rule declares, or else the value of the parent, or else the initial value. WeasyPrint goes
    through all special cases for each.

    Upstream: Kozea/WeasyPrint#2808, closed, does so for functions; #2813, merged in 70, shares whole styles.
    Gain: 5.3 %, 3.54 s instead of 3.71 s.
    Can go when: test_plain_properties_are_computed.
    """
    from weasyprint import css
    from weasyprint.css.computed_values import COMPUTER_FUNCTIONS, PHYSICAL_FUNCTIONS

    compute = css.ComputedStyle.__missing__
    initial, inherited = css.INITIAL_VALUES, css.INHERITED
    logical = {
        key: frozenset(name(block="ttb", inline=inline) for inline in ("ltr", "rtl"))
        for key, name in PHYSICAL_FUNCTIONS.items()
    }
    # Those that depend on what is specified for another property, or are propagated in a way of their own.
    special = {key for key in initial if key.startswith("text_decoration_")}
    special |= {"position", "float", "display", "page"}

    def look_up(self: Any, key: str) -> Any:
        cascaded = self.cascaded
        if key in special or (key in logical and not logical[key].isdisjoint(cascaded)):
            return compute(self, key)
        if key in cascaded:
            value = cascaded[key][0]
            if isinstance(value, css.Pending) or value in ("inherit", "initial") or css.check_math(value):
                return compute(self, key)
        elif key in inherited or key[:2] == "__":
            if self.parent_style is None:
                return compute(self, key)
            value = self[key] = self.parent_style[key]
            return value
        else:
            value = initial[key]
            if key not in css.INITIAL_NOT_COMPUTED:
                self[key] = value
                return value
        if key in COMPUTER_FUNCTIONS:
            value = COMPUTER_FUNCTIONS[key](self, key, value)
        self[key] = value
        return value

    patches.replace(css.ComputedStyle, "__missing__", look_up)


# -- boxes ---------------------------------------------------------------------------------------

LENGTHS = (
    *(f"{kind}_{side}" for kind in ("margin", "padding") for side in ("left", "right", "top", "bottom")),
    "width", "min_width", "max_width", "height", "min_height", "max_height",
    *(f"border_{side}_width" for side in ("left", "right", "top", "bottom")),
)  # fmt: skip
"""The properties that WeasyPrint resolves for each box before it lays it out."""

MAX_LENGTHS = 4096
"""Sets of lengths kept; a handout has two hundred."""


def cache_lengths(patches: Patches) -> None:
    """Resolve the lengths of boxes once for all boxes with the same ones, unless one refers to the box around it.

    Upstream: not reported. `resolve_percentages` could keep its result with the style, which boxes share.
    Gain: 3.5 %, 3.86 s instead of 3.95 s.
    Can go when: test_lengths_are_resolved_again.
    """
    from weasyprint.formatting_structure.boxes import Box
    from weasyprint.layout.percent import resolve_percentages

    patches.replace_imported(resolve_percentages, resolving_once(Box, resolve_percentages))


def resolving_once(kind: type[Any], resolve: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Return `resolve_percentages` with a cache; `kind` is that of boxes, as it also takes pages of other types."""
    lengths_of = itemgetter(*LENGTHS, "box_sizing", "border_collapse")
    resolved: dict[Any, dict[str, Any]] = {}

    def resolve_once(box: Any, containing_block: Any) -> None:
        key = lengths_of(box.style)
        try:
            known = resolved.get(key)
        except TypeError:  # a function to be computed has no hash
            resolve(box, containing_block)
            return
        if known:
            vars(box).update(known)
            return
        resolve(box, containing_block)
        if known is None and isinstance(box, kind):
            if len(resolved) >= MAX_LENGTHS:
                resolved.clear()
            *lengths, _, collapse = key
            is_fixed = collapse == "separate" and all(map(_is_fixed, lengths))
            resolved[key] = {name: vars(box)[name] for name in LENGTHS} if is_fixed else {}

    return resolve_once


def _is_fixed(length: Any) -> bool:
    return length == "auto" or isinstance(length, (int, float)) or getattr(length, "unit", None) == "px"


SPEEDUPS: tuple[Patch, ...] = (
    cache_c_types,
    cache_font_descriptions,
    cache_solved_variables,
    resolve_plain_variables,
    look_up_plain_properties,
    shape_narrowest_lines_once,
    cache_lines,
    cache_lengths,
)
