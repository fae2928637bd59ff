"""Packs wheels again with Zopfli: what is inside stays the same byte for byte, and takes a thirtieth less.

    python tighten.py DIRECTORY
"""

import sys
import zipfile
from pathlib import Path

import zopfli.zlib

#: What zlib puts around what is deflated: two bytes before it, a checksum behind it.
BEFORE, BEHIND = 2, 4


class Compressor:
    """As `zipfile` asks for one: everything at once, when the member ends."""

    def __init__(self) -> None:
        self.held = bytearray()

    def compress(self, data: bytes) -> bytes:
        self.held += data
        return b""

    def flush(self) -> bytes:
        return zopfli.zlib.compress(bytes(self.held))[BEFORE:-BEHIND]


def tighten(wheel: Path) -> None:
    """Replaces the wheel."""
    made = wheel.with_suffix(".tight")
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(made, "w") as new:
        for member in old.infolist():
            new.writestr(member, old.read(member))
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(made) as new:
        if old.namelist() != new.namelist() or any(old.read(one) != new.read(one) for one in old.namelist()):
            raise SystemExit(f"error: {wheel} did not come out the same")
    print(f"{wheel.name}: {wheel.stat().st_size} -> {made.stat().st_size} bytes")
    made.replace(wheel)


# `zipfile` offers no place for another compressor of the same format.
zipfile._get_compressor = lambda *_: Compressor()  # type: ignore[attr-defined]
for found in sorted(Path(sys.argv[1]).glob("splitleak-*.whl")):
    tighten(found)
