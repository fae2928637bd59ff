"""A callback for Keras: `model.fit(..., callbacks=[LeakageCallback(train, val)])`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional

from ._callback import Watcher
from ._report import Report

if TYPE_CHECKING:

    class Callback:
        """What Keras calls."""

else:
    try:
        from keras.callbacks import Callback
    except ImportError as error:
        raise ImportError("splitleak.keras needs keras: pip install keras") from error


class LeakageCallback(Callback):
    """Checks `train` and `val` when training begins, and explains its losses when it ends.

    `train`, `val` and `settings` are what `splitleak.check` takes. Of a report that has not passed
    it warns, or raises LeakageError with `on_leak="raise"`. `report` holds what was found.
    """

    def __init__(self, train: Any, val: Any, on_leak: str = "warn", **settings: Any) -> None:
        super().__init__()
        self._watcher = Watcher(train, val, on_leak, **settings)
        self._losses: Dict[str, List[float]] = {}

    @property
    def report(self) -> Optional[Report]:
        """What was found; `None` before training begins."""
        return self._watcher.report

    def on_train_begin(self, logs: Optional[Dict[str, Any]] = None) -> None:
        """Checks once."""
        self._losses = {}
        self._watcher.begin()

    def on_epoch_end(self, epoch: int, logs: Optional[Dict[str, Any]] = None) -> None:
        """Keeps the losses: the `History` of a run is filled behind this callback."""
        for name, value in (logs or {}).items():
            self._losses.setdefault(name, []).append(float(value))

    def on_train_end(self, logs: Optional[Dict[str, Any]] = None) -> None:
        """Explains."""
        self._watcher.end(self._losses)
