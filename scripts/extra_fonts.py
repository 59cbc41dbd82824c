"""Build the wheel `bifolio-fonts`: about a dozen families under the SIL Open Font License, from the packages of Fontsource.

    scripts/extra_fonts.py [FOLDER]     # writes FOLDER/bifolio_fonts-….whl, dist/ by default; needs npm

The files are carried as they are, each family with its licence. The packages are pinned by version and digest: the
same wheel comes out each time.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bifolio.branding.extra_fonts import FAMILIES, PACKAGE, PARTS, WEIGHTS, file_name  # noqa: E402

VERSION = "1.0"
"""Part of the fingerprint of what is built with it: raise it with every change of the files."""

PINNED = {
    "lato": ("5.3.0", "50db251f16e9a6c35fe0177b4692b7ec78478b9734c9272d980a75343638aa5c"),
    "lora": ("5.3.0", "3f2e66b0934b8652bb1a37645a9fc3e77e83b5841a09e97174e7bb11e11063c9"),
    "merriweather": ("5.3.0", "348f20a775e50a50b508ab6660771df6905ab2ea695c6c2a8df889c5cceec42f"),
    "montserrat": ("5.3.0", "919dce59bbe45ace8a517c1e9de5076282bfeb97e8aa8f5f2dc989451c14c7cb"),
    "nunito": ("5.3.0", "4d8e1fb4f4a40c125c7a302b21e5c6810b86569b60bac0fa0405c04380f4c77b"),
    "open-sans": ("5.3.0", "95e6dd90f5860d0de22f791b6d802598743762c62e4894bfa26f80b1ea0cf3f5"),
    "playfair-display": ("5.3.0", "564e61951ecc3e962793cd50395f718cda6350cb934f9000dbe0139c768dc023"),
    "poppins": ("5.3.0", "f4779bb12acaaa07dc7dd8da82ab0f61515fea2f30664535f7a249eeb0dd5bcf"),
    "raleway": ("5.3.0", "d5dc5cb4563286e45c5b832b0718fa36d84148405cf6f5d1903615a74d253ea8"),
    "roboto": ("5.3.0", "77620f437249772e381698224ea1bddd01c985ecd60267a63ddc96b9eb9348f7"),
    "source-sans-3": ("5.3.1", "b598201d980b3512805bbea186aab8ef91590d59990e6a13c90e030b6ff37881"),
    "work-sans": ("5.3.0", "b1b1c5a7d7ae2a721e0a9235bfa294281d161a20934e9ede01e0aec2bdb2373a"),
}
"""The version of each package, and the SHA-256 of its archive."""

PYPROJECT = f"""\
[project]
name = "{PACKAGE.replace("_", "-")}"
version = "{VERSION}"
description = "Fonts that clinics often name, for Bifolio"
license = "OFL-1.1"
license-files = ["{PACKAGE}/*/LICENSE"]

[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[tool.setuptools]
packages = ["{PACKAGE}"]

[tool.setuptools.package-data]
"{PACKAGE}" = ["*/*"]
"""


def main(folder: Path) -> None:
    """Fetch the packages, unpack what is needed, and build the wheel."""
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch)
        (project / "pyproject.toml").write_text(PYPROJECT, "utf-8")
        package = project / PACKAGE
        package.mkdir()
        (package / "__init__.py").write_text('"""Fonts for Bifolio, as Fontsource packs them."""\n', "utf-8")
        for family, name in FAMILIES.items():
            _unpack(_archive(name, project), package / name)
            sys.stdout.write(f"{family}\n")
        subprocess.run(  # noqa: S603 - pip, with what stands here
            [
                sys.executable,
                "-m",
                "pip",
                "wheel",
                "-q",
                "--no-deps",
                "--no-build-isolation",
                "-w",
                folder,
                project,
            ],
            check=True,
            env=os.environ | {"SOURCE_DATE_EPOCH": "1764547200"},
        )


def _archive(name: str, folder: Path) -> bytes:
    version, digest = PINNED[name]
    packed = subprocess.run(  # noqa: S603 - npm, with what stands here
        [  # noqa: S607
            "npm",
            "pack",
            "--silent",
            "--pack-destination",
            folder,
            f"@fontsource/{name}@{version}",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    body = (folder / packed.stdout.split()[-1]).read_bytes()
    if hashlib.sha256(body).hexdigest() != digest:
        sys.exit(f"the package {name} {version} is not the one that is pinned")
    return body


def _unpack(archive: bytes, folder: Path) -> None:
    """Unpack the regular and the bold of a family, with its licence."""
    folder.mkdir()
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        held = {member.name.partition("/")[2]: member for member in files.getmembers() if member.isfile()}

        def read(name: str) -> bytes:
            file = files.extractfile(held[name])
            assert file is not None
            return file.read()

        if json.loads(read("package.json"))["license"] != "OFL-1.1":
            sys.exit(f"{folder.name} is not under the SIL Open Font License")
        (folder / "LICENSE").write_bytes(read("LICENSE"))
        for name in (file_name(folder.name, part, weight) for part in PARTS for weight in WEIGHTS):
            if f"files/{name}" in held:
                (folder / name).write_bytes(read(f"files/{name}"))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist"))
