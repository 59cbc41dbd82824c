"""brand.yml: what its specification has is read or left alone, and never stops a clinic."""

from __future__ import annotations

import pytest
import yaml

from bifolio.content.repository import Repository
from bifolio.content.validation import unused_keys, validate
from bifolio.core.yaml_loader import parse
from bifolio.model.brand import Brand
from bifolio.model.brand.color import COLOR_ROLES, Color
from tests.support.making import wording_of
from tests.support.projects import BRAND, Scratch

# Every key of the specification, brand.yml 1.0 (posit-dev.github.io/brand-yml/schema), and what becomes of it.
SPECIFICATION = {
    "meta.name": "used",
    "meta.name.full": "used",
    "meta.name.short": "used",
    "meta.link": "used",
    "meta.link.home": "used",
    "meta.links": "used",
    "meta.link.mastodon": "unused",
    "meta.link.bluesky": "unused",
    "meta.link.github": "unused",
    "meta.link.linkedin": "unused",
    "meta.link.twitter": "unused",
    "meta.link.facebook": "unused",
    "logo.images": "used",
    "logo.small": "used",
    "logo.medium": "used",
    "logo.large": "used",
    "logo.medium.light": "used",
    "logo.medium.dark": "used",
    "logo.medium.path": "used",
    "logo.medium.alt": "used",
    "color.palette": "used",
    **{f"color.{role}": "used" for role in COLOR_ROLES},
    "typography.fonts": "used",
    "typography.base": "used",
    "typography.base.family": "used",
    "typography.base.size": "unused",
    "typography.base.weight": "used",
    "typography.base.line-height": "unused",
    "typography.headings": "used",
    "typography.headings.family": "used",
    "typography.headings.weight": "used",
    "typography.headings.style": "unused",
    "typography.headings.color": "unused",
    "typography.headings.line-height": "unused",
    "typography.monospace": "unused",
    "typography.monospace-inline": "unused",
    "typography.monospace-block": "unused",
    "typography.link": "unused",
    "defaults": "used",
    "defaults.shiny": "unused",
}

VALUES = {
    "meta.name": "A Clinic",
    "meta.link": "https://clinic.example.org",
    "meta.links": "https://clinic.example.org",
    "meta.link.home": "https://clinic.example.org",
    "logo.images": {"mark": {"path": "logo.svg", "alt": "A mark"}},
    "color.palette": {"sea": "#1d5a68"},
    "typography.fonts": [
        {"family": "Open Sans", "source": "google", "weight": [400, 700], "style": "normal"}
    ],
    "defaults": {},
}


def _brand(text: str) -> Brand:
    brand, findings = validate(Brand, parse(text, "_brand.yml"), "brand")
    assert findings == []
    assert brand is not None
    return brand


def _file(path: str) -> str:
    value = VALUES.get(
        path, "#1d5a68" if path.startswith("color.") else 600 if path.endswith("weight") else "Words"
    )
    for key in reversed(path.split(".")):
        value = {key: value}
    if path == "logo.medium.alt":
        value["logo"]["medium"]["path"] = "logo.svg"
    value.setdefault("meta", {}).setdefault("name", "A Clinic")
    return yaml.safe_dump(value)


@pytest.mark.parametrize("path", sorted(SPECIFICATION))
def test_every_key_of_the_specification_is_taken(path: str) -> None:
    text = _file(path)
    tree = parse(text, "_brand.yml")
    told = [finding.message for finding in unused_keys(_brand(text), tree)]
    assert told == ([] if SPECIFICATION[path] == "used" else [f"not used here: {path}"])


REAL = {
    "a software company": """\
meta:
  name: {full: "Example Software, PBC", short: Example}
  link: {home: https://example.org, github: https://example.org/git, bluesky: https://example.org/b}
logo:
  images:
    icon: {path: icon.svg, alt: The icon}
    full: {path: full.svg, alt: The logo}
    full-reverse: {path: reverse.svg, alt: The logo}
  small: icon
  medium: {light: full, dark: full-reverse}
  large: {light: full, dark: full-reverse}
color:
  palette: {blue: "#447099", orange: "#ee6331", burgundy: "#9a4665", purple: burgundy, white: "#FFFFFF"}
  foreground: "#151515"
  background: white
  primary: blue
  danger: burgundy
  light: background
typography:
  fonts: [{family: Open Sans, source: bunny}, {family: Source Code Pro, source: bunny}]
  base: Open Sans
  headings: {weight: light}
  monospace: Source Code Pro
""",
    "a health service": """\
meta: {name: Example Health}
logo: {images: {mark: {path: mark.svg, alt: Example}}, small: mark, medium: mark, large: mark}
color:
  palette: {white: "#FFFFFF", black: "#231F20", blue: "#005EB8", indigo: blue}
  foreground: black
  primary: blue
typography:
  fonts: [{family: Arial, source: system}]
  base: {family: "Arial, sans-serif", line-height: 1.5}
  headings: {family: "Arial, sans-serif", weight: 700, line-height: 1.25, color: blue}
defaults: {bootstrap: {defaults: {enable-rounded: false}}}
""",
    "one that names files in three ways": """\
meta: {name: Example}
logo:
  images: {mark-white: white.svg}
  small: mark.svg
  medium: {light: {path: second.svg, alt: Bars and dots}, dark: mark-white}
  large: {path: wide.svg, alt: Bars}
color: {primary: blue, secondary: rgb(10 20 30), link: "hsl(120, 50%, 20%)", dark: {light: "#111", dark: "#eee"}}
typography:
  fonts:
    - {family: Slab, source: google, weight: 600..900, style: normal, display: block}
    - {family: Sans, source: file, files: [fonts/a.ttf, {path: https://example.org/b.woff2, weight: bold}]}
  headings: {family: Slab, weight: semi-bold}
""",
    "one that is for colours and type alone": """\
color:
  palette: {ink: "#222222", sea: "#447099"}
  background: {dark: ink}
  foreground: {light: ink, dark: "#fff"}
  primary: {light: sea, dark: "#ddeaf1"}
typography: {fonts: [{family: Jura, source: google}], base: Jura, link: {color: {light: sea, dark: sea}}}
""",
    "one whose sections are empty, or commented out": """\
meta:
  name: Example
  links: {home: https://example.org}
logo:
#  medium: logo.png
color:
  palette:
  primary: RGB(170, 187, 204)
typography:
  fonts:
  base:
defaults:
  bifolio:
""",
    "one picture and one colour": 'meta: {name: Example}\nlogo: logo.png\ncolor: {primary: "#ABCD"}\n',
}


@pytest.mark.parametrize("name", sorted(REAL))
def test_brand_files_of_other_tools_work_as_they_are(name: str) -> None:
    brand = _brand(REAL[name])
    assert brand.name.startswith("Example") or "colours" in name
    assert brand.color.seed in ("#447099", "#005eb8", "#0000ff", "#aabbcc")
    assert brand.logo_path in ("full.svg", "mark.svg", "second.svg", "logo.png", None)
    assert brand.home in ("https://example.org", None)


def test_a_brand_without_a_name_goes_by_its_folders(scratch: Scratch) -> None:
    for said in ("", "meta:\n", "meta: {name: {}}\n", "meta: {link: https://example.org}\n"):
        scratch.write("content/brands/harbour-street/_brand.yml", f'{said}color: {{primary: "#447099"}}\n')
        repository = Repository(scratch.root)
        assert repository.brand("harbour-street").name == "Harbour Street"
        (warning,) = repository.brand_files("harbour-street").warnings(repository.plan.region)
        assert (warning.code, warning.is_error) == ("brand.no-name", False)
        assert '"Harbour Street"' in warning.message


def test_links_is_another_word_for_link() -> None:
    text = "meta: {name: A, links: {home: https://example.org, github: https://example.org/g}}\n"
    brand = _brand(text)
    assert brand.home == "https://example.org"
    (unused,) = unused_keys(brand, parse(text, "_brand.yml"))
    assert unused.message == "not used here: meta.link.github"


def test_alternative_text_of_the_logo() -> None:
    assert _brand(REAL["a software company"]).logo_alt == "The logo"
    assert _brand(REAL["one picture and one colour"]).logo_alt == "Example"


def test_files_in_the_web_are_told_and_not_fetched(scratch: Scratch) -> None:
    text = BRAND + "logo: https://example.org/logo.png\n"
    text += (
        "typography: {fonts: [{family: X, source: file, files: ['https://example.org/x.ttf']}], base: X}\n"
    )
    scratch.write("content/brands/default/_brand.yml", text)
    repository = Repository(scratch.root)
    warnings = repository.brand_files("default").warnings(repository.plan.region)
    assert [(finding.code, finding.is_error) for finding in warnings] == [
        ("brand.not-fetched", False),
        ("brand.not-fetched", False),
        ("brand.font-not-here", False),
    ]
    assert repository.brand_files("default").logo is None


@pytest.mark.parametrize(
    ("colour", "hexadecimal"),
    [
        ("#1d5a68", "#1d5a68"),
        ("#1D5A68", "#1d5a68"),
        ("#abc", "#aabbcc"),
        ("#abcd", "#aabbcc"),
        ("#1d5a6880", "#1d5a68"),
        ("rebeccapurple", "#663399"),
        ("rgb(29, 90, 104)", "#1d5a68"),
        ("rgb(29 90 104 / 50%)", "#1d5a68"),
        ("hsl(0 100% 50%)", "#ff0000"),
        ("oklch(60% 0.15 240)", "#0089d0"),
        ("RGB(29, 90, 104)", "#1d5a68"),
        ("sea", "#1d5a68"),
        ("deep-sea", "#1d5a68"),
        ("secondary", "#1d5a68"),
    ],
)
def test_colours_as_css_writes_them(colour: str, hexadecimal: str) -> None:
    palette = {"sea": "#1d5a68", "deep-sea": "sea"}
    assert (
        Color.model_validate({"palette": palette, "secondary": "sea", "primary": colour}).seed == hexadecimal
    )


@pytest.mark.parametrize(
    "colour", ["nothing", "transparent", "url(#x)", "rgb(1,2)", "var(--x)", "primary", "loop"]
)
def test_colours_that_lead_nowhere(colour: str) -> None:
    palette = {"loop": "pool", "pool": "loop"} if colour == "loop" else {}
    with pytest.raises(ValueError, match="leads nowhere"):
        Color.model_validate({"palette": palette, "primary": colour})


def test_the_seed_is_a_colour_where_there_is_one() -> None:
    palette = {"white": "#ffffff", "black": "#151515", "sea": "#1d5a68"}
    assert Color.model_validate({"palette": palette}).seed == "#1d5a68"
    assert Color.model_validate({"palette": palette, "primary": "black"}).seed == "#151515"
    assert Color().seed is None


# -- what the specification lacks ----------------------------------------------------------------


def test_all_lines_of_contact_are_printed_and_what_must_be_shown_is_small_print(scratch: Scratch) -> None:
    more = (
        "email: a@example.org, out_of_hours: Call 555-0101 at night, licence: Licensed in Ohio, hours: 9 to 5, "
        "complaints: Write to us, registration: Charity 123, disclaimer: No advice."
    )
    text = BRAND.replace(
        "phone: 202-555-0100", f"phone: [202-555-0100, 202-555-0101], address: [1 Street], {more}"
    )
    scratch.write("content/brands/default/_brand.yml", text)
    repository = Repository(scratch.root)
    assert list(repository.brand_files("default").warnings(repository.plan.region)) == []
    brand = repository.brand("default")
    assert brand.contact == ("phone", "out_of_hours", "site", "email", "hours")
    assert brand.clinic.phones == ("202-555-0100", "202-555-0101")
    assert brand.clinic.small_print == ("Licensed in Ohio", "Charity 123", "Write to us", "No advice.")


def test_own_support_lines_come_first_and_only_for_that_clinic(scratch: Scratch, pipeline) -> None:
    from bifolio.build.pipeline import Pipeline
    from bifolio.core.cache import Cache
    from tests.support.projects import COMPLETE

    scratch.write("content/handouts/small.yaml", COMPLETE)
    own = "lines: [{name: Our line, about: Any worry, phone: 555-0102, checked_on: 2026-11-22}]"
    scratch.write("content/brands/own/_brand.yml", BRAND.replace("phone: 202-555-0100", own))
    pipeline = Pipeline(Repository(scratch.root), Cache(scratch.root / ".bifolio"))
    said = wording_of(pipeline, "small", "own", "us", "en")
    assert said.index("Our line") < said.index("Any crisis")
    assert "Our line" not in wording_of(pipeline, "small", "default", "us", "en")


def test_own_line_must_be_reachable() -> None:
    text = BRAND.replace("phone: 202-555-0100", "lines: [{name: A, about: B, checked_on: 2026-11-22}]")
    findings = validate(Brand, parse(text, "_brand.yml"), "brand")[1]
    assert [finding.code for finding in findings] == ["brand.line-reach"]
