"""One picture of a split, as its library holds it."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional, Sequence


class Row(NamedTuple):
    """A picture and what is known of it."""

    picture: object
    label: Optional[str] = None
    group: Optional[str] = None
    time: Optional[float] = None


def scalar(value: Any) -> Any:
    """NumPy's and torch's scalars and arrays of one number as that number; all else as it is."""
    item = getattr(value, "item", None)
    if not callable(item):
        return value
    try:
        return item()
    except (TypeError, ValueError, RuntimeError):
        return value


def label_of(value: object, classes: Optional[Sequence[str]] = None) -> Optional[str]:
    """A class or target as text; `None` for boxes, masks and all else that is no label.

    A number is the name of its class where `classes` are known.
    """
    value = scalar(value)
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
