"""Documents as people write them in Word, for the tests of importing: made here, with invented words.

Each function returns the bytes of one file. `python-docx` makes what it can; the rest is XML as Word writes it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_BREAK
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from PIL import Image

W = nsdecls("w")


def saved(document: WordDocument) -> bytes:
    """Return the bytes of a document, with the XML of `_xml` in its places."""
    stream = io.BytesIO()
    document.save(stream)
    mark = re.compile(rb"<w:r>\s*<w:t>@@([0-9a-f]+)@@</w:t>\s*</w:r>")

    def change(name: str, body: bytes) -> bytes:
        return mark.sub(lambda found: bytes.fromhex(found[1].decode()), body)

    return repacked(stream.getvalue(), change)


def repacked(raw: bytes, change: Callable[[str, bytes], bytes | None], **more: bytes) -> bytes:
    """Return a package with each part changed, dropped where `change` returns None, and with further parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if (body := change(part.filename, old.read(part))) is not None:
                new.writestr(part.filename, body)
        for name, body in more.items():
            new.writestr(name, body)
    return stream.getvalue()


def _xml(paragraph: Paragraph, markup: str) -> None:
    """Put XML into a paragraph once it is saved; moving elements between trees of lxml 6.1 may hang when they go."""
    paragraph.add_run(f"@@{markup.encode().hex()}@@")


def leaflet() -> bytes:
    """A leaflet with styles: title, subtitle, headings, lists of two levels, a quotation."""
    d = Document()
    d.add_paragraph("Sleeping after a hard day", style="Title")
    d.add_paragraph("For adults who lie awake and want to know why.", style="Subtitle")
    d.add_heading("Why sleep goes", 1)
    p = d.add_paragraph("Worry keeps the body ")
    p.add_run("on watch").bold = True
    p.add_run(". It is ")
    p.add_run("not").italic = True
    p.add_run(" a weakness.")
    d.add_paragraph("Caffeine after noon", style="List Bullet")
    d.add_paragraph("Bright screens:", style="List Bullet")
    d.add_paragraph("a phone in bed", style="List Bullet 2")
    d.add_paragraph("the late news", style="List Bullet 2")
    d.add_paragraph("A room that’s too warm", style="List Bullet")
    d.add_heading("What to try", 1)
    for line in ("Get up at one time", "Dim the lamps at ten", "Write tomorrow’s list"):
        d.add_paragraph(line, style="List Number")
    d.add_heading("In their words", 2)
    d.add_paragraph("Rest is a skill, and skills can be practised.", style="Quote")
    return saved(d)


def bold_headings() -> bytes:
    """No styles at all: headings in bold or in a larger size, bullets typed by hand, an address with line breaks."""
    d = Document()
    d.add_paragraph().add_run("Managing your pain at home").font.size = Pt(20)
    d.add_paragraph("This page goes with what the nurse told you on the ward today.")
    d.add_paragraph().add_run("Before you leave").bold = True
    d.add_paragraph("Ask for the tablets and the letter.")
    d.add_paragraph("•\tTake the first dose with food")
    d.add_paragraph("•\tDrink a glass of water")
    d.add_paragraph("- Keep the box")
    d.add_paragraph().add_run("On the second day").bold = True
    d.add_paragraph("1. Walk to the gate")
    d.add_paragraph("2. Rest for an hour")
    d.add_paragraph("3) Walk back")
    p = d.add_paragraph("Northgate Ward")
    p.add_run().add_break()
    p.add_run("12 Example Lane")
    p.add_run().add_break()
    p.add_run("Anytown")
    larger = d.add_paragraph().add_run("Who to ring")
    larger.bold, larger.font.size = True, Pt(14)
    d.add_paragraph("The ward sister, on 020 7946 0000.")
    return saved(d)


def worksheet() -> bytes:
    """Underscores, dots and boxes; a question with answers; a list whose items are lines to write on."""
    d = Document()
    d.add_heading("My plan for a bad evening", 0)
    d.add_paragraph("Name: ______________  Date: ____________")
    d.add_paragraph("What usually sets it off?")
    d.add_paragraph("_" * 60)
    d.add_paragraph("_" * 60)
    d.add_paragraph("_" * 60)
    d.add_paragraph("Signs that I notice:")
    for line in ("☐ My chest is tight", "☐ I pace the room", "☒ I stop answering", "☐ ____________"):
        d.add_paragraph(line)
    d.add_paragraph("Did it help? ☐ Yes ☐ A little ☐ No")
    d.add_paragraph("Someone I can ring ....................................")
    d.add_paragraph("I will try this ____ times before ______ comes.")
    d.add_paragraph("Three things that I can do:")
    for _ in range(3):
        d.add_paragraph("________________________", style="List Number")
    d.add_paragraph("My reason:\t")
    return saved(d)


def tables() -> bytes:
    """A log, a table of words with a corner, merged cells, a form, a box of one cell, and cells that hold too much."""
    d = Document()
    d.add_heading("Five tables", 1)
    d.add_heading("A log", 2)
    t = d.add_table(rows=4, cols=3)
    for cell, words in zip(t.rows[0].cells, ("Day", "What happened", "Mood, 0 to 10"), strict=True):
        cell.text = words
    t.rows[1].cells[0].text = "Monday"
    t.rows[1].cells[1].text = "Missed the bus"
    d.add_heading("A grid", 2)
    t = d.add_table(rows=3, cols=3)
    for y, row in enumerate((("", "Morning", "Evening"), ("Walk", "yes", "no"), ("Stretch", "no", "yes"))):
        for x, words in enumerate(row):
            t.cell(y, x).text = words
    t = d.add_table(rows=3, cols=3)
    for y, row in enumerate(
        (("Week", "Goal", "Reward"), ("First", "Two walks", "A film"), ("Last", "", "A meal"))
    ):
        for x, words in enumerate(row):
            t.cell(y, x).text = words
    t.cell(2, 0).merge(t.cell(2, 1))
    d.add_heading("A form", 2)
    t = d.add_table(rows=2, cols=2)
    t.cell(0, 0).text, t.cell(1, 0).text = "Surname", "Practice"
    d.add_heading("A box", 2)
    t = d.add_table(rows=1, cols=1)
    t.cell(0, 0).paragraphs[0].add_run("Remember").bold = True
    t.cell(0, 0).add_paragraph("You may stop at any point.")
    d.add_heading("Long cells", 2)
    t = d.add_table(rows=3, cols=3)
    long = (
        "This cell says so much that no narrow column could hold it without becoming a tall, thin tower of words. "
        * 2
    )
    rows = (
        ("Thought", "Feeling", "Answer"),
        ("I always fail", "Sad", long),
        ("Nobody rings", "Alone", "Ring first"),
    )
    for y, row in enumerate(rows):
        for x, words in enumerate(row):
            t.cell(y, x).text = words
            if y == 0:
                for run in t.cell(y, x).paragraphs[0].runs:
                    run.bold = True
    return saved(d)


def terms() -> bytes:
    """A table of two columns with meanings that are too long for cells."""
    d = Document()
    d.add_heading("Words you may hear", 1)
    t = d.add_table(rows=3, cols=2)
    meaning = "A long account of what the word means here, in plain words, for somebody who meets it for the first time"
    rows = (
        ("Word", "Meaning"),
        ("Triage", f"{meaning}, at a desk."),
        ("Discharge", f"{meaning}, at a door."),
    )
    for y, row in enumerate(rows):
        for x, words in enumerate(row):
            t.cell(y, x).text = words
            t.cell(y, x).paragraphs[0].runs[0].bold = y == 0
    return saved(d)


TEXT_BOX = """<w:r {ns} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><mc:AlternateContent>
<mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice>
{fallback}</mc:AlternateContent></w:r>"""
FALLBACK = """<mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback>"""


def text_boxes() -> bytes:
    """Text boxes, one with a fallback for old programs and one without."""
    d = Document()
    d.add_heading("Boxes beside the text", 1)
    p = d.add_paragraph("The nurse explains the drip before it starts.")
    words = "Ring the bell whenever you like."
    _xml(p, TEXT_BOX.format(ns=W, words=words, fallback=FALLBACK.format(words=words)))
    p = d.add_paragraph("Lunch comes at noon.")
    _xml(p, TEXT_BOX.format(ns=W, words="Tell us about allergies.", fallback=""))
    return saved(d)


def tabs() -> bytes:
    """Columns that were set with tabs, a dotted leader, and a single tab in a sentence."""
    d = Document()
    d.add_heading("Visiting", 1)
    d.add_paragraph("Weekdays\t2 pm\t4 pm")
    d.add_paragraph("Saturday\t\t1 pm\t5 pm")
    d.add_paragraph("Sunday\t1 pm\t6 pm")
    d.add_paragraph("Bring\ta photograph.")
    d.add_paragraph("\tIndented by a tab, as letters are.")
    return saved(d)


def tracked() -> bytes:
    """Tracked changes: inserted, deleted and moved words, and a deleted paragraph."""
    d = Document()
    d.add_heading("After the scan", 1)
    p = d.add_paragraph("Results take ")
    mark = 'w:id="1" w:author="A. Reviewer" w:date="2026-11-01T00:00:00Z"'
    _xml(p, f"<w:del {W} {mark}><w:r><w:delText>seven</w:delText></w:r></w:del>")
    _xml(p, f"<w:ins {W} {mark}><w:r><w:t>ten</w:t></w:r></w:ins>")
    p.add_run(" working days.")
    gone = d.add_paragraph()
    _xml(gone, f"<w:del {W} {mark}><w:r><w:delText>Phone the porter.</w:delText></w:r></w:del>")
    return saved(d)


def comments_and_headers() -> bytes:
    """A comment, a page header and footer, the title in the properties, a page break."""
    d = Document()
    d.core_properties.title = "Leaflet 47 draft"
    d.sections[0].header.paragraphs[0].text = "Riverbank Surgery"
    d.sections[0].footer.paragraphs[0].text = "Version 3, printed copies expire"
    d.add_heading("Your blood test", 1)
    p = d.add_paragraph("Drink water beforehand.")
    d.add_comment(p.runs, text="Check with the phlebotomist?", author="Editor", initials="E")
    d.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    d.add_paragraph("Bring your card.")
    return saved(d)


def footnotes() -> bytes:
    """Two footnotes, as Word stores them."""
    d = Document()
    d.add_heading("How common it is", 1)
    for number, words in ((2, "About one adult in three sleeps badly"), (3, "Few tell a doctor")):
        p = d.add_paragraph(words)
        _xml(p, f'<w:r {W}><w:footnoteReference w:id="{number}"/></w:r>')
        p.add_run(".")
    notes = "".join(
        f'<w:footnote w:id="{n}"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> {t}</w:t></w:r></w:p></w:footnote>'
        for n, t in ((2, "Smith and Jones, a survey of 2019."), (3, "Same place, page 12."))
    )
    body = f'<?xml version="1.0" encoding="UTF-8"?><w:footnotes {W}>{notes}</w:footnotes>'.encode()

    def change(name: str, old: bytes) -> bytes:
        if name == "word/_rels/document.xml.rels":
            kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
            new = f'<Relationship Id="rIdN" Type="{kind}" Target="footnotes.xml"/></Relationships>'
            return old.replace(b"</Relationships>", new.encode())
        if name == "[Content_Types].xml":
            kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
            new = f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'
            return old.replace(b"</Types>", new.encode())
        return old

    return repacked(saved(d), change, **{"word/footnotes.xml": body})


def picture(width: int = 8) -> io.BytesIO:
    stream = io.BytesIO()
    Image.new("RGB", (width, width), "white").save(stream, "PNG")
    stream.seek(0)
    return stream


def pictures() -> bytes:
    """A picture with an alternative text and one without, one of them in a table."""
    d = Document()
    d.add_heading("Caring for the wound", 1)
    d.add_paragraph("Wash your hands first.")
    shape = d.add_picture(picture())
    shape._inline.docPr.set("descr", "Hands under a running tap")
    t = d.add_table(rows=1, cols=2)
    t.cell(0, 0).paragraphs[0].add_run().add_picture(picture(9))
    t.cell(0, 1).text = "Pat the skin dry."
    return saved(d)


def letters() -> bytes:
    """Smart quotes, accents written in two characters, ligature signs, soft hyphens, braces, stars and other signs."""
    d = Document()
    d.add_heading("Cafe\u0301 “Élan” & the o\ufb03ce", 1)
    d.add_paragraph(
        "It’s naïve – or is it? ‘Quite’, she said… 5 * 3 = 15, {name} and [see page 4](not a link)."
    )
    d.add_paragraph(
        "The \ufb01rst \ufb02oor, hy\u00adphen\u00adat\u00aded; C:\\folder_name\\file; 50 < 60 <b>; a&amp;b # not a comment"
    )
    d.add_paragraph("Note: yes, no, 12:30")
    d.add_paragraph("{doctor} can help")
    d.add_paragraph("- “Yes” is fine")
    d.add_paragraph("- @home, 100%")
    return saved(d)


def links_and_fields() -> bytes:
    """Links on the web and to a file, a field, a formula, a content control with a box, struck-out words."""
    d = Document()
    d.add_heading("Where to read on", 1)
    p = d.add_paragraph("See ")
    for words, target in (
        ("our site", "https://example.org/a page"),
        ("the shared drive", "file:///S:/leaflets"),
    ):
        rid = d.part.relate_to(
            target,
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink",
            is_external=True,
        )
        _xml(p, f'<w:hyperlink r:id="{rid}"><w:r><w:t>{words}</w:t></w:r></w:hyperlink>')
        p.add_run(" or ")
    p = d.add_paragraph("Printed for ")
    _xml(p, f'<w:fldSimple {W} w:instr="MERGEFIELD x"><w:r><w:t>the client</w:t></w:r></w:fldSimple>')
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    p = d.add_paragraph("Body mass: ")
    _xml(p, f'<m:oMath xmlns:m="{math}"><m:r><m:t>kg/m2</m:t></m:r></m:oMath>')
    w14 = "http://schemas.microsoft.com/office/word/2010/wordml"
    for words in ("Brought the form", "Brought a friend"):
        p = d.add_paragraph()
        _xml(
            p,
            f'<w:sdt {W} xmlns:w14="{w14}"><w:sdtPr><w14:checkbox><w14:checked w14:val="0"/></w14:checkbox></w:sdtPr>'
            f"<w:sdtContent><w:r><w:t>☐</w:t></w:r></w:sdtContent></w:sdt>",
        )
        p.add_run(f" {words}")
    d.add_paragraph().add_run("An old opening time").font.strike = True
    return saved(d)


def nested() -> bytes:
    """A list of three levels, a numbered list of fourteen, and paragraphs of bold lead-ins."""
    d = Document()
    d.add_heading("A long list", 1)
    d.add_paragraph("Pack", style="List Bullet")
    d.add_paragraph(
        "clothes for two nights, and something warm for the evenings, when the ward can be cold",
        style="List Bullet 2",
    )
    d.add_paragraph(
        "socks that do not slip, since the floors are washed in the mornings before the rounds begin",
        style="List Bullet 3",
    )
    d.add_paragraph(
        "papers, and among them the letter, your card, and the list of what you take and how often",
        style="List Bullet 2",
    )
    d.add_paragraph("Leave jewellery", style="List Bullet")
    for number in range(14):
        d.add_paragraph(f"Step number {number + 1} of the walk", style="List Number")
    for lead, rest in (("Breathe.", " Count to four."), ("Look –", " name five things.")):
        p = d.add_paragraph(style="List Number 2")
        p.add_run(lead).bold = True
        p.add_run(rest)
    return saved(d)


WORD_FILES: dict[str, Callable[[], bytes]] = {
    made.__name__: made
    for made in (
        leaflet,
        bold_headings,
        worksheet,
        tables,
        terms,
        text_boxes,
        tabs,
        tracked,
        comments_and_headers,
        footnotes,
        pictures,
        letters,
        links_and_fields,
        nested,
    )
}


ODT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/">
<office:automatic-styles>
<style:style style:name="T1" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Standard"><style:text-properties fo:font-weight="bold"/></style:style>
<text:list-style style:name="L1"><text:list-level-style-bullet text:level="1"/></text:list-style>
<text:list-style style:name="L2"><text:list-level-style-number text:level="1"/></text:list-style>
</office:automatic-styles>
<office:body><office:text>
<text:tracked-changes><text:changed-region><text:deletion><text:p>Gone for good</text:p></text:deletion></text:changed-region></text:tracked-changes>
<text:p text:style-name="Title">Walking after a stroke</text:p>
<text:p text:style-name="Standard">Start on flat <text:span text:style-name="T1">ground</text:span>,<text:s text:c="2"/>with a
 stick.<office:annotation><dc:creator>Ward clerk</dc:creator><dc:date>2026-11-01</dc:date><text:p>Ask the physio</text:p></office:annotation></text:p>
<text:h text:style-name="Heading_20_1" text:outline-level="1">Each day</text:h>
<text:list text:style-name="L2"><text:list-item><text:p>Stand up</text:p></text:list-item><text:list-item><text:p>Count to three</text:p></text:list-item></text:list>
<text:p text:style-name="P1">What to wear</text:p>
<text:list text:style-name="L1"><text:list-item><text:p>Shoes:</text:p><text:list><text:list-item><text:p>flat</text:p></text:list-item><text:list-item><text:p>laced</text:p></text:list-item></text:list></text:list-item></text:list>
<text:p>About one in ten falls<text:note text:id="n1" text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>From a survey of wards.</text:p></text:note-body></text:note> at first.</text:p>
<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Date</text:p></table:table-cell><table:table-cell><text:p>Steps</text:p></table:table-cell></table:table-row></table:table-header-rows>
<table:table-row table:number-rows-repeated="7"><table:table-cell table:number-columns-repeated="2"/></table:table-row></table:table>
<text:p>See <text:a xlink:href="https://example.org/steps">the video</text:a><draw:frame><draw:text-box><text:p>Never walk alone at night.</text:p></draw:text-box></draw:frame>
<draw:frame><draw:image xlink:href="Pictures/stick.png"/><svg:title>A walking stick</svg:title></draw:frame></text:p>
<text:p>Signed:<text:tab/></text:p>
</office:text></office:body></office:document-content>"""


def walking() -> bytes:
    """An OpenDocument text as LibreOffice writes it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", ODT)
    return stream.getvalue()


ODT_FILES: dict[str, Callable[[], bytes]] = {"walking": walking}
