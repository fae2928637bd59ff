"""What samples were recorded with, and when, in any form: nothing is left out in silence."""

from __future__ import annotations

import datetime
import decimal
import uuid
from pathlib import Path
from typing import Any, Dict

import numpy as np
import pandas
import polars
import pytest

import splitleak
from pictures import picture

TRAIN = [picture(seed) for seed in range(4)]
VAL = [picture(seed) for seed in range(50, 53)]
START = datetime.datetime(2024, 5, 1, 12)


def shared(train: Any, val: Any) -> list[int]:
    report = splitleak.check(train=TRAIN, val=VAL, groups={"train": train, "val": val})
    return report.leaked_indices()


def test_groups_are_those_of_the_samples() -> None:
    groups = {"train": ["a", "b", "c", "d"], "val": ["c", "x", "y"]}
    report = splitleak.check(train=TRAIN, val=VAL, groups=groups)
    assert report.leaked_indices() == [0]
    assert report.pairs()[0]["kind"] == "shared-group"
    with pytest.raises(splitleak.SettingsError, match="2 entries for 3 samples"):
        splitleak.check(train=TRAIN, val=VAL, groups={"val": ["a", "b"]})


NUMBER = uuid.UUID(int=7)
DAY = np.datetime64("2024-05-01", "ns")


@pytest.mark.parametrize(
    "group, again",
    [
        pytest.param(("a", 1), ("a", 1), id="tuple"),
        pytest.param(NUMBER, uuid.UUID(int=7), id="uuid"),
        pytest.param(Path("p/1"), "p/1", id="path"),
        pytest.param(b"p1", "p1", id="bytes"),
        pytest.param(3.0, 3, id="whole float"),
        pytest.param(np.float32(3), np.int64(3), id="numbers of NumPy"),
        pytest.param(True, np.bool_(True), id="truth"),
        pytest.param(decimal.Decimal("1.5"), decimal.Decimal("1.5"), id="decimal"),
        pytest.param(pandas.Timestamp(START), START, id="time"),
        pytest.param(DAY, DAY, id="time of NumPy"),
    ],
)
def test_a_group_is_any_value(group: Any, again: Any) -> None:
    assert shared([group, "b", "c", "d"], ["x", again, "y"]) == [1]


@pytest.mark.parametrize("none", [None, float("nan"), np.nan, pandas.NA, pandas.NaT, "", " "])
def test_what_is_missing_is_no_group(none: Any) -> None:
    assert shared([none, none, "a", "b"], [none, "a", none]) == [1]


def test_what_is_another_value_each_time_is_no_group() -> None:
    for group in (object(), ["a"], {"a": 1}, np.array([1, 2])):
        with pytest.raises(TypeError, match=r"train\[0\]: .* is no group"):
            shared([group] * 4, ["x", "y", "z"])


def test_groups_of_a_column_are_taken_by_position() -> None:
    for library in (pandas, polars):
        column = library.Series(["a", "b", "c", "d"])
        assert shared(column, library.Series(["x", "b", "y"])) == [1]
    column = pandas.Series(["a", "b", "c", "d"], index=[3, 2, 1, 0])
    assert shared(column, pandas.Series(["x", "b", "y"], index=[7, 8, 9])) == [1]


def test_facts_of_a_split_that_is_not_there_are_refused() -> None:
    for kind in ("groups", "times"):
        facts: Dict[str, Any] = {kind: {"train": [1, 2, 3, 4], "valid": [1, 2, 3]}}
        with pytest.raises(ValueError, match=f"{kind} are given for 'valid'; the splits are: train, val"):
            splitleak.check(train=TRAIN, val=VAL, **facts)


def after(seconds: float) -> datetime.datetime:
    return START + datetime.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda at: at, id="number"),
        pytest.param(lambda at: np.float32(at), id="number of NumPy"),
        pytest.param(lambda at: decimal.Decimal(at), id="decimal"),
        pytest.param(after, id="datetime"),
        pytest.param(lambda at: after(at).replace(tzinfo=datetime.timezone.utc), id="with zone"),
        pytest.param(lambda at: after(at).isoformat(), id="text"),
        pytest.param(lambda at: np.datetime64(after(at), "ns"), id="NumPy"),
        pytest.param(lambda at: pandas.Timestamp(after(at)), id="pandas"),
        pytest.param(lambda at: datetime.timedelta(seconds=at), id="timedelta"),
        pytest.param(lambda at: np.timedelta64(at, "s"), id="timedelta of NumPy"),
    ],
)
def test_times_of_every_form_place_samples_alike(form: Any) -> None:
    def report(form: Any) -> Any:
        times = {"train": [form(at) for at in range(0, 40, 2)], "val": [form(at) for at in range(1, 9, 2)]}
        train = [picture(seed) for seed in range(20)]
        val = [picture(seed) for seed in range(50, 54)]
        groups = {"train": ["film"] * 20, "val": ["film"] * 4}
        data = splitleak.check(train=train, val=val, times=times, groups=groups).data
        assert data["recordings"]["distances"]
        return data["recordings"]["distances"], data["leakage"]

    assert report(form) == report(lambda at: at)


@pytest.mark.parametrize("time", ["noon", float("inf"), object(), True])
def test_what_is_no_time_is_refused_with_its_place(time: Any) -> None:
    with pytest.raises(TypeError, match=r"val\[1\]: .* is no time: give numbers, datetimes"):
        splitleak.check(train=TRAIN, val=VAL, times={"val": [1, time, None]})


@pytest.mark.parametrize("library", [pandas, polars])
def test_columns_of_a_table_are_read_as_those_of_a_manifest(
    library: Any, folder: Path, tmp_path: Path
) -> None:
    files = sorted(folder.rglob("*.png"))
    rows = {
        "path": [str(path.relative_to(folder)) for path in files],
        "split": [path.parts[-3] for path in files],
        "group": [path.stem[0] for path in files],
        "time": [after(at) for at in range(len(files))],
    }
    report = splitleak.check(library.DataFrame(rows), root=folder)
    lines = [",".join(map(str, row)) for row in zip(*rows.values())]
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("\n".join([",".join(rows), *lines]) + "\n")
    expected = splitleak.check(folder, manifest=manifest)
    assert report.data["leakage"] == expected.data["leakage"]
    assert report.data["recordings"]["distances"] == expected.data["recordings"]["distances"]
    rows["time"] = ["noon"] * len(files)
    with pytest.raises(TypeError, match="row 0 of the table: 'noon' is no time"):
        splitleak.check(library.DataFrame(rows), root=folder)
