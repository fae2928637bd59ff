"""`clean_subset`: what is left of a split, in the form in which it was given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pandas
import polars
import pytest

import splitleak
from pictures import encoded, picture
from torches import REAL

TRAIN = [picture(seed) for seed in range(10)]
VAL = [TRAIN[2], picture(70), picture(71)]


@pytest.fixture(scope="module")
def report() -> splitleak.Report:
    return splitleak.check(train=TRAIN, val=VAL)


def test_lists_and_arrays(report: splitleak.Report) -> None:
    clean = report.clean_subset(VAL)
    assert len(clean) == 2 and clean[0] is VAL[1]
    assert len(report.clean_subset(tuple(VAL))) == 2
    assert report.clean_subset(np.stack(VAL)).shape[0] == 2
    pictures, labels = report.clean_subset((np.stack(VAL), ["a", "b", "c"]))
    assert (pictures.shape[0], labels) == (2, ["b", "c"])
    pictures, labels = report.clean_subset((np.stack(VAL)[..., 0], np.array([[5], [6], [7]])))
    assert pictures.shape[0] == 2 and labels.tolist() == [[6], [7]]


def test_nothing_is_left_where_all_leaks() -> None:
    report = splitleak.check(train=TRAIN, val=TRAIN[:3])
    names = ["a", "b", "c"]
    for given in (names, np.array(names), polars.Series(names), pandas.Series(names)):
        assert len(report.clean_subset(given)) == 0
    for library in (pandas, polars):
        assert len(report.clean_subset(library.DataFrame({"path": names}))) == 0


def test_tables_and_columns_by_position(report: splitleak.Report) -> None:
    names = ["a", "b", "c"]
    column = pandas.Series(names, index=[2, 0, 1])
    assert report.clean_subset(column).tolist() == ["b", "c"]
    frame = pandas.DataFrame({"path": names}, index=[2, 0, 1])
    assert report.clean_subset(frame)["path"].tolist() == ["b", "c"]
    of_polars = polars.DataFrame({"path": names})
    assert report.clean_subset(of_polars)["path"].to_list() == ["b", "c"]
    assert report.clean_subset(of_polars.lazy())["path"].to_list() == ["b", "c"]


@pytest.mark.parametrize("library", [pandas, polars])
def test_of_a_table_of_all_splits_the_rows_of_one(library: Any, folder: Path) -> None:
    files = sorted(folder.rglob("*.png"), key=lambda path: path.stem)
    rows = {"path": [str(path) for path in files], "split": [path.parts[-3] for path in files]}
    table = library.DataFrame(rows)
    report = splitleak.check(table)
    clean = report.clean_subset(table, "val")
    assert set(clean["split"]) == {"val"} and len(clean) == 10
    left = {Path(path).stem for path in clean["path"]}
    assert left.isdisjoint({"amber", "birch", "cedar", "daisy"})


def test_datasets_of_hugging_face(report: splitleak.Report) -> None:
    def made(pictures: Any) -> Any:
        rows = {"photo": [{"bytes": encoded(one), "path": None} for one in pictures]}
        return datasets.Dataset.from_dict(rows, features=datasets.Features({"photo": datasets.Image()}))

    val = made(VAL)
    clean = report.clean_subset(val)
    assert isinstance(clean, datasets.Dataset) and len(clean) == 2
    assert splitleak.check(train=TRAIN, val=clean).leaked_indices() == []
    assert len(list(report.clean_subset(val.to_iterable_dataset()))) == 2
    both = datasets.DatasetDict({"train": made(TRAIN), "val": val})
    assert len(report.clean_subset(both)) == 2
    with pytest.raises(ValueError, match="no split is called 'val'; there are: train"):
        report.clean_subset(datasets.DatasetDict({"train": val}))


@pytest.mark.skipif(not REAL, reason="torch is not installed")
def test_datasets_and_tensors_of_torch(report: splitleak.Report) -> None:
    import torch
    from torch.utils.data import ConcatDataset, Subset, TensorDataset

    stacked = torch.from_numpy(np.stack(VAL)).permute(0, 3, 1, 2)
    assert report.clean_subset(stacked).shape[0] == 2
    whole = TensorDataset(stacked, torch.arange(3))
    for dataset in (whole, Subset(whole, [0, 1, 2]), ConcatDataset([whole])):
        clean = report.clean_subset(dataset)
        assert isinstance(clean, Subset) and [int(clean[at][1]) for at in range(2)] == [1, 2]


def test_what_was_not_checked_is_refused(report: splitleak.Report, folder: Path) -> None:
    for other in (TRAIN, np.stack(TRAIN), pandas.DataFrame({"path": ["a"]}), (np.stack(TRAIN), range(10))):
        with pytest.raises(ValueError, match="samples, where `val` was checked with 3: give what was"):
            report.clean_subset(other)
    for other in (iter(VAL), {1, 2, 3}, folder, 3):
        with pytest.raises(TypeError, match="cannot be taken by position"):
            report.clean_subset(other)
