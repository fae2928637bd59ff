"""Pictures of Pillow, by their pixels: what was opened from a file may have been changed since."""

from __future__ import annotations

from typing import Any, Optional

from .arrays import Pixels
from .known import is_a

_CHANNELS = {"L": 1, "RGB": 3, "RGBA": 4}


def pixels(thing: object) -> Optional[Pixels]:
    """The pixels of a picture; `None` where the thing is none of Pillow's.

    Raises TypeError for a mode that has no brightness.
    """
    if not is_a(thing, "PIL", "Image"):
        return None
    picture: Any = thing
    size = picture.height, picture.width
    if picture.mode.startswith("I"):
        return Pixels(_deep(picture), (*size, 1), False, "u2")
    if picture.mode == "F":
        return Pixels(picture.tobytes(), (*size, 1), False, "f4")
    if picture.mode not in _CHANNELS:
        picture = _converted(picture)
    return Pixels(picture.tobytes(), (*size, _CHANNELS[picture.mode]), False, "u1")


def _converted(picture: Any) -> Any:
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode == "La":
        # Pillow knows no other way from here.
        picture = picture.convert("LA")
    transparent = picture.mode in ("LA", "PA", "RGBa") or "transparency" in picture.info
    try:
        return picture.convert("RGBA" if transparent else "RGB")
    except ValueError as error:
        text = f"a picture of mode {picture.mode} cannot be converted: give it as RGB"
        raise TypeError(text) from error


def _deep(picture: Any) -> bytes:
    """Levels of two bytes, the lower first."""
    if picture.mode == "I":
        # 32 bits, of which two bytes are used.
        low, high = picture.getextrema()
        if low < 0 or high > 65535:
            raise TypeError(f"a picture of mode I with levels from {low} to {high}")
        picture = picture.convert("I;16")
    numbers: bytes = picture.tobytes()
    if picture.mode != "I;16B":
        return numbers
    swapped = bytearray(len(numbers))
    swapped[0::2], swapped[1::2] = numbers[1::2], numbers[0::2]
    return bytes(swapped)
