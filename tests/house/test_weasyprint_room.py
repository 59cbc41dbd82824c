"""Nothing outside bifolio/layout/weasyprint/ touches WeasyPrint: neither its modules nor its boxes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import ROOT

ROOM = ROOT / "bifolio" / "layout" / "weasyprint"
LIBRARIES = {"weasyprint", "pydyf"}
"""WeasyPrint, and the library that is its own way to write; tinyhtml5 reads the pages that we import, too."""
ATTRIBUTES = {
    "_page_box", "_box", "element_tag", "position_x", "position_y", "content_box_x", "content_box_y", "margin_width",
    "margin_height", "border_width", "border_height", "is_in_normal_flow", "is_header", "all_children",
    "font_config", "page_maker",
}  # fmt: skip
"""Names by which only WeasyPrint's pages and boxes are read."""


def touches(source: str) -> Iterator[str]:
    """Yield what a module imports of WeasyPrint, and which of its attributes it reads."""
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        elif isinstance(node, ast.Call):
            words = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            function = ast.unparse(node.func)
            names = [str(word) for word in words] if function.endswith("import_module") else []
            if function == "getattr":
                yield from (f".{word}" for word in words if word in ATTRIBUTES)
        yield from (name for name in names if name.partition(".")[0] in LIBRARIES)
        if isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
            yield f".{node.attr}"


@pytest.mark.parametrize(
    "path",
    sorted(path for path in (ROOT / "bifolio").rglob("*.py") if ROOM not in path.parents),
    ids=lambda path: str(path.relative_to(ROOT / "bifolio")),
)
def test_module_does_not_touch_weasyprint(path: Path) -> None:
    assert list(touches(path.read_text("utf-8"))) == []


def test_what_touches_weasyprint_is_seen() -> None:
    found = {touch for path in ROOM.glob("*.py") for touch in touches(path.read_text("utf-8"))}
    assert {"weasyprint", "weasyprint.layout", "._page_box", "._box", ".element_tag"} <= found
    assert list(touches("import_module('weasyprint.css')")) == ["weasyprint.css"]


@pytest.mark.layout
def test_the_names_are_those_of_weasyprint() -> None:
    spec = find_spec("weasyprint")
    assert spec is not None
    (folder,) = spec.submodule_search_locations or ()
    source = "\n".join(path.read_text("utf-8") for path in Path(folder).rglob("*.py"))
    assert {name for name in ATTRIBUTES if f".{name}" not in source} == set()
