"""The front door: `python build.py`. See `python build.py --help`."""

import sys

from bifolio.build.build_record import BuildRecord, root_of, unchanged

if __name__ == "__main__":
    record = BuildRecord(root_of(sys.argv[1:]))
    told = unchanged(sys.argv[1:], record)  # before anything heavy is imported
    if told is None:
        from bifolio.cli.main import run

        run(record)
    else:
        sys.stderr.write(told["err"])
        sys.stdout.write(told["out"])
