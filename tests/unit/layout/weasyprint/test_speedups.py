"""layout.weasyprint.speedups: each gives what WeasyPrint gives without it, and WeasyPrint does not have it yet.

The tests that a speedup names as `Can go when` count what WeasyPrint does without it. One that fails says that WeasyPrint
does no more than with the speedup: delete both.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bifolio.layout.weasyprint import line_speedups, speedups, startup
from bifolio.layout.weasyprint.loader import load
from bifolio.layout.weasyprint.patches import Patch
from tests.conftest import ROOT
from tests.support.engine import FONTS, boxes_of, engine_with, page, patched
from tests.unit.layout.weasyprint.test_same_pages import SETTINGS

pytestmark = pytest.mark.layout


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], Counter[str]]:
    """Count the calls of a function of WeasyPrint, or of one of its libraries, by its name."""
    calls: Counter[str] = Counter()

    def count(owner: Any, name: str) -> Counter[str]:
        function = getattr(owner, name)

        def call(*args: Any, **more: Any) -> Any:
            calls[name] += 1
            return function(*args, **more)

        monkeypatch.setattr(owner, name, call)
        return calls

    return count


@pytest.mark.parametrize("patch", [*speedups.SPEEDUPS, *startup.STEPS], ids=lambda patch: patch.__name__)
def test_every_speedup_names_its_gain_and_the_test_that_retires_it(patch: Patch) -> None:
    words = " ".join((patch.__doc__ or "").split())
    assert re.search(r"Upstream: (Kozea/WeasyPrint#\d+|not reported)", words)
    assert re.search(r"Gain: [\d.]+ %", words)
    (test,) = re.findall(r"Can go when: (test_\w+)", words)
    assert test in globals()


# -- import --------------------------------------------------------------------------------------


def _in_new_process(code: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", code, str(FONTS)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the search starts no programs")
def test_import_searches_for_libraries() -> None:
    code = """if True:
        import contextlib, ctypes.util, json
        from bifolio.layout.weasyprint import startup
        asked = []
        ctypes.util.find_library = lambda name: asked.append(name)
        with {}:
            import weasyprint
        print(json.dumps(len(asked)))
    """
    assert _in_new_process(code.format("contextlib.nullcontext()")) >= 10
    assert _in_new_process(code.format("startup.libraries_by_file_name()")) == 0


def test_import_loads_the_subsetter() -> None:
    code = """if True:
        import contextlib, json, sys
        from bifolio.layout.weasyprint import startup
        with {}:
            import weasyprint
        names = "fontTools.subset", "fontTools.varLib.instancer"
        print(json.dumps([name in sys.modules for name in names]))
    """
    assert _in_new_process(code.format("contextlib.nullcontext()")) == [True, True]
    assert _in_new_process(code.format("startup.subsetter_on_demand()")) == [False, False]


def test_subsetter_works_when_it_is_called() -> None:
    code = """if True:
        import json, pathlib, sys
        from bifolio.layout.weasyprint.loader import load
        load(pathlib.Path(sys.argv[1]))
        import weasyprint.pdf.fonts as fonts
        told = [fonts.subset.Options(hinting=False).hinting]
        try:
            fonts.instantiateVariableFont(None, {})
        except TypeError as error:
            told.append(str(error))
        import fontTools.subset
        told.append(fontTools.subset is sys.modules["fontTools.subset"] and fontTools.subset.__file__ is not None)
        print(json.dumps(told))
    """
    hinting, error, is_module = _in_new_process(code)
    assert (hinting, is_module) == (False, True)
    assert "'NoneType' is not " in error, "of the function itself"


def test_engine_that_was_imported_before_is_sped_up_too() -> None:
    code = """if True:
        import json, pathlib, sys, weasyprint.css as css
        plain = css.ComputedStyle.__missing__
        from bifolio.layout.weasyprint.loader import load
        load(pathlib.Path(sys.argv[1]))
        print(json.dumps(css.ComputedStyle.__missing__ is not plain))
    """
    assert _in_new_process(code)


# -- C types -------------------------------------------------------------------------------------


@pytest.mark.parametrize("patches", [(), (speedups.cache_c_types,)], ids=["without", "with"])
def test_array_types_are_parsed_again(
    patches: tuple[Patch, ...], counted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a font whose number of glyphs no document before had."""
    load(FONTS)
    ffi = import_module("weasyprint.text.ffi").ffi
    calls = counted(ffi._parser, "parse_type")
    with engine_with() as weasyprint, monkeypatch.context() as context:
        known = {source: parsed for source, parsed in ffi._parsed_types.items() if "[" not in source}
        context.setattr(ffi, "_parsed_types", known)
        with patched(*patches):
            calls.clear()
            weasyprint.HTML(string=page("<p>Words.</p>")).write_pdf()
    assert (calls["parse_type"] == 0) == bool(patches)


def test_array_types_are_those_of_cffi(monkeypatch: pytest.MonkeyPatch) -> None:
    load(FONTS)
    ffi = import_module("weasyprint.text.ffi").ffi

    def refuse(source: str) -> None:
        raise AssertionError(source)

    with monkeypatch.context() as patched:
        patched.setattr(ffi._parser, "parse_type", refuse)
        for count in (4711, 3):
            array = ffi.new(f"hb_codepoint_t[{count}]", [1, 2, 3])
            assert ffi.sizeof(array) == 4 * count
            assert list(array[0:3]) == [1, 2, 3]
        assert ffi.sizeof(ffi.new("PangoLogAttr[]", 5)) == 5 * ffi.sizeof(ffi.new("PangoLogAttr *")[0])
        with pytest.raises(AssertionError):
            ffi.typeof("PangoFont *[3]")
    assert ffi.typeof("int[3]").length == 3
    with pytest.raises(import_module("cffi").CDefError):
        ffi.typeof("no_such_type[3]")


# -- CSS -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("patches", [(), (speedups.cache_solved_variables,)], ids=["without", "with"])
def test_variables_are_solved_again(patches: tuple[Patch, ...], counted: Any) -> None:
    html = page("<p>Words.</p><b>Words.</b>" * 5, ":root { --gap: 2mm } p, b { margin-top: var(--gap) }")
    pending = import_module("weasyprint.css.validation.properties").PendingProperty
    with engine_with(*patches) as weasyprint:
        calls = counted(pending, "validate")
        weasyprint.HTML(string=html).render()
    assert (calls["validate"] == 1) == bool(patches)


@pytest.mark.parametrize("patches", [(), (speedups.resolve_plain_variables,)], ids=["without", "with"])
def test_plain_variables_are_searched_for(patches: tuple[Patch, ...], counted: Any) -> None:
    html = page("<p>Words.</p>", ":root { --gap: 2mm } p { margin: 0 var(--gap) }")
    with engine_with(*patches) as weasyprint:
        calls = counted(import_module("weasyprint.css"), "check_var")
        weasyprint.HTML(string=html).render()
    assert (calls["check_var"] == 0) == bool(patches)


def test_few_values_of_a_declaration_are_kept() -> None:
    """Style sheets that all handouts share live as long as a worker, and each handout has tokens of its own."""
    load(FONTS)
    tokens = import_module("weasyprint.css.tokens")
    parse = import_module("tinycss2").parse_component_value_list

    class Width(tokens.Pending):  # type: ignore[misc, name-defined]
        def validate(self, tokens: list[Any], *wanted: object) -> Any:
            del wanted
            return tokens[0].int_value

    width = Width([], "width")
    assert [width.solve(parse(str(number)), "width", None) for number in range(200)] == list(range(200))
    assert 0 < len(width._solved) <= speedups.MAX_SOLVED


@pytest.mark.parametrize("patches", [(), (speedups.look_up_plain_properties,)], ids=["without", "with"])
def test_plain_properties_are_computed(patches: tuple[Patch, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever goes through the special cases asks whether the property has a logical name."""

    class Names(dict[str, Any]):
        asked = 0

        def get(self, key: str, default: Any = None) -> Any:
            Names.asked += 1
            return super().get(key, default)

    load(FONTS)
    css = import_module("weasyprint.css")
    monkeypatch.setattr(css, "PHYSICAL_FUNCTIONS", Names(css.PHYSICAL_FUNCTIONS))
    with engine_with(*patches):
        parent = css.ComputedStyle(None, {}, None, css.InitialStyle(None), None, None, None)
        style = css.ComputedStyle(parent, {"top": ("auto", (0,))}, None, parent, None, None, None)
        parent["color"] = "red"
        assert (style["color"], style["top"], style["margin_left"].value) == ("red", "auto", 0)
        assert style["border_left_width"] == 0
        assert (Names.asked == 0) == bool(patches)
        before = Names.asked
        parent["text_decoration_line"] = "none"
        assert style["text_decoration_line"] == "none"
        assert Names.asked > before, "a special case"


# -- fonts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("patches", [(), (line_speedups.cache_font_descriptions,)], ids=["without", "with"])
def test_fonts_are_described_again(patches: tuple[Patch, ...], counted: Any) -> None:
    load(FONTS)
    calls = counted(import_module("weasyprint.text.fonts"), "unicode_to_char_p")
    counts = []
    for paragraphs in (1, 9):
        with engine_with(*patches) as weasyprint:
            calls.clear()
            body = "".join(f"<p>{number} words.</p>" for number in range(paragraphs))
            weasyprint.HTML(string=page(body, "p { font-family: Literata }")).render()
            counts.append(calls["unicode_to_char_p"])
    assert counts[0] > 0
    assert (counts[0] == counts[1]) == bool(patches)


def test_fonts_are_known_by_all_that_describes_them() -> None:
    load(FONTS)
    lines, fonts = (_source(name) for name in ("text.line_break", "text.fonts"))
    assert _read("get_font_description", fonts) == set(line_speedups.DESCRIPTION_PROPERTIES)
    key = _read("_font_style_cache_key", lines)
    assert key - {"font_size", "line_height"} == set(line_speedups.FONT_PROPERTIES)


def test_few_descriptions_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = [number % 12 for number in range(36)]
    asked: list[int] = []

    def describe(style: dict[str, Any]) -> object:
        asked.append(style["font_size"])
        return object()

    monkeypatch.setattr(line_speedups, "MAX_FONTS", 12)
    with engine_with(), monkeypatch.context() as context:
        context.setattr("weasyprint.text.fonts.get_font_description", describe)
        with patched(line_speedups.cache_font_descriptions):
            described = import_module("weasyprint.text.fonts").get_font_description
    plain = dict.fromkeys(line_speedups.DESCRIPTION_PROPERTIES, "normal")
    found = [described({**plain, "font_size": size}) for size in sizes]
    assert asked == sizes[:12]
    assert found[:12] == found[12:24] == found[24:]
    assert described({**plain, "font_size": 12}) is not described({**plain, "font_size": 0})
    assert asked[12:] == [12, 0], "all were forgotten"
    assert described({**plain, "font_family": ["Sans"]}) is not described({**plain, "font_family": ["Sans"]})


# -- lines ---------------------------------------------------------------------------------------

PARAGRAPHS = page(
    "<div style='display: flex'>" + "<div><p>Words and other words.</p></div>" * 3 + "</div>",
    "p { font-family: Literata }",
)


@pytest.mark.parametrize("patches", [(), (line_speedups.cache_lines,)], ids=["without", "with"])
def test_lines_are_broken_again(patches: tuple[Patch, ...], counted: Any) -> None:
    load(FONTS)
    calls = counted(import_module("weasyprint.text.line_break"), "create_layout")
    with engine_with(*patches) as weasyprint:
        weasyprint.HTML(string=PARAGRAPHS).render()
    widths = 3  # as wide as the words want, as narrow as they can, and as there is room
    words = 4
    assert (calls["create_layout"] <= 2 * words * widths) == bool(patches)


def _source(module: str) -> str:
    return Path(str(import_module(f"weasyprint.{module}").__file__)).read_text("utf-8")


def _read(function: str, source: str) -> set[str]:
    """Return the properties that a function of a module of WeasyPrint reads from a style."""
    body = source.partition(f"def {function}(")[2].partition("\ndef ")[0]
    return set(re.findall(r"style\['(\w+)'\]", body))


def test_lines_are_known_by_all_that_says_where_they_end() -> None:
    """A property that WeasyPrint reads, and by which lines are not known, would give one style another's line."""
    load(FONTS)
    lines, fonts = (_source(name) for name in ("text.line_break", "text.fonts"))
    read = set(re.findall(r"style\['(\w+)'\]", lines.partition("def _font_style_cache_key")[0]))
    described = _read("get_font_description", fonts)
    assert len(described) > 5
    assert read | described == set(line_speedups.LINE_PROPERTIES)


def _text_style(weasyprint: Any, declarations: str) -> Any:
    html = page(f"<p style='font-family: Literata; hyphens: none; {declarations}'>Words</p>")
    document = weasyprint.HTML(string=html).render()
    return next(box.style for box in boxes_of(document) if getattr(box, "text", None))


@pytest.mark.parametrize(
    "patches", [(), (line_speedups.shape_narrowest_lines_once,)], ids=["without", "with"]
)
def test_narrowest_lines_are_shaped_again(patches: tuple[Patch, ...], counted: Any) -> None:
    with engine_with(*patches) as weasyprint:
        style = _text_style(weasyprint, "")
        calls = counted(import_module("weasyprint.text.line_break").Layout, "get_first_line")
        split = import_module("weasyprint.layout.preferred").split_first_line
        split("one two", style, SimpleNamespace(dictionaries={}), 0, 0, True, True)
    assert (calls["get_first_line"] == 1) == bool(patches)


TEXTS = [
    "one two", "one  two", "one", "one ", " one", "one, two", "one. Two", "“One” two", "it’s so", "won't do", "at 10.30 am",
    "a-b c", "a/b c", "a\N{NO-BREAK SPACE}b c", "née Müller", "(one) two", "one (two)", "one “two”", "one — two", "one?! two",
    "one\xadtwo three", "one two\xadthree", "一二 三", "one 三", "one\ntwo", "one\ttwo", "1 2", "one )two", "one /two", "",
]  # fmt: skip


@pytest.mark.parametrize(
    "declarations",
    ["top: 0", *SETTINGS.replace("\n", " ").split("; "), "white-space: pre-line", "hyphens: auto", "hyphens: manual",
     "overflow-wrap: break-word", "nothing to see"],
)  # fmt: skip
def test_narrowest_line_is_that_of_weasyprint(declarations: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    with engine_with() as weasyprint:
        style = _text_style(weasyprint, declarations)
        if declarations == "nothing to see":
            style["font_size"] = 0
        line_break = import_module("weasyprint.text.line_break")
        plain = line_break.split_first_line

        def split(text: str, *more: Any) -> Any:
            asked.append(text)
            return plain(text, *more)

        with monkeypatch.context() as context:
            context.setattr(line_break, "split_first_line", split)
            with patched(line_speedups.shape_narrowest_lines_once):
                quick = line_break.split_first_line
        for text in TEXTS:
            for more in (
                (0, 0, True, True),
                (0, 0, False, True),
                (0, 0, True, False),
                (9, 0, True, True),
                (None, 0, True, True),
            ):
                arguments = text, style, SimpleNamespace(dictionaries={}), *more
                assert quick(*arguments)[1:] == plain(*arguments)[1:], (text, more)
    is_quick = declarations not in (
        "white-space: pre-wrap", "white-space: nowrap", "overflow-wrap: anywhere", "word-break: break-all", "hyphens: auto",
        "nothing to see",
    )  # fmt: skip
    assert (asked.count("one two") == 3) == is_quick


def test_few_lines_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker lives for as long as a thousand clinics take."""
    weasyprint = load(FONTS)
    html = weasyprint.HTML(string=PARAGRAPHS)
    fonts = import_module("weasyprint.text.fonts").FontConfiguration()
    html.render(font_config=fonts)
    known = dict(vars(fonts)["_lines"])
    assert len(known) > 5
    html.render(font_config=fonts)
    assert vars(fonts)["_lines"] == known
    monkeypatch.setattr(line_speedups, "MAX_LINES", 5)
    html.render(font_config=fonts)
    assert vars(fonts)["_lines"] == known, "all were known"
    weasyprint.HTML(string=page("<p>another</p>")).render(font_config=fonts)
    assert 0 < len(vars(fonts)["_lines"]) <= 5


class _Style(dict[str, Any]):
    font_config: Any = None


@dataclass
class _Line:
    text: str


@pytest.mark.parametrize(
    "other",
    [("Words", 10.0, 0, True, False), ("Word", 9.0, 0, True, False), ("Word", 10.0, 1, True, False),
     ("Word", 10.0, 0, False, False), ("Word", 10.0, 0, True, True)],
)  # fmt: skip
def test_line_that_is_asked_for_otherwise_is_another(
    other: tuple[str, float, float, bool, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, ...]] = []

    def split(text: str, style: object, context: object, *more: object) -> tuple[_Line, int]:
        asked.append((text, *more))
        return _Line(text), len(asked)

    with engine_with(), monkeypatch.context() as context:
        context.setattr("weasyprint.text.line_break.split_first_line", split)
        context.setattr("weasyprint.text.line_break.Layout", _Line)
        with patched(line_speedups.cache_lines):
            broken = import_module("weasyprint.layout.inline").split_first_line
    style = _Style.fromkeys(line_speedups.LINE_PROPERTIES, "normal")
    style.font_config = SimpleNamespace()
    text, *more = "Word", 10.0, 0, True, False
    first = broken(text, style, None, *more)
    first[0].text = "as it is drawn, shortened"
    assert broken(text, style, None, *more) == (_Line("Word"), 1), "kept as it was"
    assert broken(other[0], style, None, *other[1:])[1] == 2
    assert asked == [("Word", 10.0, 0, True, False), other]


# -- boxes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("patches", [(), (speedups.cache_lengths,)], ids=["without", "with"])
def test_lengths_are_resolved_again(patches: tuple[Patch, ...], counted: Any) -> None:
    calls = counted(import_module("weasyprint.layout.percent"), "resolve_one_percentage")
    counts = []
    for paragraphs in (1, 9):
        with engine_with(*patches) as weasyprint:
            calls.clear()
            weasyprint.HTML(string=page("<p>Words.</p>" * paragraphs)).render()
            counts.append(calls["resolve_one_percentage"])
    assert (counts[0] == counts[1]) == bool(patches)


def test_boxes_with_the_same_lengths_are_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And again where one refers to the box around it; few are kept."""
    resolved: list[str] = []

    def resolve(box: Any, containing_block: object) -> None:
        del containing_block
        resolved.append(box.name)
        vars(box).update(dict.fromkeys(speedups.LENGTHS, len(resolved)))

    class Box(SimpleNamespace):
        pass

    px = import_module("weasyprint.css.properties").Dimension
    plain = dict.fromkeys(speedups.LENGTHS, px(1, "px")) | {"width": "auto", "border_top_width": 0}
    plain |= {"box_sizing": "border-box", "border_collapse": "separate"}
    resolve_once = speedups.resolving_once(Box, resolve)
    boxes = {
        "first": plain,
        "same": dict(plain),
        "other": plain | {"min_width": px(2, "px")},
        "of its block": plain | {"width": px(50, "%")},
        "of another block": plain | {"width": px(50, "%")},
        "of a table": plain | {"border_collapse": "collapse"},
        "of another table": plain | {"border_collapse": "collapse"},
        "to be computed": plain | {"width": []},
        "first again": plain,
    }
    made = {name: Box(name=name, style=style) for name, style in boxes.items()}
    for box in made.values():
        resolve_once(box, None)
    assert resolved == [name for name in boxes if name not in ("same", "first again")]
    assert made["same"].min_width == made["first again"].min_width == made["first"].min_width == 1
    monkeypatch.setattr(speedups, "MAX_LENGTHS", 1)
    another = Box(name="another", style=plain | {"height": "auto"})
    for box in (made["of its block"], made["other"], another, made["first"]):
        resolve_once(box, None)
    assert resolved[-2:] == ["another", "first"], "it was forgotten"
