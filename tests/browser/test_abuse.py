"""What no page of the studio sends, sent to a running studio: each of it is refused, and the studio stays."""

from __future__ import annotations

import base64
import http.client
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Studio


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: http.client.HTTPMessage

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Rude:
    """A client that says what it likes, with the cookie of one who was let in."""

    studio: Studio
    cookie: str = ""

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        line = http.client.HTTPConnection(self.studio.base.removeprefix("http://"), timeout=90)
        try:
            given = {name.replace("_", "-").title(): value for name, value in headers.items()}
            line.putrequest(method, path, skip_host="Host" in given)
            for name, value in {"Cookie": self.cookie, **given}.items():
                line.putheader(name, value)
            if body is not None and "Content-Length" not in given:
                line.putheader("Content-Length", str(len(body)))
            with suppress(BrokenPipeError):  # the studio answers before it has heard all
                line.endheaders(body)
            answer = line.getresponse()
            return Answer(answer.status, answer.read(), answer.headers)
        finally:
            line.close()

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def post(self, path: str, said: object, method: str = "POST") -> Answer:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return self.send(method, path, body, origin=self.studio.base)

    def put(self, path: str, said: dict[str, object], version: str = "x") -> Answer:
        return self.post(path, {"version": version, **said}, "PUT")

    def version(self, path: str) -> str:
        """Return the version that the form of a page shows."""
        found = re.search(r'data-version="([0-9a-f]{64})"', self.get(path).text)
        assert found, path
        return found[1]


@pytest.fixture(scope="package")
def visitor(studio: Studio) -> Rude:
    entered = Rude(studio).get(studio.entry.removeprefix(studio.base))
    assert entered.status == 303
    return Rude(studio, entered.headers["set-cookie"].partition(";")[0])


@pytest.fixture
def rude(visitor: Rude) -> Iterator[Rude]:
    before = _files(visitor.studio.project)
    yield visitor
    assert visitor.get("/?brand=harbour").status == 200, "the studio is still there"
    assert _files(visitor.studio.project) == before, "and nothing was written"


def _files(project: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in project.parent.rglob("*.y*ml") if path.is_file()}


# -- from elsewhere ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost.evil.example:8642"])
def test_another_name_is_refused(rude: Rude, host: str) -> None:
    """DNS rebinding: a name that points at this computer, asked for by a page of that name."""
    answer = rude.send("GET", "/", host=host)
    assert answer.status == 421
    assert "Bifolio" not in answer.text.partition("<main")[2], "no word of the project"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "cross-site", "origin": "https://evil.example"},
        {},
    ],
    ids=str,
)
def test_another_page_changes_nothing(rude: Rude, headers: dict[str, str]) -> None:
    for path in ("/api/clinic", "/api/clinic/harbour", "/api/approval/steady-now", "/api/own/steady-now"):
        body = json.dumps({"name": "Evil", "fields": {"name": "Evil"}, "brand": "harbour"}).encode()
        for method in ("POST", "PUT"):
            assert rude.send(method, path, body, **headers).status == 403, path


def test_without_the_cookie_nothing_is_told(rude: Rude) -> None:
    stranger = Rude(rude.studio)
    for path in ("/", "/handout/steady-now", "/file/steady-now", "/clinic", "/clinic/harbour/take"):
        answer = stranger.get(path)
        assert answer.status == 401, path
        assert "steady-now" not in answer.text.replace(f'value="{path}', ""), "no word of the project"
    assert stranger.post("/api/picture", {"item": "steady-now"}).status == 401


# -- every parameter ---------------------------------------------------------------------------------------

REFUSED = (404, 405, 410, 422)

TRICKS = (
    "../../../../etc/passwd",
    "..%2F..%2F..%2Fetc%2Fpasswd",
    "/etc/passwd",
    "..",
    "harbour/../rowan",
    "\x00",
    "a" * 5000,
)


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: repr(trick[:12]))
def test_no_parameter_leads_out_of_the_project(rude: Rude, trick: str) -> None:
    is_path = "\x00" not in trick
    answers: dict[str, Answer] = {}
    version = rude.version("/clinic?brand=harbour")
    order = {"item": "tears-and-closeness", "page": 1, "width": 200}
    for name in ("item", "brand", "edition", "theme", "region", "language", "file"):
        answers[f"picture {name}"] = rude.post("/api/picture", {**order, name: trick})
    for name in ("region", "edition", "theme"):
        answers[f"clinic {name}"] = rude.put("/api/clinic/harbour", {"fields": {name: trick}}, version)
    answers["logo"] = rude.put("/api/clinic/harbour", {"fields": {}, "logo": trick}, version)
    assert rude.put("/api/clinic/harbour", {"fields": {}}, trick).status == 409
    answers["bundle"] = rude.post("/api/bundle", {"item": trick})
    answers["copy"] = rude.post("/api/copy", {"item": trick})
    answers["copy edition"] = rude.post("/api/copy", {**order, "copy": {"edition": trick}})
    for name in ("brand", "region", "language", "on"):
        said: dict[str, object] = {
            "brand": "harbour",
            "name": "a",
            "role": "b",
            "on": "2026-11-30",
            name: trick,
        }
        answers[f"approval {name}"] = rude.put("/api/approval/steady-now", said)
    answers["own brand"] = rude.post("/api/own/steady-now", {"brand": trick})
    answers["restore"] = rude.put("/api/clinic/harbour/restore", {"number": trick})
    if is_path:
        for name in ("brand", "edition", "theme", "region", "language", "file"):
            answers[f"file {name}"] = rude.get(f"/file/tears-and-closeness?{name}={trick}")
        answers["first look"] = rude.get(f"/picture/tears-and-closeness?v=x&theme={trick}")
        for path in (
            "handout",
            "file",
            "picture",
            "words",
            "static",
            "static/fonts",
            "clinic",
            "bundle",
            "api",
        ):
            answers[path] = rude.get(f"/{path}/{trick}")
        for path in ("clinic", "own", "words", "approval"):
            answers[f"post {path}"] = rude.post(f"/api/{path}/{trick}", {"words": {}, "fields": {}})
            answers[f"put {path}"] = rude.put(f"/api/{path}/{trick}", {"words": {}, "fields": {}})
        answers["take"] = rude.get(f"/clinic/{trick}/take")
    assert {name: said.status for name, said in answers.items() if said.status not in REFUSED} == {}
    assert not any("root:" in said.text for said in answers.values())
    assert "root:" not in rude.get(f"/clinic?brand={trick}" if is_path else "/clinic").text


def test_nonsense_gets_a_sentence(rude: Rude) -> None:
    for body in (b"", b"[", b"[]", b"null", b"1", b"\xff", b'{"item": {"a": 1}}', b"[" * 100_000):
        answer = rude.post("/api/picture", body)
        assert answer.status in (404, 422), body[:20]
        assert answer.json()["message"]
    for path in ("/api/bundle/99", "/bundle/99", "/bundle/x"):
        assert rude.get(path).status == 404
    assert rude.post("/api/clinic", {"name": ""}).status == 422
    assert "<script>alert" not in rude.get("/clinic?brand=%3Cscript%3Ealert(1)").text


def test_a_library_handout_is_never_written(rude: Rude) -> None:
    answer = rude.put("/api/words/tears-and-closeness", {"words": {'["title"]': "Another"}})
    assert answer.status == 422
    assert "own copy" in answer.json()["help"]


# -- what is sent ------------------------------------------------------------------------------------------


def test_svg_with_script_or_reference_is_cleaned_or_refused(rude: Rude) -> None:
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="alert(1)">'
    body = '<script>alert(1)</script><path fill="#123456" d="M0 0h9v9z"/></svg>'
    answer = rude.post("/upload/logo?name=logo.svg", (head + body).encode())
    assert answer.status == 201
    kept = base64.b64decode(answer.json()["shown"].partition(",")[2]).decode()
    assert "#123456" in kept
    assert not re.search("script|onload|alert|file:|image", kept)
    assert answer.json()["remarks"] == []
    picture = body.replace("<path", '<image href="file:///etc/passwd" width="9" height="9"/><path')
    assert rude.post("/upload/logo?name=logo.svg", (head + picture).encode()).status == 422
    bomb = (
        b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
        + head.encode()
        + b"&b;</svg>"
    )
    assert rude.post("/upload/logo?name=logo.svg", bomb).status == 422


def test_an_upload_of_50_mb_is_not_read(rude: Rude) -> None:
    announced = rude.send(
        "POST",
        "/upload/logo?name=logo.png",
        b"\x00" * 1000,
        origin=rude.studio.base,
        content_length="50000000",
    )
    assert announced.status == 413, "refused before it is read"
    assert rude.post("/api/picture", {"item": "x" * 1_000_000}).status == 413
    line = http.client.HTTPConnection(rude.studio.base.removeprefix("http://"), timeout=60)
    line.putrequest("POST", "/upload/logo?name=logo.png")
    for name, value in (
        ("Cookie", rude.cookie),
        ("Origin", rude.studio.base),
        ("Transfer-Encoding", "chunked"),
    ):
        line.putheader(name, value)
    line.endheaders()
    chunk, sent = b"%x\r\n" % 1_000_000 + b"\x00" * 1_000_000 + b"\r\n", 0
    try:
        for _ in range(50):
            line.send(chunk)
            sent += 1
    except OSError:
        pass  # the studio hung up
    line.close()
    assert sent < 50, "who does not say how much it is, is heard no longer than anybody"


def test_a_picture_that_is_small_only_while_packed_is_refused(rude: Rude) -> None:
    from PIL import Image

    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    assert len(out.getvalue()) < 200_000
    assert rude.post("/upload/logo?name=logo.png", out.getvalue()).status == 422


def test_a_packed_clinic_holds_no_surprise(rude: Rude) -> None:
    brand = b"meta: {name: Bomb}\nlogo: logo.svg\n"
    for entries in (
        {"_brand.yml": brand, "logo.svg": b"\x00" * 90_000_000},
        {"_brand.yml": b"a" * 90_000_000},
        {"logo.svg": b"<svg/>"},
        {"../../evil.svg": b"<svg/>", "x": b"y"},
        {"_brand.yml": b"meta: {name: A}\nx: &a [*a]\n"},
    ):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, body in entries.items():
                archive.writestr(name, body)
        assert len(out.getvalue()) < 300_000
        assert rude.post("/upload/clinic", out.getvalue()).status == 422, list(entries)
    assert rude.post("/upload/clinic", b"PK\x03\x04 and no more").status == 422
    assert not list(rude.studio.project.parent.rglob("evil.svg"))
