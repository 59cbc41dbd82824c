"""The handouts of a project → their texts, as a search counts them. Plain values, from the view of the project that is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from bifolio.content.repository import SYNONYMS, Repository
from bifolio.core.diagnostics import BifolioError, Diagnostic, Severity
from bifolio.editorial.lint.passages import Passage, passages
from bifolio.editorial.search import Document, SearchIndex, Text
from bifolio.model.handout import Handout
from bifolio.model.region import Region
from bifolio.model.words import fill_words

_TOPICS, _KIND, _HEADING, _FIGURE, _LABEL, _OTHER = 6.0, 3.0, 2.5, 1.5, 1.2, 1.0
_OPENING = {"title", "summary"}
"""What a document has beside its texts."""


def documents(repository: Repository, items: Iterable[str], region: Region) -> list[Document]:
    """Return handouts as a search sees them, with the words of a region; those that are broken are left out."""
    found = []
    for item in items:
        try:
            found.append(_document(repository, item, region))
        except BifolioError:
            continue  # the shelf tells what is wrong with it
    return found


def stray_synonyms(repository: Repository) -> Iterator[Diagnostic]:
    """Yield a warning for each entry of content/synonyms.yaml whose word no handout has: a search for it finds nothing."""
    if not repository.synonyms.synonyms:
        return
    region = repository.region(repository.plan.region)
    index = SearchIndex(documents(repository, repository.catalogue.handouts, region))
    tree = repository.reader.tree(SYNONYMS)
    for word in repository.synonyms.synonyms:
        if not index.has(word):
            yield Diagnostic(
                "synonyms.leads-nowhere",
                f'no handout says "{word}"',
                tree.span(("synonyms", word), key=True),
                severity=Severity.WARNING,
                help="write a word of a title, a topic or a text, or take the line out",
            )


def _document(repository: Repository, item: str, region: Region) -> Document:
    handout = repository.handout(item)
    words = {**region.all_words, **{name: offered[0] for name, offered in handout.words.items()}}
    texts = tuple(
        Text(plain, text.weight, text.is_shown)
        for text in (*_about(item, handout), *_body(repository, item), *_figures(repository, handout))
        if (plain := _plain(fill_words(text.words, words)))
    )
    return Document(item, _plain(handout.title), _plain(handout.summary), texts, handout.handouts)


def _about(item: str, handout: Handout) -> Iterator[Text]:
    for topic in handout.topics:
        yield Text(topic.replace("-", " "), _TOPICS, is_shown=False)
    yield Text(item.replace("-", " "), _KIND, is_shown=False)
    yield Text(f"{handout.kind} {' '.join(handout.audience)}", _KIND, is_shown=False)


def _body(repository: Repository, item: str) -> Iterator[Text]:
    """Yield the texts of a handout's own file; the cells of one row together."""
    own = (text for text in passages(repository.handout_tree(item)) if text.steps[0] not in _OPENING)
    for _, row in groupby(own, key=_place):
        texts = list(row)
        cells = " · ".join(text.text for text in texts if text.text)
        yield Text(re.sub(r"([.?!]) · ", r"\1 ", cells), _weight(texts[0]))
        if len(texts) > 1:
            yield Text(texts[0].text, _HEADING, is_shown=False)  # the head of the row


def _place(text: Passage) -> tuple[object, ...]:
    return text.steps[:-1] if text.role == "cell" else text.steps


def _weight(text: Passage) -> float:
    if text.steps[-1] == "title":
        return _HEADING
    return _LABEL if text.role == "label" else _OTHER


def _figures(repository: Repository, handout: Handout) -> Iterator[Text]:
    bound = {name for part in handout.handouts for name in repository.handout(part).figures}
    for name in sorted(set(handout.figures) - bound):
        words = repository.drawing(name).words
        yield Text(words.alt, _FIGURE, is_shown=False)
        for leaf in words.leaves:
            yield Text(leaf.label, _FIGURE, is_shown=False)


def _plain(text: str) -> str:
    """Return a text without its marks of Markdown.

    >>> _plain("**Stop.** Read [the page](https://example.org).")
    'Stop. Read the page.'
    """
    return re.sub(r"\*\*|\[([^\]]*)\]\([^)]*\)", r"\1", text).strip()
