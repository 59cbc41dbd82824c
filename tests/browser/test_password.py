"""The studio for a clinic's network: a password, a name and TLS, in a real browser."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bifolio.studio.server import write_password
from tests.browser.conftest import Studio, opened
from tests.conftest import missing_tool

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def project(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio with a password and a certificate that it signed itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        missing_tool("openssl is not installed")
    folder = tmp_path_factory.mktemp("office")
    write_password(folder / "password", PASSWORD)
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([openssl, "req", "-x509", *made, *subject, *files], check=True, capture_output=True)
    secured = ("--certificate", str(folder / "cert.pem"), "--certificate-key", str(folder / "key.pem"))
    with opened(project, "--password-file", str(folder / "password"), *secured) as studio:
        yield studio


@pytest.fixture
def visit(chromium: Browser, project: Studio) -> Iterator[Page]:
    context = chromium.new_context(ignore_https_errors=True)
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"{project.base}/clinic?brand=harbour", wait_until="domcontentloaded")
    yield page
    context.close()


def test_only_the_password_opens_and_nothing_travels_in_the_open(visit: Page, project: Studio) -> None:
    assert project.entry.startswith("https://")
    assert "key=" not in project.entry, "a key in an address would be a second password"
    expect(visit.get_by_label("Password of the studio")).to_be_focused()
    visit.keyboard.type("wrong horse")
    visit.keyboard.press("Enter")
    expect(visit.get_by_role("alert")).to_contain_text("This is not the password.")
    assert visit.context.cookies() == []
    visit.get_by_label("Password of the studio").fill(PASSWORD)
    visit.keyboard.press("Enter")
    expect(visit.get_by_role("heading", name="Your clinic")).to_be_visible()  # the page that was asked for
    (cookie,) = visit.context.cookies()
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
    with visit.expect_response(re.compile("/api/picture")) as shown:
        visit.goto(f"{project.base}/handout/steady-now?brand=harbour", wait_until="domcontentloaded")
    expect(visit.locator("[data-viewer] [data-count]")).to_have_text(re.compile(r"Page 1 of \d+"))
    assert shown.value.headers["content-type"] == "image/png", "small enough to travel"


def test_whoever_did_not_enter_sees_nothing(visit: Page, project: Studio) -> None:
    for path in (
        "/",
        "/handout/steady-now",
        "/file/steady-now",
        "/picture/steady-now?v=x",
        "/clinic/harbour/take",
    ):
        answer = visit.request.get(project.base + path, max_redirects=0)
        assert answer.status == 401, path
        assert "steady-now" not in answer.text().replace(f'value="{path}', ""), path
    told = visit.request.post(
        f"{project.base}/enter", data=f"secret={PASSWORD}", headers={"Origin": "https://evil.example"}
    )
    assert told.status == 403, "another page does not enter in somebody's name"
