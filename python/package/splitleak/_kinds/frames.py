"""Tables of pandas and polars: a row for each image, with columns `path` and `split`."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional

from .facts import group_of, time_of
from .known import is_a
from .row import Row, label_of


def table(thing: Any) -> Optional[Any]:
    """The table that it is, a lazy one collected; `None` where it is none."""
    if is_a(thing, "polars", "LazyFrame"):
        return thing.collect()
    is_frame = is_a(thing, "pandas", "DataFrame") or is_a(thing, "polars", "DataFrame")
    return thing if is_frame else None


def rows(frame: Any, root: Optional[str] = None) -> List[Row]:
    """The rows, without a look at `split`.

    Raises TypeError where there is no column `path`, and for a group or time that is none.
    """
    columns = [str(name) for name in frame.columns]
    if "path" not in columns:
        raise TypeError(f"a table needs a column `path`, and has {', '.join(columns)}")
    known = {
        name: list(frame[name]) for name in ("label", "group", "time") if name in columns
    }
    made = []
    for at, path in enumerate(frame["path"]):
        facts = {name: cells[at] for name, cells in known.items()}
        is_relative = root is not None and isinstance(path, (str, os.PathLike))
        try:
            row = Row(
                os.path.join(root or "", path) if is_relative else path,
                label_of(facts.get("label")),
                group_of(facts.get("group")),
                time_of(facts.get("time")),
            )
        except TypeError as error:
            raise TypeError(f"row {at} of the table: {error}") from None
        made.append(row)
    return made


def by_split(frame: Any) -> Dict[str, List[int]]:
    """Rows of each split by its name, in order.

    Raises TypeError where the column `split` is missing, ValueError where a row names no split.
    """
    columns = [str(name) for name in frame.columns]
    if "split" not in columns:
        raise TypeError(f"a table needs a column `split`, and has {', '.join(columns)}")
    found: Dict[str, List[int]] = {}
    for at, name in enumerate(frame["split"]):
        if not isinstance(name, str) or not name:
            raise ValueError(f"row {at} of the table names no split")
        found.setdefault(name, []).append(at)
    return found


def splits(frame: Any, root: Optional[str] = None) -> Dict[str, List[Row]]:
    """The rows of each split, by its name; positions are those within a split.

    Raises what `rows` and `by_split` raise.
    """
    made = by_split(frame)
    listed = rows(frame, root)
    return {name: [listed[at] for at in own] for name, own in made.items()}
