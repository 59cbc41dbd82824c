"""One broken clinic, or one broken handout, never stops the others: `build --keep-going`, `check` and `list`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from bifolio.cli.main import main
from tests.support.projects import BRAND, HANDOUT, Scratch

TOO_WIDE = BRAND.replace("phone:", f"contact: {'W' * 78}, phone:")
"""A brand of which only the layout finds that its words do not fit."""

FAULTS: dict[str, tuple[str, str]] = {
    "yaml": ("_brand.yml", "meta: {name: [\n"),
    "model": ("_brand.yml", "meta: 1\n"),
    "region": ("_brand.yml", BRAND.replace("region: us", "region: zz")),
    "edition": ("_brand.yml", BRAND.replace("edition: letter", "edition: papyrus")),
    "theme": ("_brand.yml", BRAND.replace("edition: letter", "theme: none-such")),
    "part": ("templates/parts/none.html.j2", "x"),
    "broken-part": ("templates/parts/colophon.html.j2", "{{ nothing.at.all }}"),
    "approvals": ("approvals.yaml", "approvals: 3\n"),
    "own-handout": ("handouts/ours.yaml", "kind: leaflet\n"),
    "layout": ("_brand.yml", TOO_WIDE),
}


def run(scratch: Scratch, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(
        main,
        [*arguments, "--json", "--project", str(scratch.root)],
        prog_name="build.py",
        catch_exceptions=False,
    )
    return done.exit_code, json.loads(done.stdout)


def break_clinic(scratch: Scratch, fault: str) -> None:
    name, text = FAULTS[fault]
    scratch.write("content/brands/broken/_brand.yml", BRAND)
    scratch.write(f"content/brands/broken/{name}", text)


def errors(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [finding for finding in result["findings"] if finding["severity"] == "error"]


@pytest.mark.layout
@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_clinic_stops_no_other(fault: str, scratch: Scratch) -> None:
    break_clinic(scratch, fault)
    arguments = ("build", "--all-brands", "--keep-going", "--jobs", "1", "--format", "pdf,html,epub")
    code, result = run(scratch, *arguments)
    assert code in (3, 4)
    assert errors(result)
    assert all("default" in path for path in result["files"] if "broken" not in path)
    made = {path.rpartition("/")[2] for path in result["files"] if "/default/" in path}
    assert made == {"small.letter.pdf", "small.html", "small.epub", "index.html"}
    of_broken = {path.rpartition(".")[2] for path in result["files"] if "/broken/" in path}
    sound = {
        "own-handout": {"pdf", "html", "epub"},
        "layout": {"html", "epub"},
    }  # what has no part in the fault
    assert of_broken == sound.get(fault, set())


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "layout"])
def test_a_broken_clinic_hides_nothing_of_the_others(fault: str, scratch: Scratch) -> None:
    scratch.write("content/brands/default/_brand.yml", f"extra: 1\n{BRAND}")
    break_clinic(scratch, fault)
    code, result = run(scratch, "check")
    if fault != "broken-part":  # which is found where pages are composed
        assert code in (3, 4)
        assert any("broken" in (finding["file"] or "") for finding in errors(result))
    shown = result.get("findings") or result["warnings"]
    assert "brand.unused-keys" in {finding["code"] for finding in shown}
    code, result = run(scratch, "list", "brands")
    assert "default" in {row["id"] for row in result["brands"]}
    code, result = run(scratch, "list", "handouts")
    assert "small" in {row["id"] for row in result["handouts"]}
    code, result = run(scratch, "list", "--approvals")
    assert ("small", "default") in {(row["item"], row["brand"]) for row in result["approvals"]}
    assert run(scratch, "check", "--brand", "default")[0] == 0


@pytest.mark.layout
@pytest.mark.parametrize(
    "named",
    [
        ("--all-brands",),
        ("-b", "broken", "-b", "default"),
        ("-b", "default", "-b", "none-such"),
        ("--brands-from", "clinics.csv"),
        ("--brands-from", "clinics.csv", "-b", "broken"),
        (),
    ],
)
def test_however_brands_are_named_the_sound_ones_are_made(
    named: tuple[str, ...], scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_clinic(scratch, "model")
    scratch.write("bifolio.yaml", "brands: [broken, default]\nformats: [pdf, html]\n")
    scratch.write("clinics.csv", "id,name,phone\nlark,Lark,#N/A\nrowan,Rowan,\n")
    monkeypatch.chdir(scratch.root)
    code, result = run(scratch, "build", *named, "--keep-going", "--jobs", "1")
    assert code in (2, 4)
    made = {"rowan"} if "--brands-from" in named else {"default"}
    assert {path.split("/")[-3] for path in result["files"]} == made
    assert len(errors(result)) == 1 + (len(named) == 4 and "--brands-from" in named)


@pytest.mark.layout
def test_a_broken_handout_stops_no_other(scratch: Scratch) -> None:
    scratch.write("content/handouts/broken.yaml", HANDOUT.replace("title:", "titel:"))
    scratch.write("content/handouts/wordless.yaml", HANDOUT.replace("One sentence.", "A {none_such} word."))
    code, result = run(scratch, "build", "--keep-going", "--jobs", "1")
    assert code == 3
    assert [path.rpartition("/")[2] for path in result["files"]] == ["small.letter.pdf"]
    assert [finding["code"] for finding in errors(result)] == ["content.unknown-key", "content.unknown-word"]
    assert run(scratch, "build", "--jobs", "1")[0] == 3


def test_a_clinics_own_broken_handout_stops_no_build_of_another_clinic(scratch: Scratch) -> None:
    break_clinic(scratch, "own-handout")
    assert run(scratch, "check", "--brand", "default")[0] == 0
    from bifolio.app import Project
    from bifolio.model.job import Request

    assert {job.item for job in Project(scratch.root).plan(Request(brands=("default",)))} == {"small"}
