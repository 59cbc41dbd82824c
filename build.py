"""The entry point: `python build.py`. See `python build.py --help`."""

from bifolio.__main__ import main

if __name__ == "__main__":
    main("build.py")
