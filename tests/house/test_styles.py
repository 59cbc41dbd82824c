"""The house rules of styles: where things stand, what may set what, and that no token is dead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tinycss2
import yaml

from bifolio.layout.weasyprint.repagination import KEEPS, LEADS
from tests.conftest import ROOT

STYLES = ROOT / "styles"
SHEETS = tuple(sorted(STYLES.rglob("*.css")))
COMPONENTS = tuple(sorted((STYLES / "components").glob("*.css")))
EDITIONS = tuple(sorted((STYLES / "editions").glob("*.yaml")))
THEMES = tuple(sorted((STYLES / "themes").glob("*.css")))

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DECLARED = re.compile(r"(?<![\w-])--([a-z0-9-]+)\s*:")
_READ = re.compile(r"var\(\s*--([a-z0-9-]+)")
_GIVEN = re.compile(r"brand-[a-z0-9-]+|folio-\d")  # Stylesheet writes these
_LITERAL = re.compile(r"(?<![\w.-])-?(?:\d*\.)?\d+(?:mm|cm|pt|px|em|rem|in|pc)\b")
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|oklab|color)a?\(")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _text(path: Path) -> str:
    return _COMMENT.sub("", path.read_text("utf-8"))


def _tokens() -> set[str]:
    return set(_DECLARED.findall(_text(STYLES / "tokens.css")))


def _rules(path: Path) -> Iterator[tuple[str, str]]:
    """Return selector and body of each rule outside of at-rules."""
    for rule in tinycss2.parse_stylesheet(path.read_text("utf-8"), skip_comments=True, skip_whitespace=True):
        assert rule.type != "error", f"{_name(path)}:{rule.source_line}: {rule.message}"
        if rule.type == "qualified-rule":
            yield tinycss2.serialize(rule.prelude).strip(), tinycss2.serialize(rule.content)


def test_saw_known_files() -> None:
    assert STYLES / "page.css" in SHEETS
    assert STYLES / "components" / "callout.css" in COMPONENTS
    assert STYLES / "editions" / "a5.yaml" in EDITIONS
    assert STYLES / "themes" / "calm.css" in THEMES
    assert {"ink", "trim-width", "space-1"} <= _tokens()


def test_page_rules_stand_in_their_two_files() -> None:
    """WeasyPrint 70 ignores layers inside @page, so pages are described in one place a document."""
    found = {_name(path) for path in SHEETS if "@page" in _text(path)}
    assert found == {"styles/page.css", "styles/sheet.css", "styles/flow/cover.css"}


@pytest.mark.parametrize("path", SHEETS, ids=_name)
def test_plain_rules(path: Path) -> None:
    """EPUB reads the same files: nothing nested, nothing important, no ids, no chains of elements."""
    assert "!important" not in _text(path)
    for selector, body in _rules(path):
        assert "{" not in body, f"{selector}: a nested rule"
        for single in selector.split(","):
            bare = re.sub(r"\[[^\]]*\]", "", single)
            assert "#" not in bare, f"{selector}: an id"
            steps = re.split(
                r"\s*>\s*|\s+(?![+~]|$)(?<![+~]\s)", re.sub(r"\s*([+~])\s*", r"\1", bare.strip())
            )
            assert len(steps) <= 2, f"{selector}: more than one step down"


_AROUND = frozenset({"card-face", "clinic"})
"""Classes of parts that a component may name: where it stands, and what it holds."""


def _classes(path: Path) -> set[str]:
    return {
        name for selector, _ in _rules(path) for name in re.findall(r"\.([a-z][\w-]*)", selector)
    } - _AROUND


@pytest.mark.parametrize("path", COMPONENTS, ids=_name)
def test_component_styles_what_its_macro_writes(path: Path) -> None:
    macro = (ROOT / "templates" / "blocks" / f"{path.stem}.html.j2").read_text("utf-8")
    for module in ("links", "support_lines"):  # they compose how a line is reached
        macro += (ROOT / "bifolio" / "compose" / f"{module}.py").read_text("utf-8")
    assert _classes(path), "no rules"
    assert [
        name for name in sorted(_classes(path)) if not re.search(rf"(?<![\w-]){name}(?![\w-])", macro)
    ] == []


def test_no_class_is_styled_by_two_components() -> None:
    owners: dict[str, list[str]] = {}
    for path in COMPONENTS:
        for name in _classes(path):
            owners.setdefault(name, []).append(path.stem)
    assert "callout" in owners
    assert {name: files for name, files in owners.items() if len(files) > 1} == {}


@pytest.mark.parametrize("path", COMPONENTS, ids=_name)
def test_component_holds_no_values_of_its_own(path: Path) -> None:
    """Lengths and colours are tokens. The drawing of one block may hold lengths, below a comment that says so."""
    assert not _COLOUR.search(_text(path))
    covered = False
    for part in re.split(r"(/\*.*?\*/)", path.read_text("utf-8"), flags=re.DOTALL):
        if part.startswith("/*"):
            covered = part.startswith("/* drawing:")
            continue
        found = [value for value in _LITERAL.findall(part) if not re.fullmatch(r"-?0(?:\.0*)?[a-z]+", value)]
        assert covered or not found, f"{_name(path)}: {found}"


@pytest.mark.parametrize("path", [*SHEETS], ids=_name)
def test_colours_stand_in_tokens_and_themes(path: Path) -> None:
    if path.parent.name == "themes" or path.name == "tokens.css":
        return
    assert not _COLOUR.search(_text(path))


@pytest.mark.parametrize("path", THEMES, ids=_name)
def test_theme_sets_tokens_and_nothing_else(path: Path) -> None:
    for selector, body in _rules(path):
        assert selector == ":root"
        names = [part.split(":")[0].strip() for part in body.split(";") if part.strip()]
        assert [name for name in names if name.removeprefix("--") not in _tokens()] == []


@pytest.mark.parametrize("path", EDITIONS, ids=_name)
def test_edition_sets_tokens_that_there_are(path: Path) -> None:
    tokens = yaml.safe_load(path.read_text("utf-8")).get("tokens", {})
    assert sorted(set(tokens) - _tokens()) == []


def test_every_token_is_used_and_every_used_one_is_defined() -> None:
    sources = [*SHEETS, *EDITIONS, *sorted((ROOT / "templates").rglob("*.j2"))]
    drawings = [
        *sorted((ROOT / "templates" / "art").glob("*.j2")),
        *sorted((ROOT / "content" / "figures").glob("*.j2")),
    ]
    used = {name for path in sources for name in _READ.findall(_text(path))}
    used |= {f"lead-{lead}" for lead in LEADS[1:]} | {f"keep-{keep}" for keep in KEEPS[1:]}
    drawn = {name for path in drawings for name in re.findall(r"\bc\.([a-z0-9_]+)", path.read_text("utf-8"))}
    drawn |= {
        name for path in drawings for name in re.findall(r'\bc\["([a-z0-9-]+)"\]', path.read_text("utf-8"))
    }
    code = (ROOT / "bifolio" / "compose" / "drawings.py").read_text("utf-8")
    drawn |= set(re.findall(r'\.tokens\["([a-z-]+)"\]', code))
    rooms = (ROOT / "bifolio" / "compose" / "stylesheet.py").read_text("utf-8")
    used |= {name for name in _READ.findall(rooms) if not name.endswith("-")}
    assert {"ink", "space-1", "sense"} <= used
    assert {"cover-leaf", "line-weight"} <= drawn
    assert sorted(_tokens() - used - drawn) == [], "defined and never read"
    unknown = {name for name in used - _tokens() if not _GIVEN.fullmatch(name)}
    assert sorted(unknown) == [], "read and never defined"


def test_what_is_set_below_the_root_is_a_token() -> None:
    for path in SHEETS:
        names = {
            name for selector, body in _rules(path) if selector != ":root" for name in _DECLARED.findall(body)
        }
        assert sorted(names - _tokens()) == [], _name(path)


def test_a5_is_the_narrow_column() -> None:
    """A block inside a section stands as on A5, so the two sets of tokens are one."""
    (narrow,) = [
        body
        for selector, body in _rules(STYLES / "parts" / "grid.css")
        if selector == ".hung-body, .card-face"
    ]
    inside = dict(re.findall(r"--([a-z0-9-]+):\s*(.*?);", narrow))
    assert len(inside) > 20
    a5 = yaml.safe_load((STYLES / "editions" / "a5.yaml").read_text("utf-8"))["tokens"]
    assert {name: a5.get(name) for name in inside} == inside


def test_the_written_design_is_what_the_tokens_say() -> None:
    """styles/README.md: each row of a table that names a token gives its value."""
    text = (STYLES / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `--([a-z0-9-]+)` \| (\S+) \|", text, re.MULTILINE)
    tokens = dict(re.findall(r"--([a-z0-9-]+):\s*([^;]+);", _text(STYLES / "tokens.css")))
    assert ("body-size", "12pt") in rows
    assert {name: value for name, value in rows if tokens.get(name) != value} == {}
    named = set(re.findall(r"`--([a-z0-9-]+)`", text))
    assert sorted(named - set(tokens)) == []
    for theme in THEMES:
        assert f"| {theme.stem} |" in text


SMALLEST_PT = 10.0


@pytest.mark.parametrize("path", [STYLES / "tokens.css", *THEMES, *EDITIONS], ids=_name)
def test_no_type_is_smaller_than_ten_points(path: Path) -> None:
    sizes = re.findall(r"([a-z-]*(?:size|many)): (\d+(?:\.\d+)?)pt", _text(path))
    assert path.name != "tokens.css" or ("--small-size", "10") in sizes
    assert [(name, size) for name, size in sizes if float(size) < SMALLEST_PT] == []


def test_no_slot_has_type_smaller_than_nine_points() -> None:
    """Only what a clinic says of itself may go below ten, where it would find no room otherwise."""
    sizes = re.findall(
        r"slot-(?:[a-z-]*small|least): (\d+)pt", "".join(map(_text, [STYLES / "tokens.css", *EDITIONS]))
    )
    assert len(sizes) == 6
    assert min(map(int, sizes)) == 9


PRINTED = tuple(path for path in SHEETS if path.parent.name != "flow")
"""Sheets whose pages are printed; the cover of an EPUB is a picture for a shelf."""


@pytest.mark.parametrize("path", PRINTED, ids=_name)
def test_no_rule_sets_type_smaller_than_ten_points(path: Path) -> None:
    sizes = re.findall(r"font-size: (\d+(?:\.\d+)?)pt", _text(path))
    assert [size for size in sizes if float(size) < SMALLEST_PT] == []
