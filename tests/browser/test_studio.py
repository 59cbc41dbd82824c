"""The studio as a therapist uses it, in a real browser: from the shelf to a printed copy."""

from __future__ import annotations

import contextlib
import io
import re
import time
import zipfile
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ITEMS, Studio
from tests.conftest import THOROUGH, missing_tool
from tests.support import verapdf

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="#a03060"/></svg>'


def _text(pdf: Path) -> str:
    document = pdfium.PdfDocument(pdf)
    text = " ".join(document[number].get_textpage().get_text_bounded() for number in range(len(document)))
    document.close()
    return " ".join(text.split())


def _open(page: Page, studio: Studio, item: str = "tears-and-closeness", brand: str = "harbour") -> None:
    page.goto(f"{studio.base}/handout/{item}?brand={brand}", wait_until="domcontentloaded")
    expect(page.locator("[data-viewer] [data-count]")).to_have_text(re.compile(r"Page 1 of \d+"))


def _picture(page: Page) -> str:
    return str(page.locator("canvas[data-sheet]").evaluate("canvas => canvas.toDataURL()"))


def _written(since: float, *folders: Path) -> list[bytes]:
    """Return what was written in folders since a moment; other tests may write there, too, and take it away."""
    found = []
    for path in (path for folder in folders for path in folder.rglob("*")):
        with contextlib.suppress(OSError):
            if path.is_file() and path.stat().st_mtime > since - 1:
                found.append(path.read_bytes())
    return found


def _save(page: Page, name: str, tmp_path: Path) -> Path:
    with page.expect_download() as begun:
        page.get_by_role("link", name=name, exact=True).or_(
            page.get_by_role("button", name=name, exact=True)
        ).click()
    path = tmp_path / begun.value.suggested_filename
    begun.value.save_as(path)
    return path


def test_shelf_finds_as_one_types(page: Page) -> None:
    leaves = page.locator("[data-shelf] > li:visible")
    expect(leaves).to_have_count(len(ITEMS))
    page.get_by_label("Search").fill("steady")
    expect(leaves).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text(f"1 of {len(ITEMS)} handouts for “steady”")
    page.get_by_label("Kind").select_option("card")
    expect(leaves).to_have_count(0)
    expect(page.locator("[data-none]")).to_contain_text("1 fits what you typed")
    page.get_by_role("button", name="Show all").click()
    expect(leaves).to_have_count(len(ITEMS))
    page.get_by_label("Kind").select_option("card")
    expect(leaves).to_have_count(1)
    picture = leaves.locator("img").first
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 400


def test_shelf_is_searched_as_people_speak(page: Page) -> None:
    leaves, field, said = (
        page.locator("[data-shelf] > li:visible"),
        page.get_by_label("Search"),
        page.get_by_role("status"),
    )
    in_order = page.locator("[data-shelf] h2").all_inner_texts()
    field.press_sequentially("senses exercise")
    expect(leaves.first.locator("h2")).to_have_text("Steady now")
    field.fill("cries")
    expect(leaves.first.locator("h2 mark")).to_have_text("Tears")  # a synonym, and a form of it
    expect(leaves.first.locator("[data-found] mark").first).to_be_visible()
    field.fill("tears and closenes")
    expect(leaves.first.locator("h2")).to_have_text("Tears and closeness")
    field.fill("Groundign exercise")
    expect(said).to_contain_text("for “grounding exercise”, as “Groundign exercise” is in none")
    field.press("Enter")
    expect(page.locator("[data-shelf] > li:visible h2 a").first).to_be_focused()
    field.fill("kidney stones")
    expect(said).to_have_text("No handout fits “kidney stones”.")
    expect(leaves).to_have_count(0)
    field.fill("")
    expect(leaves).to_have_count(len(ITEMS))
    assert page.locator("[data-shelf] h2").all_inner_texts() == in_order
    expect(page.locator("[data-shelf] mark")).to_have_count(0)


def test_handout_turns_zooms_and_changes(page: Page, studio: Studio) -> None:
    _open(page, studio)
    count = page.locator("[data-viewer] [data-count]")
    before = _picture(page)
    paper = page.locator("[data-paper]")
    paper.focus()
    paper.press("End")
    expect(count).to_have_text("Page 2 of 2")
    expect(page.get_by_role("button", name="Next page")).to_be_disabled()
    assert _picture(page) != before
    paper.press("ArrowLeft")
    expect(count).to_have_text("Page 1 of 2")
    assert _picture(page) == before
    narrow = page.locator("[data-sheet]").evaluate("canvas => canvas.width")
    paper.press("+")
    expect(page.locator("[data-sheet]")).not_to_have_js_property("width", narrow)
    assert page.locator("[data-sheet]").evaluate("canvas => canvas.width") > narrow
    page.get_by_label("Support lines of").select_option("gb")
    page.wait_for_url(re.compile("region=gb"))
    page.get_by_label("Paper and size").select_option("a4")
    page.wait_for_url(re.compile("edition=a4"))
    page.reload(wait_until="domcontentloaded")
    expect(page.get_by_label("Paper and size")).to_have_value("a4")


def test_files_are_the_real_ones(page: Page, studio: Studio, tmp_path: Path) -> None:
    _open(page, studio)
    pdf = _save(page, "Download PDF", tmp_path)
    assert pdf.name == "Tears and closeness – Harbour Street Counseling.pdf"
    assert "Harbour Street Counseling" in _text(pdf)
    with pikepdf.open(pdf) as document:
        assert len(document.pages) == 2
    _expect_pdf_ua(pdf)
    page.get_by_label("Support lines of").select_option("gb")
    assert "116 123" in _text(_save(page, "Download PDF", tmp_path))


@pytest.mark.skipif(not THOROUGH, reason="every form of a handout takes a minute: make thorough")
def test_everything_comes_as_one_zip(page: Page, studio: Studio, tmp_path: Path) -> None:
    _open(page, studio, "check-in-card")
    page.get_by_text("Other papers").click()
    offered = page.locator("[data-file]").evaluate_all("links => links.map(link => link.dataset.file)")
    page.get_by_role("button", name="Everything as one zip file").click()
    expect(page.get_by_role("dialog")).to_contain_text("The zip file is ready.", timeout=240_000)
    packed = zipfile.ZipFile(_save(page, "Save the zip file", tmp_path))
    folder = "My check-in card – Harbour Street Counseling"
    assert packed.filename == str(tmp_path / f"{folder}.zip")
    assert len(set(packed.namelist())) == len(offered) >= 3
    assert f"{folder}/{folder} – Wallet cards, A4.pdf" in packed.namelist()
    assert f"{folder}/{folder}.epub" in packed.namelist()
    for name in packed.namelist():
        if name.endswith(".pdf"):
            with pikepdf.open(io.BytesIO(packed.read(name))) as document:
                assert len(document.pages) >= 1


def test_long_work_can_be_stopped(page: Page, studio: Studio) -> None:
    _open(page, studio, "steady-now", "rowan")
    page.get_by_text("Other papers").click()
    expect(page.locator(".take h2:visible")).to_have_text(
        ["On A4 paper", "For screens and web sites", "Other sizes", "On Letter paper"]
    )
    expect(page.locator("[data-file]").first).to_have_text("This handout on A4")
    page.get_by_role("button", name="Everything as one zip file").click()
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as ended:
        page.get_by_role("button", name="Stop").click()
    assert ended.value.ok
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_label("Paper and size").select_option("a5")
    page.wait_for_url(re.compile("edition=a5"))
    expect(page.locator("[data-viewer] .trouble")).to_have_count(0)


def test_a_folded_form_is_shown_and_taken_as_its_sheets(page: Page, studio: Studio, tmp_path: Path) -> None:
    _open(page, studio)
    count, reading = (
        page.locator("[data-viewer] [data-count]"),
        page.get_by_role("button", name="Reading order"),
    )
    expect(reading).to_be_hidden()
    page.get_by_label("Paper and size").select_option("trifold-letter")
    expect(count).to_have_text("Sheet 1 of 1, front")
    sheet = page.locator("[data-sheet]").bounding_box()
    assert sheet
    assert sheet["width"] > sheet["height"]
    page.get_by_role("button", name="Page before").click()
    expect(count).to_have_text("Note for the printer")
    page.locator("[data-paper]").press("End")
    expect(count).to_have_text("Sheet 1 of 1, back")
    reading.click()
    expect(count).to_have_text("Page 1 of 6")
    expect(reading).to_have_attribute("aria-pressed", "true")
    pdf = _save(page, "Download PDF", tmp_path)
    assert pdf.name == "Tears and closeness – Harbour Street Counseling – Folded leaflet, Letter.pdf"
    with pikepdf.open(pdf) as document:
        assert len(document.pages) == 4
        assert [float(side) for side in document.pages[0].mediabox[2:]] == [792, 612]
    assert "How to print this folded leaflet" in _text(pdf)
    said = page.locator("[data-record-words]")
    expect(said).to_contain_text(
        re.compile(
            r"^\d+ \w+ \d{4}: “Tears and closeness”, version [\d.]+, English, Folded leaflet, Letter\."
        )
    )
    expect(said).to_contain_text("Harbour Street Counseling. Draft: not approved yet.")
    page.get_by_role("button", name="Copy this note").click()
    expect(page.locator("[data-record-said]")).to_have_text(re.compile("Copied|selected"))
    page.reload(wait_until="domcontentloaded")
    expect(count).to_have_text("Sheet 1 of 1, front")
    page.get_by_label("Paper and size").select_option("letter")
    expect(count).to_have_text("Page 1 of 2")
    expect(reading).to_be_hidden()


def test_print_opens_the_finished_pdf(page: Page, studio: Studio) -> None:
    _open(page, studio)
    page.evaluate("Object.defineProperty(navigator, 'pdfViewerEnabled', {value: false})")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Print", exact=True).click()
    address = opened.value.url
    opened.value.close()
    if address in ("", ":", "about:blank"):  # a Chromium without a PDF viewer takes it as a download
        address = page.get_by_role("link", name="Print", exact=True).get_attribute("href") or ""
    answer = page.request.get(studio.base + address.removeprefix(studio.base))
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.body().startswith(b"%PDF-")


def test_clinic_from_nothing_to_a_printed_page(page: Page, studio: Studio, tmp_path: Path) -> None:
    page.goto(f"{studio.base}/clinic?brand=harbour", wait_until="domcontentloaded")
    page.get_by_text("Other clinics, and moving").click()
    page.get_by_label("Name of a new clinic").fill("Lindenhof Praxis")
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url(re.compile("brand=lindenhof-praxis"))
    expect(page.locator("[data-viewer] [data-count]")).to_have_text(re.compile(r"Page 1 of \d+"))
    file = studio.project / "content/brands/lindenhof-praxis/_brand.yml"
    first = file.read_text("utf-8")

    page.get_by_label("Phone").fill("555-0177")
    page.get_by_label("Colour as a code").fill("#ffd60a")
    expect(page.locator("[data-colours]")).to_contain_text("too little for letters")
    page.get_by_role("button", name=re.compile("the nearest that can be read")).click()
    expect(page.locator("[data-colours]")).to_contain_text("Letters in it can be read.")
    page.get_by_label("Colour as a code").fill("#a03060")
    logo = tmp_path / "logo.svg"
    logo.write_text(LOGO)
    page.get_by_label("Logo", exact=True).set_input_files(logo)
    expect(page.locator("[data-logo-said]")).to_have_text("The logo is in place.")
    assert file.read_text("utf-8") == first, "nothing is kept before it is saved"
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-saved]")).to_have_text("Saved.")
    assert "#a03060" in file.read_text("utf-8")
    assert (file.parent / "logo.svg").exists()

    _open(page, studio, brand="lindenhof-praxis")
    pdf = _save(page, "Download PDF", tmp_path)
    assert "Lindenhof Praxis" in _text(pdf)
    assert "555-0177" in _text(pdf)
    _expect_pdf_ua(pdf)
    picture = pdfium.PdfDocument(pdf)[0].render(scale=1).to_pil().convert("RGB")
    assert (160, 48, 96) in {colour for _, colour in picture.getcolors(1_000_000) or []}, (
        "the logo's own colour"
    )

    page.goto(f"{studio.base}/clinic?brand=lindenhof-praxis", wait_until="domcontentloaded")
    packed = tmp_path / "clinic.zip"
    page.get_by_text("Other clinics, and moving").click()
    with page.expect_download() as begun:
        page.get_by_role("link", name="Save this clinic as a file").click()
    begun.value.save_as(packed)
    page.get_by_label("Open a clinic from a file").set_input_files(packed)
    page.wait_for_url(re.compile("brand=lindenhof-praxis-2"))
    twin = studio.project / "content/brands/lindenhof-praxis-2"
    assert (twin / "_brand.yml").read_bytes() == file.read_bytes()
    assert (twin / "logo.svg").read_bytes() == (file.parent / "logo.svg").read_bytes()

    page.goto(f"{studio.base}/clinic?brand=lindenhof-praxis", wait_until="domcontentloaded")
    page.get_by_text("Earlier versions").click()
    page.get_by_role("button", name="Go back to version 1").click()
    expect(page.get_by_label("Phone")).to_have_value("")
    assert file.read_text("utf-8") == first
    expect(page.get_by_role("button", name="Go back to version 2", include_hidden=True)).to_have_count(1)


def test_a_wrong_field_is_told_at_the_field(page: Page, studio: Studio) -> None:
    page.goto(f"{studio.base}/clinic?brand=rowan", wait_until="domcontentloaded")
    file = studio.project / "content/brands/rowan/_brand.yml"
    before = file.read_bytes()
    email = page.get_by_label("Email")
    email.fill("not an address")
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#wrong-email")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-form] [data-trouble]")).not_to_be_empty()
    assert file.read_bytes() == before
    email.fill("hello@rowan.example.org")
    expect(page.locator("#wrong-email")).to_have_count(0)


def test_a_phone_that_nobody_can_dial_is_saved_and_told_at_its_field(
    page: Page, studio: Studio, tmp_path: Path
) -> None:
    page.goto(f"{studio.base}/clinic?brand=rowan", wait_until="domcontentloaded")
    file = studio.project / "content/brands/rowan/_brand.yml"
    before = file.read_text("utf-8")
    phone, save = page.get_by_label("Phone"), page.get_by_role("button", name="Save")
    phone.fill("020 7946 0321/2")
    save.click()
    expect(page.locator("[data-saved]")).to_have_text("Saved.")
    expect(page.locator("#odd-phone")).to_contain_text("no number in it is certain")
    expect(phone).not_to_have_attribute("aria-invalid", "true")
    assert "phone: 020 7946 0321/2" in file.read_text("utf-8")

    page.reload()
    expect(phone).to_have_value("020 7946 0321/2")
    expect(page.locator("#odd-phone")).to_be_visible()
    expect(phone).to_have_accessible_description(re.compile("no number in it is certain"))
    phone.fill("020 7946 0321 ext. 2")
    expect(page.locator("#odd-phone")).to_have_count(0)
    save.click()
    expect(page.locator("[data-saved]")).to_have_text("Saved.")
    expect(page.locator("#odd-phone")).to_have_count(0)
    _open(page, studio, "tears-and-closeness", "rowan")
    with pikepdf.open(_save(page, "Download PDF", tmp_path)) as document:
        links = [link for sheet in document.pages for link in sheet.obj.get("/Annots", ())]
        assert "tel:+442079460321;ext=2" in [str(link.A.URI) for link in links]
    file.write_text(before, "utf-8")


def test_approval_holds_until_a_word_changes(page: Page, studio: Studio, tmp_path: Path) -> None:
    _open(page, studio, "check-in-card")
    page.get_by_role("link", name="Draft: not approved yet").click()
    form = page.get_by_role("form", name="Approve My check-in card")
    form.get_by_label("Name of the clinician").fill("Jo Example")
    form.get_by_label("Role").fill("clinical psychologist")
    form.get_by_label("Day on which").fill("2099-01-01")
    form.get_by_role("button", name="Approve this text").click()
    assert form.get_by_label("Day on which").evaluate("field => field.validity.rangeOverflow"), (
        "not on a day to come"
    )
    form.get_by_label("Day on which").fill("2026-11-30")
    form.get_by_role("button", name="Approve this text").click()
    approved = page.get_by_role("region", name=re.compile("^Approved"))
    expect(approved).to_contain_text("Jo Example, clinical psychologist, 2026-11-30")
    _open(page, studio, "check-in-card")
    assert "Jo Example" in _text(_save(page, "Download PDF", tmp_path))

    handout = studio.project / "content/handouts/check-in-card.yaml"
    text = handout.read_text("utf-8")
    handout.write_text(text.replace("title: My check-in card", "title: My own check-in card"), "utf-8")
    page.goto(f"{studio.base}/approvals?brand=harbour", wait_until="domcontentloaded")
    changed = page.get_by_role("region", name=re.compile("^Changed since"))
    expect(changed).to_contain_text("My own check-in card")
    changed.get_by_text("What changed").click()
    expect(changed.locator("ins").first).to_contain_text("own")
    _open(page, studio, "check-in-card")
    assert "Jo Example" not in _text(_save(page, "Download PDF", tmp_path))
    handout.write_text(text, "utf-8")


def test_a_clinician_sees_where_each_claim_was_read(page: Page, studio: Studio, tmp_path: Path) -> None:
    page.goto(f"{studio.base}/approvals?brand=rowan", wait_until="domcontentloaded")
    link = page.get_by_role("link", name="evidence sheet of Steady now", exact=True)
    answer = page.request.get(studio.base + (link.get_attribute("href") or "").removeprefix(studio.base))
    assert answer.headers["content-disposition"].startswith("inline")
    sheet = tmp_path / "sheet.pdf"
    sheet.write_bytes(answer.body())
    assert "Steady now: what it claims" in _text(sheet)
    assert "page 1 of 1" in _text(sheet)
    lost = page.request.get(f"{studio.base}/evidence/steady-now?brand=rowan&sheet=9")
    assert lost.status == 422
    assert "no such evidence sheet" in lost.text()


def test_one_clients_copy_leaves_no_trace(page: Page, studio: Studio, tmp_path: Path) -> None:
    words = "Zwetschgenknödel"
    begun_at = time.time()
    _open(page, studio)
    page.get_by_text("For one client").click()
    page.get_by_label("A few words from you").fill(f"Remember the {words}.")
    page.get_by_label("Next visit").fill("Tuesday at noon")
    page.get_by_label("What people say, and what is known").uncheck()
    with page.expect_download() as begun:
        page.get_by_role("button", name="Download it").click()
    copy = tmp_path / "copy.pdf"
    begun.value.save_as(copy)
    text = _text(copy)
    assert words in text
    assert "Tuesday at noon" in text
    assert "I must be the only one" not in text
    assert "988" in text, "what keeps a reader safe stays"
    assert "Harbour Street Counseling" in text
    with page.expect_response(re.compile("/api/picture")):
        page.get_by_label("Next visit").fill("Wednesday")
    mark = studio.project / "mark"
    mark.write_text("something that was written now")
    written = _written(begun_at, studio.project, (studio.project / ".bifolio").resolve())
    assert mark.read_bytes() in written
    assert not any(words.encode() in body for body in written)
    assert words not in page.url
    with pikepdf.open(copy) as document:
        assert words not in str(document.docinfo)


def test_own_copy_changes_words_and_not_the_library(page: Page, studio: Studio, tmp_path: Path) -> None:
    repository = studio.project / "content/handouts/steady-now.yaml"
    before = repository.read_bytes()
    _open(page, studio, "steady-now")
    page.get_by_role("button", name="Make our own copy").click()
    page.wait_for_url(re.compile("/words/steady-now-harbour"))
    own = studio.project / "content/brands/harbour/handouts/steady-now-harbour.yaml"
    page.get_by_label("Line below the title").fill(
        "Never panic! " + "This sentence goes on and on and never comes to an end " * 3
    )
    expect(page.locator(".remark").first).to_be_visible()
    page.get_by_label("Line below the title").fill("Our own way to find firm ground.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-saved]")).to_contain_text("Saved.")
    assert "Our own way to find firm ground." in own.read_text("utf-8")
    assert repository.read_bytes() == before
    changed = [
        (one, other)
        for one, other in zip(
            before.decode().splitlines(), own.read_text("utf-8").splitlines()[1:], strict=True
        )
        if one != other and "schema" not in one
    ]
    assert len(changed) == 1, "only the line of the changed words is another"
    page.get_by_role("link", name="Back to the handout").click()
    expect(page.locator("[data-viewer] [data-count]")).to_have_text(re.compile("Page 1"))
    assert "firm ground" in _text(_save(page, "Download PDF", tmp_path))
    page.goto(f"{studio.base}/?brand=rowan", wait_until="domcontentloaded")
    expect(page.locator("[data-shelf] > li")).to_have_count(len(ITEMS))


class Keys:
    """Someone who has a keyboard and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tab_to(self, words: str, most: int = 80) -> None:
        """Press Tab until the focus is at something of this name; it must be seen there."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(_FOCUS)
            if words in at["name"]:
                assert at["shows"], f"nothing shows the focus at {words}"
                return
        pytest.fail(f"Tab never comes to {words}")

    def press(self, words: str, key: str = "Enter") -> None:
        self.tab_to(words)
        self.page.keyboard.press(key)

    def write(self, words: str, said: str) -> None:
        self.tab_to(words)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(said)


_FOCUS = """
() => {
  const at = document.activeElement;
  if (at === document.body) return { name: '', shows: false };
  const name = at.labels?.[0]?.textContent || at.getAttribute('aria-label') || at.textContent || '';
  const shows = [at, at.closest('.leaf')].some((one) => one && getComputedStyle(one).outlineStyle !== 'none');
  return { name: name.trim(), shows };
}
"""


def test_keyboard_alone_goes_the_whole_way(page: Page, studio: Studio) -> None:
    keys = Keys(page)
    drawn = page.locator("[data-viewer] [data-count]")
    page.keyboard.press("Tab")
    assert page.evaluate(_FOCUS) == {"name": "Go to the page", "shows": True}
    page.keyboard.press("Enter")
    keys.write("Search", "tears")
    keys.press("Tears and closeness")
    expect(drawn).to_have_text("Page 1 of 2")
    keys.press("Next page", "Space")
    expect(drawn).to_have_text("Page 2 of 2")
    keys.tab_to("Paper and size")
    page.keyboard.type("A5")
    page.wait_for_url(re.compile("edition=a5"))
    keys.tab_to("Download PDF")
    with page.expect_download() as begun:
        page.keyboard.press("Enter")
    assert begun.value.suggested_filename == "Tears and closeness – Bifolio handouts – A5.pdf"
    keys.press("For one client")
    keys.write("A few words from you", "Until Tuesday.")
    keys.tab_to("Download it")
    with page.expect_download():
        page.keyboard.press("Enter")

    page.goto(f"{studio.base}/handout/check-in-card?brand=rowan", wait_until="domcontentloaded")
    expect(drawn).to_have_text(re.compile("Page 1"))
    keys.press("Make our own copy")
    page.wait_for_url(re.compile("/words/check-in-card-rowan"))
    expect(drawn).to_have_text(re.compile("Page 1"))
    keys.write("Title", "Our check-in card")
    keys.press("Save")
    expect(page.locator("[data-saved]")).to_contain_text("Saved.")

    keys.press("Clinic")
    page.wait_for_url(re.compile("/clinic"))
    expect(drawn).to_have_text(re.compile("Page 1"))
    keys.write("Colour as a code", "#205030")
    keys.write("Phone", "555-0155")
    keys.press("Save")
    expect(page.locator("[data-saved]")).to_have_text("Saved.")

    keys.press("Approvals")
    page.wait_for_url(re.compile("/approvals"))
    keys.press("Approve Steady now")
    keys.write("Name of the clinician", "Jo Example")
    keys.write("Role", "nurse")
    keys.tab_to("Day on which")
    page.keyboard.type("11302026")
    keys.press("Approve this text")
    expect(page.get_by_role("region", name=re.compile("^Approved"))).to_contain_text("Jo Example, nurse")


def _expect_pdf_ua(pdf: Path) -> None:
    if reason := verapdf.why_missing():
        missing_tool(reason)
    (verdict,) = verapdf.check([pdf])
    assert verdict.assertions > 1000
    assert verdict.failures == ()
