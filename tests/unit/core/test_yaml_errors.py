from __future__ import annotations

import pytest
import yaml

from bifolio.core.diagnostics import ContentError, Diagnostic
from bifolio.core.yaml_errors import MISTAKES
from bifolio.core.yaml_loader import parse

# What somebody typed, what it is called, where it is shown, and the cure.
EXAMPLES = [
    ('a: "b\nc: d\n', "the quote that opens here is not closed", "1:4", "close it"),
    ("a: [b\nc: d\n", "the bracket that opens here is not closed", "1:4", "close it"),
    ("a: {b: c\nd: e\n", "the bracket that opens here is not closed", "1:4", "close it"),
    (
        'a: ["b" c]\n',
        "a comma or a bracket is missing in this list",
        "1:4",
        "check the commas, quotes and brackets",
    ),
    ("a: *Stop* now\n", 'text cannot begin with "*"', "1:4", 'put the text in quotes: "*Stop* now"'),
    ("a: *Stop\n", 'text cannot begin with "*"', "1:4", 'put the text in quotes: "*Stop"'),
    ("a: &b& c\n", 'text cannot begin with "&"', "1:4", 'put the text in quotes: "&b& c"'),
    (
        "a: &b 1\nc: &b 2\n",
        'this "&" name is used twice',
        "2:4",
        "write the value out instead of using & and *",
    ),
    ("a: !b! c\n", 'text cannot begin with "!"', "1:4", 'put the text in quotes: "!b! c"'),
    ("a: !<b c\n", 'text cannot begin with "!"', "1:4", 'put the text in quotes: "!<b c"'),
    ("a: !e!x b\n", 'text cannot begin with "!"', "1:4", 'put the text in quotes: "!e!x b"'),
    ("a: >5 people\n", 'text cannot begin with ">" or "|"', "1:4", 'put the text in quotes: ">5 people"'),
    (
        'a: "b \\& c"\n',
        'a "\\" that has no meaning here',
        "1:7",
        'write "\\\\" for a "\\", or use single quotes',
    ),
    ('a: "\\x"\n', 'a "\\" that has no meaning here', "1:7", 'write "\\\\" for a "\\", or use single quotes'),
    ('a: "\\ud800"\n', 'a "\\" that does not name a character', "1:7", "write the character itself"),
    ("a: @b\n", "a character that text cannot begin with", "1:4", 'put the text in quotes: "@b"'),
    (
        'a: `say "b"`\n',
        "a character that text cannot begin with",
        "1:4",
        "put the text in quotes: '`say \"b\"`'",
    ),
    ("a: ]b\n", "a character that text cannot begin with", "1:4", 'put the text in quotes: "]b"'),
    ("a: ? b\n", "a character that text cannot begin with", "1:4", 'put the text in quotes: "? b"'),
    ("a: - b\n", 'a "-" in the middle of a line', "1:4", "begin lists on a new line"),
    ("a: b\nc d\ne: f\n", "a key without its colon", "2:1", 'write it as "key: value"'),
    ("- a\nb: c\n", "a key beside list items", "2:1", "check the indentation of this line"),
    ("a: b\n---\nc: d\n", "a second document in one file", "2:1", 'remove the second "---"'),
    ("a: b\n...\nc\n", "words after the end of the document", "3:1", 'remove "..." and what follows'),
    ("%YAML 1.3\n---\na: b\n", "a line for another version of YAML", "1:1", "remove it"),
    ("a:\n  b: 1\n c: 2\n", "a line that does not fit anything above it", "3:2", "check its indentation"),
    (
        "a:\n  - b\n - c\n",
        "a list item that does not fit anything above it",
        "3:2",
        "start all items of a list in the same column",
    ),
    ('a: "b" c\n', "words after a closing quote", "1:8", "put the whole text in quotes of the other kind"),
    ("a: b: c's\n", "a second colon in one line", "1:5", 'put the text in quotes: "b: c\'s"'),
    ("- a: b: c\n", "a second colon in one line", "1:7", 'put the text in quotes: "b: c"'),
    ("a: b\n  c: d\n", "keys below a line of text", "2:4", "check the indentation of this line"),
    ("a:\n\tb: c\n", "a tab in the indentation", "2:1", "use spaces instead"),
]


def _slip(text: str) -> Diagnostic:
    with pytest.raises(ContentError) as raised:
        parse(text, "x.yaml")
    (finding,) = raised.value.findings
    assert finding.code == "load.broken-yaml"
    return finding


@pytest.mark.parametrize(("text", "words", "place", "cure"), EXAMPLES)
def test_slip_is_named_and_placed(text: str, words: str, place: str, cure: str) -> None:
    finding = _slip(text)
    assert finding.message == f"this is not valid YAML: {words}"
    assert str(finding.span) == f"x.yaml:{place}"
    assert finding.help == cure


def test_every_slip_has_an_example() -> None:
    assert len(MISTAKES) > 20
    said = []
    for text, *_ in EXAMPLES:
        with pytest.raises(yaml.MarkedYAMLError) as raised:
            yaml.compose(text, yaml.CSafeLoader)
        said.append(f"{raised.value.context or ''} {raised.value.problem or ''}")
    first = {next((mistake.sign for mistake in MISTAKES if mistake.sign in words), None) for words in said}
    assert not {mistake.sign for mistake in MISTAKES} - first


def test_the_cure_that_puts_text_in_quotes_works() -> None:
    for text, _, _, cure in EXAMPLES:
        quoted = cure.partition("put the text in quotes: ")[2]
        if quoted:
            key = text.split(":")[0]
            assert parse(f"{key}: {quoted}\n", "x.yaml").value


def test_fault_past_the_last_line_is_shown_in_the_last() -> None:
    finding = _slip("a:\n  - {b: c,\n")
    assert finding.span is not None
    assert finding.span.line <= finding.span.source.line_count
