"""roster: are tables read as a spreadsheet program shows them, and are cells that it mangled found at the cell?"""

from __future__ import annotations

import datetime
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from bifolio.app import Project
from bifolio.branding.table import Table, read_table
from bifolio.core.diagnostics import ContentError, Diagnostic
from bifolio.model.job import Request
from tests.conftest import ROOT
from tests.support.projects import Scratch

HERE = Path(__file__).with_name("tables")
HEADS = ["id", "name", "color", "phone"]
LARK = ["lark", "Lark", "#2f5d46", "020 7946 0101"]


def workbook(*rows: Iterable[Any], title: str = "Clinics", formats: dict[str, str] | None = None) -> bytes:
    """Return a workbook of one sheet; `formats` are those of numbers, by cell."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for cell, shape in (formats or {}).items():
        sheet[cell].number_format = shape
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def read(text: str | bytes, name: str = "clinics.csv") -> Table:
    return read_table(text.encode() if isinstance(text, str) else text, name)


def phone(table: Table, clinic: str = "lark") -> str:
    found: str = table.trees[clinic].value["defaults"]["bifolio"]["phone"]
    return found


def refused(raw: str | bytes, name: str = "clinics.csv") -> Diagnostic:
    """Return the one finding of a table that cannot be read at all."""
    with pytest.raises(ContentError) as error:
        read(raw, name)
    (finding,) = error.value.findings
    assert finding.help
    return finding


# -- what a table may be -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"sep=;\r\nid;name;color;phone\r\nlark;Lark;#2f5d46;020 7946 0101\r\n",
        b'"sep=;"\nid;name;color;phone\nlark;Lark;#2f5d46;020 7946 0101',
        "id\tname\tcolor\tphone\r\nlark\tLark\t#2f5d46\t020 7946 0101\r\n".encode("utf-16"),
        b"\xfe\xff" + "id\tname\tcolor\tphone\nlark\tLark\t#2f5d46\t020 7946 0101".encode("utf-16-be"),
        b"\xef\xbb\xbfid,name,color,phone,,,\r\nlark,Lark,#2f5d46,020 7946 0101,,,\r\n,,,,,,\r\n , ,,,,,\r\n",
        b'id,name,color,phone\nlark,Lark,#2f5d46,"=""020 7946 0101"""\n',
        b'id,name,color,phone\nlark,Lark,#2f5d46,="020 7946 0101"\n',
        b"Our clinics;;;\n;;;\nID;Clinic name;Colour;Telephone\nlark;Lark;#2f5d46;020 7946 0101\n",
        workbook(HEADS, LARK),
        workbook([*HEADS, None, ""], [*LARK, None, " "], [], [None, "  "]),
        workbook(["Our clinics"], [], HEADS, LARK),
        workbook(HEADS, [*LARK[:3], 2079460101], formats={"D2": '000" "0000" "0000'}),
    ],
)
def test_whatever_a_program_saves_says_the_same(raw: bytes) -> None:
    table = read(raw)
    assert list(table.trees) == ["lark"]
    assert not [finding for finding in table.findings if finding.is_error]
    assert table.trees["lark"].value == {
        "meta": {"name": {"full": "Lark"}},
        "color": {"primary": "#2f5d46"},
        "defaults": {"bifolio": {"phone": "020 7946 0101"}},
    }


def test_a_workbook_is_known_by_its_bytes_not_by_its_name() -> None:
    assert read(workbook(HEADS, LARK), "clinics.csv").trees.keys() == {"lark"}


@pytest.mark.parametrize(
    ("heads", "field"),
    [
        ("Opening hours", "hours"),
        ("Opening times:", "hours"),
        ("E-mail address", "email"),
        ("E-Mail", "email"),
        ("Telephone no.", "phone"),
        ("Out-of-hours", "out_of_hours"),
        ("Licence number", "licence"),
        ("Country", "region"),
        ("Paper size", "edition"),
    ],
)
def test_columns_are_called_what_people_call_them(heads: str, field: str) -> None:
    table = read(f"Clinic name,{heads}\nLark,calm\n")
    assert table.findings == []
    assert table.trees["lark"].value["defaults"]["bifolio"] == {field: "calm"}


def test_an_address_may_stand_in_columns_of_its_own() -> None:
    table = read(
        "Name,Address line 1,Address line 2,Town,County,Postcode\nLark,Unit 3,2 Lane,Towe,Shire,TW1 2AB\n"
    )
    tree = table.trees["lark"]
    assert tree.value["defaults"]["bifolio"]["address"] == ["Unit 3", "2 Lane", "Towe, Shire TW1 2AB"]
    assert str(tree.span(("defaults", "bifolio", "address", 1))) == "clinics.csv:C2"


def test_ids_are_made_of_names_where_there_is_no_column_of_them() -> None:
    table = read("Practice,Phone\nZoë's Clinic & Co,1\nCON,2\nZoes clinic co,3\n心理,4\n")
    assert list(table.trees) == ["zoes-clinic-co"]
    assert [(f.code, str(f.span)) for f in table.findings] == [
        ("roster.bad-id", "clinics.csv:A3"),
        ("roster.same-id", "clinics.csv:A4"),
        ("roster.bad-id", "clinics.csv:A5"),
    ]


def test_only_the_first_sheet_with_something_on_it_is_read_and_the_others_are_named() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.title = "Empty"
    for title, state in (("Hidden", "hidden"), ("Clinics", "visible"), ("Fees", "visible")):
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        sheet.append(HEADS)
        sheet.append(LARK)
    table = read(saved(book), "clinics.xlsx")
    assert str(table.trees["lark"].span(("color", "primary"))) == "clinics.xlsx:Clinics!C2"
    assert [(f.code, '"Fees"' in f.message, f.is_error) for f in table.findings] == [
        ("roster.other-sheet", True, False)
    ]


def test_a_formula_says_what_the_program_worked_out_and_one_without_a_result_is_found() -> None:
    raw = workbook(HEADS, ["lark", "Lark", None, '="020 7946 "&"0101"'])
    assert [(f.code, str(f.span)) for f in read(raw).findings] == [
        ("roster.mangled", "clinics.csv:Clinics!D2")
    ]
    sheet = "xl/worksheets/sheet1.xml"
    worked_out = changed(
        raw,
        sheet,
        lambda xml: (
            xml.replace(b"<v></v>", b"<v>020 7946 0101</v>")
            .replace(b"<v />", b"<v>020 7946 0101</v>")
            .replace(b'<c r="D2">', b'<c r="D2" t="str">')
        ),
    )
    assert phone(read(worked_out)) == "020 7946 0101"


# -- cells that a program changed ----------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "4.42079E+11",
        "4,42E+11",
        "#N/A",
        "#REF!",
        "#VALUE!",
        "########",
        "=HYPERLINK(B2)",
        "=+44 20 7946 0101",
        "'020 7946 0101",
        "05-Mar",
        "Mar-20",
        "3. Mai",
        "01/05/2026",
        "2026-05-01 00:00:00",
        "09:00:00",
        "Zo\ufffd",
        "ZoÃ«",
        "020\u202a 7946 0101",
    ],
)
def test_a_mangled_cell_is_found_at_the_cell(words: str) -> None:
    table = read(f'id,name,hours\nrowan,Rowan,9 to 5\nlark,Lark,"{words}"\n')
    assert list(table.trees) == ["rowan"]
    (finding,) = table.findings
    assert (finding.code, str(finding.span)) == ("roster.mangled", "clinics.csv:C3")
    assert finding.help


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (442079460101, "General"),
        (2079460101, "#,##0.00"),
        (datetime.datetime(2026, 5, 9), "d-mmm"),  # noqa: DTZ001 - as openpyxl has it
        (datetime.time(9, 30), "h:mm"),
    ],
)
def test_a_number_that_is_shown_as_something_else_is_found_at_the_cell(value: Any, shape: str) -> None:
    table = read(workbook(HEADS, [*LARK[:3], value], formats={"D2": shape}), "clinics.xlsx")
    assert [(f.code, str(f.span)) for f in table.findings] == [("roster.mangled", "clinics.xlsx:Clinics!D2")]


@pytest.mark.parametrize(
    "words", ["'t Huis", "'s-Towe Clinic", "9-5", "1st May House", "Practice 12/3", "E+E", "#1 Clinic"]
)
def test_what_people_write_is_not_taken_for_mangled(words: str) -> None:
    table = read(f"id,name\nlark,{words}\n")
    assert table.findings == []
    assert table.trees["lark"].value["meta"]["name"]["full"] == words


@pytest.mark.parametrize(
    ("value", "shape", "shown"),
    [
        (2079460101, "General", "2079460101"),
        (2079460101, "00000000000", "02079460101"),
        (5550101, "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "555-0101"),
        (2025550143, "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "(202) 555-0143"),
        (2079460101, '"+44 "## #### ####', "+44 20 7946 0101"),
        (True, "General", "TRUE"),
    ],
)
def test_a_number_is_read_as_it_is_shown(value: Any, shape: str, shown: str) -> None:
    assert phone(read(workbook(HEADS, [*LARK[:3], value], formats={"D2": shape}))) == shown


def test_windows_1252_is_told_at_the_first_cell_that_it_may_spoil() -> None:
    finding = refused("id,name\nlark,Lark\nzoe,Zoë Example\n".encode("cp1252"))
    assert (finding.code, str(finding.span)) == ("roster.not-utf8", "clinics.csv:B3")
    assert '"Zoë Example"' in finding.message
    assert "UTF-8" in (finding.help or "")


def test_the_cases_of_devices_and_numbers() -> None:
    devices = read((HERE / "devices.csv").read_bytes())
    assert not devices.trees
    assert [f.code for f in devices.findings] == ["roster.bad-id"] * 4
    assert [f.code for f in read((HERE / "excel-number.csv").read_bytes()).findings] == ["roster.mangled"]
    assert phone(read((HERE / "sep.csv").read_bytes())) == "020 7946 0101"


# -- columns and rows that are wrong -------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("name,phnoe\nLark,1\n", "roster.unknown-column", "clinics.csv:B1"),
        ("name,tel,phone\nLark,1,2\n", "roster.same-column", "clinics.csv:C1"),
        ("phone,hours\n1,2\n", "roster.no-name", "clinics.csv:A1"),
        ('"id,name"\n"lark,Lark"\n', "roster.one-column", "clinics.csv:A1"),
        ("id,name\n", "roster.empty", "clinics.csv:A1"),
        ('id,name\nlark,"Lark\n', "roster.quote", "clinics.csv:2:6"),
        ("name|phone\nLark|1\n", "roster.one-column", "clinics.csv:A1"),
        ("Name,Lark,Rowan\nPhone,1,2\nEmail,a,b\n", "roster.transposed", "clinics.csv:A1"),
        ("", "roster.empty", None),
        ("<html><table>", "roster.unreadable", None),
    ],
)
def test_a_table_that_cannot_be_read_has_one_finding(text: str, code: str, place: str | None) -> None:
    finding = refused(text)
    assert (finding.code, finding.span and str(finding.span)) == (code, place)


def test_words_in_no_column_are_found_and_stop_no_other_row() -> None:
    table = read("name,phone,\nLark,1,2,3\nRowan,1\nOwl,,,\nJay,1,,x\n")
    assert list(table.trees) == ["rowan", "owl"]
    assert [(f.code, str(f.span)) for f in table.findings] == [
        ("roster.no-head", "clinics.csv:C2"),
        ("roster.no-head", "clinics.csv:D5"),
    ]


def test_notes_below_a_table_are_named_and_are_no_clinics() -> None:
    text = (
        "name,phone,email\nLark,1,\n\nRowan,2,\nName,Phone,Email\nTotal Care,,\n\nAsk J. Example\nTotal: 3\n"
    )
    table = read(text)
    assert list(table.trees) == ["lark", "rowan", "total-care"]
    assert [(f.code, str(f.span), f.is_error) for f in table.findings] == [
        ("roster.note", f"clinics.csv:A{row}", False) for row in (5, 8, 9)
    ]


def test_cells_that_say_nothing_are_empty_and_invisible_signs_are_none_of_the_words() -> None:
    table = read("name,phone,website,email\n\u200eLark\u200b,\u202a020 7946 0101\u202c,n/a,-\n")
    assert table.findings == []
    assert table.trees["lark"].value == {
        "meta": {"name": {"full": "Lark"}},
        "defaults": {"bifolio": {"phone": "020 7946 0101"}},
    }


def test_names_that_begin_with_a_number_or_are_long_have_ids_too() -> None:
    table = read(f"name\n12 Row Lane\n{'Long ' * 20}\n")
    assert list(table.trees) == ["clinic-12-row-lane", "-".join(["long"] * 12)]


def test_bytes_that_are_no_text_are_told_as_such() -> None:
    assert refused("name\tphone\nLark\t1\n".encode("utf-16-le")).code == "roster.unreadable"
    assert refused(b"%PDF-1.7\n").code == "roster.unreadable"


def test_columns_for_other_people_are_named_in_a_warning() -> None:
    table = read("Clinic,Practice manager,Notes,Phone\nLark,J. Example,,1\n")
    assert list(table.trees) == ["lark"]
    assert [(f.code, str(f.span), f.is_error) for f in table.findings] == [
        ("roster.unused-column", "clinics.csv:B1", False)
    ]


# -- files of strangers --------------------------------------------------------------------------


def changed(raw: bytes, member: str, change: Any) -> bytes:
    """Return a workbook with one of its files changed."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(raw)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == member else old.read(name))
    return file.getvalue()


_SHEET = "xl/worksheets/sheet1.xml"
_XML = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_ROWS = "".join(
    f'<row r="{n}">'
    + "".join(f'<c r="{c}{n}" t="inlineStr"><is><t>{w}</t></is></c>' for c, w in zip("AB", row, strict=True))
    + "</row>"
    for n, row in enumerate((("id", "name"), ("lark", "Lark")), 1)
)


def sheet_of(rows: str, head: str = "") -> bytes:
    xml = f'<?xml version="1.0"?>{head}{_XML}{rows}</sheetData></worksheet>'
    return changed(workbook(HEADS, LARK), _SHEET, lambda _old: xml.encode())


def _hostile() -> Iterator[tuple[str, bytes, str | None]]:
    """Yield what strangers may send, and the code of the finding; None where it is harmless."""
    entity = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    ghosts = "".join(f'<row r="{n}"><c r="A{n}"/></row>' for n in range(3, 60_000))
    yield "bomb", sheet_of(_ROWS.replace("Lark", "A" * 50_000_000)), "roster.too-large"
    yield "entity", sheet_of(_ROWS.replace("Lark", "&e;"), entity), "roster.unreadable"
    yield (
        "laughs",
        sheet_of(_ROWS.replace("Lark", "&l9;"), f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'),
        "roster.unreadable",
    )
    yield "far", sheet_of(_ROWS + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "roster.too-large"
    yield "beyond", sheet_of(_ROWS + '<row r="999999999999"><c r="A999999999999"/></row>'), None
    yield "last-row", sheet_of(_ROWS + '<row r="1048576"><c r="A1048576" s="0"/></row>'), None
    yield "ghosts", sheet_of(_ROWS + ghosts), None
    wide = "".join(f'<row r="{n}"><c r="XFD{n}"/></row>' for n in range(3, 60_000))
    yield "wide", sheet_of(_ROWS + wide), "roster.too-large"
    yield "no-zip", b"PK\x03\x04" + b"\0" * 400, "roster.unreadable"
    yield "cut", workbook(HEADS, LARK)[:3000], "roster.unreadable"
    yield "locked", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "roster.unreadable"
    yield "lying", _lying(), "roster.unreadable"
    yield "no-sheet", changed(workbook(HEADS, LARK), _SHEET, lambda _old: b"<x"), "roster.unreadable"
    macro = BytesIO(workbook(HEADS, LARK))
    with zipfile.ZipFile(macro, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    yield "macro", macro.getvalue(), None


def _lying() -> bytes:
    """Return a workbook that unpacks to far more than it says."""
    raw = sheet_of(_ROWS.replace("Lark", "A" * 9_000_000))
    size = next(one.file_size for one in zipfile.ZipFile(BytesIO(raw)).infolist() if one.filename == _SHEET)
    return raw.replace(size.to_bytes(4, "little"), (900).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("raw", "code"), [pytest.param(raw, code, id=name) for name, raw, code in _hostile()]
)
def test_hostile_workbooks_are_refused_or_harmless(raw: bytes, code: str | None) -> None:
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    if code:
        assert refused(raw, "clinics.xlsx").code == code
    else:
        table = read(raw, "clinics.xlsx")
        assert (list(table.trees), table.findings) == (["lark"], [])
    assert time.process_time() - started < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kilobytes


# -- the same table, the same bytes --------------------------------------------------------------

ROWS = [
    ["Clinic", "Colour", "Opening hours", "Street", "Town", "Postcode", "Country", "Tel", "E-mail address"],
    [
        "Zoë's Clinic",
        "#7a3b69",
        "Mon–Fri 9–5",
        "1 Row Lane",
        "Towe",
        "TW1 2AB",
        "US",
        "020 7946 0101",
        "hi@zoe.example.org",
    ],
    ["Lark", "teal", None, "2 Lane", "Springfield", None, "usa", "(202) 555-0143", None],
]


@pytest.mark.layout
def test_a_workbook_and_text_of_the_same_table_give_the_same_bytes(scratch: Scratch, tmp_path: Path) -> None:
    (scratch.root / "clinics.xlsx").write_bytes(workbook(*ROWS))
    lines = [";".join(cell or "" for cell in row) for row in ROWS]
    (scratch.root / "clinics.csv").write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    made = {}
    for name in ("clinics.xlsx", "clinics.csv"):
        project = Project(scratch.root)
        brands, faults = project.add_table(scratch.root / name)
        assert (brands, faults) == (("zoes-clinic", "lark"), [])
        folder = tmp_path / name
        project.build(
            project.plan(Request(brands=brands, formats=("pdf", "html"))), folder, lambda _batch: None
        )
        made[name] = {
            path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }
    assert len(made["clinics.csv"]) > 4
    assert made["clinics.xlsx"] == made["clinics.csv"]


@pytest.mark.processes
def test_the_command_line_reads_a_workbook(scratch: Scratch, tmp_path: Path) -> None:
    (scratch.root / "clinics.xlsx").write_bytes(workbook(*ROWS, ["Bad", "#N/A"]))
    command = [sys.executable, str(ROOT / "build.py"), "build", "--project", str(scratch.root), "--jobs", "2"]
    command += [
        "--brands-from",
        str(scratch.root / "clinics.xlsx"),
        "--keep-going",
        "-o",
        str(tmp_path / "out"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    assert "clinics.xlsx:Clinics!B4: error[roster.mangled]" in done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"zoes-clinic", "lark"}
