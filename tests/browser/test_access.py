"""Every page of the studio against WCAG 2.2 AA, wide and narrow, light and dark; and against abuse."""

from __future__ import annotations

import base64
import http.client
import io
import json
import re
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import APIResponse, Browser, Page, expect

from tests.browser.conftest import Studio
from tests.conftest import THOROUGH

PAGES = (
    "/?brand=harbour",
    "/handout/tears-and-closeness?brand=harbour",
    "/clinic?brand=harbour",
    "/approvals?brand=harbour",
    "/words/tears-and-closeness",
    "/handout/not-there",
    "/nothing",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def _violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    assert len(found["passes"]) > 15, "axe looked at something"
    return [f"{one['id']}: {one['nodes'][0]['html'][:150]}" for one in found["violations"]]


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(1280, "light"), (320, "dark"), *([(1280, "dark"), (320, "light")] if THOROUGH else [])],
)
def test_no_violation_and_nothing_wider_than_the_window(
    chromium: Browser, studio: Studio, axe: str, width: int, scheme: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(studio.entry, wait_until="domcontentloaded")
    found: dict[str, list[str]] = {}
    for path in PAGES:
        page.goto(studio.base + path, wait_until="domcontentloaded")
        if page.locator("[data-viewer]").count():
            expect(page.locator("[data-viewer] [data-count]")).to_have_text(re.compile(r"Page 1 of"))
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        found[path] = _violations(page, axe)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    page.goto(f"{studio.base}/handout/tears-and-closeness?brand=harbour", wait_until="domcontentloaded")
    page.get_by_text("Other forms").click()
    page.get_by_role("button", name="Everything as one zip file").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found["dialog"] = _violations(page, axe)
    context.close()
    assert {path: said for path, said in found.items() if said} == {}


def test_axe_can_fail(page: Page, axe: str) -> None:
    page.evaluate(
        "document.querySelector('h1').insertAdjacentHTML('afterend', '<img src=\"data:,\"><input>')"
    )
    said = _violations(page, axe)
    assert any(one.startswith("image-alt") for one in said)
    assert any(one.startswith("label") for one in said)


# -- abuse ---------------------------------------------------------------------------------------------


class Rude:
    """Sends what no page of the studio sends."""

    def __init__(self, page: Page, studio: Studio) -> None:
        self.page, self.studio = page, studio

    def post(self, path: str, body: object) -> APIResponse:
        said = body if isinstance(body, bytes) else json.dumps(body)
        return self.page.request.post(
            self.studio.base + path, data=said, headers={"Origin": self.studio.base}, timeout=90_000
        )

    def get(self, path: str) -> APIResponse:
        return self.page.request.get(self.studio.base + path, timeout=90_000)


@pytest.fixture
def rude(page: Page, studio: Studio) -> Iterator[Rude]:
    rude = Rude(page, studio)
    yield rude
    assert rude.get("/?brand=harbour").status == 200, "the studio is still there"


TRICKS = (
    "../../../../etc/passwd",
    "..%2F..%2Fetc%2Fpasswd",
    "/etc/passwd",
    "..",
    "harbour/../rowan",
    "\x00",
    "a" * 5000,
)


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: repr(trick[:12]))
def test_no_parameter_leads_out_of_the_project(rude: Rude, trick: str) -> None:
    for name in ("item", "brand", "edition", "theme", "region", "language"):
        asked = {"item": "tears-and-closeness", "page": 1, "width": 200, name: trick}
        answer = rude.post("/api/picture", asked)
        assert answer.status in (404, 422), name
        assert "root:" not in answer.text()
    assert rude.post("/api/clinic/harbour", {"fields": {"region": trick}}).status == 422
    if "\x00" not in trick:
        assert rude.get(f"/file/tears-and-closeness?file={trick}").status in (404, 422)
        for path in ("/handout/", "/file/", "/words/", "/static/", "/static/fonts/", "/clinic/", "/bundle/"):
            answer = rude.get(path + trick)
            # ".." is taken out of an address before it is sent, and leads to another page of the studio.
            assert answer.status in ((200, 404) if trick == ".." else (403, 404, 422)), path
            assert "root:" not in answer.text()


def test_svg_with_script_or_reference_is_cleaned_or_refused(rude: Rude) -> None:
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="alert(1)">'
    body = '<script>alert(1)</script><image href="file:///etc/passwd"/><rect width="9" height="9"/></svg>'
    answer = rude.post("/upload/logo?name=logo.svg", (head + body).encode())
    assert answer.status == 201
    kept = base64.b64decode(answer.json()["shown"].partition(",")[2]).decode()
    assert "rect" in kept
    assert not re.search("script|onload|alert|file:|image", kept)
    assert answer.json()["left_out"] == ["image"]
    bomb = (
        b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
        + head.encode()
        + b"&b;</svg>"
    )
    assert rude.post("/upload/logo?name=logo.svg", bomb).status == 422


def test_uploads_are_bounded(rude: Rude) -> None:
    line = http.client.HTTPConnection(rude.studio.base.removeprefix("http://"), timeout=60)
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in rude.page.context.cookies())
    line.putrequest("POST", "/upload/logo?name=logo.png")
    for name, value in (("Cookie", cookie), ("Origin", rude.studio.base), ("Content-Length", "50000000")):
        line.putheader(name, value)
    line.endheaders(b"\x00" * 1000)
    assert line.getresponse().status == 413, "refused before it is read"
    line.close()
    assert rude.post("/api/picture", {"item": "x" * 1_000_000}).status == 413
    from PIL import Image

    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    assert len(out.getvalue()) < 200_000, "a picture that is small only as long as it is packed"
    assert rude.post("/upload/logo?name=logo.png", out.getvalue()).status == 422


def test_a_packed_clinic_holds_no_surprise(rude: Rude, studio: Studio) -> None:
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
    assert not list(studio.project.parent.rglob("evil.svg"))
    assert not (studio.project / "content/brands/bomb").exists()


def test_nonsense_gets_a_sentence(rude: Rude) -> None:
    for body in (b"", b"[", b"[]", b"null", b"1", b"\xff", b'{"item": {"a": 1}}', b"[" * 100_000):
        answer = rude.post("/api/picture", body)
        assert answer.status in (404, 422), body[:20]
        assert answer.json()["message"]
    for path in ("/api/bundle/99", "/bundle/99", "/bundle/x"):
        assert rude.get(path).status == 404
    assert rude.post("/api/clinic", {"name": ""}).status == 422
    assert rude.post("/api/clinic", {"name": "<script>"}).status in (201, 422)
    assert "<script>alert" not in rude.get("/clinic?brand=%3Cscript%3Ealert(1)").text()


def test_a_library_handout_is_never_written(rude: Rude, studio: Studio) -> None:
    file = studio.project / "content/handouts/tears-and-closeness.yaml"
    before = file.read_bytes()
    answer = rude.post("/api/words/tears-and-closeness/save", {"words": {'["title"]': "Another"}})
    assert answer.status == 422
    assert "own copy" in answer.json()["help"]
    assert file.read_bytes() == before
