"""Rows as dicts, or as a table of the library that the caller wants."""

from __future__ import annotations

import importlib
from typing import Any, Dict, List, Sequence

from ._errors import SettingsError

Row = Dict[str, Any]


def table(rows: List[Row], columns: Sequence[str], as_: str) -> Any:
    """`rows` as `dicts`, `pandas`, `polars` or `arrow`; `columns` are there even without a row.

    Raises ImportError where the library is not installed.
    """
    if as_ == "dicts":
        return rows
    packages = {"pandas": "pandas", "polars": "polars", "arrow": "pyarrow"}
    if as_ not in packages:
        raise SettingsError(f"as_={as_!r} is none of dicts, pandas, polars, arrow")
    try:
        library = importlib.import_module(packages[as_])
    except ImportError as error:
        text = f"as_={as_!r} needs {packages[as_]}: pip install {packages[as_]}"
        raise ImportError(text) from error
    cells = {name: [row[name] for row in rows] for name in columns}
    if as_ == "arrow":
        return library.table(cells)
    if as_ == "polars":
        return library.DataFrame(cells, strict=False)
    # Whole numbers with gaps stay whole.
    whole = {name: "Int64" for name in columns if name.endswith("_index") or name == "steps"}
    return library.DataFrame(cells, columns=list(columns)).astype(whole)
