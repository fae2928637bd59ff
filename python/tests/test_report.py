"""What a report gives to programs, files and notebooks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import splitleak
from pictures import picture


@pytest.fixture(scope="module")
def report(folder: Path) -> splitleak.Report:
    return splitleak.check(folder)


def test_rates_stand_with_their_counts(report: splitleak.Report) -> None:
    rate = report.leakage["val", "train"]
    assert (rate.count, rate.of) == (4, 14)
    assert rate.low is not None and rate.high is not None
    assert rate.low < 4 / 14 < rate.high
    assert repr(report) == "<splitleak.Report leaks: val from train: 4 of 14 (28.6%)>"


def test_a_leak_fails_unless_a_limit_allows_it(folder: Path, report: splitleak.Report) -> None:
    assert (report.verdict, report.passed, report.exit_status) == ("leaks", False, 0)
    with pytest.raises(splitleak.LeakageError, match="4 of 14") as caught:
        report.raise_for_leaks()
    assert caught.value.report is report
    strict = splitleak.check(folder, max_leakage=0)
    assert (strict.passed, strict.exit_status) == (False, 1)
    allowed = splitleak.check(folder, max_leakage="30%", cache=False)
    assert (allowed.passed, allowed.exit_status) == (True, 0)
    allowed.raise_for_leaks()


def test_a_clear_dataset_passes_without_a_limit() -> None:
    train = [picture(seed) for seed in range(20)]
    report = splitleak.check(train=train, val=[picture(seed) for seed in range(50, 60)])
    assert (report.verdict, report.passed) == ("clear", True)
    report.raise_for_leaks()
    assert report.clean_indices() == list(range(10))


def test_a_split_that_is_none_is_named_with_those_that_are(report: splitleak.Report) -> None:
    with pytest.raises(ValueError, match="'test'; there are: val"):
        report.leaked("test")
    with pytest.raises(ValueError, match="'train'; there are: val"):
        report.clean_indices("train")


def test_the_one_evaluation_split_need_not_be_named() -> None:
    pictures = {"train": [picture(1), picture(2)], "validation": [picture(2), picture(3)]}
    report = splitleak.check(pictures)
    assert report.leaked_indices() == report.leaked_indices("validation") == [0]
    assert report.clean_indices() == [1] and len(report.clean_subset(pictures)) == 1
    two = splitleak.check({**pictures, "test": [picture(4)]})
    with pytest.raises(ValueError, match="'val'; there are: validation, test"):
        two.leaked()


def test_a_report_is_written_and_read_again(report: splitleak.Report, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    text = report.to_json(path)
    assert path.read_text() == text
    again = splitleak.Report.read(path)
    assert again.data == report.data
    assert again.leaked() == report.leaked()
    assert again.pairs()[0]["evaluation_index"] is None
    for refused in (again.leaked_indices, again.clean_indices):
        with pytest.raises(ValueError, match="that was read"):
            refused()
    path.write_text("{}")
    with pytest.raises(splitleak.DatasetError, match="no report of splitleak"):
        splitleak.Report.read(path)
    with pytest.raises(FileNotFoundError):
        splitleak.Report.read(tmp_path / "none.json")


def test_every_format_is_that_of_the_command(report: splitleak.Report, tmp_path: Path) -> None:
    assert json.loads(report.to_sarif())["version"] == "2.1.0"
    page = report.to_html(tmp_path / "page.html")
    assert page.startswith("<!") and "data:image" in page
    assert "4 of 14" in report.to_markdown()


def test_a_notebook_shows_pictures_within_300_kb_and_no_script(report: splitleak.Report) -> None:
    shown = report._repr_html_()
    assert len(shown.encode()) <= 300_000
    assert "<script" not in shown.lower()
    assert "data:image" in shown
    assert "sandbox" in shown


def test_a_notebook_of_many_pairs_keeps_within_its_room() -> None:
    train = [picture(seed, 160, 160) for seed in range(120)]
    report = splitleak.check(train=train, val=train)
    assert report.leakage["val", "train"].count == 120
    shown = report._repr_html_()
    assert len(shown.encode()) <= 300_000
    assert "data:image" in shown


def test_names_are_escaped_in_a_notebook() -> None:
    name = "<img src=x onerror=alert(1)>"
    report = splitleak.check({"train": [picture(1)], f"val {name}": [picture(1)]})
    assert name not in report._repr_html_()


def test_plots_are_drawn_on_given_axes(report: splitleak.Report) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib import pyplot

    _, axes = pyplot.subplots()
    assert report.plot("leakage", axes) is axes
    assert axes.patches
    assert report.plot("pairs").get_xlabel() == "similarity of listed pairs"
    with pytest.raises(ValueError, match="no recordings"):
        report.plot("lags")
    with pytest.raises(ValueError, match="explain the report"):
        report.plot("correlation")
    with pytest.raises(ValueError, match="none of leakage, pairs"):
        report.plot("pie")
