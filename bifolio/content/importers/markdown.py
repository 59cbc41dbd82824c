"""Markdown (CommonMark, with the tables, task lists and footnotes of GitHub) → structure, by way of HTML."""

from __future__ import annotations

import re
from html import unescape

from bifolio.content.importers import html
from bifolio.content.importers.tree import Document

_MATTER = re.compile(r"\A---\n(.*?)\n(?:---|\.\.\.)\n", re.DOTALL)
_FIELD = re.compile(r"^(title|lang|language):[ \t]*[\"']?(.*?)[\"']?[ \t]*$", re.MULTILINE)
_MARK = re.compile(r"\[\^[^\]\s]+\]:?")
_LINE = re.compile(r"^[ \t]*(?:_[ \t]*){5,}$", re.MULTILINE)
"""A line to write on, which Markdown takes for a rule across the page."""
_TASK = re.compile(r"(<li>\s*(?:<p>)?)\[([ xX])\](?=\s)")


def read_markdown(text: str) -> Document:
    """Read a Markdown document; HTML in it is read as HTML. Raises RequestError as `read_html` does."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    matter = _MATTER.match(text)
    fields = dict(_FIELD.findall(matter[1])) if matter else {}
    text = text[matter.end() :] if matter else text
    text = _LINE.sub(lambda line: line[0].replace("_", r"\_") + "  ", text)
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)
    markup = parser.render(text)
    # A box at the start of an item; in a paragraph the mapper finds it.
    markup = _TASK.sub(lambda box: f"{box[1]}<input type=checkbox {'checked' * (box[2] != ' ')}>", markup)
    found = html.read_html(markup)
    found.words = unescape(_MARK.sub(" ", text))
    found.title = fields.get("title", found.title)
    found.language = (fields.get("lang") or fields.get("language") or found.language)[:2].lower()
    if matter:
        other = [line for line in matter[1].splitlines() if not _FIELD.match(line)]
        found.left_out += ["the head of the file: " + " / ".join(other)] if other else []
    return found
