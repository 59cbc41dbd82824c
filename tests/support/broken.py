"""Ways to spoil a good PDF, one for each check of `verify`: a check that has never failed proves nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pikepdf


def spoil(pdf: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """Open a good PDF, change it, and give the spoiled one."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        change(document)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


def locked(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        out = io.BytesIO()
        document.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
        return out.getvalue()


def torn(pdf: bytes) -> bytes:
    return b"%PDF-1.7\n" + pdf[-40:]


def no_pages(pdf: bytes) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        while len(document.pages):
            del document.pages[0]

    return spoil(pdf, change)


def untagged(pdf: bytes) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        del document.Root.StructTreeRoot

    return spoil(pdf, change)


def unmarked(pdf: bytes) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        document.Root.MarkInfo.Marked = False

    return spoil(pdf, change)


def no_language(pdf: bytes) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        document.Root.Lang = pikepdf.String("")

    return spoil(pdf, change)


def no_title(pdf: bytes) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        del document.trailer.Info.Title

    return spoil(pdf, change)


def scaled(pdf: bytes) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        del document.Root.ViewerPreferences.PrintScaling

    return spoil(pdf, change)


def hidden_title(pdf: bytes) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        del document.Root.ViewerPreferences

    return spoil(pdf, change)


def trim_outside(pdf: bytes) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        document.pages[0].trimbox = [-20, -20, 700, 900]

    return spoil(pdf, change)


def other_size(pdf: bytes) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        for page in document.pages:
            page.mediabox = [0, 0, 595.28, 841.89]
            page.trimbox = [0, 0, 595.28, 841.89]

    return spoil(pdf, change)


def font_dropped(pdf: bytes) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and "/FontFile2" in item:
                del item.FontFile2
                return

    return spoil(pdf, change)


def glyph_zero(pdf: bytes) -> bytes:
    """Show glyph 0 in the place of the first letter of the page."""

    def change(document: pikepdf.Pdf) -> None:
        stream = document.pages[0].Contents
        stream.write(re.sub(rb"\[<[0-9a-f]{4}", b"[<0000", stream.read_bytes(), count=1))

    return spoil(pdf, change)


def glyph_past_end(pdf: bytes) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        stream = document.pages[0].Contents
        stream.write(re.sub(rb"\[<[0-9a-f]{4}", b"[<fff0", stream.read_bytes(), count=1))

    return spoil(pdf, change)


def blank_page(pdf: bytes) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        document.pages[-1].Contents.write(b"")

    return spoil(pdf, change)


def text_past_page(pdf: bytes) -> bytes:
    """Move everything on the first page 150 points to the right."""

    def change(document: pikepdf.Pdf) -> None:
        stream = document.pages[0].Contents
        stream.write(b"1 0 0 1 150 0 cm\n" + stream.read_bytes())

    return spoil(pdf, change)


def near_edge(pdf: bytes) -> bytes:
    """Move everything on the first page 10 mm to the left."""

    def change(document: pikepdf.Pdf) -> None:
        stream = document.pages[0].Contents
        stream.write(b"1 0 0 1 -28.35 0 cm\n" + stream.read_bytes())

    return spoil(pdf, change)


def text_cut(pdf: bytes) -> bytes:
    """Clip the first page to its upper left part."""

    def change(document: pikepdf.Pdf) -> None:
        stream = document.pages[0].Contents
        stream.write(b"0 400 300 500 re W n\n" + stream.read_bytes())

    return spoil(pdf, change)


def text_cut_in_form(pdf: bytes) -> bytes:
    """Shrink the box of a form that holds text: a slot whose words are cut off."""

    def change(document: pikepdf.Pdf) -> None:
        for item in document.objects:
            is_form = isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form"
            if is_form and b" Tf" in item.read_bytes():
                left, bottom, right, top = (float(v) for v in item.BBox)
                item.BBox = [left, bottom, left + (right - left) / 6, top]

    return spoil(pdf, change)


def placeholder_alt(pdf: bytes) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and "/Alt" in item:
                item.Alt = pikepdf.String("slot:masthead")
                return

    return spoil(pdf, change)


def placeholder_picture(pdf: bytes) -> bytes:
    """Leave a slot unfilled: two pixels of a placeholder."""

    def change(document: pikepdf.Pdf) -> None:
        picture = document.make_stream(
            b"bifol\x00",
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=2,
            Height=1,
            ColorSpace=pikepdf.Name.DeviceRGB,
            BitsPerComponent=8,
        )
        document.pages[0].Resources.XObject.Im0 = picture

    return spoil(pdf, change)


def sentinel_left(pdf: bytes) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        stream = document.pages[0].Contents
        stream.write(stream.read_bytes() + b"\n0.694118 0.941176 0.317647 rg\n")

    return spoil(pdf, change)


def _lead(document: pikepdf.Pdf, old: str, new: str) -> None:
    """Let a link of the clinic lead somewhere else."""
    links = [link for page in document.pages for link in page.obj.get("/Annots", ())]
    link = next(link for link in links if str(link.A.get("/URI")) == old)
    link.A.URI = pikepdf.String(new)


def no_number(pdf: bytes) -> bytes:
    return spoil(pdf, lambda document: _lead(document, "tel:+12025550142", "tel:"))


def words_for_a_number(pdf: bytes) -> bytes:
    return spoil(pdf, lambda document: _lead(document, "tel:+12025550142", "tel:Ask at the desk"))


def no_number_to_text(pdf: bytes) -> bytes:
    return spoil(pdf, lambda document: _lead(document, "https://harbour.example.org", "sms:?body=Hello"))


def placeholder_link(pdf: bytes) -> bytes:
    return spoil(pdf, lambda document: _lead(document, "tel:+12025550142", "https://slot.invalid/line-1"))


SPOILERS: dict[str, tuple[Callable[[bytes], bytes], ...]] = {
    "verify.locked": (locked,),
    "verify.unreadable": (torn,),
    "verify.no-pages": (no_pages,),
    "verify.untagged": (untagged, unmarked),
    "verify.no-language": (no_language,),
    "verify.no-title": (no_title, hidden_title),
    "verify.scaled": (scaled,),
    "verify.page-box": (trim_outside,),
    "verify.page-size": (other_size,),
    "verify.font": (font_dropped,),
    "verify.missing-glyph": (glyph_zero, glyph_past_end),
    "verify.empty-page": (blank_page,),
    "verify.text-past-page": (text_past_page,),
    "verify.near-edge": (near_edge,),
    "verify.text-cut": (text_cut, text_cut_in_form),
    "verify.placeholder": (placeholder_alt, placeholder_picture, placeholder_link, sentinel_left),
    "verify.phone-link": (no_number, words_for_a_number, no_number_to_text),
}


def bleed_cut_off(pdf: bytes) -> bytes:
    """Let the last page end a millimetre outside its trim."""

    def change(document: pikepdf.Pdf) -> None:
        page = document.pages[-1]
        left, bottom, right, top = (float(v) for v in page.trimbox)
        page.bleedbox = [left - 2.8, bottom - 8.5, right + 8.5, top + 8.5]

    return spoil(pdf, change)


def coarse_picture(pdf: bytes) -> bytes:
    """Put a picture of 20 by 20 pixels, an inch wide, on the first page."""

    def change(document: pikepdf.Pdf) -> None:
        picture = document.make_stream(
            b"\x80" * 400,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=20,
            Height=20,
            ColorSpace=pikepdf.Name.DeviceGray,
            BitsPerComponent=8,
        )
        page = document.pages[0]
        if "/XObject" not in page.Resources:
            page.Resources.XObject = pikepdf.Dictionary()
        page.Resources.XObject.Coarse = picture
        page.Contents.write(page.Contents.read_bytes() + b"\nq 72 0 0 72 100 100 cm /Coarse Do Q\n")

    return spoil(pdf, change)


PRESS_SPOILERS: dict[str, Callable[[bytes], bytes]] = {
    "verify.bleed": bleed_cut_off,
    "verify.coarse-image": coarse_picture,
}
"""Ways to spoil a file for a print shop; elsewhere the same file is good enough."""
