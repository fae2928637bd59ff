"""The split that there is, changed as little as it takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas
import polars
import pytest

import splitleak
from pictures import picture

#: Three pictures of `TRAIN` are in `VAL`, too, one of them twice in `TRAIN`.
TRAIN = [picture(seed) for seed in range(20)] + [picture(3)]
VAL = [picture(seed) for seed in range(40, 47)] + [picture(0), picture(3), picture(5)]


def test_positions_after_are_those_of_all_that_was_given() -> None:
    repaired = splitleak.repair(train=TRAIN, val=VAL)
    everything = TRAIN + VAL
    train, val = repaired.indices("train"), repaired.indices("val")
    assert sorted(train + val) == list(range(len(everything)))
    after = splitleak.check(train=[everything[at] for at in train], val=[everything[at] for at in val])
    assert (after.verdict, after.leaked_indices()) == ("clear", [])
    assert repaired.is_clean and repaired.is_fewest and repaired.open == []
    assert (repaired.leaked, repaired.beyond) == ((3, 0), (0, 0))
    assert len(repaired.changes) == 3
    # Two copies of three are in training.
    assert splitleak.Change("val", 8, "val#8", "train") in repaired.changes
    assert sorted(repaired.diff.splitlines()) == sorted(
        f"{change.name} -> {change.to}" for change in repaired.changes
    )
    assert {name: before for name, (before, _) in repaired.sizes.items()} == {"train": 21, "val": 10}
    assert repr(repaired).startswith("<splitleak.Repair 3 moved, 0 left out: train 21 -> ")


def test_what_is_dropped_is_in_no_split() -> None:
    repaired = splitleak.repair({"train": TRAIN, "dev": VAL}, by="drop", tolerance=0.5)
    left = set(repaired.indices("train")) | set(repaired.indices("dev"))
    dropped = [change for change in repaired.changes if change.to is None]
    assert dropped == repaired.changes and len(dropped) == 3
    assert len(left) == len(TRAIN) + len(VAL) - 3
    assert repaired.drop_list.count("\n") == 4
    for change in dropped:
        offset = len(TRAIN) if change.split == "dev" else 0
        assert offset + change.position not in left


@pytest.mark.parametrize("library", [pandas, polars])
def test_of_a_table_positions_are_its_rows(library: Any, folder: Path) -> None:
    files = sorted(folder.rglob("*.png"), key=lambda path: path.stem)
    rows = {
        "path": [str(path.relative_to(folder)) for path in files],
        "split": [path.parts[-3] for path in files],
        "label": [path.parts[-2] for path in files],
    }
    table = library.DataFrame(rows)
    repaired = splitleak.repair(table, root=folder)
    splits = np.array(["left out"] * len(files))
    for name in ("train", "val"):
        splits[repaired.indices(name)] = name
    changed = {(rows["path"][at], str(splits[at])) for at in range(len(files)) if splits[at] != rows["split"][at]}
    assert changed == {(change.name, change.to or "left out") for change in repaired.changes}
    assert len(changed) == 4
    after = splitleak.check(library.DataFrame({**rows, "split": splits.tolist()}), root=folder)
    assert after.leaked("val") == []
    of_folder = splitleak.repair(folder)
    assert {(one.name, one.to) for one in of_folder.changes} == {(one.name, one.to) for one in repaired.changes}
    assert of_folder.manifest.startswith("path,split")


def test_groups_stay_whole_and_a_clean_split_stays() -> None:
    train, val = TRAIN[:20], VAL[:7]
    untouched = splitleak.repair(train=train, val=val)
    assert untouched.changes == [] and untouched.leaked == (0, 0)
    groups = {"train": [at // 2 for at in range(20)], "val": [0, 100, 101, 102, 103, 104, 105]}
    repaired = splitleak.repair(train=train, val=val, groups=groups)
    assert [(one.split, one.position, one.to) for one in repaired.changes] == [("val", 0, "train")]


def test_what_cannot_be_repaired_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="needs a training split and one to evaluate on"):
        splitleak.repair(train=TRAIN)
    with pytest.raises(ValueError, match="invalid value 'sell'"):
        splitleak.repair(train=TRAIN, val=VAL, by="sell")
    with pytest.raises(ValueError, match="out of range"):
        splitleak.repair(train=TRAIN, val=VAL, tolerance=2)
    with pytest.raises(ValueError, match="belong to samples"):
        splitleak.repair(folder, groups={"val": ["a"]})
    with pytest.raises(ValueError, match="no split is called 'test'; there are: train, val"):
        splitleak.repair(train=TRAIN, val=VAL).indices("test")
