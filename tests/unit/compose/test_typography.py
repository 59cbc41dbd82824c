"""typography: cases that a compositor would look at."""

from __future__ import annotations

import pytest

from bifolio.compose.typography import NBSP, plain, typeset


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        # quotation marks and apostrophes
        ('"Not now."', "“Not now.”"),
        ("She said \"it's 'fine'\".", "She said “it’s ‘fine’”."),
        ("don't", "don’t"),
        ("the '90s", "the ’90s"),
        ("back in '08", "back in ’08"),
        ("'tis", "’tis"),
        ('("Stop.")', "(“Stop.”)"),
        ("y'all", "y’all"),
        # dashes and points
        ("2008--2015", "2008–2015"),
        ("wait --- then go", f"wait{NBSP}— then go"),
        ("wait -- then go", f"wait{NBSP}– then go"),
        ("well...", "well…"),
        ("stop-word", "stop-word"),
        ("(a), (b) and (c)", "(a), (b) and (c)"),
        ("(r) and (tm)", "(r) and (tm)"),
        # where a line may not end
        ("90 minutes", f"90{NBSP}minutes"),
        ("5,096 students", f"5,096{NBSP}students"),
        ("about 1 in 3", f"about{NBSP}1{NBSP}in{NBSP}3"),
        ("13 to 19 of them", f"13{NBSP}to{NBSP}19 of them"),
        ("call 988 now", f"call{NBSP}988 now"),
        ("Call 116 123", f"Call{NBSP}116 123"),
        ("page 2", f"page{NBSP}2"),
        ("J. R. Smith", f"J.{NBSP}R.{NBSP}Smith"),
        ("Stop. Rest.", "Stop. Rest."),
        ("room 5. People rest", "room 5. People rest"),
        # spaces
        ("  one\n two\t three ", "one two three"),
        (f"kept{NBSP}together", f"kept{NBSP}together"),
        # markup is taken away
        ("**Stop** and [read](https://example.org)", "Stop and read"),
    ],
)
def test_plain(typed: str, set_: str) -> None:
    assert plain(typed) == set_


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("**Stop.** Rest.", "<strong>Stop.</strong> Rest."),
        ("[nhs.uk](https://www.nhs.uk/?a=1&b=2)", '<a href="https://www.nhs.uk/?a=1&amp;b=2">nhs.uk</a>'),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("![x](https://example.org/x.png)", '!<a href="https://example.org/x.png">x</a>'),
        ("# not a heading", "# not a heading"),
        ("`not code`", "`not code`"),
        ("snake_case_name", "snake_case_name"),
        ("{{ 7 * 7 }}", "{{ 7 * 7 }}"),
    ],
)
def test_typeset(typed: str, set_: str) -> None:
    assert typeset(typed) == set_


def test_quotes_are_those_of_the_language() -> None:
    assert plain("\"Ja\", sagt 'sie'", "„“‚‘") == "„Ja“, sagt ‚sie‘"
    assert plain('"Oui"', "«»‹›") == "«Oui»"


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("You can stop at any time.", f"You can stop at any{NBSP}time."),
        ("You can **stop now.**", f"You can <strong>stop{NBSP}now.</strong>"),
        ("Read [this page](https://example.org).", '<a href="https://example.org">this page</a>.'),
        ("What is incomprehensibility?", "What is incomprehensibility?"),
        ("Stop", "Stop"),
        ("", ""),
    ],
)
def test_last_two_words_stay_together(typed: str, set_: str) -> None:
    assert typeset(typed, bind_end=True).endswith(set_)
