"""The front door: `python build.py`. See `python build.py --help`."""

from bifolio.cli import run

if __name__ == "__main__":
    run()
