"""Tables of pandas and polars: a row for each image, with columns `path` and `split`."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional

from .known import is_a
from .row import Row, label_of


def is_frame(thing: object) -> bool:
    """Whether it is a table."""
    return is_a(thing, "pandas", "DataFrame") or is_a(thing, "polars", "DataFrame")


def rows(frame: Any, root: Optional[str] = None) -> List[Row]:
    """The rows, without a look at `split`.

    Raises TypeError where there is no column `path`.
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
        time = facts.get("time")
        made.append(
            Row(
                path if root is None else os.path.join(root, path),
                label_of(facts.get("label")),
                label_of(facts.get("group")),
                float(time) if isinstance(time, (int, float)) and time == time else None,
            )
        )
    return made


def splits(frame: Any, root: Optional[str] = None) -> Dict[str, List[Row]]:
    """The rows of each split, by its name, in order; positions are those within a split.

    Raises TypeError where a column is missing, ValueError where a row names no split.
    """
    columns = [str(name) for name in frame.columns]
    if "split" not in columns:
        raise TypeError(f"a table needs a column `split`, and has {', '.join(columns)}")
    by_split: Dict[str, List[Row]] = {}
    for at, (name, row) in enumerate(zip(frame["split"], rows(frame, root))):
        if not isinstance(name, str) or not name:
            raise ValueError(f"row {at} of the table names no split")
        by_split.setdefault(name, []).append(row)
    return by_split
