"""A callback for Lightning: `Trainer(callbacks=[LeakageCallback(train, val)])`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional

from ._callback import Watcher
from ._report import Report

if TYPE_CHECKING:

    class Callback:
        """What Lightning calls."""

else:
    try:
        from lightning.pytorch import Callback
    except ImportError:
        try:
            from pytorch_lightning import Callback
        except ImportError as error:
            text = "splitleak.lightning needs lightning: pip install lightning"
            raise ImportError(text) from error


class LeakageCallback(Callback):
    """Checks `train` and `val` when fitting begins, and explains the logged losses when it ends.

    `train`, `val` and `settings` are what `splitleak.check` takes. Losses are those logged by epoch
    as `train_loss` and `val_loss`, or other names that say which side they are of. Of a report that
    has not passed it warns, or raises LeakageError with `on_leak="raise"`.
    """

    def __init__(self, train: Any, val: Any, on_leak: str = "warn", **settings: Any) -> None:
        super().__init__()
        self._watcher = Watcher(train, val, on_leak, **settings)
        self._epochs: List[Dict[str, float]] = []

    @property
    def report(self) -> Optional[Report]:
        """What was found; `None` before fitting begins."""
        return self._watcher.report

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        """Checks once."""
        self._epochs = []
        self._watcher.begin()

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Keeps the losses of an epoch."""
        metrics = {str(name): float(value) for name, value in trainer.callback_metrics.items()}
        self._epochs.append({"epoch": float(len(self._epochs) + 1), **metrics})

    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
        """Explains."""
        self._watcher.end(self._epochs)
