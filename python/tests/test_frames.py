"""Tables of pandas and polars."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas
import polars
import pytest

import splitleak

LIBRARIES = [pytest.param(pandas, id="pandas"), pytest.param(polars, id="polars")]


def table(library: Any, folder: Path) -> Any:
    files = sorted(folder.rglob("*.png"))
    return library.DataFrame(
        {
            "path": [str(path.relative_to(folder)) for path in files],
            "split": [path.parts[-3] for path in files],
            "label": [path.parts[-2] for path in files],
        }
    )


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_table_is_the_folder_it_lists(library: Any, folder: Path) -> None:
    report = splitleak.check(table(library, folder), root=folder)
    expected = splitleak.check(folder)
    assert report.leaked() == expected.leaked()
    assert report.data["leakage"] == expected.data["leakage"]
    assert report.leaked_indices() == expected.leaked_indices()


def test_a_lazy_table_is_collected(folder: Path) -> None:
    lazy = table(polars, folder).lazy()
    expected = splitleak.check(folder)
    assert splitleak.check(lazy, root=folder).leaked() == expected.leaked()
    rooted = lazy.with_columns(path=polars.lit(f"{folder}/") + polars.col("path"))
    of = {name: rooted.filter(polars.col("split") == name) for name in ("train", "val")}
    assert splitleak.check(**of).leaked_indices() == expected.leaked_indices()


def test_a_row_without_a_path_is_named(folder: Path) -> None:
    rows = {"path": ["a.png", None], "split": ["train", "val"]}
    with pytest.raises(TypeError, match=r"val\[0\]: .* is no picture"):
        splitleak.check(pandas.DataFrame(rows), root=folder)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_table_without_the_columns_is_refused(library: Any) -> None:
    with pytest.raises(TypeError, match="column `split`, and has path"):
        splitleak.check(library.DataFrame({"path": ["a.png"]}))
    with pytest.raises(TypeError, match="column `path`, and has file, split"):
        splitleak.check(library.DataFrame({"file": ["a.png"], "split": ["val"]}))
    with pytest.raises(ValueError, match="row 1 of the table names no split"):
        rows = {"path": ["a.png", "b.png"], "split": ["val", None]}
        splitleak.check(library.DataFrame(rows))


@pytest.mark.parametrize("as_", ["pandas", "polars"])
def test_pairs_are_a_table_with_positions_as_whole_numbers(as_: str, folder: Path) -> None:
    report = splitleak.check(folder)
    pairs = report.pairs(as_)
    assert len(pairs) == len(report.pairs())
    assert "int" in str(pairs["evaluation_index"].dtype).lower()
    assert list(pairs.columns) == list(report.pairs()[0])
    assert len(report.findings(as_)) == len(report.findings())
    assert len(report.clusters(as_)) == len(report.clusters())


def test_pairs_are_a_table_of_arrow(folder: Path) -> None:
    report = splitleak.check(folder)
    pairs = report.pairs("arrow")
    assert pairs.column("training_index").to_pylist() == [p["training_index"] for p in report.pairs()]


def test_a_table_of_no_pairs_has_its_columns(folder: Path) -> None:
    files = sorted((folder / "train").rglob("*.png"))
    report = splitleak.check(train=files[:3], val=files[5:8])
    assert report.pairs() == []
    full = splitleak.check(folder)
    # Of the same kinds as with rows, so that tables of several checks can be put together.
    for name in ("pairs", "findings", "clusters"):
        of = {as_: [getattr(one, name)(as_) for one in (report, full)] for as_ in ("pandas", "polars", "arrow")}
        none, some = of["pandas"]
        assert list(none.columns) == list(some.columns) and list(none.dtypes) == list(some.dtypes)
        assert of["polars"][0].schema == of["polars"][1].schema
        assert of["arrow"][0].schema == of["arrow"][1].schema
    assert report.pairs("pandas")["evaluation_index"].dtype == "Int64"
    with pytest.raises(ValueError, match="none of dicts"):
        report.pairs("excel")
