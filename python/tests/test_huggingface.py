"""Datasets of Hugging Face, built in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest

import splitleak
from pictures import LEAKED, encoded, splits

FEATURES = datasets.Features(
    {
        "image": datasets.Image(),
        "label": datasets.ClassLabel(names=["even", "odd"]),
        "note": datasets.Value("string"),
    }
)


def dataset(name: str, of: Any = encoded) -> Any:
    items = splits()[name]
    rows = {
        "image": [{"bytes": of(array), "path": None} for array, _ in items],
        "label": [label for _, label in items],
        "note": ["" for _ in items],
    }
    return datasets.Dataset.from_dict(rows, features=FEATURES)


def test_a_dataset_dict_is_checked_by_its_stored_bytes() -> None:
    both = datasets.DatasetDict({"train": dataset("train"), "val": dataset("val")})
    report = splitleak.check(both)
    assert report.leaked_indices("val") == LEAKED
    held = {
        name: [(encoded(array), label) for array, label in items]
        for name, items in splits().items()
    }
    expected = splitleak.check(held)
    assert report.data == expected.data


def test_a_format_that_was_set_changes_nothing() -> None:
    def negate(rows: Any) -> Any:
        rows["image"] = [255 - np.asarray(image) for image in rows["image"]]
        return rows

    train = dataset("train").with_transform(negate)
    report = splitleak.check(train=train, val=dataset("val").with_format("numpy"))
    assert report.leaked_indices() == LEAKED


def test_files_are_read_where_they_lie(folder: Path) -> None:
    files = sorted(str(path) for path in (folder / "val").rglob("*.png"))
    val = datasets.Dataset.from_dict({"image": files}).cast_column("image", datasets.Image())
    train = sorted((folder / "train").rglob("*.png"))
    report = splitleak.check(train=train, val=val)
    assert report.leaked() == splitleak.check(train=train, val=files).leaked()
    assert report.leaked()[0].endswith(".png")


def test_a_dataset_of_iteration_is_read() -> None:
    train = dataset("train").to_iterable_dataset()
    report = splitleak.check(train=train, val=dataset("val"))
    assert report.leaked_indices() == LEAKED


def test_a_dataset_without_one_image_column_is_refused() -> None:
    without = datasets.Dataset.from_dict({"x": [1]})
    with pytest.raises(TypeError, match="exactly one column of the feature Image, and has `x`"):
        splitleak.check(train=without, val=without)
    both = dataset("val").add_column("mask", [None] * len(splits()["val"]))
    both = both.cast_column("mask", datasets.Image())
    with pytest.raises(TypeError, match="has `image`, `mask`"):
        splitleak.check(train=both, val=both)
