"""A callback for Transformers: `Trainer(..., callbacks=[LeakageCallback(train, val)])`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ._callback import Watcher
from ._report import Report

if TYPE_CHECKING:

    class TrainerCallback:
        """What Transformers calls."""

else:
    try:
        from transformers import TrainerCallback
    except ImportError as error:
        text = "splitleak.transformers needs transformers: pip install transformers"
        raise ImportError(text) from error


class LeakageCallback(TrainerCallback):
    """Checks `train` and `val` when training begins, and explains the trainer's log when it ends.

    `train`, `val` and `settings` are what `splitleak.check` takes. Of a report that has not passed
    it warns, or raises LeakageError with `on_leak="raise"`.
    """

    def __init__(self, train: Any, val: Any, on_leak: str = "warn", **settings: Any) -> None:
        self._watcher = Watcher(train, val, on_leak, **settings)

    @property
    def report(self) -> Optional[Report]:
        """What was found; `None` before training begins."""
        return self._watcher.report

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Checks once."""
        self._watcher.begin()

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Explains."""
        self._watcher.end(state.log_history)
