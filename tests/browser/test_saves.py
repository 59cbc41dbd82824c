"""Nothing written is lost: signed out, cut off, restarted in the middle, or saved by somebody else in between."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from bifolio.studio.server import write_password
from tests.browser.conftest import Studio, opened

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="#a03060"/></svg>'


def _go(page: Page, studio: Studio, path: str) -> None:
    page.goto(studio.base + path, wait_until="domcontentloaded")
    if page.locator("[data-viewer]").count():
        expect(page.locator("[data-viewer] [data-count]")).to_have_text(re.compile(r"Page 1 of \d+"))


def _sign_out(context: BrowserContext) -> None:
    context.clear_cookies()


def _expect_asked_to_sign_in(page: Page, undone: str = "") -> None:
    dialog = page.get_by_role("dialog", name="You were signed out.")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Sign in here; your words are still on this page.")
    expect(dialog).to_contain_text(undone)
    expect(dialog.locator("[name=secret]")).to_be_focused()


def _sign_in(page: Page, said: str) -> None:
    page.locator("dialog [name=secret]").fill(said)
    page.locator("dialog").get_by_role("button", name="Sign in").click()


# -- signed out --------------------------------------------------------------------------------------------


def test_signed_out_while_a_clinic_is_changed(
    page: Page, studio: Studio, clinic: str, brand_file: Path
) -> None:
    _go(page, studio, f"/clinic?brand={clinic}")
    before = brand_file.read_bytes()
    _sign_out(page.context)
    phone = page.get_by_label("Phone")
    phone.press_sequentially("555-0177")
    told = page.locator("[data-viewer] [data-trouble]")
    expect(told).to_contain_text("You were signed out.")
    expect(told).to_contain_text("Sign in here; your words are still on this page.")
    expect(page.get_by_role("dialog")).to_have_count(0)  # nobody is interrupted while typing
    phone.fill("555-0178")
    page.get_by_role("button", name="Save", exact=True).click()
    _expect_asked_to_sign_in(page, "Nothing was saved yet.")
    assert brand_file.read_bytes() == before
    _sign_in(page, "http://127.0.0.1:1/?key=wrong")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text(
        "This address is from an earlier start, or is not complete."
    )
    _sign_in(page, studio.entry)
    expect(page.locator("[data-saved]")).to_have_text("Saved.")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(told).to_be_empty()
    assert "555-0178" in brand_file.read_text("utf-8")


def test_signed_out_while_words_are_changed_and_not_in_the_mood(
    page: Page, studio: Studio, card: Path
) -> None:
    _go(page, studio, "/words/linden-card")
    before = card.read_bytes()
    title = page.get_by_label("Title", exact=True).first
    title.fill("Our own card")
    _sign_out(page.context)
    page.get_by_role("button", name="Save", exact=True).click()
    _expect_asked_to_sign_in(page, "Nothing was saved yet.")
    page.get_by_role("button", name="Not now").click()
    expect(page.locator("[data-saved]")).to_have_text("Nothing was saved.")
    trouble = page.locator("[data-form] [data-trouble]")
    expect(trouble).to_contain_text("Nothing was saved: you were signed out.")
    expect(trouble).to_contain_text("Sign in here; your words are still on this page.")
    expect(title).to_have_value("Our own card")
    assert card.read_bytes() == before
    trouble.get_by_role("button", name="Sign in").click()
    _sign_in(page, studio.entry)
    expect(page.locator("[data-saved]")).to_contain_text("Saved.")
    expect(trouble).to_be_empty()
    assert "Our own card" in card.read_text("utf-8")


def test_signed_out_before_an_approval(page: Page, studio: Studio, project: Path, clinic: str) -> None:
    _go(page, studio, f"/approvals?brand={clinic}#steady-now")
    form = page.get_by_role("form", name="Approve Steady now")
    _fill_in(form)
    _sign_out(page.context)
    form.get_by_role("button", name="Approve this text").click()
    _expect_asked_to_sign_in(page, "Nothing was approved yet.")
    assert not (project / f"content/brands/{clinic}/approvals.yaml").exists()
    page.keyboard.press("Escape")
    expect(form.get_by_role("alert")).to_contain_text("Nothing was approved: you were signed out.")
    expect(form.get_by_label("Name of the clinician")).to_have_value("Jo Example")
    form.get_by_role("button", name="Sign in").click()
    _sign_in(page, studio.entry)
    approved = page.get_by_role("region", name=re.compile("^Approved"))
    expect(approved).to_contain_text("Jo Example, nurse, 2026-11-30")


def _fill_in(form) -> None:
    form.get_by_label("Name of the clinician").fill("Jo Example")
    form.get_by_label("Role").fill("nurse")
    form.get_by_label("Day on which").fill("2026-11-30")


def test_signing_in_in_another_tab_is_enough(
    page: Page, studio: Studio, clinic: str, brand_file: Path
) -> None:
    _go(page, studio, f"/clinic?brand={clinic}")
    page.get_by_label("Phone").fill("555-0179")
    _sign_out(page.context)
    page.get_by_role("button", name="Save", exact=True).click()
    _expect_asked_to_sign_in(page)
    other = page.context.new_page()
    other.goto(studio.entry, wait_until="domcontentloaded")
    other.close()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("[data-saved]")).to_have_text("Saved.")
    assert "555-0179" in brand_file.read_text("utf-8")


def test_signed_out_before_a_file_is_taken_home(page: Page, studio: Studio, clinic: str) -> None:
    _go(page, studio, f"/handout/tears-and-closeness?brand={clinic}")
    page.get_by_text("For one client").click()
    page.get_by_label("Next visit").fill("Tuesday at noon")
    for name in ("Download PDF", "Download it"):
        _sign_out(page.context)
        page.get_by_role("link", name=name, exact=True).or_(page.get_by_role("button", name=name)).click()
        _expect_asked_to_sign_in(page)
        with page.expect_download() as begun:
            _sign_in(page, studio.entry)
        assert Path(begun.value.path()).read_bytes().startswith(b"%PDF-")
    expect(page.get_by_label("Next visit")).to_have_value("Tuesday at noon")
    _sign_out(page.context)
    page.get_by_role("button", name="Make our own copy").click()
    _expect_asked_to_sign_in(page, "No copy was made yet.")
    page.get_by_role("button", name="Not now").click()
    expect(page.locator("[data-own-trouble]")).to_contain_text("No copy was made: you were signed out.")


def test_a_page_asked_for_without_a_session_comes_after_signing_in(page: Page, studio: Studio) -> None:
    _sign_out(page.context)
    page.goto(f"{studio.base}/approvals?brand=rowan", wait_until="domcontentloaded")
    expect(page.get_by_label("Address of the studio")).to_be_focused()
    page.keyboard.type("an old one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(
        "This address is from an earlier start, or is not complete."
    )
    page.get_by_label("Address of the studio").fill(studio.entry)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Approvals")).to_be_visible()
    expect(page).to_have_url(f"{studio.base}/approvals?brand=rowan")


def test_signed_out_of_a_studio_with_a_password(
    chromium: Browser, project: Path, clinic: str, brand_file: Path, tmp_path: Path
) -> None:
    write_password(tmp_path / "password", "correct horse")
    context = chromium.new_context()
    context.set_default_timeout(60_000)
    page = context.new_page()
    with opened(project, "--password-file", str(tmp_path / "password")) as studio:
        page.goto(studio.base, wait_until="domcontentloaded")
        page.get_by_label("Password of the studio").fill("correct horse")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Handouts")).to_be_visible()
        _go(page, studio, f"/clinic?brand={clinic}")
        page.get_by_label("Phone").fill("555-0171")
        _sign_out(context)
        page.get_by_role("button", name="Save", exact=True).click()
        _expect_asked_to_sign_in(page, "Nothing was saved yet.")
        _sign_in(page, "wrong horse")
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("This is not the password.")
        _sign_in(page, "correct horse")
        expect(page.locator("[data-saved]")).to_have_text("Saved.")
    context.close()
    assert "555-0171" in brand_file.read_text("utf-8")


# -- no answer, or no answer of the studio --------------------------------------------------------------------


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def test_the_studio_is_started_again_in_the_middle(
    context: BrowserContext, project: Path, clinic: str, brand_file: Path, tmp_path: Path
) -> None:
    port = str(_free_port())
    (tmp_path / "logo.svg").write_text(LOGO)
    page = context.new_page()
    with opened(project, "--port", port) as studio:
        page.goto(studio.entry, wait_until="domcontentloaded")
        _go(page, studio, f"/clinic?brand={clinic}")
        page.get_by_label("Phone").fill("555-0172")
        page.get_by_label("Logo", exact=True).set_input_files(tmp_path / "logo.svg")
        expect(page.locator("[data-logo-said]")).to_have_text("The logo is in place.")
    before = brand_file.read_bytes()
    page.get_by_role("button", name="Save", exact=True).click()
    trouble = page.locator("[data-form] [data-trouble]")
    expect(trouble).to_contain_text("Nothing was saved: the studio does not answer.")
    expect(trouble).to_contain_text("your words are still on this page")
    expect(page.locator("[data-saved]")).to_have_text("Nothing was saved.")
    assert brand_file.read_bytes() == before
    with opened(project, "--port", port) as studio:
        page.get_by_role("button", name="Save", exact=True).click()
        _expect_asked_to_sign_in(page, "Nothing was saved yet.")
        _sign_in(page, studio.entry)
        expect(page.locator("[data-saved]")).to_have_text("Saved.")
    assert "555-0172" in brand_file.read_text("utf-8")
    assert "a03060" in (brand_file.parent / "logo.svg").read_text("utf-8"), "the logo was sent again"


def _nonsense(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body="<h1>Sign in to the network</h1>")


def _elsewhere(route: Route) -> None:
    route.fulfill(status=302, headers={"Location": "/enter"})


@pytest.mark.parametrize("answer", [_nonsense, _elsewhere])
def test_what_is_no_answer_of_the_studio_is_never_taken_for_one(
    page: Page, studio: Studio, clinic: str, brand_file: Path, answer
) -> None:
    before = brand_file.read_bytes()
    _go(page, studio, f"/clinic?brand={clinic}")
    page.route(re.compile("/api/"), answer)
    page.get_by_label("Phone").fill("555-0173")
    expect(page.locator("[data-viewer] [data-trouble]")).to_contain_text("What came back was no answer of")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-form] [data-trouble]")).to_contain_text(
        "Nothing was saved: what came back was no answer of the studio."
    )
    expect(page.locator("[data-saved]")).to_have_text("Nothing was saved.")
    assert brand_file.read_bytes() == before
    page.unroute(re.compile("/api/"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-saved]")).to_have_text("Saved.")


def test_saving_twice_in_a_hurry_is_no_conflict_with_oneself(
    page: Page, studio: Studio, clinic: str, brand_file: Path
) -> None:
    _go(page, studio, f"/clinic?brand={clinic}")
    page.get_by_label("Phone").fill("555-0174")
    saves: list[int] = []
    page.on("response", lambda said: saves.append(said.status) if said.request.method == "PUT" else None)
    page.get_by_role("button", name="Save", exact=True).dblclick()
    expect(page.locator("[data-saved]")).to_have_text("Saved.")
    page.get_by_label("Phone").fill("555-0175")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-saved]")).to_have_text("Saved.")
    assert set(saves) == {200}
    assert "555-0175" in brand_file.read_text("utf-8")


def test_a_save_whose_answer_was_lost_can_be_repeated(
    page: Page, studio: Studio, clinic: str, brand_file: Path
) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    _go(page, studio, f"/clinic?brand={clinic}")
    page.get_by_label("Phone").fill("555-0176")
    page.route(re.compile("/api/clinic/"), lose)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-saved]")).to_have_text("Nothing was saved.")
    page.unroute(re.compile("/api/clinic/"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-saved]")).to_have_text("Saved.")
    assert "555-0176" in brand_file.read_text("utf-8")


def test_what_is_written_during_a_save_is_not_called_saved(
    page: Page, studio: Studio, clinic: str, brand_file: Path
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    _go(page, studio, f"/clinic?brand={clinic}")
    page.get_by_label("Phone").fill("555-0180")
    page.route(re.compile("/api/clinic/"), hold)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-saved]")).to_have_text("Saving …")
    page.get_by_label("Phone").fill("555-0181")
    held.pop().continue_()
    expect(page.locator("[data-saved]")).to_have_text("Saved, but for what you wrote meanwhile.")
    assert "555-0180" in brand_file.read_text("utf-8")
    page.unroute(re.compile("/api/clinic/"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-saved]")).to_have_text("Saved.")
    assert "555-0181" in brand_file.read_text("utf-8")


# -- somebody else in between ----------------------------------------------------------------------------------


def test_two_tabs_on_one_clinic(
    page: Page, studio: Studio, clinic: str, brand_file: Path, tmp_path: Path
) -> None:
    other = page.context.new_page()
    for tab in (page, other):
        _go(tab, studio, f"/clinic?brand={clinic}")
    page.get_by_label("Phone").fill("555-0101")
    page.get_by_label("Opening hours").fill("Monday to Friday, 8 to 12")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-saved]")).to_have_text("Saved.")
    first = brand_file.read_bytes()

    other.get_by_label("Phone").fill("555-0102")
    other.get_by_label("Email").fill("front@linden.example.org")
    other.get_by_role("button", name="Save", exact=True).click()
    dialog = other.get_by_role("dialog", name="Somebody else saved")
    expect(dialog).to_be_visible()
    assert brand_file.read_bytes() == first, "nothing is written over"
    expect(dialog.locator("h3")).to_have_text(
        ["You both changed this", "Only they changed this", "Only you changed this"]
    )
    phone = dialog.get_by_role("group", name="Phone")
    expect(phone).to_contain_text("555-0101")
    expect(phone).to_contain_text("555-0102")
    expect(phone.get_by_role("radio", checked=True)).to_have_count(0)
    expect(
        dialog.get_by_role("group", name="Opening hours").get_by_role("radio", name="Theirs")
    ).to_be_checked()
    expect(dialog.get_by_role("group", name="Email").get_by_role("radio", name="Yours")).to_be_checked()

    dialog.get_by_role("button", name="Save what I chose").click()
    expect(dialog).to_be_visible()  # a choice is still to be made
    dialog.get_by_role("button", name="Back to my words").click()
    expect(other.get_by_label("Phone")).to_have_value("555-0102")
    expect(other.locator("[data-saved]")).to_have_text("Nothing was saved.")
    assert brand_file.read_bytes() == first

    other.get_by_role("button", name="Save", exact=True).click()
    dialog.get_by_role("group", name="Phone").get_by_role("radio", name="Theirs").check()
    dialog.get_by_role("button", name="Save what I chose").click()
    expect(other.locator("[data-saved]")).to_have_text("Saved.")
    expect(other.get_by_label("Phone")).to_have_value("555-0101")
    expect(other.get_by_label("Opening hours")).to_have_value("Monday to Friday, 8 to 12")
    text = brand_file.read_text("utf-8")
    assert "555-0101" in text
    assert "front@linden.example.org" in text
    assert "Monday to Friday, 8 to 12" in text

    page.get_by_label("Phone").fill("555-0103")  # and the first tab is the one behind now
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog", name="Somebody else saved")
    expect(dialog.locator("h3")).to_have_text(["Only they changed this", "Only you changed this"])
    dialog.get_by_role("button", name="Save what I chose").click()
    expect(page.locator("[data-saved]")).to_have_text("Saved.")
    text = brand_file.read_text("utf-8")
    assert "555-0103" in text
    assert "front@linden.example.org" in text


def test_two_logos_of_one_clinic(
    page: Page, studio: Studio, clinic: str, brand_file: Path, tmp_path: Path
) -> None:
    other = page.context.new_page()
    colours = {page: "#a03060", other: "#205030"}
    for tab, colour in colours.items():
        _go(tab, studio, f"/clinic?brand={clinic}")
        logo = tmp_path / f"{colour[1:]}.svg"
        logo.write_text(LOGO.replace("#a03060", colour))
        tab.get_by_label("Logo", exact=True).set_input_files(logo)
        expect(tab.locator("[data-logo-said]")).to_have_text("The logo is in place.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-saved]")).to_have_text("Saved.")
    other.get_by_role("button", name="Save", exact=True).click()
    dialog = other.get_by_role("dialog", name="Somebody else saved")
    expect(dialog.get_by_role("group", name="Logo").locator("img")).to_have_count(2)
    dialog.get_by_role("radio", name="Theirs").check()
    dialog.get_by_role("button", name="Save what I chose").click()
    expect(other.locator("[data-saved]")).to_have_text("Saved.")
    kept = " ".join(path.read_text("utf-8") for path in brand_file.parent.glob("*.svg"))
    assert "#a03060" in kept
    assert "#205030" not in kept


def test_two_people_on_one_handout(
    page: Page, chromium: Browser, studio: Studio, project: Path, card: Path
) -> None:
    theirs = chromium.new_context()
    theirs.set_default_timeout(60_000)
    colleague = theirs.new_page()
    colleague.goto(studio.entry, wait_until="domcontentloaded")
    for person in (page, colleague):
        _go(person, studio, "/words/linden-card")
    summary = page.get_by_label("Line below the title")
    colleague.get_by_label("Title", exact=True).first.fill("Our card for two")
    colleague.get_by_label("Line below the title").fill("A few questions to ask, together and slowly.")
    colleague.get_by_role("button", name="Save", exact=True).click()
    expect(colleague.locator("[data-saved]")).to_contain_text("Saved.")
    theirs.close()

    summary.fill("A few questions to ask, each evening and slowly.")
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog", name="Somebody else saved")
    both = dialog.get_by_role("group", name="Head of the handout: Line below the title")
    expect(both.locator("mark")).to_have_text(
        ["[only here: each evening]", "[only here: together]"], use_inner_text=False
    )
    both.get_by_role("radio", name="Yours").check()
    dialog.get_by_role("button", name="Save what I chose").click()
    expect(page.locator("[data-saved]")).to_contain_text("Saved.")
    text = card.read_text("utf-8")
    assert "each evening and slowly" in text
    assert "Our card for two" in text
    expect(page.get_by_label("Title", exact=True).first).to_have_value("Our card for two")


def test_a_passage_taken_out_meanwhile_is_not_lost(page: Page, studio: Studio, card: Path) -> None:
    """By hand, in an editor: no page of the studio takes a passage out."""
    _go(page, studio, "/words/linden-card")
    step = page.get_by_label("Step 3")
    step.fill("Words that nobody else has.")
    taken_out = "      - {text: I name five things that I can see., cites: [TRA-11]}\n"
    text = card.read_text("utf-8")
    assert taken_out in text
    card.write_text(text.replace(taken_out, ""), "utf-8")
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog", name="Somebody else saved")
    expect(dialog).to_contain_text("Words that nobody else has.")
    expect(dialog).to_contain_text("This is no longer part of the handout.")
    dialog.get_by_role("button", name="Save what I chose").click()
    expect(step).to_have_count(0)  # the form is that of the file again


def test_words_that_an_editor_would_not_print_are_saved_and_told(
    page: Page, studio: Studio, card: Path
) -> None:
    _go(page, studio, "/words/linden-card")
    step = page.get_by_label("Step 2", exact=True)
    step.fill("I think about suicide.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-saved]")).to_contain_text('Saved, but: "suicide": a danger in other words')
    expect(step).to_have_attribute("aria-invalid", "true")
    assert "I think about suicide." in card.read_text("utf-8")
    step.fill("I breathe out.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-saved]")).to_contain_text("Saved. It is a draft")


def test_words_of_an_unknown_field_are_kept_on_the_page(page: Page, studio: Studio, brand_file: Path) -> None:
    """As a page is that was opened before the studio changed."""
    _go(page, studio, "/clinic?brand=linden")
    before = brand_file.read_bytes()
    phone = page.get_by_label("Phone")
    phone.fill("(202) 555-0177")
    phone.evaluate("field => { field.name = 'fone'; }")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-saved]")).to_have_text("Nothing was saved.")
    expect(page.locator("[data-form] [data-trouble]")).to_contain_text('there is no field "fone"')
    expect(phone).to_have_value("(202) 555-0177")
    assert brand_file.read_bytes() == before


def test_words_that_change_before_an_approval(page: Page, studio: Studio, project: Path, card: Path) -> None:
    _go(page, studio, "/approvals?brand=linden#linden-card")
    form = page.locator("#linden-card").get_by_role("form")
    _fill_in(form)
    text = card.read_text("utf-8")
    card.write_text(text.replace("title: My check-in card", "title: My other card"), "utf-8")
    form.get_by_role("button", name="Approve this text").click()
    expect(form.get_by_role("alert")).to_contain_text(
        "Nothing was approved: the words of this handout have changed since this page was opened."
    )
    expect(form.locator("ins").first).to_contain_text("other")
    expect(form.locator("del").first).to_contain_text("check-in")
    expect(form.get_by_role("link", name="Read the whole handout")).to_have_attribute(
        "href", re.compile("/handout/linden-card")
    )
    expect(form.get_by_label("Name of the clinician")).to_have_value("Jo Example")
    assert not (project / "content/brands/linden/approvals.yaml").exists()
    form.get_by_role("button", name="Approve these words").click()
    approved = page.get_by_role("region", name=re.compile("^Approved"))
    expect(approved).to_contain_text("Jo Example, nurse, 2026-11-30")


def test_two_approvals_of_one_text(page: Page, studio: Studio, project: Path, clinic: str) -> None:
    other = page.context.new_page()
    for tab in (page, other):
        _go(tab, studio, f"/approvals?brand={clinic}#steady-now")
        _fill_in(tab.locator("#steady-now").get_by_role("form"))
    form = other.locator("#steady-now").get_by_role("form")
    form.get_by_label("Role").fill("doctor")
    page.locator("#steady-now").get_by_role("button", name="Approve this text").click()
    expect(page.get_by_role("region", name=re.compile("^Approved"))).to_contain_text("Jo Example, nurse")
    form.get_by_role("button", name="Approve this text").click()
    expect(form.get_by_role("alert")).to_contain_text(
        "Nothing was approved: Jo Example, nurse, approved this text on 2026-11-30, while this page was open."
    )
    approvals = project / f"content/brands/{clinic}/approvals.yaml"
    assert "doctor" not in approvals.read_text("utf-8")
    form.get_by_role("button", name="Approve in their place").click()
    expect(other.get_by_role("region", name=re.compile("^Approved"))).to_contain_text("Jo Example, doctor")


def test_an_approval_leaves_what_is_written_for_another_handout(
    page: Page, studio: Studio, clinic: str
) -> None:
    _go(page, studio, f"/approvals?brand={clinic}")
    page.evaluate("document.querySelectorAll('.approval details').forEach(one => { one.open = true; })")
    one, other = (page.locator(f"#{item}").get_by_role("form") for item in ("steady-now", "linden-card"))
    _fill_in(one)
    other.get_by_label("Name of the clinician").fill("Sam Example")
    one.get_by_role("button", name="Approve this text").click()
    expect(page.locator("#steady-now")).to_contain_text("Approved by Jo Example, nurse, on 2026-11-30.")
    expect(other.get_by_label("Name of the clinician")).to_have_value("Sam Example")


def test_going_back_to_an_earlier_version_does_not_undo_a_save_unseen(
    page: Page, studio: Studio, clinic: str, brand_file: Path
) -> None:
    other = page.context.new_page()
    _go(page, studio, f"/clinic?brand={clinic}")
    page.get_by_label("Phone").fill("555-0104")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-saved]")).to_have_text("Saved.")
    _go(other, studio, f"/clinic?brand={clinic}")
    page.get_by_label("Phone").fill("555-0105")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-saved]")).to_have_text("Saved.")
    other.get_by_text("Earlier versions").click()
    other.get_by_role("button", name="Go back to version 1").click()
    expect(other.locator("[data-restore-trouble]")).to_contain_text(
        "Nothing was changed: somebody else has saved this since it was opened."
    )
    assert "555-0105" in brand_file.read_text("utf-8")
