"""layout.weasyprint.speedups: styles, pages and warnings are those of WeasyPrint as it is released."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bifolio.build.pipeline import Pipeline
from tests.conftest import ROOT
from tests.support.engine import FONTS
from tests.support.making import html_of

pytestmark = pytest.mark.layout

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
from bifolio.layout.weasyprint.patches import Patches
from bifolio.layout.weasyprint.speedups import SPEEDUPS

messages = []
class Listener(logging.Handler):
    def emit(self, record):
        messages.append(record.getMessage())
logging.getLogger("weasyprint").addHandler(Listener())

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
    messages.clear(), known.clear()
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
    return document.write_pdf(), styles, list(messages)

plain = [made(path) for path in sys.argv[2:]]
for speedup in SPEEDUPS:
    speedup(Patches())
for (pdf, styles, said), path in zip(plain, sys.argv[2:]):
    for _ in range(2):  # the second time much is known from the first
        pdf_, styles_, said_ = made(path)
        odd = [pair for pair in zip(styles, styles_) if pair[0] != pair[1]]
        print(len(styles) > 10_000, odd[:3], len(styles) == len(styles_), pdf == pdf_, said == said_)
    print(*said, sep="\\n", file=sys.stderr)
"""


def test_sped_up_engine_gives_what_it_gives_by_itself(pipeline: Pipeline, tmp_path: Path) -> None:
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
