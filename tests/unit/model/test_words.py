"""model/words: words in braces are replaced by those of the region or the handout."""

from __future__ import annotations

from bifolio.model.words import fill_words


def test_fill_words() -> None:
    words = {"emergency": "911", "doctor": "doctor"}
    assert fill_words("Call {emergency}, or a {doctor}.", words) == "Call 911, or a doctor."
    assert (
        fill_words("{unknown} {DOCTOR} {Unknown} {{emergency}}", words)
        == "{unknown} {DOCTOR} {Unknown} {911}"
    )


def test_a_capital_passes_to_the_word() -> None:
    words = {"doctor": "family doctor", "emergency_room": "A&E", "emergency": "999", "eye": "œil"}
    assert fill_words("{Doctor} or {doctor}?", words) == "Family doctor or family doctor?"
    assert fill_words("{Emergency_room}, {Emergency}, {Eye}", words) == "A&E, 999, Œil"
