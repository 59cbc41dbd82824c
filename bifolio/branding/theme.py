"""A clinic's own `theme.css` → tokens on top of the plain theme's, checked so that all text stays legible.

It may set what the project's themes set, colours and line weights, and nothing else: sizes and rules keep a page
in order. Contrast is that of WCAG 2.2: 7 to 1 for running text (1.4.6), 4.5 to 1 for all other
text (1.4.3), 3 to 1 for lines and signs that carry meaning (1.4.11).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from bifolio.branding.nearest_shade import contrast
from bifolio.branding.palette import CONTRAST, ROLES, colours
from bifolio.core.diagnostics import DesignError, Diagnostic, Source, Span, shorten, suggest

FILE = "theme.css"

_RULE = re.compile(r"\s*:root\s*\{([^{}]*)\}\s*")
_DECLARATION = re.compile(r"\s*--([A-Za-z0-9-]+)\s*:\s*([^;:]*?)\s*(?:;|$)")
_VALUE = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}|var\(--[a-z0-9-]+\)|\d+(?:\.\d+)?(?:mm|pt)?")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def read_theme(source: Source, allowed: Collection[str]) -> dict[str, str]:
    """Return the tokens that a theme file sets. Raises DesignError with everything that is wrong with it."""
    text = _without_comments(source.text)
    rule = _RULE.fullmatch(text)
    if rule is None:
        raise DesignError(_not_tokens(source, len(text) - len(text.lstrip())))
    tokens: dict[str, str] = {}
    findings: list[Diagnostic] = []
    at, end = rule.span(1)
    while text[at:end].strip():
        found = _DECLARATION.match(text, at, end)
        if found is None:
            raise DesignError(_not_tokens(source, at + len(text[at:end]) - len(text[at:end].lstrip())))
        name, value = found.groups()
        if name not in allowed:
            findings.append(
                Diagnostic(
                    "theme.unknown-token",
                    f'"--{shorten(name)}" is not a token that a theme can set',
                    source.place(found.start(1) - 2, len(name) + 2),
                    help=suggest(name, allowed, "tokens", limit=60),
                )
            )
        elif not _VALUE.fullmatch(value):
            findings.append(
                Diagnostic(
                    "theme.bad-value",
                    f'"{shorten(value)}" is not a value for "--{name}"',
                    source.place(found.start(2), max(1, len(value))),
                    help="write a colour (#1d5a68), a length (0.3mm), a number, or another token (var(--paper))",
                )
            )
        tokens[name] = value
        at = found.end()
    if findings:
        raise DesignError(findings)
    return tokens


def misfits(source: Source, own: Mapping[str, str], tokens: Mapping[str, str]) -> list[Diagnostic]:
    """Return findings for values in a clinic's own theme that their tokens cannot take.

    A colour token takes a colour, a length token a length, a number token a number; a reference counts as what its
    token is in the plain theme, whose tokens are `tokens`, and must not lead back to itself.
    """
    found = []
    reported: set[str] = set()
    for name, value in own.items():
        takes, gives = _kind(f"var(--{name})", tokens), _kind(value, tokens)
        circle = _circle(name, {**tokens, **own})
        if gives is None:
            message = f'"{shorten(value)}" does not lead to a colour, a length or a number'
        elif takes != gives and not (takes == "a length" and value == "0"):
            message = f'"--{name}" takes {takes}, but "{shorten(value)}" is {gives}'
        elif circle and not reported & {*circle}:
            message = f'"--{name}" refers back to itself: {", ".join(f"--{one}" for one in (*circle, name))}'
        elif takes == "a number" and value.startswith("var("):  # the composer computes with it
            message = f'"--{name}" takes a number, but "{value}" is another token'
        else:
            continue
        reported.update(circle)
        span = _value_at(source, name, value)
        found.append(Diagnostic("theme.bad-value", message, span, help=f"write {_FOR_EXAMPLE[takes]}"))
    return found


_VAR = re.compile(r"var\(--([a-z0-9-]+)\)")
_FOR_EXAMPLE: Mapping[str | None, str] = {
    None: "a colour (#1d5a68), a length (0.3mm) or a number",
    "a colour": "a colour (#1d5a68), or another token that is one (var(--paper))",
    "a length": "a length (0.3mm), or another token that is one (var(--rule))",
    "a number": "a number (1.5)",
}


def _kind(value: str, tokens: Mapping[str, str]) -> str | None:
    """Return what kind of value this is; for a reference, what its token is in the plain theme."""
    seen: set[str] = set()
    while target := _VAR.fullmatch(value):
        name = target[1]
        if name.startswith("brand-"):
            return "a colour" if name.removeprefix("brand-") in ROLES else None
        if name in seen or name not in tokens:
            return None
        seen.add(name)
        value = tokens[name]
    if value.startswith("#"):
        return "a colour"
    if not _VALUE.fullmatch(value):
        return None
    return "a length" if value.endswith(("mm", "pt")) else "a number"


def _circle(name: str, tokens: Mapping[str, str]) -> list[str]:
    """Return the tokens through which a token refers back to itself; empty if it leads to a value."""
    path: list[str] = []
    while (target := _VAR.fullmatch(tokens.get(name, ""))) and name not in path:
        path.append(name)
        name = target[1]
    return path if path[:1] == [name] else []


def faint(
    source: Source, own: Mapping[str, str], tokens: Mapping[str, str], brand: Mapping[str, str]
) -> list[Diagnostic]:
    """Return findings for what cannot be read or seen in a clinic's own theme: each colour once, on its worst ground.

    `tokens` are those of the plain theme, `brand` the role colours of the clinic.
    """
    worst: dict[str, tuple[float, str, float]] = {}
    for role, ground, ratio, least in weak({**tokens, **own}, brand):
        worst[role] = min(worst.get(role, (ratio, ground, least)), (ratio, ground, least))
    return [
        Diagnostic(
            "theme.contrast",
            f'"{role}" on "{ground}" has a contrast of {ratio:.1f} to 1; it needs {least:g}',
            _set_at(source, own, role, ground),
            help="make one of the two darker, or the other lighter",
        )
        for role, (ratio, ground, least) in worst.items()
    ]


def weak(tokens: Mapping[str, str], brand: Mapping[str, str]) -> list[tuple[str, str, float, float]]:
    """Return each pair of colours with too little contrast: role, ground, the contrast, and what it must be."""
    shown = colours(tokens, brand)
    return [
        (role, ground, ratio, least)
        for role, grounds, least in CONTRAST
        for ground in grounds
        if (ratio := contrast(shown[role], shown[ground])) < least
    ]


def _set_at(source: Source, own: Mapping[str, str], *names: str) -> Span:
    name = next((name for name in names if name in own), next(iter(own), ""))
    return source.place(_set_in(source, name), len(name) + 2)


def _value_at(source: Source, name: str, value: str) -> Span:
    return source.place(source.text.find(value, _set_in(source, name)), len(value))


def _set_in(source: Source, name: str) -> int:
    """Return where a token is last set: the setting that counts."""
    text = _without_comments(source.text)
    return max((found.start() for found in re.finditer(rf"--{re.escape(name)}(?=\s*:)", text)), default=0)


def _without_comments(text: str) -> str:
    return _COMMENT.sub(lambda found: re.sub(r"[^\n\r]", " ", found[0]), text)


def _not_tokens(source: Source, at: int) -> Diagnostic:
    return Diagnostic(
        "theme.not-tokens",
        "a clinic's theme sets tokens in one rule, and contains nothing else",
        source.place(min(at, max(0, len(source.text) - 1))),
        help="write :root { --wash: #f4f7f8; --rule: 0.3mm; }",
    )
