from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from bifolio.app import Project
from bifolio.core.diagnostics import (
    BifolioError,
    ContentError,
    DesignError,
    ProofError,
    RequestError,
    ToolError,
)
from bifolio.formats.makers import verify_file
from bifolio.model.job import Request
from tests.support.projects import BRAND, COMPLETE, HANDOUT, REGION, Scratch

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><mask id="m"><path fill="#888" d="M0 0h9v9z"/></mask>'
    '<path mask="url(#m)" d="M0 0h9v9z"/></svg>'
)


def _said(raised: pytest.ExceptionInfo[BifolioError]) -> list[str]:
    return [f"{finding.span or ''} {finding.code}".strip() for finding in raised.value.findings]


TODAY = datetime.date(2026, 11, 22)


def _write_two_of_each(scratch: Scratch) -> None:
    scratch.write("content/handouts/card.yaml", HANDOUT.replace("kind: leaflet", "kind: card"))
    scratch.write(
        "content/brands/rowan/_brand.yml", BRAND.replace("us", "gb").replace("edition: letter", "edition: a4")
    )
    scratch.write(
        "content/regions/gb.yaml", REGION.replace("id: us", "id: gb").replace("doctor: doctor", "gp: GP")
    )


def test_folder_that_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as raised:
        Project(tmp_path)
    assert _said(raised) == ["plan.no-project"]


def test_plain_request_makes_what_the_project_plans(scratch: Scratch) -> None:
    _write_two_of_each(scratch)
    assert [str(job) for job in Project(scratch.root).plan(Request())] == [
        "card · letter · default",
        "small · letter · default",
    ]
    scratch.write("bifolio.yaml", "items: [card]\nbrands: [rowan]\n")
    (job,) = Project(scratch.root).plan(Request())
    assert (job.item, job.brand, job.edition, job.region) == ("card", "rowan", "a4", "gb")


def test_request_comes_before_the_project_file(scratch: Scratch) -> None:
    _write_two_of_each(scratch)
    scratch.write("bifolio.yaml", "items: [card]\nbrands: [rowan]\n")
    (job,) = Project(scratch.root).plan(
        Request(items=("small", "small"), brands=("default",), editions=("a5",), region="gb")
    )
    assert (job.item, job.brand, job.edition, job.region) == ("small", "default", "a5", "gb")


def test_all_unknown_names_are_told_at_once_with_what_else_is_wrong(scratch: Scratch) -> None:
    scratch.write("content/handouts/small.yaml", HANDOUT.replace("summary", "sumary"))
    request = Request(("small", "smal"), ("default", "defalt"), "usa", "eng", ("leter",), "clam")
    with pytest.raises(RequestError) as raised:
        Project(scratch.root).plan(request)
    assert _said(raised) == [
        "plan.unknown-brand",
        "plan.unknown-edition",
        "plan.unknown-item",
        "plan.unknown-language",
        "plan.unknown-region",
        "plan.unknown-theme",
        "content/handouts/small.yaml:3:1 content.unknown-key",
    ]


def test_names_in_files_are_told_where_they_stand_and_once(scratch: Scratch) -> None:
    scratch.write("bifolio.yaml", "items: [smal]\nbrands: [default, defalt]\nregion: usa\nlanguage: eng\n")
    scratch.write(
        "content/brands/default/_brand.yml", "meta: {name: A}\ndefaults: {bifolio: {edition: leter}}\n"
    )
    with pytest.raises(DesignError) as raised:
        Project(scratch.root).plan(Request())
    assert _said(raised) == [
        "bifolio.yaml:1:9 plan.unknown-item",
        "bifolio.yaml:2:19 plan.unknown-brand",
        "bifolio.yaml:3:9 plan.unknown-region",
        "bifolio.yaml:4:11 plan.unknown-language",
        "content/brands/default/_brand.yml:2:31 plan.unknown-edition",
    ]


def test_clinics_own_region_is_not_asked_for_when_the_command_names_one(scratch: Scratch) -> None:
    scratch.write("content/brands/default/_brand.yml", BRAND.replace("region: us", "region: usa"))
    (job,) = Project(scratch.root).plan(Request(region="us"))
    assert job.region == "us"


def test_default_region_need_not_be_there_when_nobody_uses_it(scratch: Scratch) -> None:
    _write_two_of_each(scratch)
    (scratch.root / "content/regions/us.yaml").unlink()
    (scratch.root / "content/brands/default/_brand.yml").unlink()
    assert Project(scratch.root).plan(Request(brands=("rowan",)))


def test_words_are_checked_in_every_region_that_is_used(scratch: Scratch) -> None:
    _write_two_of_each(scratch)
    scratch.write("content/handouts/small.yaml", HANDOUT.replace("One sentence.", "Ask your {doctor}."))
    project = Project(scratch.root)
    assert project.plan(Request())
    with pytest.raises(ContentError) as raised:
        project.plan(Request(brands=("default", "rowan")))
    assert _said(raised) == ["content/handouts/small.yaml:6:20 content.unknown-word"]


def test_everything_a_build_reads_is_read_before_it_begins(scratch: Scratch) -> None:
    scratch.write("content/handouts/small.yaml", HANDOUT.replace("- text: One sentence.", "- figure: wheel"))
    scratch.write("content/figures/wheel.svg.j2", "<svg/>")
    scratch.write("content/figures/wheel.yaml", "alt: ''\n")
    scratch.write("content/regions/us.yaml", REGION.replace("phone: 555-0199", "fone: 555-0199"))
    scratch.write("content/brands/default/_brand.yml", f"logo: none.svg\n{BRAND}")
    scratch.write("content/brands/default/templates/parts/none.html.j2", "x")
    scratch.write(
        "styles/editions/letter.yaml", "name: x\nsummary: x\ntrim_width_mm: 1\ntrim_height_mm: 100\n"
    )
    scratch.write("styles/themes/calm.css", "/* Calm. */")
    with pytest.raises(ContentError) as raised:
        Project(scratch.root).plan(Request())
    assert {said.rpartition(" ")[2] for said in _said(raised)} == {
        "figure.empty",
        "region.unknown-key",
        "brand.no-such-part",
        "edition.bad-value",
    }


def test_nothing_to_make(scratch: Scratch) -> None:
    scratch.write(
        "styles/editions/wallet.yaml",
        "name: x\nsummary: x\ntrim_width_mm: 90\ntrim_height_mm: 50\nkinds: [card]\n",
    )
    scratch.write("styles/themes/calm.css", "/* Calm. */")
    with pytest.raises(RequestError) as raised:
        Project(scratch.root).plan(Request(editions=("wallet",)))
    assert _said(raised) == ["plan.nothing"]
    (scratch.root / "content/handouts/small.yaml").unlink()
    with pytest.raises(RequestError) as raised:
        Project(scratch.root).plan(Request())
    assert _said(raised) == ["plan.no-handouts"]


def test_check_looks_at_every_brand_and_gives_warnings(scratch: Scratch) -> None:
    _write_two_of_each(scratch)
    scratch.write("content/brands/default/_brand.yml", f"logo: logo.svg\nextra: 1\n{BRAND}")
    scratch.write("content/brands/default/logo.svg", SVG)
    for item in ("small", "card"):
        scratch.write(f"content/handouts/{item}.yaml", COMPLETE)
    warnings = Project(scratch.root).check((), (), TODAY)
    assert [finding.code for finding in warnings] == ["brand.unused-keys", "brand.logo-pixels"]
    scratch.write("content/brands/rowan/_brand.yml", "meta: 1\n")
    with pytest.raises(DesignError) as raised:
        Project(scratch.root).check((), (), TODAY)
    assert _said(raised) == [  # one broken clinic hides nothing of the others
        "content/brands/default/_brand.yml:1:7 brand.logo-pixels",
        "content/brands/default/_brand.yml:2:1 brand.unused-keys",
        "content/brands/rowan/_brand.yml:1:7 brand.wrong-type",
    ]
    assert Project(scratch.root).check(("small",), ("default",), TODAY)


def test_check_of_an_empty_project_is_no_error(scratch: Scratch) -> None:
    (scratch.root / "content/handouts/small.yaml").unlink()
    assert Project(scratch.root).check((), (), TODAY) == []


@pytest.mark.parametrize("what", ["handouts", "brands", "editions", "regions", "languages", "themes"])
def test_rows_say_what_there_is(what: str, scratch: Scratch) -> None:
    rows = Project(scratch.root).rows(what)
    assert rows
    assert all(name and about for name, about in rows)


def test_rows_tell_all_that_is_wrong(scratch: Scratch) -> None:
    scratch.write("content/handouts/a.yaml", "")
    scratch.write("content/handouts/b.yaml", "")
    with pytest.raises(ContentError) as raised:
        Project(scratch.root).rows("handouts")
    assert len(raised.value.findings) == 2
    failures: list[BifolioError] = []
    assert [name for name, _ in Project(scratch.root).rows("handouts", failures)] == ["small"]
    assert len(failures) == 2


@pytest.mark.layout
def test_build_publishes_and_leaves_no_code_in_the_project(scratch: Scratch) -> None:
    project = Project(scratch.root)
    told: list[str] = []
    built = project.build(
        project.plan(Request()), None, lambda batch: told.extend(j.item for j in batch.jobs)
    )
    written, warnings, made, faults = built
    assert faults is None
    assert [path.relative_to(project.repository.root).as_posix() for path in written] == [
        "output/default/en/small.letter.pdf"
    ]
    assert (told, made) == (["small"], 1)
    assert not [warning for warning in warnings if warning.is_error]
    manifest = json.loads((scratch.root / "output/manifest.json").read_text("utf-8"))
    assert list(manifest["files"]) == ["default/en/small.letter.pdf"]
    # A stranger's project may bring a .bifolio/ of its own; what is kept there is pages, never code.
    assert not (scratch.root / ".bifolio" / "templates").exists()
    assert verify_file(written[0]) == []


def test_build_asks_for_room_before_it_works(scratch: Scratch) -> None:
    project = Project(scratch.root)
    jobs = project.plan(Request())
    scratch.write("taken", "x")
    told: list[str] = []
    with pytest.raises(ToolError):
        project.build(jobs, scratch.root / "taken" / "out", lambda batch: told.append(batch.jobs[0].item))
    assert told == []


@pytest.mark.parametrize(
    ("name", "body", "kind", "code"),
    [
        ("none.pdf", None, RequestError, "verify.missing-file"),
        ("folder.pdf", None, RequestError, "verify.missing-file"),
        ("a.txt", b"x", RequestError, "verify.unknown-format"),
        ("a.pdf", b"", ProofError, "verify.unreadable"),
        ("a.pdf", b"%PDF-1.7\n", ProofError, "verify.unreadable"),
    ],
)
def test_look_over_what_is_no_pdf(
    name: str, body: bytes | None, kind: type[BifolioError], code: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if body is not None:
        path.write_bytes(body)
    elif name.startswith("folder"):
        path.mkdir()
    with pytest.raises(kind) as raised:
        verify_file(path)
    assert raised.value.findings[0].code == code
