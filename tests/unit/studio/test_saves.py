"""Saves: only with a session, only from the version that stands, and one at a time. For every route there is."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from bifolio.app import Project
from bifolio.content.repository import Repository
from bifolio.core.versions import SupersededError
from bifolio.core.yaml_loader import parse
from bifolio.studio import brand_form as brands
from bifolio.studio import text_form as words
from bifolio.studio.application import studio
from bifolio.studio.draft import Draft
from bifolio.studio.session import Session
from tests.conftest import ROOT
from tests.support.projects import HANDOUT, Scratch
from tests.support.studio import Client, opened, site

pytestmark = pytest.mark.processes

BRAND_FILE = "content/brands/default/_brand.yml"
OWN_FILE = "content/brands/default/handouts/ours.yaml"
APPROVALS = "content/brands/default/approvals.yaml"
TITLE, SUMMARY = '["title"]', '["summary"]'
EVERYTHING: dict[str, Any] = {
    "brand": "default",
    "item": "ours",
    "fields": {"name": "Another Clinic", "phone": "555-0177"},
    "words": {TITLE: "Another title"},
    "name": "Jo Example",
    "role": "nurse",
    "on": "2026-11-28",
    "today": "2026-11-28",
    "number": 1,
    "colour": "#205030",
    "page": 1,
    "width": 80,
}
"""What any route could ask for: one that would save with it, and without a version, is found out."""

SHOWN = {
    "/api/clinic/{brand}": "/clinic?brand=default",
    "/api/clinic/{brand}/restore": "/clinic?brand=default",
    "/api/words/{item}": "/words/ours",
    "/api/approval/{item}": "/approvals?brand=default",
}
"""The page that shows what each route changes, and in which version."""


@pytest.fixture
def clinic(scratch: Scratch) -> Scratch:
    """A clinic with a handout of its own and an earlier version; a handout of the library is approved."""
    scratch.write(OWN_FILE, HANDOUT)
    brands.put_aside(scratch.root / "content/brands/default")
    Project(scratch.root).approve("small", "default", "Sam Example, doctor", "2026-11-23")
    return scratch


def _at(path: str) -> str:
    return path.format(brand="default", item="ours", number="1") if "{path" not in path else path


def _files(scratch: Scratch) -> dict[str, bytes]:
    content = scratch.root / "content"
    return {path.relative_to(content).as_posix(): path.read_bytes() for path in content.rglob("*.*")}


def _run(scratch: Scratch, work: Callable[[Client], Awaitable[None]]) -> None:
    async def run() -> None:
        async with opened(scratch.root) as client:
            await work(client)

    asyncio.run(run())


async def _version(client: Client, page: str) -> str:
    """Return the version that a page shows: that of the form for “ours”, where there are several."""
    html = (await client.ask("GET", page, accept="text/html")).body.decode()
    found = re.search(r'(?:data-item="ours"|data-form(?: data-grouped)?) data-version="(\w+)"', html)
    assert found, page
    return found[1]


# -- without a session -------------------------------------------------------------------------------------


def _stranger(scratch: Scratch, *, has_password: bool = False, session: str = "") -> Client:
    return Client(studio(scratch.root, site(has_password=has_password)), session)  # the guard answers first


@pytest.mark.parametrize("session", ["", "bifolio-8642=of-an-earlier-start"])
@pytest.mark.parametrize("has_password", [False, True], ids=["key", "password"])
def test_no_script_is_answered_without_a_session(
    scratch: Scratch, session: str, *, has_password: bool
) -> None:
    stranger = _stranger(scratch, has_password=has_password, session=session)
    scripted = [(method, path) for method, path in stranger.routes if path.startswith(("/api/", "/upload/"))]
    assert len(scripted) > 12
    for method, path in [*scripted, ("GET", "/api/nothing"), ("POST", "/upload/nothing")]:
        answer = asyncio.run(stranger.ask(method, _at(path), EVERYTHING, accept="*/*"))
        assert answer.status == 401, (method, path)
        assert answer.json()["message"] == "you were signed out"
        assert "location" not in answer.headers
        assert answer.headers["www-authenticate"]


@pytest.mark.parametrize("has_password", [False, True], ids=["key", "password"])
def test_no_page_is_shown_without_a_session_but_the_one_to_sign_in(
    scratch: Scratch, *, has_password: bool
) -> None:
    stranger = _stranger(scratch, has_password=has_password)
    pages = [path for method, path in stranger.routes if method == "GET" and not path.startswith("/api/")]
    assert "/clinic" in pages
    for path in pages:
        answer = asyncio.run(stranger.ask("GET", _at(path), accept="text/html"))
        assert answer.status == (200 if path == "/enter" else 401), path
        assert b'name="secret"' in answer.body
        assert b"data-form" not in answer.body


def test_a_script_signs_in_with_the_key_or_the_address(scratch: Scratch) -> None:
    async def sign_in(said: bytes) -> tuple[int, int]:
        client = _stranger(scratch)
        entered = await client.ask("POST", "/enter", said)
        assert isinstance(entered.json(), dict)
        client.session = entered.headers.get("set-cookie", "").partition(";")[0]
        return entered.status, (await client.ask("GET", "/api/session")).status

    assert asyncio.run(sign_in(b"secret=secret")) == (200, 200)
    assert asyncio.run(sign_in(b"secret=http://127.0.0.1:8642/?key%3Dsecret")) == (200, 200)
    assert asyncio.run(sign_in(b"secret=guess")) == (401, 401)
    assert asyncio.run(sign_in(b"\xff&&=")) == (401, 401)


def test_one_place_alone_asks_the_studio() -> None:
    """It looks at what comes back, so that nothing else is ever taken for an answer."""
    scripts = sorted((ROOT / "bifolio/studio/static").glob("*.js"))
    calls = {
        path.name: re.findall(r"\b(?:fetch|XMLHttpRequest|sendBeacon)\(", path.read_text())
        for path in scripts
    }
    assert {name: found for name, found in calls.items() if found} == {"common.js": ["fetch("]}


# -- from which version ------------------------------------------------------------------------------------


def test_each_change_of_what_is_there_is_a_put_and_names_its_version(clinic: Scratch) -> None:
    """Every other route changes no file that is there, whatever it is told."""

    async def work(client: Client) -> None:
        assert {path for method, path in client.routes if method == "PUT"} == set(SHOWN), "a page for each"
        before = _files(clinic)
        for method, path in client.routes:
            if method in ("GET", "HEAD") and not path.startswith("/api/"):
                continue
            said = b"no picture" if path.startswith("/upload/") else EVERYTHING
            answer = await client.ask(method, _at(path), said)
            if method == "PUT":
                assert answer.status == 428, path
                assert answer.json()["message"]
            after = _files(clinic)
            assert {name: after.get(name) for name in before} == before, (method, path)

    _run(clinic, work)


def test_a_stale_version_is_refused_and_what_stands_is_shown(clinic: Scratch) -> None:
    async def work(client: Client) -> None:
        before = _files(clinic)
        for path in SHOWN:
            answer = await client.ask("PUT", _at(path), {**EVERYTHING, "version": "0" * 64})
            assert answer.status == 409, path
            assert answer.json()["message"] == "somebody else has saved this since it was opened"
        assert _files(clinic) == before

    _run(clinic, work)


def test_the_version_that_a_page_shows_is_taken_once(clinic: Scratch) -> None:
    async def work(client: Client) -> None:
        for path, page in SHOWN.items():
            if path.endswith("/restore"):
                continue  # see the next test: it changes nothing where nothing has changed
            said = {**EVERYTHING, "version": await _version(client, page)}
            first = await client.ask("PUT", _at(path), said)
            assert first.status == 200, first.json()
            second = await client.ask("PUT", _at(path), {**said, "on": "2026-11-29"})
            assert second.status == 409, path
            if "version" in first.json():
                assert second.json()["now"]["version"] == first.json()["version"]
            further = {**said, "on": "2026-11-29", "version": second.json()["now"]["version"]}
            assert (await client.ask("PUT", _at(path), further)).status == 200, path

    _run(clinic, work)


def test_going_back_asks_for_the_version_too(clinic: Scratch) -> None:
    async def work(client: Client) -> None:
        first = await _version(client, "/clinic?brand=default")
        said = {"fields": {"phone": "555-0177"}, "version": first}
        saved = (await client.ask("PUT", "/api/clinic/default", said)).json()
        back = {"number": 1, "version": first}
        refused = await client.ask("PUT", "/api/clinic/default/restore", back)
        assert refused.status == 409
        assert "555-0177" in (clinic.root / BRAND_FILE).read_text("utf-8")
        again = await client.ask("PUT", "/api/clinic/default/restore", {**back, "version": saved["version"]})
        assert again.status == 200
        assert "555-0177" not in (clinic.root / BRAND_FILE).read_text("utf-8")

    _run(clinic, work)


def test_both_versions_of_each_field_come_with_the_refusal(clinic: Scratch) -> None:
    async def work(client: Client) -> None:
        version = await _version(client, "/words/ours")
        theirs = {TITLE: "A small leaflet for you", SUMMARY: "It says one thing."}
        mine = {TITLE: "A very small leaflet", SUMMARY: "It says two things."}
        await client.ask("PUT", "/api/words/ours", {"words": theirs, "version": version})
        refused = (await client.ask("PUT", "/api/words/ours", {"words": mine, "version": version})).json()
        now = refused["now"]
        assert now["fields"][TITLE] == theirs[TITLE]
        assert set(now["differences"]) == {TITLE, SUMMARY}
        changes = [(change["kind"], change["words"]) for change in now["differences"][TITLE]]
        assert changes == [("same", "A"), ("new", "very"), ("same", "small leaflet"), ("gone", "for you")]
        assert theirs[TITLE] in (clinic.root / OWN_FILE).read_text("utf-8"), "and nothing is written"
        again = {"words": mine, "version": now["version"]}
        assert (await client.ask("PUT", "/api/words/ours", again)).status == 200
        assert mine[TITLE] in (clinic.root / OWN_FILE).read_text("utf-8")

    _run(clinic, work)


def test_a_change_by_hand_is_a_version_too(clinic: Scratch) -> None:
    async def work(client: Client) -> None:
        for path, file in (("/api/clinic/{brand}", BRAND_FILE), ("/api/words/{item}", OWN_FILE)):
            said = {**EVERYTHING, "version": await _version(client, SHOWN[path])}
            text = (clinic.root / file).read_text("utf-8")
            clinic.write(file, text + "# by hand\n")
            refused = await client.ask("PUT", _at(path), said)
            assert refused.status == 409
            assert (clinic.root / file).read_text("utf-8") == text + "# by hand\n"
        version = await _version(client, "/clinic?brand=default")
        clinic.write("content/brands/default/logo.svg", "<svg/>")
        refused = await client.ask("PUT", "/api/clinic/default", {"fields": {}, "version": version})
        assert refused.status == 409, "a logo of the same name is another one"

    _run(clinic, work)


def test_words_that_are_too_long_are_refused_and_not_cut(clinic: Scratch) -> None:
    async def work(client: Client) -> None:
        before = _files(clinic)
        for path, said in (
            ("/api/clinic/default", {"fields": {"hours": "x" * 2001}}),
            ("/api/words/ours", {"words": {SUMMARY: "x" * 8001}}),
        ):
            answer = await client.ask("PUT", path, {**said, "version": "0" * 64})
            assert answer.status == 422
            (finding,) = answer.json()["findings"]
            assert finding["field"] in ("hours", SUMMARY)
        assert _files(clinic) == before

    _run(clinic, work)


@pytest.mark.parametrize(
    ("path", "said", "field"),
    [
        ("/api/words/{item}", {"words": {TITLE: "Another title", '["titel"]': "Lost"}}, '["titel"]'),
        (
            "/api/words/{item}",
            {"words": {TITLE: "Another title", '["body", 9, "text"]': ""}},
            '["body", 9, "text"]',
        ),
        ("/api/words/{item}", {"words": {TITLE: "Another title", SUMMARY: ["Lost"]}}, SUMMARY),
        ("/api/words/{item}", {"wrods": {TITLE: "Lost"}}, None),
        ("/api/words/{item}", {"words": [TITLE, "Lost"]}, None),
        ("/api/clinic/{brand}", {"fields": {"phone": "555-0177", "fone": "Lost"}}, "fone"),
        ("/api/clinic/{brand}", {"fields": {"phone": 5550177}}, "phone"),
        ("/api/clinic/{brand}", {"phone": "Lost"}, None),
    ],
)
def test_nothing_is_saved_where_words_would_be_lost(
    path: str, said: dict[str, Any], field: str | None, clinic: Scratch
) -> None:
    async def work(client: Client) -> None:
        before = _files(clinic)
        version = await _version(client, SHOWN[path])
        answer = await client.ask("PUT", _at(path), {**said, "version": version})
        assert answer.status == 422
        assert [finding["field"] for finding in answer.json()["findings"]] == [field] * bool(field)
        assert answer.json()["message"]
        assert answer.json()["help"]
        assert _files(clinic) == before

    _run(clinic, work)


def test_a_save_says_what_an_editor_would_say(clinic: Scratch) -> None:
    """It is saved: somebody may write on another day. But nobody takes it for finished."""
    clinic.write(
        "content/defaults.yaml",
        "safety: {pills: {when: now, find: overdose, text: Call 911 after an overdose.}}",
    )

    text = '["body", 0, "text"]'

    async def save(
        client: Client, words: str, version: str, **more: str
    ) -> tuple[dict[str, str | None], str]:
        said = {"words": {text: words}, "version": version, **more}
        answer = (await client.ask("PUT", "/api/words/ours", said)).json()
        found = {one["code"]: one["field"] for one in answer["findings"] if one["severity"] == "error"}
        return found, answer["version"]

    async def work(client: Client) -> None:
        version = await _version(client, "/words/ours")
        errors, version = await save(client, "Sleep after an overdose.", version)
        assert errors["lint.danger-words"] == text
        assert "Sleep after an overdose." in (clinic.root / OWN_FILE).read_text("utf-8")
        errors, _ = await save(client, "One sentence.", version, today="2026-11-28")
        assert errors
        assert "lint.danger-words" not in errors

    _run(clinic, work)


def test_a_form_is_never_older_than_its_version(clinic: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that change while the form is being made get it refused, and are not overwritten."""
    looked_at, of_now = [], words.version

    def version(repository: Any, item: str) -> str:
        looked_at.append(of_now(repository, item))
        clinic.write(
            OWN_FILE, HANDOUT.replace("A small leaflet", f"Title {len(looked_at)}, of somebody else")
        )
        return looked_at[-1]

    monkeypatch.setattr(words, "version", version)
    seen = Session(clinic.root).text("ours")
    assert seen["groups"][0]["fields"][0]["text"] == "Title 1, of somebody else"
    assert seen["version"] == looked_at[0]


# -- approvals -----------------------------------------------------------------------------------------------


def _sign(version: str, **said: str) -> dict[str, str]:
    return {
        "brand": "default",
        "name": "Jo Example",
        "role": "nurse",
        "on": "2026-11-28",
        **said,
        "version": version,
    }


def test_nobody_approves_words_that_they_were_not_shown(clinic: Scratch) -> None:
    async def work(client: Client) -> None:
        version = await _version(client, "/approvals?brand=default")
        clinic.write(OWN_FILE, HANDOUT.replace("One sentence", "Another sentence"))
        refused = await client.ask("PUT", "/api/approval/ours", _sign(version))
        assert refused.status == 409
        now = refused.json()["now"]
        changed = [change["words"] for change in now["changes"] if change["kind"] != "same"]
        assert changed == ["One", "Another"]
        assert (now["state"], now["by"]) == ("draft", None)
        assert "ours" not in (clinic.root / APPROVALS).read_text("utf-8")
        assert (await client.ask("PUT", "/api/approval/ours", _sign(now["version"]))).status == 200

    _run(clinic, work)


def test_nobody_approves_on_a_day_to_come(clinic: Scratch) -> None:
    async def work(client: Client) -> None:
        version = await _version(client, "/approvals?brand=default")
        refused = await client.ask("PUT", "/api/approval/ours", _sign(version, on="2099-01-01"))
        assert refused.status == 422
        (finding,) = refused.json()["findings"]
        assert finding["code"] == "approval.bad-day"
        assert "2099-01-01 is in the future" in finding["message"]
        assert "ours" not in (clinic.root / APPROVALS).read_text("utf-8")

    _run(clinic, work)


def test_one_approval_does_not_replace_another_unseen(clinic: Scratch) -> None:
    async def work(client: Client) -> None:
        version = await _version(client, "/approvals?brand=default")
        Project(clinic.root).approve("ours", "default", "Sam Example, doctor", "2026-11-27")
        refused = await client.ask("PUT", "/api/approval/ours", _sign(version))
        now = refused.json()["now"]
        assert (refused.status, now["by"], now["on"]) == (409, "Sam Example, doctor", "2026-11-27")
        assert now["changes"] == []
        assert "Jo Example" not in (clinic.root / APPROVALS).read_text("utf-8")

    _run(clinic, work)


def test_approving_one_handout_leaves_the_page_of_another_as_it_is(clinic: Scratch) -> None:
    async def work(client: Client) -> None:
        version = await _version(client, "/approvals?brand=default")
        Project(clinic.root).approve("small", "default", "Sam Example, doctor", "2026-11-28")
        assert (await client.ask("PUT", "/api/approval/ours", _sign(version))).status == 200

    _run(clinic, work)


def test_a_yes_is_to_the_region_that_was_shown(clinic: Scratch) -> None:
    region = (clinic.root / "content/regions/us.yaml").read_text("utf-8")
    clinic.write("content/regions/gb.yaml", region.replace("id: us", "id: gb").replace("en-US", "en-GB"))
    Project(clinic.root).approve("ours", "default", "Sam Example, doctor", "2026-11-23", region="gb")
    clinic.write(OWN_FILE, HANDOUT.replace("One sentence", "Another sentence"))
    rows = {(row["item"], row["region"]): row for row in Session(clinic.root).approvals("default")["rows"]}
    row = rows["ours", "gb"]
    assert row["state"] == "stale"
    assert len({row["id"] for row in rows.values()}) == len(rows)

    async def work(client: Client) -> None:
        said = _sign(row["version"], region="gb", language="en")
        assert (await client.ask("PUT", "/api/approval/ours", said)).status == 200

    _run(clinic, work)
    approval_statuses = Project(clinic.root).approval_statuses(["ours"], ["default"])
    assert {standing.region: standing.state for standing in approval_statuses} == {
        "us": "draft",
        "gb": "approved",
    }


# -- at the same time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "file", "written"),
    [
        ("/api/clinic/{brand}", BRAND_FILE, r"phone: 555-010(\d)"),
        ("/api/words/{item}", OWN_FILE, r'title: "Title (\d)"'),
        ("/api/approval/{item}", APPROVALS, r"Jo Example, nurse (\d)"),
    ],
)
def test_of_two_studios_that_save_at_once_one_wins_and_the_others_are_told(
    clinic: Scratch, path: str, file: str, written: str
) -> None:
    said = [
        {
            **EVERYTHING,
            "fields": {"phone": f"555-010{number}"},
            "words": {TITLE: f"Title {number}"},
            "role": f"nurse {number}",
        }
        for number in range(6)
    ]

    async def run() -> None:
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(opened(clinic.root)) for _ in range(2)]
            version = await _version(clients[0], SHOWN[path])
            saves = [
                clients[number % 2].ask("PUT", _at(path), {**one, "version": version})
                for number, one in enumerate(said)
            ]
            answers = await asyncio.gather(*saves)
        statuses = [answer.status for answer in answers]
        assert sorted(statuses) == [200, 409, 409, 409, 409, 409]
        assert re.findall(written, (clinic.root / file).read_text("utf-8")) == [str(statuses.index(200))]
        for answer in answers:
            if answer.status == 409:
                assert answer.json()["now"]["version"] != version

    asyncio.run(run())


def _save_clinic(root: Path, based_on: str, mark: str) -> None:
    brands.save(Repository(root), "default", Draft((("phone", mark),)), based_on)


def _save_words(root: Path, based_on: str, mark: str) -> None:
    words.save(Repository(root), "ours", [(TITLE, mark)], based_on)


@pytest.mark.parametrize(
    ("save", "file", "version"),
    [
        (_save_clinic, BRAND_FILE, lambda root: brands.version(root / BRAND_FILE.rpartition("/")[0])),
        (_save_words, OWN_FILE, lambda root: words.version(Repository(root), "ours")),
    ],
)
def test_the_check_and_the_write_are_one(
    clinic: Scratch,
    save: Callable[[Path, str, str], None],
    file: str,
    version: Callable[[Path], str],
) -> None:
    for round_ in range(20):
        start, based_on = Barrier(4), version(clinic.root)

        def try_to_save(mark: str, start: Barrier = start, based_on: str = based_on) -> str | None:
            start.wait()
            try:
                save(clinic.root, based_on, mark)
            except SupersededError:
                return None
            return mark

        with ThreadPoolExecutor(4) as pool:
            marks = [f"555-{round_:02}{number:02}" for number in range(4)]
            saved = [mark for mark in pool.map(try_to_save, marks) if mark]
        assert len(saved) == 1
        assert saved[0] in (clinic.root / file).read_text("utf-8")


def test_clinics_of_one_name_get_a_folder_each(clinic: Scratch) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(opened(clinic.root)) for _ in range(2)]
            made = [client.ask("POST", "/api/clinic", {"name": "Lindenhof"}) for client in clients * 3]
            names = [answer.json()["brand"] for answer in await asyncio.gather(*made)]
        assert len(set(names)) == 6

    asyncio.run(run())


def test_a_logo_is_called_the_same_after_a_restart(clinic: Scratch) -> None:
    logo = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40"/></svg>'

    async def upload(picture: bytes) -> str:
        async with opened(clinic.root) as client:
            return str((await client.ask("POST", "/upload/logo?name=logo.svg", picture)).json()["logo"])

    first = asyncio.run(upload(logo))
    assert asyncio.run(upload(logo)) == first
    assert asyncio.run(upload(logo.replace(b'<rect width="40"', b'<rect width="20"'))) != first, (
        "never somebody else's"
    )

    async def work(client: Client) -> None:
        said = {"fields": {}, "logo": first, "version": await _version(client, "/clinic?brand=default")}
        assert (await client.ask("PUT", "/api/clinic/default", said)).status == 410
        await client.ask("POST", "/upload/logo?name=logo.svg", logo)
        assert (await client.ask("PUT", "/api/clinic/default", said)).status == 200

    _run(clinic, work)


def test_words_on_two_lines_get_a_field_of_more_than_one() -> None:
    """A browser runs the lines of a one-line field together."""
    tree = parse(HANDOUT.replace("summary: It says one thing.", "summary: |\n  One.\n  Two."), "a.yaml")
    fields = {field["name"]: field for field in words.form_of(tree)[0]["fields"]}
    assert not fields[SUMMARY]["is_short"]
    assert fields[TITLE]["is_short"]
    assert json.loads(TITLE) == ["title"]
