"""Pictures of Pillow, by their pixels: what was opened from a file may have been changed since."""

from __future__ import annotations

from typing import Any, Optional

from .arrays import Pixels
from .known import is_a

_CHANNELS = {"L": 1, "RGB": 3, "RGBA": 4}


def pixels(thing: object) -> Optional[Pixels]:
    """The pixels of a picture; `None` where the thing is none of Pillow's."""
    if not is_a(thing, "PIL", "Image"):
        return None
    picture: Any = thing
    if picture.mode.startswith("I;16") or picture.mode == "I":
        return _deep(picture)
    if picture.mode not in _CHANNELS:
        picture = picture.convert(_mode(picture))
    shape = (picture.height, picture.width, _CHANNELS[picture.mode])
    return Pixels(picture.tobytes(), shape, False, "u1")


def _mode(picture: Any) -> str:
    if picture.mode == "1":
        return "L"
    transparent = picture.mode in ("LA", "La", "PA", "RGBa") or "transparency" in picture.info
    return "RGBA" if transparent else "RGB"


def _deep(picture: Any) -> Pixels:
    low, high = picture.getextrema()
    if low < 0 or high > 65535:
        raise TypeError(f"a picture of mode {picture.mode} with levels from {low} to {high}")
    if picture.mode == "I;16B":
        numbers = picture.tobytes()
        swapped = bytearray(len(numbers))
        swapped[0::2], swapped[1::2] = numbers[1::2], numbers[0::2]
        return Pixels(bytes(swapped), (picture.height, picture.width, 1), False, "u2")
    if picture.mode == "I":
        # 32 bits, of which two bytes are used.
        picture = picture.convert("I;16")
    return Pixels(picture.tobytes(), (picture.height, picture.width, 1), False, "u2")
