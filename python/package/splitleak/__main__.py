"""The command, as `splitleak` and as `python -m splitleak`."""

import sys

from ._core import run


def main() -> int:
    """Run the command with the arguments of this process and return its exit status."""
    return run(["splitleak", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
