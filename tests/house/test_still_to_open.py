"""The lists in content/README.md of what has still to be opened are those of the data."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from bifolio.content.repository import Repository
from tests.conftest import ROOT

README = (ROOT / "content" / "README.md").read_text("utf-8")


def _row(label: str) -> list[str]:
    (names,) = re.findall(rf"^\| {re.escape(label)} \| (.+) \|$", README, re.MULTILINE)
    return re.findall(r"`([\w-]+)`", names)


def _host(address: str | None) -> str:
    return urlsplit(address or "").netloc.removeprefix("www.")


def _missing(limits: str) -> str | None:
    """Name the row of a source, by the words in its limits."""
    if "The address was not opened" in limits:
        return "The address was not opened"
    if "The DOI is from memory" in limits:
        return "The DOI is from memory"
    return "Names or years are from memory" if "from memory" in limits else None


@pytest.mark.parametrize(
    "row", ["The address was not opened", "The DOI is from memory", "Names or years are from memory"]
)
def test_each_source_that_was_not_opened_is_listed(row: str, repository: Repository) -> None:
    sources = repository.evidence.sources
    limits = {key: " ".join((source.limits or "").split()) for key, source in sources.items()}
    assert _row(row) == [key for key, text in limits.items() if _missing(text) == row]


@pytest.mark.parametrize("region", ["us", "gb", "ie", "au", "nz", "ca"])
def test_each_line_read_away_from_its_operator_is_listed(region: str, repository: Repository) -> None:
    start = README.index("| Region | Printed, and read on a government's page only |")
    listed = re.search(rf"^\| {region.upper()} \| (.+) \|$", README[start:], re.MULTILINE)
    elsewhere = {
        line.id
        for line in repository.region(region).lines
        if not f".{_host(line.source)}".endswith(f".{_host(line.operator)}")
    }
    assert set(re.findall(r"`([\w-]+)`", listed[1] if listed else "")) == elsewhere
