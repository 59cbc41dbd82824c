"""Brand form: the form of a clinic ↔ its `_brand.yml`, and everything of a clinic as one file.

What the form does not ask stays in the file as it was. Before a clinic is changed, the whole of it is put
aside as a zip in `earlier/`. A like zip is what a clinic takes home, with its approvals and its own handouts,
and what is brought in again.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from bifolio.branding.logo import LogoUse, clean_logo
from bifolio.branding.nearest_shade import contrast, nearest_safe
from bifolio.branding.palette import derive
from bifolio.content.repository import Repository
from bifolio.content.validation import validate
from bifolio.core.atomic_writes import replace_all
from bifolio.core.diagnostics import DesignError, Diagnostic, RequestError, Source, Span, relative_name
from bifolio.core.source_tree import SourceTree, Steps
from bifolio.core.versions import only_writer, revising, version_of
from bifolio.core.yaml_loader import parse
from bifolio.model.base import id_fault, id_from
from bifolio.model.brand import Brand
from bifolio.studio.draft import Draft
from bifolio.studio.errors import refuse_unknown_fields

FILE = "_brand.yml"
EARLIER = "earlier"
MOST_EARLIER = 20
MOST_ZIP_BYTES = 8_000_000

_OWN: Steps = ("defaults", "bifolio")
FIELDS: Mapping[str, Steps] = {
    "name": ("meta", "name", "full"),
    "short": ("meta", "name", "short"),
    "link": ("meta", "link", "home"),
    "colour": ("color", "primary"),
    "secondary": ("color", "secondary"),
    "titles": ("typography", "headings", "family"),
    "address": (*_OWN, "address"),
    "phone": (*_OWN, "phone"),
    "email": (*_OWN, "email"),
    "hours": (*_OWN, "hours"),
    "out_of_hours": (*_OWN, "out_of_hours"),
    **{name: (*_OWN, name) for name in ("licence", "registration", "complaints", "disclaimer", "footer")},
    "region": (*_OWN, "region"),
    "edition": (*_OWN, "edition"),
    "theme": (*_OWN, "theme"),
    "masthead": (*_OWN, "masthead"),
}
"""Where each field of the form stands in the file."""


def form_of(brand: Brand) -> dict[str, str]:
    """Return the fields of the form as a brand fills them."""
    clinic = brand.clinic
    said = {
        "name": brand.meta.name.full,
        "short": brand.meta.name.short,
        "link": brand.home,
        "colour": brand.color.seed,
        "secondary": brand.color.resolve(brand.color.secondary),
        "titles": brand.typography.headings and brand.typography.headings.family,
        "address": "\n".join(clinic.address),
        **{
            name: getattr(clinic, name)
            for name, steps in FIELDS.items()
            if steps[:2] == _OWN and name != "address"
        },
    }
    return {name: value or "" for name, value in said.items()}


def titles(chosen: str) -> list[tuple[str, str]]:
    """Return the families that titles may have: those that are here, and the one that the clinic brought."""
    here = [("", "Newsreader, with serifs"), ("Atkinson Hyperlegible", "Atkinson Hyperlegible, as the text")]
    return here if chosen in dict(here) else [*here, (chosen, chosen)]


def text_with(tree: SourceTree, draft: Draft) -> str:
    """Return the text of a brand file with the draft's fields in it. Comments at the top stay; others do not."""
    values = deepcopy(tree.value) if isinstance(tree.value, dict) else {}
    old = _unfolded(values)
    for name, words in draft.fields:
        if name in FIELDS:
            _set(old, name, words.strip())
    if draft.logo is not None:
        old["logo"] = draft.logo.file_name
    head = re.match(r"(?:#[^\n]*\n)*", tree.source.text)
    body = yaml.dump(
        old, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=100, default_flow_style=False
    )
    return (head[0] if head else "") + body


def _unfolded(values: dict[str, Any]) -> dict[str, Any]:
    """Write out what brand.yml lets one write short, so that every field has its place."""
    meta = values["meta"] = values.get("meta") or {}
    if "links" in meta:
        meta.setdefault("link", meta.pop("links"))
    for key, inner in (("name", "full"), ("link", "home")):
        if isinstance(meta.get(key), str):
            meta[key] = {inner: meta[key]}
    type_ = values.get("typography")
    if isinstance(type_, dict) and isinstance(type_.get("headings"), str):
        type_["headings"] = {"family": type_["headings"]}
    return values


def _set(values: dict[str, Any], name: str, words: str) -> None:
    steps = FIELDS[name]
    if name == "colour":
        colour = values.get("color") if isinstance(values.get("color"), dict) else {}
        palette, primary = (colour or {}).get("palette"), (colour or {}).get("primary")
        if (
            isinstance(palette, dict) and primary in palette
        ):  # the role points at a name; the name is the colour
            steps = ("color", "palette", str(primary))
    said: Any = (
        [line.strip() for line in words.splitlines() if line.strip()]
        if name == "address"
        else "\n".join(words.splitlines())
    )
    place: Any = values
    for step in steps[:-1]:
        if not isinstance(place.get(step), dict):
            if not said:
                return
            place[step] = {}
        place = place[step]
    if said:
        place[steps[-1]] = said
    else:
        place.pop(steps[-1], None)
        _clear(values, steps[:-1])


def _clear(values: dict[str, Any], steps: Steps) -> None:
    """Take out what holds nothing any more: an empty typeface would say that one was chosen."""
    if not steps:
        return
    above: Any = values
    for step in steps[:-1]:
        above = above[step]
    if above[steps[-1]] == {}:
        del above[steps[-1]]
        _clear(values, steps[:-1])


def read(text: str, name: str) -> tuple[SourceTree, Brand]:
    """Read the text of a brand file. Raises BifolioError with all that is wrong with it."""
    tree = parse(text, name)
    brand, findings = validate(Brand, tree, "brand")
    if brand is None:
        raise DesignError(findings)
    return tree, brand


def field_of(finding: Mapping[str, Any], text: str, name: str) -> str | None:
    """Return the field of the form that a finding is about: whose value it points at, or whose line."""
    if finding.get("line") is None:
        return None
    tree = parse(text, name)
    there = {field: steps for field, steps in FIELDS.items() if tree.there(steps) == steps}
    for field, steps in there.items():
        value = tree.span(steps)
        if (value.line, value.column) == (finding["line"], finding["column"]):
            return field
    lines = {field: tree.span(steps, key=True).line for field, steps in there.items()}
    return next((field for field, line in lines.items() if line == finding["line"]), None)


# -- saving ------------------------------------------------------------------------------------------


def version(folder: Path) -> str:
    """Return the version in which a clinic stands now: all that it looks like, and no approval."""
    return version_of(folder / name for name in _files(folder, _LOOKS))


def folder_of(repository: Repository, brand_id: str) -> Path:
    """Return where the files of a clinic lie."""
    return repository.root / repository.brand_files(brand_id).folder


def save(repository: Repository, brand_id: str, draft: Draft, based_on: str) -> str:
    """Write a clinic's file, whole or not at all; what it was is put aside before. Return its new version.

    Raises SupersededError where `based_on` is not the version that stands, and TaskError for an unknown field.
    """
    refuse_unknown_fields(name for name, _ in draft.fields if name not in FIELDS)
    folder = folder_of(repository, brand_id)
    path = folder / FILE
    name = relative_name(path, repository.root)
    with revising(repository.root, based_on, lambda: version(folder)) as owner:
        text = text_with(parse(path.read_text("utf-8"), name), draft)
        read(text, name)
        put_aside(folder, owner)
        bodies = {path: text.encode()}
        if draft.logo is not None:
            bodies[folder / draft.logo.file_name] = draft.logo.body
        replace_all(bodies, owner)
        return version(folder)


def create(root: Path, name: str) -> str:
    """Make a new clinic with a name; give its id."""
    text = yaml.safe_dump(
        {"meta": {"name": {"full": name.strip()}}, "color": {"primary": "#3c5a80"}},
        allow_unicode=True,
        sort_keys=False,
    )
    read(text, FILE)
    return _found(root, name, {FILE: text.encode()})


def _found(root: Path, name: str, files: Mapping[str, bytes]) -> str:
    """Write a clinic's first files under an id that nobody has, after its name; return the id."""
    brand_id = id_from(name)[:60].strip("-")
    if id_fault(brand_id):
        brand_id = f"clinic-{brand_id}"[:60].rstrip("-")
    taken, number = brand_id, 2
    with only_writer(root) as owner:
        while (folder := root / "content" / "brands" / brand_id).exists():
            brand_id, number = f"{taken}-{number}", number + 1
        replace_all({folder / name: body for name, body in files.items()}, owner)
    return brand_id


# -- a clinic as one file ------------------------------------------------------------------------------


_NAMED = r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,80}"
_PICTURE = re.compile(rf"{_NAMED}\.(?:svgz?|pdf|png|jpe?g|webp|gif)")
_LOOKS = re.compile(
    rf"{re.escape(FILE)}|theme\.css|{_PICTURE.pattern}|(?:fonts/)?{_NAMED}\.(?:ttf|otf|woff2?)"
)
"""What a clinic looks like: what the form changes, and an earlier version brings back."""

_WHOLE = re.compile(rf"{_LOOKS.pattern}|approvals\.yaml|approved/{_NAMED}\.txt|handouts/{_NAMED}\.yaml")
"""All that a clinic takes home: its approvals and its own handouts, too. Templates are code, and stay."""


def packed(folder: Path, what: re.Pattern[str] = _WHOLE) -> bytes:
    """Return a clinic as one zip. The same clinic gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in _files(folder, what):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), (folder / name).read_bytes())
    return out.getvalue()


def _files(folder: Path, what: re.Pattern[str]) -> Iterator[str]:
    """Yield the names of the files of a clinic that belong to a part of it, in order."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not path.is_symlink() and what.fullmatch(name):
            yield name


def unpacked(raw: bytes) -> dict[str, bytes]:
    """Return the files of a packed clinic, its pictures cleaned. Raises RequestError with a sentence."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            files = _taken_out(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        raise _not_a_clinic("it is not a zip file that can be read") from error
    if FILE not in files:
        raise _not_a_clinic(f"there is no {FILE} in it")
    try:
        text = files[FILE].decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_a_clinic(f"its {FILE} is not UTF-8 text") from error
    read(text, FILE)
    for name in [name for name in files if name.endswith(".yaml")]:
        parse(files[name].decode("utf-8", errors="replace"), name)
    for name in [name for name in files if _PICTURE.fullmatch(name)]:
        files[name] = clean_logo(files[name], name, Span(Source(name, ""), 1, 1), LogoUse.SCREEN).body
    return files


def _taken_out(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Read the files that belong to a clinic, and never more bytes than a clinic has."""
    left, files = MOST_ZIP_BYTES, {}
    for entry in archive.infolist():
        if not _WHOLE.fullmatch(entry.filename):
            continue
        with archive.open(entry) as file:
            body = file.read(left + 1)  # what the zip says of the size may be a lie
        left -= len(body)
        if left < 0:
            raise _not_a_clinic("there is too much in it")
        files[entry.filename] = body
    return files


def _not_a_clinic(why: str) -> RequestError:
    return RequestError(
        Diagnostic(
            "studio.not-a-clinic",
            f"this file is no clinic: {why}",
            help="choose a file that the studio gave with “Save this clinic as a file”",
        )
    )


def put_aside(folder: Path, owner: str = "") -> None:
    """Keep the clinic as it is, so that it can be had back. The oldest go when there are many."""
    earlier = folder / EARLIER
    there = versions(folder)
    body = packed(folder, _LOOKS)
    if there and (earlier / f"{there[0]:04}.zip").read_bytes() == body:
        return
    replace_all({earlier / f"{(there[0] if there else 0) + 1:04}.zip": body}, owner)
    for number in there[MOST_EARLIER - 1 :]:
        (earlier / f"{number:04}.zip").unlink(missing_ok=True)


def versions(folder: Path) -> list[int]:
    """Return the numbers of the versions put aside, the latest first."""
    names = (re.fullmatch(r"(\d{4,})\.zip", path.name) for path in (folder / EARLIER).glob("*.zip"))
    return sorted((int(found[1]) for found in names if found), reverse=True)


def restore(repository: Repository, brand_id: str, number: int, based_on: str) -> None:
    """Restore an earlier version; what stands now is put aside before.

    Raises SupersededError where `based_on` is not the version that stands.
    """
    folder = folder_of(repository, brand_id)
    if number not in versions(folder):
        raise RequestError(
            Diagnostic(
                "studio.no-version", f"there is no version {number} of this clinic", help="reload the page"
            )
        )
    files = unpacked((folder / EARLIER / f"{number:04}.zip").read_bytes())
    with revising(repository.root, based_on, lambda: version(folder)) as owner:
        put_aside(folder, owner)
        replace_all({folder / name: body for name, body in files.items()}, owner)


def bring_in(root: Path, raw: bytes) -> str:
    """Make a new clinic from a packed one; give its id."""
    files = unpacked(raw)
    _, brand = read(files[FILE].decode("utf-8"), FILE)
    return _found(root, brand.name, files)


# -- colours -----------------------------------------------------------------------------------------


def colours(seed: str) -> dict[str, Any]:
    """Return what pages make of a colour: each pair that is read, its contrast, and what it has to reach."""
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})", seed):
        raise RequestError(
            Diagnostic("studio.no-colour", f'"{seed[:20]}" is not a colour', help="write it like #1d5a68")
        )
    roles = derive(seed)
    pairs = [
        ("Text on the page", roles["ink"], "#ffffff", 7.0),
        ("Titles", roles["title"], "#ffffff", 3.0),
        ("Text on panels", roles["ink"], roles["panel"], 7.0),
        ("Headings", roles["deep"], "#ffffff", 4.5),
        ("Lines to write on", roles["mid"], "#ffffff", 3.0),
        ("Get help", roles["help"], "#ffffff", 7.0),
    ]
    own = contrast(seed, "#ffffff")
    return {
        "seed": seed,
        "own": own,
        "safe": nearest_safe(seed),
        "pairs": [
            {
                "what": what,
                "on": ground,
                "colour": colour,
                "contrast": contrast(colour, ground),
                "least": least,
            }
            for what, colour, ground, least in pairs
        ],
        "swatches": [roles[name] for name in ("title", "deep", "mid", "line", "soft", "veil", "wash")],
    }
