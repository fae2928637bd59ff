"""Rows as dicts, or as a table of the library that the caller wants."""

from __future__ import annotations

import importlib
from typing import Any, Callable, Dict, List, Mapping, NamedTuple

from ._errors import SettingsError

Row = Dict[str, Any]


class Kind(NamedTuple):
    """What a column holds, as each library calls it."""

    pandas: str
    polars: Callable[[Any], Any]
    arrow: Callable[[Any], Any]


TEXT = Kind("string", lambda polars: polars.String, lambda arrow: arrow.string())
TEXTS = Kind("object", lambda polars: polars.List(polars.String), lambda arrow: arrow.list_(arrow.string()))
#: With gaps they stay whole.
WHOLE = Kind("Int64", lambda polars: polars.Int64, lambda arrow: arrow.int64())
NUMBER = Kind("float64", lambda polars: polars.Float64, lambda arrow: arrow.float64())
TRUTH = Kind("boolean", lambda polars: polars.Boolean, lambda arrow: arrow.bool_())

_PACKAGES = {"pandas": "pandas", "polars": "polars", "arrow": "pyarrow"}


def table(rows: List[Row], columns: Mapping[str, Kind], as_: str) -> Any:
    """`rows` as `dicts`, `pandas`, `polars` or `arrow`.

    A table has all `columns`, each of its kind, whatever rows there are. Raises ImportError where the
    library is not installed.
    """
    if as_ == "dicts":
        return rows
    if as_ not in _PACKAGES:
        raise SettingsError(f"as_={as_!r} is none of dicts, pandas, polars, arrow")
    package = _PACKAGES[as_]
    try:
        library = importlib.import_module(package)
    except ImportError as error:
        raise ImportError(f"as_={as_!r} needs {package}: pip install {package}") from error
    cells = {name: [row[name] for row in rows] for name in columns}
    if as_ == "pandas":
        series = {name: library.Series(cells[name], dtype=kind.pandas) for name, kind in columns.items()}
        return library.DataFrame(series)
    if as_ == "polars":
        return library.DataFrame(cells, schema={name: kind.polars(library) for name, kind in columns.items()})
    schema = library.schema([(name, kind.arrow(library)) for name, kind in columns.items()])
    return library.table(cells, schema=schema)
