"""tailor: one person's copy says what was asked, keeps what keeps a reader safe, and leaves no trace."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest

from bifolio.app import Project
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import BifolioError, ContentError, RequestError
from bifolio.editorial.tailoring import hand_over, parts, read_tailoring, refused, tailor
from bifolio.model.blocks import Callout, Section, walk
from bifolio.model.tailoring import Tailoring
from tests.conftest import ROOT
from tests.support.projects import HANDOUT, Scratch

ITEMS = tuple(Repository(ROOT).catalogue.handouts)
LABELS = Repository(ROOT).locale("en").labels

PARTED = HANDOUT.replace(
    "  - text: One sentence.\n",
    """\
  - section:
      id: first
      title: The first part
      blocks: [{text: "Your {partner} may read [the second](#second)."}, {callout: {tone: stop, text: Stop here.}}]
  - section: {id: second, title: The second part, blocks: [{text: Second words.}]}
  - key_points: [A point.]
  - help_when: {now: Call., soon: Ask., when_you_can: Book.}
  - resources
""",
).replace("body:\n", "words: {partner: [partner, wife, husband]}\nbody:\n")


def _copy(repository: Repository, item: str, **wishes: object):
    return tailor(repository.open_handout(item), Tailoring.model_validate(wishes), LABELS)


@pytest.fixture
def parted(scratch: Scratch) -> Repository:
    scratch.write("content/handouts/small.yaml", PARTED)
    return Repository(scratch.root)


# -- what a copy says ----------------------------------------------------------------------------


def test_parts_have_names_that_a_person_can_type(parted: Repository) -> None:
    told = [(part.name, part.stays) for part in parts(parted.handout("small"))]
    assert told == [
        ("first", "some"),
        ("second", "none"),
        ("key-points", "none"),
        ("help-when", "all"),
        ("resources", "all"),
    ]


def test_nothing_asked_changes_nothing(parted: Repository) -> None:
    assert _copy(parted, "small") == parted.handout("small")


def test_parts_are_kept_or_left_out(parted: Repository) -> None:
    kinds = [block.kind for block in _copy(parted, "small", leave_out=["second", "key-points"]).body]
    assert kinds == ["section", "help_when", "resources"]
    kinds = [block.kind for block in _copy(parted, "small", keep=["second"]).body]
    assert kinds == ["section", "section", "help_when", "resources"]


def test_of_a_part_that_is_left_out_the_stop_panel_stays(parted: Repository) -> None:
    (first, *_) = _copy(parted, "small", leave_out="first").body
    assert isinstance(first, Section)
    assert [block.kind for block in first.blocks] == ["callout"]


def test_words_of_the_reader(parted: Repository) -> None:
    assert "Your partner may" in str(parted.handout("small"))
    assert "Your wife may" in str(_copy(parted, "small", words={"partner": "wife"}))
    assert "Your Alex may" in str(_copy(parted, "small", words={"partner": "Alex"}))


def test_links_to_what_is_gone_are_words_again(parted: Repository) -> None:
    assert "read the second." in str(_copy(parted, "small", leave_out="second"))
    assert "[the second](#second)" in str(_copy(parted, "small", leave_out="key-points"))


def test_note_and_visit_stand_first(parted: Repository) -> None:
    note = _copy(parted, "small", note=["One.", "Two."], next_visit="Monday at 3").body[0]
    assert isinstance(note, Callout)
    assert [passage.text for passage in note.text] == ["One.", "Two.", "**Your next visit:** Monday at 3"]


def test_note_stands_after_the_privacy_note_of_a_worksheet(repository: Repository) -> None:
    body = _copy(repository, "steady-now", note="A word.").body
    assert [block.kind for block in body[:2]] == ["privacy_note", "callout"]


@pytest.mark.parametrize("item", ITEMS)
def test_what_keeps_a_reader_safe_stays_whatever_is_asked(item: str, repository: Repository) -> None:
    """Every part of every handout left out: the help panels, lines and stop callouts are all still there."""
    assert "tears-and-closeness" in ITEMS
    whole = repository.handout(item)

    def safe(handout) -> list[object]:
        return [
            block.text if isinstance(block, Callout) else block
            for block in walk(handout.body)
            if block.kind in ("help_when", "resources", "privacy_note", "content_note")
            or (isinstance(block, Callout) and block.tone == "stop")
        ]

    names = [part.name for part in parts(whole)]
    bare = _copy(repository, item, leave_out=names)
    assert safe(whole), "nothing to keep"
    assert safe(bare) == safe(whole)
    assert safe(_copy(repository, item, keep=names[:1])) == safe(whole)
    assert len(list(walk(bare.body))) < len(list(walk(whole.body))) or len(names) < 3
    assert (bare.main_message, bare.content_note) == (whole.main_message, whole.content_note)


def test_what_is_not_there_is_told_at_its_place(parted: Repository) -> None:
    text = "leave_out: [second, thrid]\nwords: {partnr: wife}\n"
    tailoring, tree = read_tailoring(text, "wishes.yaml")
    found = list(refused(parted.open_handout("small"), tailoring, tree))
    assert [f"{f.span} {f.code}" for f in found] == [
        "wishes.yaml:1:21 tailor.unknown-part",
        "wishes.yaml:2:9 tailor.unknown-word",
    ]
    assert found[1].help == 'did you mean "partner"?'


def test_a_card_has_no_room_for_a_note(repository: Repository) -> None:
    card = repository.open_handout("check-in-card")
    assert [f.code for f in refused(card, Tailoring(next_visit="Monday"))] == ["tailor.no-room"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("keep: [a]\nleave_out: [b]\n", "tailor.bad-value"),
        ("kep: [a]\n", "tailor.unknown-key"),
        ("note: <script>alert(1)</script>\n", "tailor.html-in-text"),
        ("words: {partner: ''}\n", "tailor.empty"),
        ("[a]\n", "tailor.empty-file"),
    ],
)
def test_wishes_that_will_not_do(text: str, code: str) -> None:
    with pytest.raises(ContentError) as raised:
        read_tailoring(text, "wishes.yaml")
    assert [finding.code for finding in raised.value.findings] == [code]


def test_no_wishes_are_none() -> None:
    assert read_tailoring("# nothing yet\n", "wishes.yaml")[0] == Tailoring()


# -- approval of a copy --------------------------------------------------------------------------


def _text(pdf: bytes) -> str:
    document = pdfium.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


@pytest.mark.layout
def test_a_copy_says_that_it_was_made_from_an_approved_text(scratch: Scratch, parted: Repository) -> None:
    by = "Jo Example, clinical psychologist"
    Project(scratch.root).approve("small", "default", by, "2026-11-23")

    def said(**wishes: object) -> str:
        return _text(Project(scratch.root).tailored("small", "default", Tailoring.model_validate(wishes))[0])

    assert f"Made for one person, from a text approved by {by} on 23 November 2026." in said(note="A word.")
    assert f"Approved by {by} on 23 November 2026." in said(edition="a4")
    scratch.write("content/handouts/small.yaml", PARTED.replace("Second words.", "Other words."))
    assert "Draft for clinical review. No clinician has approved this text yet." in said(note="A word.")


# -- no trace ------------------------------------------------------------------------------------

PERSON = ("Zebedee-Quill", "Thornbush", "Febtember")
"""Words that stand nowhere in this project: the partner's name, the note, the visit."""

WISHES = "words: {partner: Zebedee-Quill}\nnote: Thornbush is a long word.\nnext_visit: 31 Febtember at 3\n"


def _traces(*folders: Path, since: float = 0) -> Iterator[str]:
    """Return each file below the folders that holds a word of the person, in its name or bytes, packed or not.

    Files that were last written before `since`, in seconds of the epoch, are passed over.
    """
    words = [word.encode(codec) for word in PERSON for codec in ("utf-8", "utf-16-le", "utf-16-be")]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if any(word in path.name for word in PERSON):
                yield f"{path} (its name)"
            if path.is_file() and path.stat().st_mtime >= since:
                body = path.read_bytes()
                whole = body + _unpacked(body)
                if any(word in whole for word in words):
                    yield str(path)


def _unpacked(body: bytes) -> bytes:
    """Return what zlib streams inside a file hold; the text of a PDF is drawn in glyphs, and read by `_text`."""
    found = b""
    for stream in re.finditer(rb"(?<!end)stream\n(.*?)endstream", body, re.DOTALL):
        with contextlib.suppress(zlib.error):
            found += zlib.decompressobj().decompress(stream[1])
    if body.startswith(b"%PDF") or b"%PDF-1" in body[:20_000]:
        start = body.find(b"%PDF-1")
        with contextlib.suppress(pdfium.PdfiumError):
            found += _text(body[start:]).encode()
    return found


def _alone(tmp_path: Path) -> dict[str, str]:
    """Return an environment whose home, caches and temporary files all lie in folders of this test."""
    places = {"HOME": "home", "TMPDIR": "tmp", "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state"}
    for folder in places.values():
        (tmp_path / folder).mkdir(exist_ok=True)
    return {**os.environ, **{name: str(tmp_path / folder) for name, folder in places.items()}}


def _run(
    scratch: Scratch, tmp_path: Path, *arguments: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "build.py"), *arguments, "--project", str(scratch.root)]
    done = subprocess.run(
        command, input=stdin, env=_alone(tmp_path), capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.processes
def test_a_copy_leaves_no_trace(scratch: Scratch, tmp_path: Path) -> None:
    began = time.time() - 2  # some file systems keep whole seconds only
    scratch.write("content/handouts/small.yaml", PARTED)
    _run(scratch, tmp_path, "build")  # an ordinary build keeps its work, as it should
    before = {path: path.read_bytes() for path in sorted(scratch.root.rglob("*")) if path.is_file()}
    assert any(".bifolio" in path.parts for path in before)
    mine = tmp_path / "mine"
    mine.mkdir()

    done = _run(scratch, tmp_path, "tailor", "small", "--for", "-", "--to", str(mine / "a.pdf"), stdin=WISHES)

    pdf = (mine / "a.pdf").read_bytes()
    assert all(word in _text(pdf) for word in PERSON)
    assert [path.name for path in mine.iterdir()] == ["a.pdf"]
    after = {path: path.read_bytes() for path in sorted(scratch.root.rglob("*")) if path.is_file()}
    assert after == before  # not one byte of the project changed
    home = [tmp_path / name for name in ("home", "tmp", "cache", "state", "project")]
    assert list(_traces(*home)) == []
    assert list(_traces(ROOT / ".bifolio", since=began)) == []
    assert not any(word in done.stdout + done.stderr for word in PERSON)


@pytest.mark.processes
def test_the_search_for_traces_finds_them(scratch: Scratch, tmp_path: Path) -> None:
    """The same words in a handout of the library stand in the store and in output/: the search sees both."""
    scratch.write("content/handouts/small.yaml", PARTED.replace("Second words.", "Thornbush is a long word."))
    _run(scratch, tmp_path, "build")
    found = {Path(trace).relative_to(scratch.root).parts[0] for trace in _traces(scratch.root)}
    assert found == {"content", ".bifolio", "output"}


@pytest.mark.layout
def test_the_person_stands_in_no_metadata(scratch: Scratch, parted: Repository) -> None:
    tailoring, _ = read_tailoring(WISHES, "wishes.yaml")
    pdf, _ = Project(scratch.root).tailored("small", "default", tailoring)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        said = [str(value) for value in document.trailer.Info.values()]
        said.append(document.Root.Metadata.read_bytes().decode())
        said += [str(item.get(key)) for item in document.objects if isinstance(item, pikepdf.Dictionary)
                 for key in ("/Title", "/Alt", "/T", "/Contents", "/ActualText") if key in item]  # fmt: skip
    assert any("small leaflet" in text for text in said)
    assert [text for text in said if any(word in text for word in PERSON)] == []


@pytest.mark.layout
def test_same_wishes_same_bytes(scratch: Scratch, parted: Repository) -> None:
    tailoring, _ = read_tailoring(WISHES, "wishes.yaml")
    one, two = (Project(scratch.root).tailored("small", "default", tailoring)[0] for _ in range(2))
    assert one == two


@pytest.mark.parametrize(
    "name", ["output/copy.pdf", "content/copy.pdf", ".bifolio/copy.pdf", "x/../output/c.pdf"]
)
def test_folders_that_are_kept_and_shared_are_refused(name: str, scratch: Scratch) -> None:
    with pytest.raises(RequestError) as raised:
        hand_over(scratch.root, b"%PDF", scratch.root / name)
    assert [finding.code for finding in raised.value.findings] == ["tailor.shared-folder"]


def test_a_place_that_cannot_be_written_is_told_and_left_clean(scratch: Scratch, tmp_path: Path) -> None:
    (tmp_path / "folder.pdf").mkdir()
    with pytest.raises(BifolioError):
        hand_over(scratch.root, b"%PDF", tmp_path / "folder.pdf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.pdf", "project"]
