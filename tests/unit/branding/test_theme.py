"""theme: each token of a clinic's theme gets a value of its kind, or there is a finding."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest

from bifolio.branding.palette import derive
from bifolio.branding.theme import faint, misfits, read_theme
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import Diagnostic, Source

SEED = "#1d5a68"


def _found(css: str, repository: Repository) -> list[Diagnostic]:
    source = Source("content/brands/lark/theme.css", css)
    own = read_theme(source, repository.editions.theme_tokens)
    return misfits(source, own, repository.editions.plain_tokens) or faint(
        source, own, repository.editions.plain_tokens, derive(SEED)
    )


@pytest.mark.parametrize(
    ("css", "quoted", "at"),
    [
        (":root { --deep: 1mm; }", '"--deep" takes a colour, but "1mm" is a length', "1mm"),
        (":root { --deep: 5; }", '"--deep" takes a colour, but "5" is a number', "5"),
        (":root { --rule: #fff; }", '"--rule" takes a length, but "#fff" is a colour', "#fff"),
        (":root { --alarm: 2; }", '"--alarm" takes a length, but "2" is a number', "2"),
        (":root { --line-weight: 1mm; }", '"--line-weight" takes a number, but "1mm" is a length', "1mm"),
        (":root { --line-weight: var(--lead); }", '"var(--lead)" is another token', "var(--lead)"),
        (":root { --deep: var(--rule); }", '"var(--rule)" is a length', "var(--rule)"),
        (":root { --deep: var(--nothing); }", '"var(--nothing)" does not lead to a colour', "var(--nothing)"),
        (":root { --deep: var(--brand-x); }", '"var(--brand-x)" does not lead to a colour', "var(--brand-x)"),
        (":root { --deep: var(--title-face); }", "does not lead to a colour", "var(--title-face)"),
        (":root { --deep: var(--deep); }", "itself: --deep, --deep", "var(--deep)"),
        (":root { --help: var(--now-ground); }", "itself: --help, --now-ground, --help", "var(--now-ground)"),
        (
            ":root { --deep: var(--mid); --mid: var(--line); --line: var(--deep); --wash: var(--deep); }",
            "itself: --deep, --mid, --line, --deep",
            "var(--mid)",
        ),
        ("/* --deep: 1mm */ :root { --deep: #123; --deep: 2mm; }", '"2mm" is a length', "2mm"),
        (":root { --ink2: #000; --ink: 3mm }", '"--ink" takes a colour, but "3mm" is a length', "3mm"),
    ],
)
def test_a_value_that_a_token_cannot_take_is_one_finding_at_its_place(
    css: str, quoted: str, at: str, repository: Repository
) -> None:
    (finding,) = _found(css, repository)
    assert finding.code == "theme.bad-value"
    assert quoted in finding.message
    assert finding.help
    assert finding.span is not None
    assert css[finding.span.column - 1 :].startswith(at)
    assert finding.span.length == len(at)


def test_each_wrong_value_is_told(repository: Repository) -> None:
    found = _found(":root {\n--deep: 1mm;\n--rule: #fff;\n--mid: var(--mid);\n}", repository)
    assert [finding.span and finding.span.line for finding in found] == [2, 3, 4]


@pytest.mark.parametrize(
    "css",
    [
        ":root { --wash: #fff; --panel: var(--wash); --rule: 0.3mm; --hairline: 0; --line-weight: 1.5; }",
        ":root { --deep: var(--brand-ink); --cover-ground: var(--deep); --border: var(--rule); }",
        ":root { }",
    ],
)
def test_values_of_the_right_sort_are_taken(css: str, repository: Repository) -> None:
    assert _found(css, repository) == []


def test_no_theme_ends_otherwise_than_in_findings(repository: Repository) -> None:
    """Every pair of tokens, each with a value of each sort, or leading to the other."""
    values: Mapping[str, str] = {"colour": "#777", "length": "2mm", "number": "3", "nowhere": "var(--x)"}
    names = ("ink", "deep", "now-ground", "rule", "line-weight", "cover-leaf", "paper", "hair")
    pairs = itertools.product((n for n in names if n in repository.editions.theme_tokens), repeat=2)
    for (one, other), value in itertools.product(pairs, values.values()):
        for css in (
            f":root {{ --{one}: {value}; --{other}: var(--{one}); }}",
            f":root {{ --{one}: var(--{other}); --{other}: {value}; }}",
            f":root {{ --{one}: var(--{other}); --{other}: var(--{one}); }}",
        ):
            for finding in _found(css, repository):
                assert finding.code in {"theme.bad-value", "theme.contrast"}
                assert finding.span is not None
