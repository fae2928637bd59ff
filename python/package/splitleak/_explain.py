"""`splitleak.explain`: what is known of a training run, written down as the core reads it."""

from __future__ import annotations

import csv
import json
import os
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from . import _core
from ._errors import SettingsError
from ._report import Report
from ._samples import is_path

#: A file, or true and predicted values of an evaluation split, in its order. Predicted are values, or
#: a row of class probabilities for each sample; true values are then numbers of classes.
Predictions = Union[str, "os.PathLike[str]", Tuple[Sequence[Any], Sequence[Any]]]

#: Options of a report that another explanation replaces.
_REPLACED = ("--training-log", "--predictions", "--metric", "--log-columns", "--train-loss", "--val-loss")


def explain(
    history: object = None,
    *,
    report: Report,
    predictions: Optional[Predictions] = None,
    split: Optional[str] = None,
    metric: Optional[str] = None,
    threads: Optional[int] = None,
) -> Report:
    """Say how much of a low validation loss the leaks of a report could explain.

    ``history`` is a Keras ``History``, a mapping from metric to its values by epoch, a list of
    records by epoch, a Trainer of Hugging Face (or its ``state.log_history``), a Trainer of Lightning
    with a CSVLogger, or the path of any log that ``--training-log`` reads. ``predictions`` is a
    path, or ``(y_true, y_pred)`` for the evaluation split ``split`` in its order. ``metric`` is
    ``mse``, ``mae``, ``log-loss``, ``error`` or ``other``.

    Returns the report with its ``explanation``. The dataset is compared again: what the cache
    remembers is not read again. Raises SettingsError where the report has no dataset, or the log no
    loss.
    """
    # Slow to import, and few explain.
    from tempfile import TemporaryDirectory

    given = report._checked.given
    if given is None:
        raise SettingsError("a report that was read has no dataset to explain: check it again")
    with TemporaryDirectory(prefix="splitleak-") as folder:
        words = _kept(report._settings)
        log = training_log(history, folder)
        words += [] if log is None else [f"--training-log={log}"]
        if predictions is not None:
            words += [f"--predictions={_predictions(report, predictions, split, folder)}"]
        words += [] if metric is None else [f"--metric={metric}"]
        words += ["--explain"] if "--explain" not in words else []
        return Report(_core.check(words, given, threads), words)


def _kept(settings: Sequence[str]) -> List[str]:
    """Settings without those that are given anew."""
    return [word for word in settings if word.split("=")[0] not in _REPLACED]


def training_log(history: object, folder: str) -> Optional[str]:
    """The path of a log with what a history says, written into `folder` where it is none.

    Raises TypeError for what is no history.
    """
    if history is None:
        return None
    if is_path(history):
        return os.fspath(history)  # type: ignore[call-overload, no-any-return]
    state = getattr(history, "state", history)
    records = getattr(state, "log_history", None)
    if records is not None:
        return _written({"log_history": _plain(records)}, folder)
    directory = getattr(getattr(history, "logger", None), "log_dir", None)
    if directory is not None:
        path = os.path.join(directory, "metrics.csv")
        if os.path.isfile(path):
            return path
    metrics = getattr(history, "history", history)
    if isinstance(metrics, Mapping) and metrics:
        return _written(_plain(metrics), folder)
    if isinstance(metrics, (list, tuple)) and metrics and isinstance(metrics[0], Mapping):
        # An evaluation of a Trainer stands in a record of its own.
        evaluated = any("eval_loss" in record for record in metrics)
        plain = _plain(metrics)
        return _written({"log_history": plain} if evaluated else plain, folder)
    raise TypeError(
        f"{type(history).__name__} is no history: give a Keras History, a mapping from metric to its "
        "values, a list of records, a Trainer with a log, or the path of a log"
    )


def _plain(value: Any) -> Any:
    """Numbers of any library as Python's; what is no number, list or mapping becomes `None`."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    item = getattr(value, "item", None)
    value = item() if callable(item) else value
    return value if isinstance(value, (int, float)) and value == value else None


def _written(log: object, folder: str) -> str:
    path = os.path.join(folder, "history.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(log, file)
    return path


def _predictions(
    report: Report, predictions: Predictions, split: Optional[str], folder: str
) -> str:
    if is_path(predictions):
        return os.fspath(predictions)  # type: ignore[arg-type]
    if not isinstance(predictions, (tuple, list)) or len(predictions) != 2:
        raise TypeError("predictions are a path, or (y_true, y_pred)")
    truth, predicted = predictions
    names = _names(report, split)
    if not len(names) == len(truth) == len(predicted):
        raise SettingsError(
            f"{len(truth)} true and {len(predicted)} predicted values for {len(names)} samples: give one "
            "for each sample of the evaluation split, in its order"
        )
    path = os.path.join(folder, "predictions.csv")
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = [_line(true, value) for true, value in zip(truth, predicted)]
        columns = list(rows[0]) if rows else ["y_true", "y_pred"]
        writer = csv.writer(file)
        writer.writerow(["path", *columns])
        writer.writerows([name, *row.values()] for name, row in zip(names, rows))
    return path


def _line(true: Any, value: Any) -> Dict[str, Any]:
    """What a model says of one sample: a value, or probabilities of classes."""
    shape = getattr(value, "__len__", None)
    if shape is None or isinstance(value, str):
        return {"y_true": _scalar(true), "y_pred": _scalar(value)}
    if len(value) == 1:
        return {"y_true": _scalar(true), "y_pred": _scalar(value[0])}
    return {"y_true": _scalar(true), **{f"p_{k}": _scalar(one) for k, one in enumerate(value)}}


def _scalar(value: Any) -> Any:
    item = getattr(value, "item", None)
    return item() if callable(item) else value


def _names(report: Report, split: Optional[str]) -> List[str]:
    splits = report.data["dataset"]["splits"]
    known = [one["name"] for one in splits if one["role"] in ("validation", "test")]
    if split is None:
        # The validation split, where there is a test split, too.
        split = known[0] if known else None
    if split is None or split not in known:
        raise SettingsError(f"no evaluation split is called {split!r}; there are: {', '.join(known)}")
    given = report._checked.given
    return [name for of, name in given.names if of == split] if given is not None else []

