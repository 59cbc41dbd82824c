"""What is not saved yet: shown on the page of the form it stands in, and nowhere else."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from bifolio.studio import tasks
from bifolio.studio.draft import Draft
from bifolio.studio.page_images import Picture
from bifolio.studio.query import Query
from bifolio.studio.session import Session
from bifolio.studio.tasks import TaskPool
from tests.support.projects import BRAND, HANDOUT, Scratch

pytestmark = pytest.mark.layout

SMALL, OURS = Query("small", "default"), Query("ours", "default")
WIDTH_PX = 300
OWN_INTRO = "intro: We have kept an evening free for questions."
OWN_LINES = """\
lines: [{name: Our own line, about: Questions after a visit, phone: 202-555-0123, hours: weekdays, \
checked_on: 2026-11-22}]"""

Fields = tuple[tuple[str, str], ...]

SERIF: Fields = (("titles", ""),)
SANS: Fields = (("titles", "Atkinson Hyperlegible"),)
OTHER_CLINIC: Fields = (
    ("colour", "#802050"),
    ("name", "Unsaved Clinic"),
    ("titles", "Atkinson Hyperlegible"),
)
OTHER_WORDS: Fields = (('["title"]', "Unsaved title"),)


def _page(
    session: Session, query: Query, clinic: Fields | None = None, words: Fields | None = None
) -> Picture:
    draft = None if clinic is None else Draft(clinic)
    return session.picture(query, 1, WIDTH_PX, draft=draft, fields=words)


# -- the live page of a clinic's form ----------------------------------------------------------------


@pytest.mark.parametrize("own", ["", OWN_INTRO, OWN_LINES, f"{OWN_INTRO}, {OWN_LINES}"])
def test_the_live_page_has_the_title_font_of_the_form(scratch: Scratch, own: str) -> None:
    """Also where the clinic has something else of its own that makes its plates its own."""
    scratch.write("content/brands/default/_brand.yml", BRAND.replace("}}", f", {own}}}}}" if own else "}}"))
    session = Session(scratch.root)
    overrides = session.view().repository.brand_files("default").overrides
    assert (bool(overrides.intro), bool(overrides.lines)) == ("intro:" in own, "lines:" in own)
    saved, serif = _page(session, SMALL), _page(session, SMALL, SERIF)
    sans = _page(session, SMALL, SANS)
    assert serif.body == saved.body
    assert sans.body != saved.body
    assert _page(session, SMALL, SERIF).body == serif.body, "and back again"
    session.save_clinic("default", Draft(SANS), session.clinic("default")["version"])
    assert _page(Session(scratch.root), SMALL).body == sans.body, "saved, it looks as it did on the live page"


# -- other forms, other tabs, the other process ------------------------------------------------------


@pytest.fixture
def studio(scratch: Scratch, tmp_path: Path) -> tuple[Session, Session]:
    """A session of a project, and one of a copy of it in which nobody types anything."""
    scratch.write("content/brands/default/handouts/ours.yaml", HANDOUT)
    scratch.write("content/brands/other/_brand.yml", BRAND.replace("Test Clinic", "Other Clinic"))
    untouched = tmp_path / "untouched"
    shutil.copytree(scratch.root, untouched)
    return Session(scratch.root), Session(untouched)


def _everything(session: Session) -> dict[str, Any]:
    """Return all that the pages of the studio show of what is saved."""
    answers = {
        "shelf": session.shelf("default"),
        "handout": session.handout(SMALL),
        "own handout": session.handout(OURS),
        "clinic": session.clinic("default"),
        "words": session.text("ours"),
        "approvals": session.approvals("default"),
    }
    for answer in answers.values():
        answer.pop("stamp", None)  # of the files' times, too
    pictures = {
        "page": _page(session, SMALL),
        "page of the other clinic": _page(session, Query("small", "other")),
        "page of its own handout": _page(session, OURS),
        "kept page": session.first_look(OURS, 1, WIDTH_PX),
        "file": session.file(OURS),
        "evidence": session.evidence(OURS, 1),
        "copy": session.tailored(OURS, "{}"),
        "findings": session.check_text("ours", (), None),
    }
    return {**answers, **pictures}


def _assert_same(seen: dict[str, Any], expected: dict[str, Any]) -> None:
    assert [name for name, value in seen.items() if value != expected[name]] == []


def test_what_is_typed_is_seen_nowhere_else(studio: tuple[Session, Session]) -> None:
    session, untouched = studio
    saved = _everything(untouched)
    assert _page(session, OURS, OTHER_CLINIC).body != saved["page of its own handout"].body
    assert _page(session, OURS, words=OTHER_WORDS).body != saved["page of its own handout"].body
    session.check_text("ours", OTHER_WORDS, None)
    _assert_same(_everything(session), saved)


def test_one_form_does_not_show_what_another_holds(studio: tuple[Session, Session]) -> None:
    """The form of words shows the clinic as it is saved, and the clinic's form the words as they are saved."""
    session, untouched = studio
    words = _page(untouched, OURS, words=OTHER_WORDS)
    clinic = _page(Session(untouched.project), OURS, OTHER_CLINIC)
    assert words.body != clinic.body
    for _ in range(2):
        assert _page(session, OURS, words=OTHER_WORDS) == words
        assert _page(session, OURS, OTHER_CLINIC) == clinic


def test_two_tabs_do_not_mix_what_they_hold(studio: tuple[Session, Session]) -> None:
    session, untouched = studio
    colours: tuple[Fields, ...] = ((("colour", "#205030"),), (("colour", "#802050"),), (("name", "Ours"),))
    alone = [_page(Session(untouched.project), SMALL, fields) for fields in colours]
    assert len({one.body for one in alone}) == len(colours)
    for _ in range(2):
        assert [_page(session, SMALL, fields) for fields in colours] == alone


def test_the_store_shared_with_other_processes_holds_nothing_unsaved(studio: tuple[Session, Session]) -> None:
    session, untouched = studio
    _page(session, OURS, OTHER_CLINIC)
    _page(session, OURS, words=OTHER_WORDS)
    session.check_text("ours", OTHER_WORDS, None)
    _assert_same(_everything(Session(session.project)), _everything(untouched))


@pytest.mark.processes
def test_no_process_shows_what_another_holds(studio: tuple[Session, Session]) -> None:
    session, untouched = studio
    saved, words = _page(untouched, OURS), _page(untouched, OURS, words=OTHER_WORDS)
    clinic = _page(untouched, OURS, OTHER_CLINIC)
    shown = {"saved": saved, "words": words, "clinic": clinic}

    async def work() -> list[tuple[str, Picture]]:
        pool = TaskPool(session.project, size=2)

        async def ask(what: str) -> tuple[str, Picture]:
            draft = Draft(OTHER_CLINIC) if what == "clinic" else None
            fields = OTHER_WORDS if what == "words" else None
            asked = OURS, 1, WIDTH_PX, "bmp", draft, None, fields
            return what, await pool.run(tasks.picture, *asked)

        try:
            first = await asyncio.gather(*map(ask, (*shown, *shown)))
            assert len(pool.processes.process_ids) == 2
            return [*first, *await asyncio.gather(*map(ask, (*reversed(shown), *shown)))]
        finally:
            await pool.stop()

    for what, picture in asyncio.run(work()):
        assert picture == shown[what], what
