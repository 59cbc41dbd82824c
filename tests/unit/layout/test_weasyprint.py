"""render.engine: what is answered at once is what WeasyPrint itself would say."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bifolio.build.pipeline import Pipeline
from bifolio.layout.render import _known_fonts, _Laid, render
from bifolio.layout.weasyprint.engine import (
    _DESCRIBE_FONT,
    _FONT,
    _LENGTHS,
    _SAY_WHERE_LINES_END,
    COMPARED,
    _broken_once,
    _by_words,
    _collapsed,
    _described,
    _shrunk,
    _used,
    engine,
)
from tests.conftest import ROOT
from tests.support.making import html_of

FONTS = ROOT / "styles" / "fonts"

RULES = """
:root { --gap: 2mm; --wide: 50%; --ink: #123456; --face: "No such face", serif; --twice: calc(var(--gap) * 2);
  --fade: linear-gradient(red 1em, blue 2em); font-size: 11pt; }
* { box-sizing: border-box; }
.inherits { color: inherit; margin: inherit; border: initial; padding: initial; text-indent: 10%; }
.logical { margin-inline-start: 3mm; padding-block: 1mm 2mm; inline-size: 40mm; border-inline-end: 1pt solid red; margin-left: 1mm; }
.rtl { direction: rtl; }
.mixed { width: calc(50% + var(--gap)); height: max(1em, 4mm); min-width: 2em; text-indent: calc(5% + 1mm);
  margin-top: calc((var(--gap) + 1mm) * 2); margin-left: var( --gap ); }
.variables { margin: var(--gap) var(--twice); padding: var(--gap); color: var(--ink); width: var(--wide);
  border: var(--gap) solid var(--ink); font: italic 700 10pt/1.4 var(--face); }
.variables .variables { --gap: 1mm; --ink: green; font-size: 80%; }
.wrong { margin: var(--ink); color: var(--gap); padding: var(--none); width: var(--none, 9mm); height: var(none); top: var(--none);
  border-width: var(none) var(--gap); }
.drawn { background: var(--fade); font-size: 90%; border-radius: 1em; outline: medium solid; column-gap: normal; }
.lined { text-decoration: underline wavy red; position: absolute; float: left; display: inline; page: other; }
.lined b { text-decoration: overline; }
.logical::first-line { background: #fedcba; }
.inherits::first-letter { background: var(--ink); border-radius: 1mm; color: white; }
.mixed { border: 1mm solid; border-image: linear-gradient(red, blue) 1; }
p::before { content: "a"; margin: var(--gap); border-left: thick solid; }
li::marker { color: var(--ink); }
@page { size: 100mm; margin: 10mm; bleed: 3mm; marks: crop; @top-left { content: counter(page); color: var(--ink); } }
@page other { margin: 5mm 2em; }
"""

SETTINGS = """\
font-size: 13pt; font-family: "Atkinson Hyperlegible"; font-weight: 700; font-style: italic; font-stretch: condensed;
font-kerning: none; font-variant-ligatures: none; font-variant-position: super; font-variant-caps: small-caps;
font-variant-numeric: oldstyle-nums; font-variant-alternates: historical-forms; font-variant-east-asian: full-width;
font-feature-settings: "liga" 0; font-variation-settings: "wght" 600; font-language-override: "TRK"; letter-spacing: 1pt;
word-spacing: 2pt; white-space: pre-wrap; white-space: nowrap; hyphens: none; hyphenate-character: "~"; direction: rtl;
hyphenate-limit-chars: 20 9 9; hyphenate-limit-zone: 50%; overflow-wrap: anywhere; word-break: break-all; tab-size: 3;
text-decoration: underline; text-align: justify; text-overflow: ellipsis; line-height: 2; text-indent: 3ex; width: 9ch"""

BOXES = """\
overflow: hidden, margin: 0 5mm 0 9mm; display: flow-root, margin: 2mm, width: 30mm; float: left, height: 0, margin: 0 9mm;
float: left; float: right; position: relative; position: absolute; position: fixed; position: running(aside);
float: footnote; margin: -3mm; margin: -2mm 0 5mm; min-width: 50%; max-width: calc(20% + 1mm); height: 50%; display: flex;
min-height: auto; padding: 5%; display: inline-block; columns: 2; width: min-content; display: inline-flex; width: 50vw;
width: 30mm, padding: 3mm; width: 30mm, padding: 3mm, box-sizing: border-box; float: left, margin-right: 150mm;
background: #edc; border-radius: 3mm, background: #edc; border-radius: 9%, overflow: hidden; box-shadow: 1mm 1mm #abc;
background: #edc, visibility: hidden; display: table, background: #edc; display: table-cell, background: #edc"""

WORDS = "An extraordinary   afternoon,\tand every\u00adthing in between: office, 0123. "

SET = "".join(
    f"<div style='width: 30mm; hyphens: auto'><p style='{one.strip()}'>{WORDS * 2}</p></div>"
    for one in SETTINGS.split(";")
)
PLACED_ALL = "".join(
    f"<div><p>Before</p><div style='{one.strip().replace(',', ';')}'><p>{WORDS}</p><p>{WORDS}</p></div><p>After</p></div>"
    for one in BOXES.split(";")
)
AGAIN = f"<div style='display: flex'><div>{SET}</div><div>{SET}</div></div>"

BODY = "".join(
    f"<div class='{one}'>a <b>b <i class='{other}'>c</i></b><p class='{one}'>d</p><ul><li>e</li></ul></div>"
    for one in ("inherits", "logical", "logical rtl", "mixed", "variables", "wrong", "drawn", "lined")
    for other in ("inherits", "logical")
)

COMPARE = """
import hashlib, logging, os, sys
os.environ["FONTCONFIG_FILE"] = sys.argv[1]
import weasyprint, weasyprint.css as css
from weasyprint.css.properties import INITIAL_VALUES
from bifolio.layout.weasyprint.engine import quicken

said = []
class Ear(logging.Handler):
    def emit(self, record):
        said.append(record.getMessage())
logging.getLogger("weasyprint").addHandler(Ear())

known = []
first = css.StyleFor.__init__
def noted(self, *more):
    first(self, *more)
    known.append(self)
css.StyleFor.__init__ = noted

def shown(value):
    if isinstance(value, (list, tuple)):
        return [shown(one) for one in value]
    if hasattr(value, "serialize"):
        return value.serialize()
    return sorted((k, shown(v)) for k, v in vars(value).items()) if hasattr(value, "__dict__") else repr(value)

def made(path):
    said.clear(), known.clear()
    html = weasyprint.HTML(string=open(path, encoding="utf-8").read())
    document = html.render(pdf_variant="pdf/ua-1")
    number = {element: at for at, element in enumerate(html.etree_element.iter())}
    styles = [
        (str(number.get(element, element)), str(kind), key, shown(style[key]))
        for element_kind, style in known[0].get_computed_styles().items()
        for element, kind in [element_kind]
        if not (kind or "").startswith(("note-", "footnote-"))  # each element has five of them, all alike
        for key in (*INITIAL_VALUES, "__ink", "__gap", "__twice", "__none")
    ] if "lines" not in path else [None] * 10_001  # what is to be seen there is where lines end
    return document.write_pdf(), styles, list(said)

plain = [made(path) for path in sys.argv[2:]]
quicken()
for (pdf, styles, told), path in zip(plain, sys.argv[2:]):
    for _ in range(2):  # the second time much is known from the first
        pdf_, styles_, told_ = made(path)
        odd = [pair for pair in zip(styles, styles_) if pair[0] != pair[1]]
        print(len(styles) > 10_000, odd[:3], len(styles) == len(styles_), pdf == pdf_, told == told_)
    print(*told, sep="\\n", file=sys.stderr)
"""


def test_the_quickened_engine_says_what_it_would_say_by_itself(pipeline: Pipeline, tmp_path: Path) -> None:
    """Each property of each element, each byte and each warning, of rules that try what CSS has and of our own."""
    tried = f"<html lang=en><head><title>T</title><style>{RULES}</style></head><body>{BODY}</body></html>"
    set_and_placed = (
        f"<html lang=en><head><title>T</title><style>* {{ margin: 1mm; font-family: Literata }} </style></head>"
        f"<body lang=en>{SET}<div lang=de>{SET}</div>{PLACED_ALL}{AGAIN}</body></html>"
    )
    pages = {
        "rules": tried,
        "lines": set_and_placed,
        "handout": html_of(pipeline, "steady-now", "letter", "calm", "us", "en"),
    }
    paths = []
    for name, page in pages.items():
        paths.append(tmp_path / f"{name}.html")
        paths[-1].write_text(page, "utf-8")
    command = [sys.executable, "-c", COMPARE, str(FONTS / "fonts.conf"), *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[:-1] == ["True [] True True True"] * 6, done.stdout + done.stderr
    assert "Ignored `margin: #123456 " in done.stderr, "a warning was to be compared"


def test_lines_are_known_by_all_that_says_where_they_end() -> None:
    """A property that WeasyPrint asks for, and by which lines are not known, would give one style another's line."""
    engine(FONTS)
    lines, fonts = (import_module(f"weasyprint.text.{name}") for name in ("line_break", "fonts"))
    source = Path(lines.__file__).read_text("utf-8")
    asked = set(re.findall(r"style\['(\w+)'\]", source.partition("def _font_style_cache_key")[0]))
    describe = Path(fonts.__file__).read_text("utf-8").partition("def get_font_description")[2]
    described = set(re.findall(r"style\['(\w+)'\]", describe.partition("\ndef ")[0]))
    assert described == set(_DESCRIBE_FONT)
    assert len(asked | described) > 20
    assert asked | described == set(_SAY_WHERE_LINES_END)
    named = re.findall(
        r"style\['(\w+)'\]", source.partition("def _font_style_cache_key")[2].partition("def strut")[0]
    )
    assert set(named) - {"font_size", "line_height"} == set(_FONT)


def test_a_line_is_broken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And few are kept: a worker lives for as long as a thousand clinics take."""
    page = engine(FONTS).HTML(string=f"<html lang=en><body>{SET}</body></html>")
    fonts = import_module("weasyprint.text.fonts").FontConfiguration()
    page.render(font_config=fonts)
    known = dict(vars(fonts)["_lines"])
    assert len(known) > 50
    page.render(font_config=fonts)
    assert vars(fonts)["_lines"] == known
    monkeypatch.setattr("bifolio.layout.weasyprint.engine._MOST_LINES", 10)
    page.render(font_config=fonts)
    assert vars(fonts)["_lines"] == known, "all were known"
    engine(FONTS).HTML(string="<html lang=en><p>another</p></html>").render(font_config=fonts)
    assert 0 < len(vars(fonts)["_lines"]) <= 10


def test_a_font_is_described_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And as WeasyPrint describes it; few descriptions are kept."""
    sizes = [number % 12 for number in range(36)]
    told: list[int] = []

    def describe(style: dict[str, Any]) -> object:
        told.append(style["font_size"])
        return object()

    monkeypatch.setattr("bifolio.layout.weasyprint.engine._MOST_FONTS", 12)
    described = _described(describe)
    plain = dict.fromkeys(_DESCRIBE_FONT, "normal")
    found = [described({**plain, "font_size": size}) for size in sizes]
    assert told == sizes[:12]
    assert found[:12] == found[12:24] == found[24:]
    assert described({**plain, "font_size": 12}) is not described({**plain, "font_size": 0})
    assert told[12:] == [12, 0], "all were forgotten"
    assert described({**plain, "font_family": ["Sans"]}) is not described({**plain, "font_family": ["Sans"]})


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
def test_a_line_that_is_asked_for_otherwise_is_another(other: tuple[str, float, float, bool, bool]) -> None:
    asked: list[tuple[object, ...]] = []

    def split(text: str, style: object, context: object, *more: object) -> tuple[_Line, int]:
        asked.append((text, *more))
        return _Line(text), len(asked)

    style = _Style.fromkeys(_SAY_WHERE_LINES_END, "normal")
    style.font_config = SimpleNamespace()
    broken = _broken_once(_Line, split)
    text, *more = "Word", 10.0, 0, True, False
    first = broken(text, style, None, *more)
    first[0].text = "as it is drawn, shortened"
    assert broken(text, style, None, *more) == (_Line("Word"), 1), "put away as it was"
    assert broken(other[0], style, None, *other[1:])[1] == 2
    assert asked == [("Word", 10.0, 0, True, False), other]


SAID = [
    "one two", "one  two", "one", "one ", " one", "one, two", "one. Two", "“One” two", "it’s so", "won't do", "at 10.30 am",
    "a-b c", "a/b c", "a\N{NO-BREAK SPACE}b c", "née Müller", "(one) two", "one (two)", "one “two”", "one — two", "one?! two",
    "one\xadtwo three", "one two\xadthree", "一二 三", "one 三", "one\ntwo", "one\ttwo", "1 2", "one )two", "one /two", "",
]  # fmt: skip


@pytest.mark.parametrize(
    "rule",
    ["top: 0", *SETTINGS.replace("\n", " ").split("; "), "white-space: pre-line", "hyphens: auto", "hyphens: manual",
     "overflow-wrap: break-word", "nothing to see"],
)  # fmt: skip
def test_the_next_word_is_what_the_engine_would_take_for_it(rule: str) -> None:
    lines = import_module("weasyprint.text.line_break")
    styled = f"<p lang=en style='font-family: Literata; hyphens: none; {rule}'>Words</p>"
    page = engine(FONTS).HTML(string=styled).render().pages[0]
    style = next(box.style for box in _boxes(page._page_box) if getattr(box, "text", None))
    if rule == "nothing to see":
        style["font_size"] = 0
    context = SimpleNamespace(dictionaries={})
    asked: list[str] = []

    def split(text: str, *more: Any) -> Any:
        asked.append(text)
        return lines.split_first_line(text, *more)

    for text in SAID:
        for more in (
            (0, 0, True, True),
            (0, 0, False, True),
            (0, 0, True, False),
            (9, 0, True, True),
            (None, 0, True, True),
        ):
            plain = lines.split_first_line(text, style, context, *more)
            assert _by_words(lines, split)(text, style, context, *more)[1:] == plain[1:], (text, more)
    is_quick = rule not in (
        "white-space: pre-wrap", "white-space: nowrap", "overflow-wrap: anywhere", "word-break: break-all", "hyphens: auto",
        "nothing to see",
    )  # fmt: skip
    assert (asked.count("one two") == 3) == is_quick


def test_no_word_of_a_document_stays() -> None:
    """A worker goes on to other documents, and this one may have been one client's copy."""
    page = "<html lang=en><head><title>T</title></head><body>{}</body></html>"
    for body in ("<p>Somebody</p>", "<svg viewBox='0 0 9 9'><path d='nonsense'/></svg><p>Somebody</p>"):
        render(page.format(body), FONTS, "a copy")
        assert "_lines" not in vars(_known_fonts(FONTS))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_Laid, "written", _fail)
        with pytest.raises(ZeroDivisionError):
            render(page.format("<p>Somebody</p>"), FONTS, "a copy")
    assert "_lines" not in vars(_known_fonts(FONTS))


def _fail(laid: _Laid) -> None:
    assert "Somebody" in str(vars(_known_fonts(FONTS))["_lines"]), "there was something to forget"
    raise ZeroDivisionError


def test_margins_collapse_as_css_says() -> None:
    assert [_collapsed(margins) for margins in ([], [3], [-3], [3, 5], [-3, -5], [3, -5, 2])] == [
        0, 3, -3, 5, -5, -2,
    ]  # fmt: skip


def test_boxes_that_say_the_same_have_the_same_lengths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worked out once, and again where one refers to the box around it; few are kept."""
    sized: list[str] = []

    def resolve(box: Any, containing_block: object) -> None:
        sized.append(box.name)
        vars(box).update(dict.fromkeys(_LENGTHS, len(sized)))

    class Box(SimpleNamespace):
        pass

    px = import_module("weasyprint.css.properties").Dimension
    plain = dict.fromkeys(_LENGTHS, px(1, "px")) | {"width": "auto", "border_top_width": 0}
    plain |= {"box_sizing": "border-box", "border_collapse": "separate"}
    used = _used(Box, resolve)
    boxes = {
        "first": plain,
        "same": dict(plain),
        "other": plain | {"min_width": px(2, "px")},
        "of its block": plain | {"width": px(50, "%")},
        "of another block": plain | {"width": px(50, "%")},
        "of a table": plain | {"border_collapse": "collapse"},
        "of another table": plain | {"border_collapse": "collapse"},
        "to be calculated": plain | {"width": []},
        "first again": plain,
    }
    made = {name: Box(name=name, style=style) for name, style in boxes.items()}
    for box in made.values():
        used(box, None)
    assert sized == [name for name in boxes if name not in ("same", "first again")]
    assert made["same"].min_width == made["first again"].min_width == made["first"].min_width == 1
    monkeypatch.setattr("bifolio.layout.weasyprint.engine._MOST_LENGTHS", 1)
    for box in (
        made["of its block"],
        made["other"],
        Box(name="another", style=plain | {"height": "auto"}),
        made["first"],
    ):
        used(box, None)
    assert sized[-2:] == ["another", "first"], "it was forgotten"


def test_a_box_that_has_room_is_not_asked_how_narrow_it_can_be() -> None:
    widths = SimpleNamespace(
        max_content_width=lambda _context, box, outer: box[1] if not outer else 0,
        min_content_width=lambda _context, box, outer: box[0] / (not outer),
    )
    shrunk = _shrunk(widths)
    assert [shrunk(None, (0.0, 50.0), room) for room in (60.0, 50.0)] == [50, 50]
    assert [shrunk(None, (20.0, 50.0), room) for room in (40.0, 10.0)] == [40, 20]


def test_pages_are_referred_to_as_they_come() -> None:
    engine(FONTS)
    pdf = import_module("pydyf").PDF()
    assert pdf.page_references == ()
    for number, known in ((3, (b"3 0 R",)), (7, (b"3 0 R", b"7 0 R"))):
        pdf.pages["Kids"].extend([number, 0, "R"])
        assert pdf.page_references == known
    assert pdf.page_references is pdf.page_references


def test_the_engine_that_is_installed_was_compared() -> None:
    assert engine(FONTS).__version__ == COMPARED, "compare the new engine, then name it"


def test_an_engine_that_somebody_loaded_before_is_quickened_too() -> None:
    code = (
        "import pathlib, sys, weasyprint.css as css; plain = css.ComputedStyle.__missing__;"
        "from bifolio.layout.weasyprint.engine import engine; engine(pathlib.Path(sys.argv[1]));"
        "print(css.ComputedStyle.__missing__ is not plain)"
    )
    command = [sys.executable, "-c", code, str(FONTS)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "True"


@pytest.mark.parametrize("version", [COMPARED, "99.0"])
def test_what_cuts_fonts_is_loaded_when_it_is_called(version: str) -> None:
    code = """if 1:
        import pathlib, sys, bifolio.layout.weasyprint.engine as here
        here.COMPARED = sys.argv[2]
        here.engine(pathlib.Path(sys.argv[1]))
        import weasyprint.pdf.fonts as fonts
        names = "fontTools.subset", "fontTools.varLib.instancer"
        print(*(name in sys.modules for name in names))
        print(fonts.subset.Options(hinting=False).hinting)
        try:
            fonts.instantiateVariableFont(None, {})
        except TypeError as error:
            print(error)
        import fontTools.subset
        print(fontTools.subset is sys.modules[names[0]], fontTools.subset.__file__ is not None)
    """
    command = [sys.executable, "-c", code, str(FONTS), version]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    is_another = version != COMPARED  # which may ask for more than for what it calls
    assert said[:2] == [f"{is_another} {is_another}", "False"]
    assert "'NoneType' is not " in said[2], "of the function itself"
    assert said[3:] == ["True True"]


def test_types_of_c_are_not_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each count of glyphs in a font is a type to cffi; reading it takes longer than to cut the font."""
    engine(FONTS)
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


def test_what_reads_letters_is_kept() -> None:
    """tinyhtml5 makes it anew for each word; that it is found where it was kept is the whole gain."""
    engine(FONTS)
    kept = import_module("tinyhtml5.inputstream").characters_until_regex
    asked = frozenset("<&"), False
    assert kept[asked] is kept[asked]
    assert kept[asked].match("words<b>")[0] == "words"
    assert kept[frozenset(" \n"), True].match(" \n x")[0] == " \n "


def test_few_values_of_a_declaration_are_kept() -> None:
    """The styles that all handouts share live as long as a worker, and each handout has tokens of its own."""
    engine(FONTS)
    tokens, parse = (
        import_module("weasyprint.css.tokens"),
        import_module("tinycss2").parse_component_value_list,
    )

    class Width(tokens.Pending):  # type: ignore[misc, name-defined]
        def validate(self, tokens: list[Any], *wanted: object) -> Any:
            del wanted
            return tokens[0].int_value

    width = Width([], "width")
    assert [width.solve(parse(str(number)), "width", None) for number in range(200)] == list(range(200))
    assert 0 < len(width._solved) <= 64


def test_most_properties_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    css = import_module("weasyprint.css")
    engine(FONTS)
    parent = css.ComputedStyle(None, {}, None, css.InitialStyle(None), None, None, None)
    style = css.ComputedStyle(parent, {"top": ("auto", (0,))}, None, parent, None, None, None)
    parent["color"] = "red"
    monkeypatch.setattr(css, "resolve_var", None)
    monkeypatch.setattr(css, "PHYSICAL_FUNCTIONS", None)  # whoever works a value out asks it
    assert style["color"] == "red"
    assert style["top"] == "auto"
    assert style["margin_left"].value == 0
    assert style["border_left_width"] == 0
    with pytest.raises(AttributeError):
        style["text_decoration_line"]


PLACED = "<i style='position: absolute; left: 0'>mark</i>"


@pytest.mark.parametrize("inside", ["auto", "avoid"])
def test_a_flex_box_leaves_no_empty_frame_at_the_foot_of_a_page(inside: str) -> None:
    """The page has 40 mm; the line would end at 36.5, what is below it and the border would not fit."""
    styles = "@page { size: 100mm 60mm; margin: 10mm } * { margin: 0 } p { font: 12pt/6mm 'Literata' }"
    row = f"display: flex; break-inside: {inside}; border: .5mm solid; padding-bottom: 3.9mm"
    body = (
        "<p>One.</p>" * 5 + f"<div class='row' style='{row}'><p>A</p><p>B</p>{PLACED}</div>" + "<p>Two.</p>"
    )
    html = f"<html lang=en><head><title>T</title><style>{styles}</style></head><body>{body}</body></html>"
    pages = engine(FONTS).HTML(string=html).render().pages
    rows = [[box for box in _boxes(page._page_box) if box.element_tag == "div"] for page in pages]
    assert [len(found) for found in rows] == [0, 1]
    assert len([child for child in rows[1][0].children if child.is_in_normal_flow()]) == 2
    marks = [
        [box.text for box in _boxes(page._page_box) if getattr(box, "text", None) == "mark"] for page in pages
    ]
    assert marks == [[], ["mark"]], "what is placed in it goes with it"


@pytest.mark.parametrize("inside", ["auto", "avoid"])
def test_a_flex_box_of_many_rows_goes_on_on_the_next_page(inside: str) -> None:
    styles = "@page { size: 100mm 60mm; margin: 10mm } * { margin: 0 } p { font: 12pt/6mm 'Literata'; width: 100% }"
    body = (
        "<p>One.</p>" * 3
        + f"<div style='display: flex; flex-wrap: wrap; break-inside: {inside}'>{'<p>A</p>' * 9}</div>"
    )
    html = f"<html lang=en><head><title>T</title><style>{styles}</style></head><body>{body}</body></html>"
    pages = engine(FONTS).HTML(string=html).render().pages
    rows = [[box for box in _boxes(page._page_box) if box.element_tag == "div"] for page in pages]
    assert [len(row.children) for found in rows for row in found] == [6, 3]


@pytest.mark.parametrize(("way", "height"), [("row", 50), ("row-reverse", 50), ("column", 59)])
def test_what_stands_in_a_row_is_as_high_as_it_comes_out(way: str, height: int) -> None:
    """Seven lines of 6 mm, and above them a fifth of the 40 mm that are for each; in one line it would be 60 mm."""
    styles = "@page { size: 100mm 200mm; margin: 10mm } * { margin: 0 } p { font: 12pt/6mm 'Literata' }"
    item = f"<div style='flex: 1 1 auto'><p style='padding-top: 20%'>{'Words and words. ' * 7}</p></div>"
    body = f"<div style='display: flex; flex-direction: {way}'>{item * 2}</div>"
    html = f"<html lang=en><head><title>T</title><style>{styles}</style></head><body>{body}</body></html>"
    page = engine(FONTS).HTML(string=html).render().pages[0]
    items = [box for box in _boxes(page._page_box) if box.is_flex_item]
    assert [round(box.height * 25.4 / 96) for box in items] == [height] * 2
    assert {box.style["min_height"] == "auto" for box in items} == {way == "column"}


def _boxes(box: Any) -> Iterator[Any]:
    box = getattr(box, "_box", box)  # what is placed stands behind a placeholder
    yield box
    for child in getattr(box, "children", ()):
        yield from _boxes(child)
