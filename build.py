"""The front door: `python build.py`. See `python build.py --help`."""

import sys

from bifolio.ledger import unchanged

if __name__ == "__main__":
    said = unchanged(sys.argv[1:])  # before anything heavy is imported
    if said is None:
        from bifolio.cli import run

        run()
    else:
        sys.stderr.write(said["err"])
        sys.stdout.write(said["out"])
