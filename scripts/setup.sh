#!/bin/sh
# Sets up what Bifolio needs, and says what it installs: Python and Pango from the system's packages where
# they are missing, a virtual environment in .venv, and the locked dependencies given as arguments.
# Debian and Ubuntu (as root or with sudo), macOS with Homebrew. Installs nothing that is there.
set -eu

say() { printf '%s\n' "$*"; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1; then sudo "$@"
    else
        say "Bifolio needs these installed by an administrator: $*"
        exit 6
    fi
}

updated=no
system_install() {
    if command -v apt-get >/dev/null 2>&1; then
        say "Installing from the system's packages: $*"
        if [ "$updated" = no ]; then
            as_root apt-get update -qq
            updated=yes
        fi
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        say "Please install with your system's package manager: $*"
        exit 6
    fi
}

find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

# 1. Python
if ! python=$(find_python); then
    if command -v brew >/dev/null 2>&1; then
        say "Installing with Homebrew: python@3.13"
        brew install --quiet python@3.13
    else
        system_install python3.11 python3.11-venv
    fi
    python=$(find_python) || { say "Bifolio needs Python 3.11 or newer."; exit 6; }
fi

# 2. Pango and its friends, which lay out text
if [ "$(uname -s)" = Darwin ]; then
    command -v brew >/dev/null 2>&1 || { say "Bifolio needs Homebrew to install Pango: https://brew.sh"; exit 6; }
    if ! brew list pango >/dev/null 2>&1; then
        say "Installing with Homebrew: pango"
        brew install --quiet pango
    fi
else
    missing=$("$python" - <<'PY'
import ctypes
libraries = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz.so.0": "libharfbuzz0b",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libfontconfig.so.1": "libfontconfig1",
    "libgobject-2.0.so.0": "libglib2.0-0",
}
for library, package in libraries.items():
    try:
        ctypes.CDLL(library)
    except OSError:
        print(package, end=" ")
PY
)
    # shellcheck disable=SC2086
    [ -z "$missing" ] || system_install $missing
fi

# 3. The virtual environment
if [ ! -x .venv/bin/python ]; then
    say "Making a virtual environment in .venv ($("$python" --version))"
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        system_install python3-venv
    fi
    "$python" -m venv .venv
fi

# 4. The locked dependencies
for lock in "$@"; do
    say "Installing the dependencies of $lock into .venv"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$lock"
done
