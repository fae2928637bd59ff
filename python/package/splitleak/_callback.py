"""What the callbacks of all training frameworks have in common."""

from __future__ import annotations

import warnings
from typing import Any, Optional

from ._check import check
from ._errors import LeakageError, SettingsError
from ._explain import explain
from ._report import Report


class Watcher:
    """Checks once when training begins, and explains when it ends.

    `on_leak` is what is done about a report that has not passed: `warn` or `raise`.
    """

    def __init__(self, train: Any, val: Any, on_leak: str = "warn", **settings: Any) -> None:
        if on_leak not in ("warn", "raise"):
            raise SettingsError(f"on_leak={on_leak!r} is neither 'warn' nor 'raise'")
        self._what = {"train": train, "val": val, **settings}
        self._on_leak = on_leak
        #: The report, once training has begun; with an explanation once it has ended.
        self.report: Optional[Report] = None

    def begin(self) -> None:
        """Checks, unless that has been done; raises LeakageError where that is wanted."""
        if self.report is not None:
            return
        self.report = check(**self._what)
        try:
            self.report.raise_for_leaks()
        except LeakageError as error:
            if self._on_leak == "raise":
                raise
            warnings.warn(str(error), stacklevel=3)

    def end(self, history: object) -> None:
        """Explains what the history says; a history that says nothing is a warning."""
        if self.report is None:
            return
        try:
            self.report = explain(history, report=self.report)
        except (SettingsError, TypeError) as error:
            warnings.warn(f"splitleak cannot explain this run: {error}", stacklevel=3)
