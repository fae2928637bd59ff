"""One picture of a split, as its library holds it."""

from __future__ import annotations

from typing import NamedTuple, Optional, Sequence


class Row(NamedTuple):
    """A picture and what is known of it."""

    picture: object
    label: Optional[str] = None
    group: Optional[str] = None
    time: Optional[float] = None


def label_of(value: object, classes: Optional[Sequence[str]] = None) -> Optional[str]:
    """A class or target as text; `None` for boxes, masks and all else that is no label.

    A number is the name of its class where `classes` are known. NumPy's and torch's scalars and
    arrays of one number are taken as that number.
    """
    item = getattr(value, "item", None)
    if callable(item):
        try:
            value = item()
        except (TypeError, ValueError, RuntimeError):
            return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        known = classes is not None and 0 <= value < len(classes)
        return str(classes[value]) if known and classes is not None else str(value)
    if isinstance(value, float):
        return None if value != value else repr(value)
    return None
