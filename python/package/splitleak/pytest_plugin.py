"""For pytest: `def test_data(splitleak_report): splitleak_report.raise_for_leaks()`.

What is checked stands in pytest's settings file:

    splitleak_dataset = data/
    splitleak_options = --group-pattern=(?<group>patient\\d+)

The report is made once for all tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ._report import Report


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the settings."""
    parser.addini("splitleak_dataset", "dataset that `splitleak_report` is of", default="")
    parser.addini(
        "splitleak_options",
        "options of `splitleak check`, one a line",
        type="linelist",
        default=[],
    )


@pytest.fixture(scope="session")
def splitleak_report(pytestconfig: pytest.Config) -> Report:
    """The report of the dataset that the settings name."""
    # Every run of pytest loads this file; most want no report.
    from ._check import check

    dataset = pytestconfig.getini("splitleak_dataset")
    if not dataset:
        raise pytest.UsageError("splitleak_report: name the dataset by `splitleak_dataset = DIR`")
    return check(
        pytestconfig.rootpath / str(dataset), options=pytestconfig.getini("splitleak_options")
    )
