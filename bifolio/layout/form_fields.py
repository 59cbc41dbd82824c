"""Complete the form fields of a PDF, so that a reader can fill them in, save them and print them.

WeasyPrint 70 places and tags the fields. It leaves their look to each viewer, and its fonts are composite
ones, which viewers cannot type with. Here every field gets its appearance streams, one simple font is embedded
for what is typed (ISO 32000-1, 12.7.3.3), and radio buttons become groups.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from bifolio.branding.palette import SENTINELS, operands

_FONT = "AtkinsonHyperlegible-Regular.ttf"
_SIZE = re.compile(r"([\d.]+) Tf")
_MULTILINE, _DO_NOT_SCROLL = 1 << 12, 1 << 23
_RADIO, _NO_TOGGLE = 1 << 15, 1 << 14
_PEN = operands(SENTINELS["deep"])
_ARC = 0.5523
"""Length of the handles of a Bézier curve that draws a quarter of a circle, in radii."""


def complete_fields(pdf: bytes, fonts: Path) -> bytes:
    """Return the PDF with complete fields. `fonts` is the folder with the font for what is typed."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        font = _simple_font(document, fonts)
        fields = Array()
        groups: dict[str, pikepdf.Object] = {}
        for widget in _widgets(document):
            if "/Parent" in widget:
                group = groups.get(str(widget.T))
                if group is None:
                    group = groups[str(widget.T)] = _radio_group(document, widget)
                    fields.append(group)
                _complete_radio_button(document, widget, group)
            else:
                _complete_field(document, widget, font)
                fields.append(widget)
        document.Root.AcroForm = Dictionary(
            Fields=fields, DR=Dictionary(Font=Dictionary(Text=font)), DA=String("/Text 12 Tf 0 g")
        )
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
        return out.getvalue()


def _widgets(document: pikepdf.Pdf) -> Iterator[Any]:
    """Yield the widget annotations, each with its rectangle in order and without a colour that inking cannot reach."""
    for page in document.pages:
        for annotation in page.obj.get("/Annots", ()):
            if annotation.get("/Subtype") == "/Widget":
                left, top, right, bottom = (float(v) for v in annotation.Rect)
                corners = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
                annotation.Rect = Array([round(v, 3) for v in corners])
                for key in ("/MK", "/Border"):  # where WeasyPrint 70 writes colours
                    if key in annotation:
                        del annotation[key]
                yield annotation


def _complete_field(document: pikepdf.Pdf, widget: Any, font: pikepdf.Object) -> None:
    """Complete a text field or a checkbox."""
    if widget.FT == "/Btn":
        widget.AP = Dictionary(
            N=Dictionary(on=_appearance(document, widget, _tick), Off=_appearance(document, widget, _nothing))
        )
        widget.AS = widget.V = Name.Off
        return
    size = _SIZE.search(str(widget.DA))
    widget.DA = String(f"/Text {float(size[1]) if size else 12:g} Tf 0 g")
    widget.AP = Dictionary(N=_appearance(document, widget, _no_words, font))
    # Words that do not fit would not be printed, so nobody can type more.
    widget.Ff = int(widget.get("/Ff", 0)) & _MULTILINE | _DO_NOT_SCROLL
    widget.V = String("")


def _radio_group(document: pikepdf.Pdf, widget: Any) -> pikepdf.Object:
    """Return a field for the radio buttons of one name, with the title that they share."""
    option = str(widget.Parent.Opt[0])
    title = str(widget.TU).removesuffix(option).rstrip(": ")
    return document.make_indirect(
        Dictionary(
            FT=Name.Btn, Ff=_RADIO | _NO_TOGGLE, T=widget.T, TU=String(title), V=Name.Off, Kids=Array()
        )
    )


def _complete_radio_button(document: pikepdf.Pdf, widget: Any, group: Any) -> None:
    ring, nothing = _appearance(document, widget, _ring), _appearance(document, widget, _nothing)
    widget.AP = Dictionary(N=Dictionary({f"/{len(group.Kids)}": ring, "/Off": nothing}))
    widget.AS = Name.Off
    widget.Parent = group
    for key in ("/T", "/FT", "/V", "/Ff"):
        if key in widget:
            del widget[key]
    group.Kids.append(widget)


# -- what a field looks like ---------------------------------------------------------------------


def _appearance(
    document: pikepdf.Pdf,
    widget: Any,
    draw: Callable[[float, float], bytes],
    font: pikepdf.Object | None = None,
) -> pikepdf.Object:
    """Return an appearance stream; `draw` gets the width and height of the field, in points."""
    left, bottom, right, top = (float(v) for v in widget.Rect)
    form = document.make_stream(draw(right - left, top - bottom))
    form.Type, form.Subtype = Name.XObject, Name.Form
    form.BBox = Array([0, 0, round(right - left, 3), round(top - bottom, 3)])
    form.Resources = Dictionary(Font=Dictionary(Text=font)) if font is not None else Dictionary()
    return form


def _nothing(width: float, height: float) -> bytes:
    del width, height
    return b""


def _no_words(width: float, height: float) -> bytes:
    del width, height
    return b"/Tx BMC EMC"


def _tick(width: float, height: float) -> bytes:
    a, b, c = ((width * x, height * y) for x, y in ((0.2, 0.5), (0.42, 0.26), (0.82, 0.78)))
    return b"q %b RG 1.8 w 1 J 1 j %.3f %.3f m %.3f %.3f l %.3f %.3f l S Q" % (_PEN, *a, *b, *c)


def _ring(width: float, height: float) -> bytes:
    """Draw a ring around the answer, as one would with a pen."""
    x, y = width / 2, height / 2
    a, b = x - 1, y - 1
    curves = b"".join(
        b"%.3f %.3f %.3f %.3f %.3f %.3f c " % curve
        for curve in (
            (x + a, y + b * _ARC, x + a * _ARC, y + b, x, y + b),
            (x - a * _ARC, y + b, x - a, y + b * _ARC, x - a, y),
            (x - a, y - b * _ARC, x - a * _ARC, y - b, x, y - b),
            (x + a * _ARC, y - b, x + a, y - b * _ARC, x + a, y),
        )
    )
    return b"q %b RG 1.5 w %.3f %.3f m %bS Q" % (_PEN, x + a, y, curves)


def _simple_font(document: pikepdf.Pdf, fonts: Path) -> pikepdf.Object:
    """Embed a whole font in Windows Latin 1, the encoding that every viewer can type in."""
    from fontTools.ttLib import TTFont

    own = fonts / _FONT
    path = own if own.exists() else min(fonts.glob("*.ttf"))
    body = path.read_bytes()
    face = TTFont(io.BytesIO(body), lazy=True)
    unit = 1000 / face["head"].unitsPerEm
    glyphs, advances, header = face.getBestCmap(), face["hmtx"].metrics, face["hhea"]
    codes = range(32, 256)
    characters = [bytes([code]).decode("cp1252", "replace") for code in codes]
    widths = [round(advances[glyphs.get(ord(c), ".notdef")][0] * unit) for c in characters]
    name = Name("/" + str(face["name"].getDebugName(6)))
    box = [round(getattr(face["head"], side) * unit) for side in ("xMin", "yMin", "xMax", "yMax")]
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=32,  # nonsymbolic: its letters are those of the encoding
        FontBBox=Array(box),
        ItalicAngle=0,
        Ascent=round(header.ascent * unit),
        Descent=round(header.descent * unit),
        CapHeight=round(getattr(face["OS/2"], "sCapHeight", 700) * unit),
        StemV=80,
        FontFile2=document.make_stream(body, Length1=len(body)),
    )
    return document.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.TrueType,
            BaseFont=name,
            Encoding=Name.WinAnsiEncoding,
            FirstChar=codes[0],
            LastChar=codes[-1],
            Widths=Array(widths),
            FontDescriptor=document.make_indirect(descriptor),
        )
    )
