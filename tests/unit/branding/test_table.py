"""roster: does a table of clinics say what a brand file would, wherever a spreadsheet puts its quotes?"""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bifolio.app import Project
from bifolio.branding.cells import Cell, typed
from bifolio.branding.columns import COLUMNS
from bifolio.branding.table import NOTHING, Table, read_table
from bifolio.build.build_record import BuildRecord
from bifolio.content.validation import validate
from bifolio.core.diagnostics import DesignError
from bifolio.model.brand import Brand
from bifolio.model.job import Request
from tests.conftest import ROOT
from tests.support.projects import Scratch

TABLE = (
    "id;name;color;logo;address;region;phone;heading font\r\n"
    'rowan;"Rowan; the ""old"" practice";#2f5d46;logo.svg;"1 Row\r\nTowe";us;555-0101;\r\n'
    "\r\n"
    "lark;Lark;;;2 Lane | Towe;;;Newsreader\r\n"
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path fill="#123456" d="M0 0h9v9z"/></svg>'


def read(text: str) -> Table:
    return read_table(text.encode(), "clinics.csv")


def test_rows_say_what_brand_files_say() -> None:
    trees, findings = read(TABLE)
    assert findings == []
    assert trees["rowan"].value == {
        "meta": {"name": {"full": 'Rowan; the "old" practice'}},
        "color": {"primary": "#2f5d46"},
        "logo": {"path": "logo.svg"},
        "defaults": {"bifolio": {"address": ["1 Row", "Towe"], "region": "us", "phone": "555-0101"}},
    }
    assert trees["lark"].value["defaults"]["bifolio"]["address"] == ["2 Lane", "Towe"]
    brand, wrong = validate(Brand, trees["lark"], "brand")
    assert wrong == []
    assert brand is not None
    assert brand.typography.headings is not None
    assert str(trees["lark"].span(("typography", "headings"))) == "clinics.csv:H4"


def test_every_column_has_a_field() -> None:
    """A column that leads nowhere would be read and never printed."""
    values = {"color": "#123456", "email": "a@example.org", "masthead": "name", "link": "https://example.org"}
    for column in COLUMNS:
        value = values.get(column, "https://example.org" if column == "shelf" else "calm")
        own = "" if column == "short_name" else f",{column}"
        trees, _ = read(f"id,short_name{own}\nx,X,{value}" if own else "id,short_name\nx,X")
        brand, wrong = validate(Brand, trees["x"], "brand")
        assert wrong == [], column
        assert brand is not None
        assert brand.model_extra == {}, column


_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C",), include_characters="\n"), max_size=12
).filter(lambda words: typed(words) == Cell(words) and not NOTHING.fullmatch(words.strip()))
"""Without what only a program writes, which is refused, and what stands in a cell that has nothing to say."""


@given(st.lists(_WORDS, min_size=1, max_size=6), st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]))
def test_what_a_spreadsheet_writes_is_read(names: list[str], comma: str, end: str) -> None:
    table = io.StringIO(newline="")
    writer = csv.writer(table, delimiter=comma, lineterminator=end)
    writer.writerows([["id", "phone", "name"], *([f"c{n}", name, "x"] for n, name in enumerate(names))])
    trees, _ = read(table.getvalue())
    told = [tree.value.get("defaults", {}).get("bifolio", {}).get("phone", "") for tree in trees.values()]
    lines = [[line.strip() for line in name.splitlines() if line.strip()] for name in names]
    assert told == ["\n".join(each) for each in lines], "a number on each line"


@pytest.mark.layout
def test_clinics_of_a_table_are_built_like_any_other(scratch: Scratch) -> None:
    scratch.write("lists/clinics.csv", TABLE)
    scratch.write("lists/logo.svg", SVG)
    project = Project(scratch.root)
    names, faults = project.add_table(scratch.root / "lists/clinics.csv")
    assert (names, faults) == (("rowan", "lark"), [])
    made = project.build(project.plan(Request(brands=tuple(names))), None, lambda _job: None).files
    assert sorted(path.parent.parent.name for path in made) == ["lark", "rowan"]
    assert not Path(scratch.root / "content/brands/rowan").exists()


def test_one_bad_row_stops_no_other(scratch: Scratch) -> None:
    scratch.write("clinics.csv", "id,name,region\nrowan,Rowan,zz\nlark,Lark,us\n")
    project = Project(scratch.root)
    names, faults = project.add_table(scratch.root / "clinics.csv")
    assert names == ("lark",)
    assert [fault.code for fault in faults] == ["plan.unknown-region"]
    assert "rowan" not in project.repository.catalogue.brands


@pytest.mark.layout
def test_a_clinic_whose_name_does_not_fit_stops_no_other(scratch: Scratch) -> None:
    """What only shows when pages are laid out: the other clinics have their files, this one is told of."""
    scratch.write("clinics.csv", f"id,name,contact\nrowan,Rowan,{'W' * 78}\nlark,Lark,\n")
    project = Project(scratch.root)
    names, _ = project.add_table(scratch.root / "clinics.csv")
    jobs = project.plan(Request(brands=names))
    with pytest.raises(DesignError):
        project.build(jobs, None, lambda _job: None)
    assert not (scratch.root / "output").exists()
    project = Project(scratch.root, record=BuildRecord(scratch.root))  # which remembers only what was made
    project.add_table(scratch.root / "clinics.csv")
    built = project.build(jobs, None, lambda _job: None, keep_going=True)
    assert [path.parent.parent.name for path in built.files] == ["lark"]
    assert built.failure is not None
    assert [str(finding.span) for finding in built.failure.findings] == ["clinics.csv:C2"]


@pytest.mark.processes
def test_workers_know_the_clinics_of_a_table(scratch: Scratch, tmp_path: Path) -> None:
    """Several processes make files: each reads the table, too."""
    scratch.write("clinics.csv", "id,name,region\nrowan,Rowan,us\nlark,Lark,us\n")
    command = [sys.executable, str(ROOT / "build.py"), "build", "--project", str(scratch.root), "--jobs", "2"]
    command += ["--brands-from", str(scratch.root / "clinics.csv"), "-o", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"rowan", "lark"}
