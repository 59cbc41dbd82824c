"""Fields: the form fields of a rendered PDF → fields that a reader fills in, saves and prints.

WeasyPrint 70 places and tags the fields; what they look like when filled it leaves to each viewer, and its
fonts are of the composite kind that viewers cannot type with. Here every field gets its appearance, one simple
font is embedded for what is typed (ISO 32000-1, 12.7.3.3), and radio buttons become groups.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
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
_K = 0.5523
"""How far the handles of a quarter of a circle reach, in radii."""


def complete(pdf: bytes, fonts: Path) -> bytes:
    """Give the PDF with its fields complete."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        font = _simple_font(document, fonts)
        fields = Array()
        groups: dict[str, pikepdf.Object] = {}
        for widget in _widgets(document):
            if "/Parent" in widget:
                group = groups.get(str(widget.T))
                if group is None:
                    group = groups[str(widget.T)] = _group(document, widget)
                    fields.append(group)
                _option(document, widget, group)
            else:
                _field(document, widget, font)
                fields.append(widget)
        document.Root.AcroForm = Dictionary(
            Fields=fields, DR=Dictionary(Font=Dictionary(Text=font)), DA=String("/Text 12 Tf 0 g")
        )
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
        return out.getvalue()


def _widgets(document: pikepdf.Pdf) -> Iterator[Any]:
    for page in document.pages:
        for annotation in page.obj.get("/Annots", ()):
            if annotation.get("/Subtype") == "/Widget":
                left, top, right, bottom = (float(v) for v in annotation.Rect)
                corners = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
                annotation.Rect = Array([round(v, 3) for v in corners])
                for key in ("/MK", "/Border"):  # WeasyPrint 70 puts a colour there that inking cannot reach
                    if key in annotation:
                        del annotation[key]
                yield annotation


def _field(document: pikepdf.Pdf, widget: Any, font: pikepdf.Object) -> None:
    if widget.FT == "/Btn":
        widget.AP = Dictionary(
            N=Dictionary(on=_drawn(document, widget, _tick), Off=_drawn(document, widget, _nothing))
        )
        widget.AS = widget.V = Name.Off
        return
    said = _SIZE.search(str(widget.DA))
    widget.DA = String(f"/Text {float(said[1]) if said else 12:g} Tf 0 g")
    widget.AP = Dictionary(N=_drawn(document, widget, _no_words, font))
    widget.Ff = int(widget.get("/Ff", 0)) & _MULTILINE | _DO_NOT_SCROLL  # what does not fit is not printed
    widget.V = String("")


def _group(document: pikepdf.Pdf, widget: Any) -> pikepdf.Object:
    option = _option_words(widget, 0)
    title = str(widget.TU).removesuffix(option).rstrip(": ")
    return document.make_indirect(
        Dictionary(
            FT=Name.Btn, Ff=_RADIO | _NO_TOGGLE, T=widget.T, TU=String(title), V=Name.Off, Kids=Array()
        )
    )


def _option_words(widget: Any, number: int) -> str:
    return str(widget.Parent.Opt[number])


def _option(document: pikepdf.Pdf, widget: Any, group: Any) -> None:
    ring, nothing = _drawn(document, widget, _ring), _drawn(document, widget, _nothing)
    widget.AP = Dictionary(N=Dictionary({f"/{len(group.Kids)}": ring, "/Off": nothing}))
    widget.AS = Name.Off
    widget.Parent = group
    for key in ("/T", "/FT", "/V", "/Ff"):
        if key in widget:
            del widget[key]
    group.Kids.append(widget)


# -- what a field looks like ---------------------------------------------------------------------


def _drawn(
    document: pikepdf.Pdf, widget: Any, draw: Any, font: pikepdf.Object | None = None
) -> pikepdf.Object:
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
    """Draw what a pen would: a ring around the answer."""
    x, y = width / 2, height / 2
    a, b = x - 1, y - 1
    curves = b"".join(
        b"%.3f %.3f %.3f %.3f %.3f %.3f c " % curve
        for curve in (
            (x + a, y + b * _K, x + a * _K, y + b, x, y + b),
            (x - a * _K, y + b, x - a, y + b * _K, x - a, y),
            (x - a, y - b * _K, x - a * _K, y - b, x, y - b),
            (x + a * _K, y - b, x + a, y - b * _K, x + a, y),
        )
    )
    return b"q %b RG 1.5 w %.3f %.3f m %bS Q" % (_PEN, x + a, y, curves)


def _simple_font(document: pikepdf.Pdf, fonts: Path) -> pikepdf.Object:
    """Embed a font whole, in the encoding that every viewer can type in: Windows Latin 1."""
    from fontTools.ttLib import TTFont

    own = fonts / _FONT
    path = own if own.exists() else min(fonts.glob("*.ttf"))
    body = path.read_bytes()
    face = TTFont(io.BytesIO(body), lazy=True)
    unit = 1000 / face["head"].unitsPerEm
    letters, advances, header = face.getBestCmap(), face["hmtx"].metrics, face["hhea"]
    codes = range(32, 256)
    characters = [bytes([code]).decode("cp1252", "replace") for code in codes]
    widths = [round(advances[letters.get(ord(c), ".notdef")][0] * unit) for c in characters]
    name = Name("/" + str(face["name"].getDebugName(6)))
    box = [round(getattr(face["head"], side) * unit) for side in ("xMin", "yMin", "xMax", "yMax")]
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=32,  # nonsymbolic: the letters are those of the encoding
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
