"""Brand files as clinics write them: each habit works, or has one finding at its field that says what to do."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from typing import Any

import pytest
from click.testing import CliRunner

from bifolio.app import Project
from bifolio.cli.main import main
from bifolio.content.validation import validate
from bifolio.core.yaml_loader import parse
from bifolio.model.brand import Brand
from tests.conftest import ROOT
from tests.support.projects import SAFE, Scratch

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path fill="#123456" d="M0 0h9v9z"/></svg>'

CASES: dict[str, tuple[str, str]] = {
    "www": ("meta: {name: A Clinic, link: www.clinic.example.org}\n", ""),
    "bare-domain": ("meta: {name: A Clinic, link: {home: clinic.example.org/}}\n", ""),
    "HTTP-caps": ("meta: {name: A Clinic, link: HTTPS://Clinic.example.org}\n", ""),
    "link-words": ("meta: {name: A Clinic, link: see our website}\n", "error brand.bad-value 1:30"),
    "link-mail": ("meta: {name: A Clinic, link: hello@clinic.example.org}\n", "error brand.bad-value 1:30"),
    "link-md": ("meta: {name: A Clinic, link: '<https://clinic.example.org>'}\n", ""),
    "link-slashes": ("meta: {name: A Clinic, link: //clinic.example.org}\n", ""),
    "link-list": (
        "meta: {name: A Clinic, link: [https://clinic.example.org]}\n",
        "error brand.wrong-type 1:30",
    ),
    "shelf-www": ("meta: {name: A Clinic}\ndefaults: {bifolio: {shelf: www.clinic.example.org/h}}\n", ""),
    "root-logo": ("meta: {name: A Clinic}\nlogo: /assets/logo.svg\n", ""),
    "back-logo": ("meta: {name: A Clinic}\nlogo: assets\\logo.svg\n", ""),
    "win-logo": ("meta: {name: A Clinic}\nlogo: C:\\Users\\me\\logo.svg\n", "warning brand.missing-logo 2:7"),
    "file-url": (
        "meta: {name: A Clinic}\nlogo: file:///Users/me/logo.svg\n",
        "warning brand.missing-logo 2:7",
    ),
    "case-logo": ("meta: {name: A Clinic}\nlogo: assets/Logo.SVG\n", "warning brand.missing-logo 2:7"),
    "up-logo": ("meta: {name: A Clinic}\nlogo: ../logo.svg\n", "warning brand.logo-outside 2:7"),
    "web-logo": (
        "meta: {name: A Clinic}\nlogo: https://clinic.example.org/logo.svg\n",
        "warning brand.not-fetched 2:7",
    ),
    "data-logo": (
        "meta: {name: A Clinic}\nlogo: data:image/png;base64,iVBORw0KGgo=\n",
        "warning brand.missing-logo 2:7",
    ),
    "image-key": (
        "meta: {name: A Clinic}\nlogo: {images: {mark: assets/logo.svg}, medium: mrak}\n",
        "warning brand.missing-logo 2:49",
    ),
    "logo-src": ("meta: {name: A Clinic}\nlogo: {src: assets/logo.svg}\n", "warning brand.misplaced-key 2:8"),
    "logo-primary": (
        "meta: {name: A Clinic}\nlogo: {primary: assets/logo.svg}\n",
        "warning brand.misplaced-key 2:8",
    ),
    "uk": ("meta: {name: A Clinic}\ndefaults: {bifolio: {region: uk}}\n", ""),
    "UK": ("meta: {name: A Clinic}\ndefaults: {bifolio: {region: UK}}\n", ""),
    "United": ("meta: {name: A Clinic}\ndefaults: {bifolio: {region: United Kingdom}}\n", ""),
    "en-GB": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {region: en-GB}}\n",
        "error plan.unknown-region 2:30",
    ),
    "A4": ("meta: {name: A Clinic}\ndefaults: {bifolio: {edition: A4}}\n", ""),
    "us-letter": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {edition: US Letter}}\n",
        "error plan.unknown-edition 2:31",
    ),
    "unquoted": ("meta: {name: A Clinic}\ncolor:\n  primary: #0a7\n", "warning brand.bad-color 3:11"),
    "unquoted-flow": ("meta: {name: A Clinic}\ncolor: {primary: #0a7}\n", "error load.broken-yaml 2:23"),
    "unquoted-pal": (
        "meta: {name: A Clinic}\ncolor:\n  palette:\n    sea: #0a7\n  primary: sea\n",
        "warning brand.bad-color 4:9",
    ),
    "color-string": ("meta: {name: A Clinic}\ncolor: '#0a7'\n", ""),
    "color-bare": ("meta: {name: A Clinic}\ncolor: {primary: 1d5a68}\n", ""),
    "color-digits": ("meta: {name: A Clinic}\ncolor: {primary: 123456}\n", ""),
    "color-palette-case": ("meta: {name: A Clinic}\ncolor: {palette: {Sea: '#1d5a68'}, primary: sea}\n", ""),
    "color-palette-list": (
        "meta: {name: A Clinic}\ncolor: {palette: ['#1d5a68', '#fff'], primary: '#1d5a68'}\n",
        "warning brand.wrong-type 2:18",
    ),
    "color-pantone": (
        "meta: {name: A Clinic}\ncolor: {primary: Pantone 321 C}\n",
        "warning brand.bad-color 2:18",
    ),
    "color-cmyk": (
        "meta: {name: A Clinic}\ncolor: {primary: 'cmyk(80, 20, 30, 10)'}\n",
        "warning brand.bad-color 2:18",
    ),
    "color-rgb": ("meta: {name: A Clinic}\ncolor: {primary: '29, 90, 104'}\n", ""),
    "color-rgb-list": ("meta: {name: A Clinic}\ncolor: {primary: [29, 90, 104]}\n", ""),
    "color-rgb0x": ("meta: {name: A Clinic}\ncolor: {primary: 0x1d5a68}\n", ""),
    "color-typo": ("meta: {name: A Clinic}\ncolor: {primary: tael}\n", "warning brand.unknown-color 2:18"),
    "color-O": ("meta: {name: A Clinic}\ncolor: {primary: '#1d5a6O'}\n", "warning brand.bad-color 2:18"),
    "colour": ("meta: {name: A Clinic}\ncolour: {primary: '#1d5a68'}\n", "warning brand.misplaced-key 2:1"),
    "colors": ("meta: {name: A Clinic}\ncolors: {primary: '#1d5a68'}\n", "warning brand.misplaced-key 2:1"),
    "color-prim": ("meta: {name: A Clinic}\ncolor: {primry: '#1d5a68'}\n", "warning brand.misplaced-key 2:9"),
    "color-dict": (
        "meta: {name: A Clinic}\ncolor: {primary: {hex: '#1d5a68'}}\n",
        "warning brand.wrong-type 2:18",
    ),
    "fonts-string": (
        "meta: {name: A Clinic}\ntypography: {fonts: Open Sans, base: Open Sans}\n",
        "warning brand.font-not-here 2:21",
    ),
    "fonts-list": (
        "meta: {name: A Clinic}\ntypography: {fonts: [Open Sans, Roboto], base: Open Sans}\n",
        "warning brand.font-not-here 2:22",
    ),
    "fonts-map": (
        "meta: {name: A Clinic}\ntypography: {fonts: {family: Open Sans, source: google}, base: Open Sans}\n",
        "warning brand.font-not-here 2:30",
    ),
    "fonts-google": (
        "meta: {name: A Clinic}\ntypography: {fonts: [{google: Open Sans}], base: Open Sans}\n",
        "warning brand.missing-key 2:22; warning brand.font-not-here 2:31",
    ),
    "fonts-families": (
        "meta: {name: A Clinic}\ntypography: {fonts: [{family: [Open Sans, Arial], source: google}]}\n",
        "warning brand.wrong-type 2:31",
    ),
    "fonts-src": ("meta: {name: A Clinic}\ntypography: {fonts: [{family: Open Sans, source: Google}]}\n", ""),
    "fonts-adobe": (
        "meta: {name: A Clinic}\ntypography: {fonts: [{family: Open Sans, source: adobe}]}\n",
        "warning brand.bad-value 2:50",
    ),
    "base-list": (
        "meta: {name: A Clinic}\ntypography: {base: [Open Sans, Arial]}\n",
        "warning brand.font-not-here 2:21",
    ),
    "typo-string": ("meta: {name: A Clinic}\ntypography: Open Sans\n", "warning brand.font-not-here 2:13"),
    "weight-str": (
        "meta: {name: A Clinic}\ntypography: {headings: {family: Newsreader, weight: Bold}}\n",
        "",
    ),
    "weight-q": ("meta: {name: A Clinic}\ntypography: {headings: {family: Newsreader, weight: '700'}}\n", ""),
    "heading": (
        "meta: {name: A Clinic}\ntypography: {heading: Newsreader}\n",
        "warning brand.misplaced-key 2:14",
    ),
    "name-number": ("meta: {name: 1066}\n", "error brand.wrong-type 1:14"),
    "name-colon": ("meta:\n  name: Clinic: the old one\n", "error load.broken-yaml 2:15"),
    "name-amp": ("meta:\n  name: &Co Clinic\n", "error load.anchor 2:9"),
    "name-empty": ("meta: {name: ''}\n", "error brand.empty 1:14"),
    "name-top": ("name: A Clinic\n", "warning brand.misplaced-key 1:1; warning brand.no-name 1:1"),
    "tabs": ("meta:\n\tname: A Clinic\n", "error load.broken-yaml 2:1"),
    "bif-top": (
        "meta: {name: A Clinic}\nbifolio: {phone: 020 7946 0101}\n",
        "warning brand.misplaced-key 2:1",
    ),
    "phone-top": ("meta: {name: A Clinic}\nphone: 020 7946 0101\n", "warning brand.misplaced-key 2:1"),
    "phone-int": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {region: us, phone: 2025550143}}\n",
        "error brand.wrong-type 2:41",
    ),
    "phone-octal": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {phone: 02079460101}}\n",
        "warning brand.phone-no-link 2:29",
    ),
    "phone-plus": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {phone: +442079460101}}\n",
        "error brand.wrong-type 2:29",
    ),
    "phone-list": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {phone: ['202-555-0101', '202-555-0102']}}\n",
        "",
    ),
    "phone-of-another-country": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {phone: '+44 20 7946 0101'}}\n",
        "warning brand.other-country 2:29",
    ),
    "phone-of-another-country-on-purpose": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {region: us, phone: '+44 20 7946 0101'}}\n",
        "",
    ),
    "email-mailto": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {email: 'mailto:hello@clinic.example.org'}}\n",
        "",
    ),
    "email-name": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {email: 'Front desk <hello@clinic.example.org>'}}\n",
        "error brand.bad-value 2:29",
    ),
    "email-dot": ("meta: {name: A Clinic}\ndefaults: {bifolio: {email: hello@clinic.example.org.}}\n", ""),
    "email-at": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {email: hello at clinic.example.org}}\n",
        "error brand.bad-value 2:29",
    ),
    "email-two": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {email: 'a@clinic.example.org, b@clinic.example.org'}}\n",
        "error brand.bad-value 2:29",
    ),
    "address-str": (
        "meta: {name: A Clinic}\ndefaults:\n  bifolio:\n    address: 1 Row Lane, Towe, TW1 2AB\n",
        "",
    ),
    "address-block": (
        "meta: {name: A Clinic}\ndefaults:\n  bifolio:\n    address: |\n      1 Row Lane\n      Towe\n",
        "",
    ),
    "address-map": (
        "meta: {name: A Clinic}\ndefaults:\n  bifolio:\n    address: {street: 1 Row Lane, city: Towe}\n",
        "error brand.wrong-type 4:14",
    ),
    "hours-map": (
        "meta: {name: A Clinic}\ndefaults:\n  bifolio:\n    hours: {mon: 9-5}\n",
        "error brand.wrong-type 4:12",
    ),
    "hours-list": (
        "meta: {name: A Clinic}\ndefaults:\n  bifolio:\n    hours: [Mon 9-5, Tue 9-1]\n",
        "error brand.wrong-type 4:12",
    ),
    "hours-sexa": ("meta: {name: A Clinic}\ndefaults: {bifolio: {hours: 9:00-17:00}}\n", ""),
    "typo-adress": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {adress: [1 Row Lane]}}\n",
        "error brand.unknown-key 2:22",
    ),
    "license": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {license: PSY 1234}}\n",
        "error brand.unknown-key 2:22",
    ),
    "postcode": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {postcode: TW1 2AB}}\n",
        "error brand.unknown-key 2:22",
    ),
    "website": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {website: www.clinic.example.org}}\n",
        "error brand.unknown-key 2:22",
    ),
    "intro-html": (
        "meta: {name: A Clinic}\ndefaults: {bifolio: {intro: 'Welcome <b>all</b>'}}\n",
        "error brand.html-in-text 2:38",
    ),
    "bom": ("\ufeffmeta: {name: A Clinic}\n", ""),
    "empty": ("", "error brand.empty-file 1:1"),
    "comment-only": ("# to do\n", "error brand.empty-file 1:1"),
    "json": ('{"meta": {"name": "A Clinic"}, "color": {"primary": "#1d5a68"}}\n', ""),
    "nbsp-indent": (
        "meta:\n\xa0\xa0name: A Clinic\n",
        "warning brand.misplaced-key 2:1; warning brand.no-name 1:1",
    ),
    "mojibake": ("meta: {name: ZoÃ«s Clinic}\n", "warning brand.encoding 1:14"),
}

"""A brand file, and what is told of it: severity, code, line and column. What is wrong with the looks leaves them out."""


def test_each_habit_works_or_is_told_at_its_field(scratch: Scratch) -> None:
    """Through the command line, all at once: none hides what is wrong with another."""
    scratch.write("content/handouts/small.yaml", SAFE)
    shutil.copy(ROOT / "content/regions/gb.yaml", scratch.root / "content/regions/gb.yaml")
    ids = {f"b{number}": name for number, name in enumerate(CASES)}
    for brand, name in ids.items():
        scratch.write(f"content/brands/{brand}/_brand.yml", CASES[name][0])
        scratch.write(f"content/brands/{brand}/assets/logo.svg", SVG)
    command = ["check", "--json", "--project", str(scratch.root)]
    done = CliRunner().invoke(main, command, prog_name="build.py", catch_exceptions=False)
    told = defaultdict(list)
    for finding in json.loads(done.stdout)["findings"]:
        told[(finding["file"] or "").split("/")[2] if "/brands/" in (finding["file"] or "") else ""].append(
            finding
        )
    for brand, name in ids.items():
        found = [f"{f['severity']} {f['code']} {f['line']}:{f['column']}" for f in told[brand]]
        assert sorted(found) == sorted(filter(None, CASES[name][1].split("; "))), name
        assert all(f["help"] for f in told[brand]), name


def _value(brand: Brand, steps: str) -> Any:
    value: Any = brand
    for step in steps.split("."):
        value = getattr(value, step)
    return value


@pytest.mark.parametrize(
    ("text", "steps", "value"),
    [
        ("meta: {link: www.clinic.example.org}", "home", "https://www.clinic.example.org"),
        ("meta: {link: {home: clinic.example.org/start}}", "home", "https://clinic.example.org/start"),
        ("meta: {link: HTTP://clinic.example.org}", "home", "http://clinic.example.org"),
        ("meta: {link: //clinic.example.org}", "home", "https://clinic.example.org"),
        ("meta: {link: '<https://clinic.example.org>'}", "home", "https://clinic.example.org"),
        (
            "defaults: {bifolio: {shelf: clinic.example.org/h}}",
            "clinic.shelf",
            "https://clinic.example.org/h",
        ),
        ("defaults: {bifolio: {edition: Booklet A4}}", "clinic.edition", "booklet-a4"),
        (
            "defaults: {bifolio: {email: 'mailto:hello@clinic.example.org'}}",
            "clinic.email",
            "hello@clinic.example.org",
        ),
        (
            "defaults: {bifolio: {email: <hello@clinic.example.org>.}}",
            "clinic.email",
            "hello@clinic.example.org",
        ),
        ("defaults: {bifolio: {address: 1 Row Lane}}", "clinic.address", ("1 Row Lane",)),
        ("color: '#0a7'", "color.seed", "#00aa77"),
        ("color: {primary: 1d5a68}", "color.seed", "#1d5a68"),
        ("color: {primary: 0x1D5A68}", "color.seed", "#1d5a68"),
        ("color: {primary: 123456}", "color.seed", "#123456"),
        ("color: {primary: '29, 90, 104'}", "color.seed", "#1d5a68"),
        ("color: {primary: [29, 90, 104]}", "color.seed", "#1d5a68"),
        ("color: {primary: RGB 29/90/104}", "color.seed", "#1d5a68"),
        ("color: {palette: {deep-sea: '#1d5a68'}, primary: Deep Sea}", "color.seed", "#1d5a68"),
        ("color: {palette: {blue: '#1d5a68'}, primary: blue}", "color.seed", "#1d5a68"),
        ("typography: Newsreader", "typography.base.families", ("Newsreader",)),
        ("typography: {base: [Newsreader, serif]}", "typography.base.families", ("Newsreader", "serif")),
        ("typography: {headings: {weight: Semi Bold}}", "typography.headings.weight", 600),
        ("typography: {headings: {weight: '700'}}", "typography.headings.weight", 700),
    ],
)
def test_what_a_habit_means(text: str, steps: str, value: Any) -> None:
    brand, findings = validate(Brand, parse(text, "_brand.yml"), "brand")
    assert findings == []
    assert brand is not None
    assert _value(brand, steps) == value


@pytest.mark.parametrize(
    "fonts", ["Open Sans", "[Open Sans]", "{family: Open Sans}", "[{family: Open Sans, source: Google}]"]
)
def test_fonts_may_be_written_in_short(fonts: str) -> None:
    brand, findings = validate(Brand, parse(f"typography: {{fonts: {fonts}}}", "_brand.yml"), "brand")
    assert findings == []
    assert brand is not None
    assert [font.family for font in brand.typography.fonts] == ["Open Sans"]


@pytest.mark.parametrize("path", ["/assets/logo.svg", "assets\\logo.svg", "./assets/logo.svg"])
def test_the_clinics_folder_is_the_root_of_its_site(path: str, scratch: Scratch) -> None:
    scratch.write("content/brands/lark/_brand.yml", f"meta: {{name: Lark}}\nlogo: {path}\n")
    scratch.write("content/brands/lark/assets/logo.svg", SVG)
    files = Project(scratch.root).repository.brand_files("lark")
    assert files.logo is not None
    assert files.warnings(None) == []


def test_a_region_of_the_project_comes_before_what_people_call_another(scratch: Scratch) -> None:
    for region in ("gb", "uk"):
        text = (ROOT / "content/regions/gb.yaml").read_text("utf-8")
        scratch.write(f"content/regions/{region}.yaml", text.replace("id: gb", f"id: {region}"))
    scratch.write("content/brands/lark/_brand.yml", "defaults: {bifolio: {region: UK}}\n")
    assert Project(scratch.root).repository.brand("lark").clinic.region == "uk"
