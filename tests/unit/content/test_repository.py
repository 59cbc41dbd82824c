from __future__ import annotations

from pathlib import Path

import pytest

from bifolio.content.editions import place_of_declaration
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import BifolioError, ContentError, DesignError, RequestError
from bifolio.core.files import ENGINE, ProjectFiles
from bifolio.formats.placing import place_of
from bifolio.model.job import Job
from bifolio.resolve import resolve
from tests.support.projects import BRAND, HANDOUT, REGION, Scratch

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="currentColor"/></svg>'
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>{{ alt }}</title></svg>'


def _codes(raised: pytest.ExceptionInfo[BifolioError]) -> list[str]:
    return [finding.code for finding in raised.value.findings]


def test_finds_what_there_is(scratch: Scratch) -> None:
    repository = Repository(scratch.root)
    assert repository.catalogue.known("item") == ("small",)
    assert repository.catalogue.known("brand") == ("default",)
    assert repository.catalogue.known("region") == ("us",)
    assert repository.catalogue.known("language") == ("en",)
    assert "letter" in repository.catalogue.known("edition")
    assert "calm" in repository.catalogue.known("theme")
    assert repository.handout("small").title == "A small leaflet"
    assert repository.brand("default").name == "Test Clinic"
    assert repository.region("us").name == "United States"
    assert repository.locale("en").language == "en"
    assert repository.edition("letter").name == "Letter"


def test_own_styles_come_before_the_engines(scratch: Scratch) -> None:
    scratch.write(
        "styles/editions/wallet.yaml", "name: W\nsummary: x\ntrim_width_mm: 90\ntrim_height_mm: 50\n"
    )
    assert Repository(scratch.root).catalogue.known("edition") == ("wallet",)
    assert Repository(scratch.root).files.path("templates") == ENGINE / "templates"


def test_what_editors_and_file_managers_leave_is_not_content(scratch: Scratch) -> None:
    for name in (".#small.yaml", "._small.yaml", ".small.yaml.swp"):
        scratch.write(f"content/handouts/{name}", "\0")
    scratch.write("content/brands/.trash/_brand.yml", BRAND)
    scratch.write("content/regions/._us.yaml", "\0")
    scratch.write("content/handouts/notes.txt", "x")
    repository = Repository(scratch.root)
    assert repository.catalogue.known("item") == ("small",)
    assert repository.catalogue.known("brand") == ("default",)
    assert repository.catalogue.known("region") == ("us",)


DEVICES = ["con", "nul", "aux", "prn", "com1", "lpt9", "con.txt", "CON", "Nul.", "aux ."]
"""What Windows keeps for itself: a folder of such a name cannot be copied to it."""


@pytest.mark.parametrize(
    "name",
    ["My handout", "a.b", "a_b", "Ä", "-a", "a--b", "A", "1a", "a\u200bb", "a'b", "{{7*7}}", "a;b", *DEVICES],
)
def test_odd_names_of_files_and_folders_are_refused(name: str, scratch: Scratch) -> None:
    scratch.write(f"content/handouts/{name}.yaml", HANDOUT)
    scratch.write(f"content/brands/{name}/_brand.yml", BRAND)
    repository = Repository(scratch.root)
    with pytest.raises(ContentError) as raised:
        repository.handout(name)
    assert _codes(raised) == ["content.bad-name"]
    with pytest.raises(DesignError) as raised:
        repository.brand(name)
    assert _codes(raised) == ["brand.bad-name"]


@pytest.mark.parametrize("name", ["index", "proof"])
def test_names_of_our_own_files_are_refused_for_handouts(name: str, scratch: Scratch) -> None:
    scratch.write(f"content/handouts/{name}.yaml", HANDOUT)
    with pytest.raises(ContentError) as raised:
        Repository(scratch.root).handout(name)
    assert [(finding.code, finding.message) for finding in raised.value.findings] == [
        ("content.bad-name", f'a file of our own is called "{name}"')
    ]


@pytest.mark.parametrize("name", ["../small", "small/../small", "/etc/passwd", "", ".", "small.yaml", "\0"])
def test_names_do_not_lead_to_other_files(name: str, scratch: Scratch) -> None:
    repository = Repository(scratch.root)
    for read in (
        repository.handout,
        repository.brand,
        repository.region,
        repository.edition,
        repository.locale,
        lambda theme: repository.catalogue.expect("theme", theme),
    ):
        with pytest.raises(RequestError):
            read(name)


def test_a_booklet_and_a_handout_cannot_share_a_name(scratch: Scratch) -> None:
    scratch.write("content/booklets/small.yaml", HANDOUT)
    with pytest.raises(ContentError) as raised:
        Repository(scratch.root).handout("small")
    assert _codes(raised) == ["content.same-name"]


def test_files_are_read_once(scratch: Scratch) -> None:
    repository = Repository(scratch.root)
    first = repository.handout_tree("small")
    (scratch.root / "content/handouts/small.yaml").unlink()
    assert repository.handout_tree("small") is first


def test_links_out_of_the_project_are_not_followed(scratch: Scratch, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text(HANDOUT, "utf-8")
    (scratch.root / "content/handouts/secret.yaml").symlink_to(secret)
    with pytest.raises(ContentError) as raised:
        Repository(scratch.root).handout("secret")
    assert _codes(raised) == ["load.outside"]


def test_shared_blocks_stand_in_every_handout_and_are_checked_once(scratch: Scratch) -> None:
    scratch.write(
        "content/handouts/small.yaml",
        HANDOUT.replace("- text: One", "- privacy_note: default\n  - text: One"),
    )
    scratch.write("content/defaults.yaml", "privacy_note: {text: Someone might see this.}\n")
    handout = Repository(scratch.root).handout("small")
    assert handout.body[0].text[0].text == "Someone might see this."
    scratch.write(
        "content/defaults.yaml",
        "privacy_note: {text: a, cites: [CRY-9]}\ncallout: {text: a, cites: [CRY-9]}\n",
    )
    with pytest.raises(ContentError) as raised:
        Repository(scratch.root).handout("small")
    assert {finding.span.source.name for finding in raised.value.findings if finding.span} == {
        "content/defaults.yaml"
    }


def test_default_that_asks_for_itself_ends(scratch: Scratch) -> None:
    scratch.write("content/defaults.yaml", "section: {title: A, blocks: [section: default]}\n")
    scratch.write(
        "content/handouts/small.yaml", HANDOUT.replace("- text: One sentence.", "- section: default")
    )
    with pytest.raises(ContentError) as raised:
        Repository(scratch.root).handout("small")
    assert _codes(raised) == ["content.no-default"]


def test_broken_evidence_is_told_though_the_handout_is_sound(scratch: Scratch) -> None:
    scratch.write("content/facts.yaml", "facts: {CRY-1: {text: a, status: sure}}\n")
    with pytest.raises(ContentError) as raised:
        Repository(scratch.root).handout("small")
    assert _codes(raised) == ["evidence.bad-value"]


def test_project_without_evidence(scratch: Scratch) -> None:
    (scratch.root / "content/facts.yaml").unlink()
    assert Repository(scratch.root).handout("small").title


# -- logos ---------------------------------------------------------------------------------------


def _logo(scratch: Scratch, name: str) -> str | None:
    scratch.write("content/brands/default/_brand.yml", f"logo: {name}\n{BRAND}")
    logo = Repository(scratch.root).brand_files("default").logo
    return logo and logo.address("#123456")


def _left_out(scratch: Scratch) -> list[str]:
    """Return the codes of what is wrong with a brand's looks; it is made without them."""
    left_out = Repository(scratch.root).brand_files("default").left_out
    assert not any(finding.is_error for finding in left_out)
    return [finding.code for finding in left_out]


def test_logo_beside_the_brand(scratch: Scratch) -> None:
    scratch.write("content/brands/default/logo.svg", SVG)
    scratch.write("content/brands/default/sub/logo.svg", SVG)
    for name in ("logo.svg", "./logo.svg", "sub/logo.svg", "sub/../logo.svg", "{medium: logo.svg}"):
        assert str(_logo(scratch, name)).startswith("data:image/svg+xml;base64,")
    scratch.write("content/brands/default/_brand.yml", BRAND)
    assert Repository(scratch.root).brand_files("default").logo is None


@pytest.mark.parametrize(
    "name",
    [
        "../other/logo.svg",
        "../../../secret.svg",
        "/etc/passwd",
        "link.svg",
        "folder/logo.svg",
        "'~/../../x.svg'",
    ],
)
def test_logo_outside_the_folder(name: str, scratch: Scratch) -> None:
    scratch.write("secret.svg", SVG)
    scratch.write("content/brands/other/logo.svg", SVG)
    scratch.write("content/brands/default/_brand.yml", BRAND)
    (scratch.root / "content/brands/default/link.svg").symlink_to(scratch.root / "secret.svg")
    (scratch.root / "content/brands/default/folder").symlink_to(scratch.root / "content/brands/other")
    assert _logo(scratch, name) is None
    # For a site the clinic's folder is the root, so there is none of this name.
    assert _left_out(scratch) == ["brand.missing-logo" if name == "/etc/passwd" else "brand.logo-outside"]


def test_links_round_in_a_circle(scratch: Scratch) -> None:
    folder = scratch.root / "content/brands/default"
    (folder / "a.svg").symlink_to(folder / "b.svg")
    (folder / "b.svg").symlink_to(folder / "a.svg")
    assert _logo(scratch, "a.svg") is None
    assert _left_out(scratch) == ["brand.missing-logo"]


def test_brands_folder_may_itself_be_a_link(scratch: Scratch, tmp_path: Path) -> None:
    scratch.write("content/brands/default/logo.svg", SVG)
    (scratch.root / "content/brands").rename(scratch.root / "content/clinics")
    (scratch.root / "content/brands").symlink_to(scratch.root / "content/clinics")
    assert _logo(scratch, "logo.svg")


def test_what_of_a_logo_could_be_better_is_a_warning(scratch: Scratch) -> None:
    mask = '<mask id="m"><path fill="#888" d="M0 0h9v9z"/></mask>'
    scratch.write("content/brands/default/logo.svg", SVG.replace("<path", f'{mask}<path mask="url(#m)"'))
    scratch.write("content/brands/default/_brand.yml", f"logo: logo.svg\n{BRAND}")
    (finding,) = Repository(scratch.root).brand_files("default").warnings("us")
    assert finding.code == "brand.logo-pixels"
    assert not finding.is_error
    assert "a mask" in finding.message
    assert str(finding.span) == "content/brands/default/_brand.yml:1:7"


# -- figures, editions, locales ------------------------------------------------------------------


def test_drawing_and_its_words(scratch: Scratch) -> None:
    scratch.write("content/figures/wheel.svg.j2", DRAWING)
    scratch.write("content/figures/wheel.yaml", "alt: A wheel.\nkey: [{label: A, icon: cup}]\n")
    repository = Repository(scratch.root)
    assert repository.catalogue.figures == ("wheel",)
    assert repository.drawing("wheel").words.alt == "A wheel."


@pytest.mark.parametrize(
    ("drawing", "words", "code"),
    [
        (DRAWING, None, "load.missing-file"),
        (DRAWING, "alt: ''\n", "figure.empty"),
        (DRAWING, "alt: a\nkey: [{label: A, icon: cups}]\n", "content.missing-icon"),
        (b"\xff\xfe", "alt: a\n", "figure.unreadable"),
    ],
)
def test_drawing_that_is_not_whole(
    drawing: str | bytes, words: str | None, code: str, scratch: Scratch
) -> None:
    scratch.write("content/figures/wheel.svg.j2", drawing)
    if words is not None:
        scratch.write("content/figures/wheel.yaml", words)
    with pytest.raises(ContentError) as raised:
        Repository(scratch.root).drawing("wheel")
    assert _codes(raised) == [code]


def test_engine_files_are_named_as_the_projects_are(scratch: Scratch) -> None:
    tree = Repository(scratch.root).reader.tree("styles/editions/letter.yaml")
    assert tree.source.name == "styles/editions/letter.yaml"


def test_locale_lacks_nothing_that_english_has(scratch: Scratch) -> None:
    text = (scratch.root / "content/locales/en.yaml").read_text("utf-8")
    scratch.write(
        "content/locales/de.yaml", text.replace("language: en", "language: de").replace("  myth: Myth\n", "")
    )
    with pytest.raises(DesignError) as raised:
        Repository(scratch.root).locale("de")
    assert _codes(raised) == ["locale.missing-label"]
    assert "myth" in raised.value.findings[0].message


def test_themes_say_what_they_are(scratch: Scratch) -> None:
    assert Repository(scratch.root).editions.theme_summary("calm")


# -- places --------------------------------------------------------------------------------------


def test_words_of_a_page_are_found_where_they_were_typed(scratch: Scratch) -> None:
    scratch.write("content/handouts/other.yaml", HANDOUT.replace("One sentence.", "Shared words and \\u2603"))
    scratch.write(
        "content/handouts/small.yaml", HANDOUT.replace("One sentence.", '"Shared words and \\u2603"')
    )
    repository = Repository(scratch.root)
    sources = {
        item: resolve(repository, Job(item, "letter", "calm", "us", "en", "default", "pdf")).sources
        for item in ("other", "small")
    }
    for item, files in sources.items():
        assert str(place_of("Shared words", files)).startswith(f"content/handouts/{item}.yaml:6:")
    assert str(place_of("☃", sources["small"])) == "content/handouts/small.yaml:6:11"  # as \u2603
    assert place_of("nowhere to be seen", sources["small"]) is None
    assert place_of("", sources["small"]) is None


def test_declarations_are_found_in_the_styles(scratch: Scratch) -> None:
    scratch.write("styles/components/text.css", "/* x */\n.text { colour: red; }\n")
    files = ProjectFiles(scratch.root)
    assert str(place_of_declaration(files, "colour: red")) == "styles/components/text.css:2:9"
    assert place_of_declaration(files, "colour: blue") is None


def test_all_regions_have_the_same_words_and_lines_for_the_same_needs(repository: Repository) -> None:
    regions = [repository.region(region_id) for region_id in repository.catalogue.regions]
    assert [region.id for region in regions] == ["au", "ca", "gb", "ie", "nz", "us"]
    for region in regions:
        assert region.words.keys() == regions[-1].words.keys(), region.id
        assert region.words["emergency"] == region.emergency.number, region.id
        assert region.emergency.say == f"call {region.emergency.number}", region.id
        for topic in ("crisis", "assault", "abuse"):
            assert region.choose((), (topic,), 1), f"{region.id} has no line for {topic}"
        for line in region.lines:
            assert line.run_by, f"{region.id}: {line.id} does not say who runs it"


def test_every_region_has_a_crisis_number_that_can_stand_in_a_sentence(repository: Repository) -> None:
    said = {
        name: repository.region(name).all_words["crisis"].replace("\xa0", " ")
        for name in repository.catalogue.regions
    }
    assert said == {
        "au": "13 11 14",
        "ca": "988",
        "gb": "116 123",
        "ie": "116 123",
        "nz": "1737",
        "us": "988",
    }
    for name in repository.catalogue.regions:
        (line,) = repository.region(name).choose((), ("crisis",), 1)
        assert (line.phone, line.hours) == (said[name], "day and night"), name


def test_a_region_without_a_crisis_line_has_no_word_for_it(scratch: Scratch) -> None:
    scratch.write("content/handouts/small.yaml", HANDOUT.replace("One sentence.", '"Call {crisis}."'))
    repository = Repository(scratch.root)
    assert repository.handouts.check_words("small", repository.region("us")) == []
    scratch.write("content/regions/us.yaml", REGION.replace("[crisis]", "[abuse]"))
    repository = Repository(scratch.root)
    (finding,) = repository.handouts.check_words("small", repository.region("us"))
    assert finding.message == 'the region "us" has no word "{crisis}"'


def test_an_edition_takes_the_tokens_of_the_one_it_is_like(repository) -> None:
    a5, booklet = repository.edition("a5"), repository.edition("booklet-a4")
    assert booklet.tokens["hang"] == a5.tokens["hang"]
    assert booklet.tokens["gutter"] != a5.tokens["gutter"]
    assert booklet.imposition is not None


def test_an_edition_names_editions_that_are_there(scratch) -> None:
    size = "summary: x\ntrim_width_mm: 90\ntrim_height_mm: 50\n"
    scratch.write("styles/tokens.css", ":root { --hang: 1mm }")
    scratch.write("styles/editions/one.yaml", f"name: A\n{size}like: too\ninstead: {{booklet: for}}\n")
    scratch.write("styles/editions/two.yaml", f"name: B\n{size}like: three\n")
    scratch.write("styles/editions/three.yaml", f"name: C\n{size}like: two\n")
    repository = Repository(scratch.root)
    with pytest.raises(DesignError) as caught:
        repository.edition("one")
    assert [(f.code, f.span.line) for f in caught.value.findings] == [
        ("plan.unknown-edition", 5),
        ("plan.unknown-edition", 6),
    ]
    with pytest.raises(DesignError) as caught:
        repository.edition("two")
    assert [f.code for f in caught.value.findings] == ["edition.like"]
    assert "two, three, two" in caught.value.findings[0].message


def test_handouts_lie_in_folders_and_end_in_yml(tmp_path: Path) -> None:
    scratch = Scratch.create(tmp_path)
    scratch.write("content/handouts/sleep/diary.yaml", HANDOUT)
    scratch.write("content/handouts/worry.yml", HANDOUT)
    repository = Repository(scratch.root)
    assert {"small", "diary", "worry"} == set(repository.catalogue.handouts)
    assert repository.catalogue.owner("diary") is None
    assert repository.handout("diary").title == repository.handout("worry").title == "A small leaflet"


def test_two_files_of_one_name_are_told(tmp_path: Path) -> None:
    scratch = Scratch.create(tmp_path)
    scratch.write("content/handouts/more/small.yml", HANDOUT)
    with pytest.raises(ContentError) as caught:
        Repository(scratch.root).handout("small")
    (finding,) = caught.value.findings
    assert (finding.code, finding.where) == ("content.same-name", "content/handouts/small.yaml")
    assert "content/handouts/more/small.yml" in finding.message
