"""Golden files: what the program gave when somebody last looked at it and agreed."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent / "golden"


@dataclass(frozen=True)
class Golden:
    """Compares texts with files below tests/golden/; with `update` writes them instead."""

    update: bool

    def check(self, actual: str, name: str) -> None:
        """Hold `actual` against the golden file `name`; on a difference fail with a unified diff."""
        path = ROOT / name
        actual = actual.rstrip("\n") + "\n"
        if self.update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(actual, "utf-8")
            return
        assert path.exists(), f"no golden file tests/golden/{name}; look, then run with --update-golden"
        expected = path.read_text("utf-8")
        if actual != expected:
            diff = difflib.unified_diff(
                expected.splitlines(), actual.splitlines(), "golden", "now", lineterm=""
            )
            raise AssertionError(f"tests/golden/{name} differs:\n" + "\n".join(diff))
