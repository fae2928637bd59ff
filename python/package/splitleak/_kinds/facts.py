"""What is known of a sample beside its picture: what it was recorded with, and when.

What cannot be told is an error. A group that is left out in silence is a leak that nobody sees.
"""

from __future__ import annotations

import datetime
import os
from typing import Any, Optional

from .. import _core
from .known import is_a
from .row import scalar


def group_of(value: Any) -> Optional[str]:
    """A group as text; `None` where there is none. Equal values are one group, whatever they are.

    Raises TypeError for what is a value of its own each time.
    """
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    value = value if kind in ("M", "m") else scalar(value)
    if _is_missing(value):
        return None
    if isinstance(value, float) and value.is_integer():
        # A column of whole numbers with gaps is one of floats.
        return str(int(value))
    if isinstance(value, (bytes, os.PathLike)):
        return os.fsdecode(value)
    of: Any = type(value)
    is_told = of.__str__ is not object.__str__ or of.__repr__ is not object.__repr__
    if not is_told or of.__hash__ is None:
        raise TypeError(f"{of.__name__} is no group: give texts, numbers, or tuples of these")
    return str(value).strip() or None


def time_of(value: Any) -> Optional[float]:
    """Seconds, or a number in any unit; `None` where the time is not known.

    Without a zone a time is read as if it were UTC: only differences are used.
    """
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    if kind in ("M", "m"):
        value = value.astype("datetime64[us]" if kind == "M" else "timedelta64[us]").item()
    value = scalar(value)
    if _is_missing(value) or value == "":
        return None
    seconds: Optional[float] = None
    if isinstance(value, str):
        seconds = _core.seconds_of(value)
    elif isinstance(value, datetime.timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, datetime.datetime):
        zone = value.tzinfo or datetime.timezone.utc
        seconds = value.replace(tzinfo=zone).timestamp()
    elif isinstance(value, datetime.date):
        midnight = datetime.datetime(value.year, value.month, value.day, tzinfo=datetime.timezone.utc)
        seconds = midnight.timestamp()
    elif hasattr(value, "__float__") and not isinstance(value, bool):
        seconds = float(value)
    if seconds is None or seconds in (float("inf"), float("-inf")):
        raise TypeError(f"{value!r} is no time: give numbers, datetimes, or texts as ISO 8601 has them")
    return seconds


def _is_missing(value: Any) -> bool:
    """Whether it is `None`, not a number, or what pandas has for these."""
    if value is None or is_a(value, "pandas", "NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value
