"""What can go wrong. Every text says what, where, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._report import Report


class SplitleakError(Exception):
    """Anything that keeps splitleak from its work."""


class SettingsError(SplitleakError, ValueError):
    """An argument or a setting that means nothing, or contradicts another."""


class DatasetError(SplitleakError, OSError):
    """A dataset, manifest or report that cannot be read."""


class MissingError(DatasetError, FileNotFoundError):
    """A file or directory that is not there."""


class LeakageError(SplitleakError):
    """Raised by `Report.raise_for_leaks`; `report` is the report."""

    def __init__(self, text: str, report: Report) -> None:
        super().__init__(text)
        self.report = report
