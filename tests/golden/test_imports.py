"""Documents → the handouts and reports that somebody looked at and agreed to."""

from __future__ import annotations

import pytest

from tests.support.golden import Golden
from tests.unit.content.importers.test_words import NAMES, imported


@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str, golden: Golden) -> None:
    made = imported(name)
    golden.check("\n".join([made.text, *made.report.lines()]), f"imports/{name}.txt")
