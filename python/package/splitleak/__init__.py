"""Finds images shared by the training and validation splits of a dataset.

>>> import splitleak
>>> report = splitleak.check("data/")  # doctest: +SKIP
>>> report.raise_for_leaks()  # doctest: +SKIP

`check` looks for leaks, `explain` says how much of a low loss they could explain, `repair` changes
a split as little as it takes, `split` and `folds` propose a new one. See docs/python.md in the
repository.
"""

from ._check import check
from ._core import __version__
from ._errors import DatasetError, LeakageError, MissingError, SettingsError, SplitleakError
from ._explain import explain
from ._repair import Change, Repair, repair
from ._report import Rate, Report
from ._split import Fold, Folds, Proposal, folds, split

__all__ = [
    "Change",
    "DatasetError",
    "Fold",
    "Folds",
    "LeakageError",
    "MissingError",
    "Proposal",
    "Rate",
    "Repair",
    "Report",
    "SettingsError",
    "SplitleakError",
    "__version__",
    "check",
    "explain",
    "folds",
    "repair",
    "split",
]
