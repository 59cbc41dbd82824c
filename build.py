"""The front door: `python build.py`. See `python build.py --help`."""

import sys

from bifolio.core.fingerprints import Ledger, root_of, unchanged

if __name__ == "__main__":
    ledger = Ledger(root_of(sys.argv[1:]))
    said = unchanged(sys.argv[1:], ledger)  # before anything heavy is imported
    if said is None:
        from bifolio.cli.main import run

        run(ledger)
    else:
        sys.stderr.write(said["err"])
        sys.stdout.write(said["out"])
