"""BIFOLIO_PLAIN_ENGINE=1: without any speedup, the library comes out in the same bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.conftest import KINDS, ROOT, THOROUGH

pytestmark = pytest.mark.layout


def test_plain_engine_makes_the_same_bytes(tmp_path: Path) -> None:
    """One handout of each frame in one brand; when thorough, every handout in every brand and format."""
    shutil.copytree(ROOT / "content", tmp_path / "project" / "content")
    fast, plain = (_built(tmp_path / "project", tmp_path / f"plain-{value}", value) for value in "01")
    assert len(fast) >= len(KINDS)
    assert fast == plain


def _built(project: Path, output: Path, plain_engine: str) -> dict[str, str]:
    """Build anew; return the digest of each file by its name."""
    what = ["--all-brands", "--format", "pdf,epub,html,png"] if THOROUGH else [*KINDS, "--brand", "harbour"]
    command = [sys.executable, ROOT / "build.py", "build", *what]
    command += ["--force", "--quiet", "--project", project, "--output", output]
    env = os.environ | {"BIFOLIO_PLAIN_ENGINE": plain_engine}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    files = sorted(path for path in output.rglob("*") if path.is_file())
    return {str(path.relative_to(output)): sha256(path.read_bytes()).hexdigest() for path in files}
