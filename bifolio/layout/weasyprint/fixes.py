"""What WeasyPrint 70.0 gets wrong, made right. Always applied, also with `BIFOLIO_PLAIN_ENGINE=1`.

Every fix has a test in tests/unit/layout/weasyprint/test_fixes.py that lays the same page out without it: the test
fails when WeasyPrint no longer needs the fix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bifolio.layout.weasyprint.patches import Patch, Patches

# -- layout --------------------------------------------------------------------------------------


def move_whole_flex_boxes_to_next_page(patches: Patches) -> None:
    """Move a flex box to the next page if it must not be broken, or if nothing of it fits.

    WeasyPrint does so with every other box. Of a flex box whose words fit a page, and whose border or padding
    below them does not, it draws the frame at the foot of the page, empty, and the words on the next page.

    Upstream: not reported in this form; page breaks in flex rows are an open item of Kozea/WeasyPrint#2400.
    Can go when: test_flex_box_leaves_no_empty_frame.
    """
    from weasyprint.layout import block

    lay_out = block.flex_layout

    def flex_layout(context: Any, box: Any, *more: Any) -> Any:
        result = lay_out(context, box, *more)
        laid_out, resume_at = result[:2]
        _, skip_stack, _, page_is_empty, absolute_boxes, fixed_boxes, _ = more
        if resume_at is None or skip_stack is not None or page_is_empty:
            return result
        is_whole = block.avoid_page_break(box.style["break_inside"], context)
        if is_whole or not any(child.is_in_normal_flow() for child in laid_out.children):
            block.remove_placeholders(context, [laid_out], absolute_boxes, fixed_boxes)
            return None, None, {"break": "any", "page": None}, [], False
        return result

    patches.replace(block, "flex_layout", flex_layout)


def leave_height_of_row_items_to_layout(patches: Patches) -> None:
    """Let items of a flex row be as high as they come out.

    The automatic minimum size is that of the main axis alone (CSS Flexbox 1, 4.5), so items of a row have a
    minimum width and no minimum height. WeasyPrint derives both, and for the height it lays each item out once
    more, in a single line: a padding in percent becomes a part of that width, and the item too high.

    Upstream: not reported in this form; the sizes of flex items are an open item of Kozea/WeasyPrint#2400.
    Can go when: test_row_items_are_as_high_as_their_content.
    """
    from weasyprint.css.properties import Dimension
    from weasyprint.layout import block

    lay_out, zero = block.flex_layout, Dimension(0, "px")

    def flex_layout(context: Any, box: Any, *more: Any) -> Any:
        if box.style["flex_direction"].startswith("row"):
            for child in box.children:
                if child.is_flex_item and child.style["min_height"] == "auto":
                    child.style["min_height"] = zero
        return lay_out(context, box, *more)

    patches.replace(block, "flex_layout", flex_layout)


# -- tags ----------------------------------------------------------------------------------------


def mark_page_margins_as_artifacts(patches: Patches) -> None:
    """Write running heads and feet as pagination artifacts (ISO 14289-1, 7.1; ISO 32000-1, 14.8.2.2).

    WeasyPrint tags them, and leaves the tags without a place in the structure tree.

    Upstream: Kozea/WeasyPrint#1836, open.
    Can go when: test_running_heads_are_artifacts.
    """
    from weasyprint import document
    from weasyprint.formatting_structure.boxes import MarginBox
    from weasyprint.pdf import tags
    from weasyprint.pdf.stream import Stream

    draw, mark, build = document.draw_page, Stream.marked, tags._build_box_tree

    def draw_page(page: Any, stream: Any) -> None:
        for child in page.children:
            for box in child.descendants(placeholders=True) if isinstance(child, MarginBox) else ():
                box.is_in_page_margin = True
        draw(page, stream)

    @contextmanager
    def artifact(stream: Any) -> Iterator[None]:
        stream.begin_marked_content("Artifact", "<</Type/Pagination>>")
        yield
        stream.end_marked_content()

    def marked(self: Any, box: Any, tag: str) -> Any:
        is_artifact = self._tags is not None and hasattr(box, "is_in_page_margin")
        return artifact(self) if is_artifact else mark(self, box, tag)

    def build_box_tree(box: Any, *more: Any) -> Any:
        return () if isinstance(box, MarginBox) else build(box, *more)

    patches.replace(document, "draw_page", draw_page)
    patches.replace(Stream, "marked", marked)
    patches.replace(tags, "_build_box_tree", build_box_tree)


def annotate_each_link_once(patches: Patches) -> None:
    """Write one link annotation for each link (ISO 14289-1, 7.18.5).

    WeasyPrint writes one for each box inside an anchor. Only that of the anchor's own box is kept.

    Upstream: Kozea/WeasyPrint#192, closed.
    Can go when: test_link_around_elements_is_annotated_once.
    """
    from weasyprint.document import Page

    init = Page.__init__

    def init_page(self: Any, page_box: Any) -> None:
        init(self, page_box)
        self.links = [link for link in self.links if link[3] is None or link[3].link]

    patches.replace(Page, "__init__", init_page)


# -- metadata ------------------------------------------------------------------------------------


def declare_pdf_ua_in_pdf_a(patches: Patches) -> None:
    """Let a PDF/A declare in its metadata that it is PDF/UA-1, too (ISO 19005-3, 6.6.2.3; ISO 14289-1, 5).

    WeasyPrint writes one variant.

    Upstream: Kozea/WeasyPrint#2783 and #2467, open.
    Can go when: test_pdf_a_declares_pdf_ua.
    """
    from weasyprint.pdf.metadata import DocumentMetadata

    generate: Callable[..., bytes] = DocumentMetadata.generate_rdf_metadata

    def generate_rdf_metadata(self: Any, variant: str, *more: Any) -> bytes:
        rdf = generate(self, variant, *more)
        return rdf.replace(b"</rdf:RDF>", _PDF_UA + b"</rdf:RDF>", 1) if variant == "a" else rdf

    patches.replace(DocumentMetadata, "generate_rdf_metadata", generate_rdf_metadata)


_PDF_UA = b"""<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>\
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property>\
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
"""The declaration, and the schema that PDF/A requires for names it does not know."""


def close_colour_profile(patches: Patches) -> None:
    """Close the file of the sRGB profile that a PDF/A embeds; WeasyPrint leaves it open.

    Upstream: not reported (Kozea/WeasyPrint#746 is about another file): `generate_pdf` opens `sRGB2014.icc`
    for `ColorProfile`, which reads it whole, and nobody closes it; Python says so with `-W error::ResourceWarning`.
    Can go when: test_colour_profile_is_closed.
    """
    from weasyprint import pdf

    profile = pdf.ColorProfile

    def color_profile(file: Any, *more: Any) -> Any:
        with file:
            return profile(file, *more)

    patches.replace(pdf, "ColorProfile", color_profile)


FIXES: tuple[Patch, ...] = (
    move_whole_flex_boxes_to_next_page,
    leave_height_of_row_items_to_layout,
    mark_page_margins_as_artifacts,
    annotate_each_link_once,
    declare_pdf_ua_in_pdf_a,
    close_colour_profile,
)
