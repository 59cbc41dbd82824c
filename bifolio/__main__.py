"""The entry point: `bifolio`, `python -m bifolio`, and `python build.py`. A build with nothing to do ends here."""

import sys

from bifolio.build.build_record import BuildRecord, root_of, unchanged


def main(prog_name: str = "bifolio") -> None:
    """Run the command line, unless it asks for a build that has nothing to do."""
    record = BuildRecord(root_of(sys.argv[1:]))
    answer = unchanged(sys.argv[1:], record)  # before anything heavy is imported
    if answer is None:
        from bifolio.cli.main import run

        run(prog_name, record)
    else:
        sys.stderr.write(answer["err"])
        sys.stdout.write(answer["out"])


if __name__ == "__main__":
    main("python -m bifolio")
