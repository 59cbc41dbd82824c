"""Does a search find what is meant, and nothing where nothing is meant?"""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest

from bifolio.content.repository import Repository
from bifolio.editorial.search import Document, Found, SearchIndex, Text
from bifolio.editorial.search_texts import documents, stray_synonyms
from tests.support.projects import SAFE, Scratch

TIDES = Document(
    "tides", "Tides and moods", "When feelings shift.", (Text("Menopause can make nights short.", 1),)
)
LOSS = Document(
    "loss",
    "After a loss",
    "For any grief.",
    (Text("You may miss their hands.", 1), Text("grief", 6, is_shown=False)),
)
CARD = Document("card", "A card", "For the pocket.", (Text("Your stop word.", 1), Text("Say it aloud.", 1)))
BOUND = Document("bound", "All of it", "Bound together.", (), ("tides", "loss"))
SHELF = (TIDES, LOSS, CARD, BOUND)
INDEX = SearchIndex(
    SHELF,
    {"menopause": ["change of life"], "grief": ["mourning", "heartbreak"], "stop word": ["safeword"]},
    ["how", "my", "the", "of", "to"],
)


def _items(typed: str, index: SearchIndex = INDEX) -> list[str]:
    return [hit.item for hit in index.search(typed).hits]


def _read(found: Found) -> dict[str, tuple[str, str]]:
    """Return title and excerpt of each hit, with what is marked in brackets."""
    return {
        hit.item: tuple(
            "".join(f"[{text}]" if fits else text for text, fits in part) for part in (hit.title, hit.excerpt)
        )
        for hit in found.hits
    }  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("menopause", "tides"),
        ("MENOPAUSE", "tides"),
        ("menopausal", "tides"),  # a stem
        ("menop", "tides"),  # still being typed
        ("menopuase", "tides"),  # a typing error
        ("change of life", "tides"),  # a synonym of three words
        ("mourning", "loss"),  # a synonym
        ("mournign", "loss"),  # a typing error in a synonym
        ("heartbr", "loss"),  # a synonym still being typed
        ("safe-word", "card"),  # two words for one
        ("safeword", "card"),
        ("a card", "card"),  # a title
        ("how to mourn my loss", "loss"),
        ("héartbreak", "loss"),
    ],
)
def test_finds_what_is_meant(typed: str, first: str) -> None:
    assert _items(typed)[:1] == [first]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "xqzkvw",
        "kidney stones",
        '"',
        "*",
        "NEAR(",
        "OR NOT",
        "\x00",
        "-",
        "^",
        "'' ''",
        "\U0001f642 ª º ²",
        "\ufeff\u200b",
    ],
)
def test_finds_nothing_where_nothing_is_meant(typed: str) -> None:
    assert _items(typed) == []


def test_tells_what_a_typing_error_was_taken_for() -> None:
    found = INDEX.search("menopuase nights ")
    assert found.read_as == (("menopuase", "menopause"),)
    assert not found.is_near


def test_offers_the_nearest_where_nothing_fits() -> None:
    found = INDEX.search("menopasu ")
    assert found.is_near or found.read_as
    assert [hit.item for hit in found.hits][:1] == ["tides"]
    far = INDEX.search("fexlixgs ")
    assert (far.is_near, far.read_as) == (True, (("fexlixgs", "feelings"),))


def test_a_booklet_comes_after_the_handout_that_it_binds() -> None:
    items = _items("menopause")
    assert items == ["tides", "bound"]


def test_marks_what_fits_in_titles_and_quotes_the_text_that_fits() -> None:
    assert _read(INDEX.search("moods "))["tides"] == ("Tides and [moods]", "When feelings shift.")
    assert _read(INDEX.search("menopause "))["tides"] == (
        "Tides and moods",
        "[Menopause] can make nights short.",
    )
    assert _read(INDEX.search("mourning "))["loss"] == ("After a loss", "For any [grief].")


def test_the_words_themselves_are_quoted_before_synonyms() -> None:
    both = Document(
        "both", "Both", "Both.", (Text("Grief, grief, grief.", 5), Text("In mourning we wait.", 1))
    )
    index = SearchIndex([both, *SHELF], {"grief": ["mourning"]})
    assert _read(index.search("mourning "))["both"][1] == "In [mourning] we wait."


def test_what_all_handouts_say_tells_none_apart() -> None:
    help_line = Text("Call the crisis line.", 1)
    shelf = [Document(f"item-{n}", f"Title {n}", "A summary.", (help_line,)) for n in range(9)]
    told = Document("about-crisis", "Plans", "A summary.", (Text("What a crisis is.", 1),))
    assert _items("crisis", SearchIndex([*shelf, told]))[0] == "about-crisis"


def test_same_words_find_the_same() -> None:
    found = [SearchIndex(SHELF, {"grief": ["mourning"]}).search("grief and menopause") for _ in range(2)]
    assert found[0] == found[1]


def test_scores_fall() -> None:
    scores = [hit.score for hit in INDEX.search("grief loss menopause").hits]
    assert len(scores) > 1
    assert all(before >= after for before, after in pairwise(scores))


def test_letters_of_other_languages_are_kept() -> None:
    index = SearchIndex([Document("weg", "Große Schritte", "Ein Weg.", (Text("ÜBER MUT", 1),))])
    for typed in ("große", "GROSSE Große", "uber", "Über"):
        assert _items(typed, index) == ["weg"]


def test_several_may_ask_at_once() -> None:
    found: list[list[str]] = []
    asking = [threading.Thread(target=lambda: found.append(_items("menopause"))) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert found == [["tides", "bound"]] * 8


def test_long_nonsense_takes_no_time() -> None:
    assert INDEX.search("xqzkvw " * 100_000).hits == ()


def _of(repository: Repository) -> SearchIndex:
    region = repository.region("us")
    return SearchIndex(
        documents(repository, repository.catalogue.handouts, region), repository.synonyms.synonyms
    )


def test_follows_files_that_are_not_saved(scratch: Scratch) -> None:
    repository = Repository(scratch.root)
    changed = SAFE.replace("One sentence.", "The moonflower opens. Ask a {doctor}.")
    view = repository.with_overlay({"content/handouts/small.yaml": changed.encode()})
    assert _items("moonflower", _of(repository)) == []
    assert _items("moonflower", _of(view)) == ["small"]
    assert _read(_of(view).search("doctor "))["small"][1] == "The moonflower opens. Ask a [doctor]."


def test_follows_synonyms(scratch: Scratch) -> None:
    scratch.write("content/synonyms.yaml", "synonyms:\n  sentence: [phrase]\n")
    assert _items("phrases", _of(Repository(scratch.root))) == ["small"]


def test_follows_a_copy_of_a_clinic(scratch: Scratch) -> None:
    own = SAFE.replace("A small leaflet", "Our moonflower")
    scratch.write("content/brands/default/handouts/ours.yaml", own)
    assert _items("moonflower", _of(Repository(scratch.root))) == ["ours"]


def test_broken_handout_hides_no_other(scratch: Scratch) -> None:
    scratch.write("content/handouts/broken.yaml", "kind: [\n")
    assert _items("sentence", _of(Repository(scratch.root))) == ["small"]


def test_tells_synonyms_that_lead_nowhere(scratch: Scratch) -> None:
    scratch.write("content/synonyms.yaml", "synonyms:\n  sentences: [phrase]\n  moonflower: [bloom]\n")
    repository = Repository(scratch.root)
    assert [finding.message for finding in stray_synonyms(repository)] == ['no handout says "moonflower"']
