"""`splitleak.explain`: what is known of a training run, written down as the core reads it."""

from __future__ import annotations

import csv
import json
import os
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Union

from . import _core
from ._errors import SettingsError
from ._kinds import arrays, frames
from ._report import Report
from ._samples import is_path

#: A file, or true and predicted values of the evaluation split, in its order. Predicted are values, or
#: a row of class probabilities for each sample; true values are then numbers of classes, or rows with a
#: one for the class.
Predictions = Union[str, "os.PathLike[str]", Tuple[Iterable[Any], Iterable[Any]]]

#: Options of a report that another explanation replaces.
_REPLACED = ("--training-log", "--predictions", "--metric", "--log-columns", "--train-loss", "--val-loss")


def explain(
    history: object = None,
    *,
    report: Report,
    predictions: Optional[Predictions] = None,
    metric: Optional[str] = None,
    threads: Optional[int] = None,
) -> Report:
    """Say how much of a low validation loss the leaks of a report could explain.

    ``history`` is a Keras ``History``, a mapping or table from metric to its values by epoch, a list
    of records by epoch, a Trainer of Hugging Face (or its ``state.log_history``), a Trainer of
    Lightning with a CSVLogger or TensorBoardLogger, or the path of any log that ``--training-log``
    reads. ``predictions`` is a path, or ``(y_true, y_pred)`` for the validation split (without one,
    the test split) in its order. ``metric`` is ``mse``, ``mae``, ``log-loss``, ``error`` or ``other``.

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
            words += [f"--predictions={_predictions(report, predictions, folder)}"]
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
    logged = _logged(history)
    if logged is not None:
        return logged
    metrics = getattr(history, "history", history)
    table = frames.table(metrics)
    if table is not None:
        metrics = {name: list(table[name]) for name in table.columns}
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


def _logged(trainer: Any) -> Optional[str]:
    """What the loggers of Lightning's Trainer have written; `None` for anything else.

    Raises TypeError where they have written nothing that can be read.
    """
    if not hasattr(trainer, "logger"):
        return None
    loggers = getattr(trainer, "loggers", None) or [trainer.logger]
    found = (getattr(logger, "log_dir", None) for logger in loggers)
    directories = [directory for directory in found if directory and os.path.isdir(directory)]
    for directory in directories:
        path = os.path.join(directory, "metrics.csv")
        if os.path.isfile(path):
            return path
    for directory in directories:
        if any(name.startswith("events.out.tfevents") for name in os.listdir(directory)):
            return str(directory)
    raise TypeError(
        f"{type(trainer).__name__} has no logger whose files can be read: give it a CSVLogger, or the "
        "LeakageCallback of splitleak.lightning"
    )


def _plain(value: Any) -> Any:
    """Numbers of any library as Python's; what is no number, list or mapping becomes `None`."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    array = arrays.as_array(value)
    value = value if array is None else array.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return value if isinstance(value, (int, float)) and value == value else None


def _written(log: object, folder: str) -> str:
    path = os.path.join(folder, "history.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(log, file)
    return path


def _predictions(report: Report, predictions: Predictions, folder: str) -> str:
    if is_path(predictions):
        return os.fspath(predictions)  # type: ignore[arg-type]
    if not isinstance(predictions, (tuple, list)) or len(predictions) != 2:
        raise TypeError("predictions are a path, or (y_true, y_pred)")
    truth, predicted = (_values(side) for side in predictions)
    split, names = _evaluated(report)
    if not len(names) == len(truth) == len(predicted):
        raise SettingsError(
            f"{len(truth)} true and {len(predicted)} predicted values for {len(names)} samples of "
            f"`{split}`: give one for each, in its order"
        )
    path = os.path.join(folder, "predictions.csv")
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = [_line(_class_of(true), value) for true, value in zip(truth, predicted)]
        columns = list(rows[0]) if rows else ["y_true", "y_pred"]
        writer = csv.writer(file)
        writer.writerow(["path", *columns])
        writer.writerows([name, *row.values()] for name, row in zip(names, rows))
    return path


def _values(side: Any) -> List[Any]:
    """What is said of each sample, as numbers, texts or lists of Python's."""
    array = arrays.as_array(side)
    each = list(side) if array is None else array.tolist()
    return [_value(one) for one in each]


def _value(one: Any) -> Any:
    array = arrays.as_array(one)
    one = one if array is None else array.tolist()
    if isinstance(one, (list, tuple)):
        one = [_value(part) for part in one]
        return one[0] if len(one) == 1 else one
    return int(one) if isinstance(one, bool) else one


def _class_of(true: Any) -> Any:
    """A true value; the number of the class where it is a row with a one for it."""
    if not isinstance(true, list):
        return true
    if sorted(true) != [0] * (len(true) - 1) + [1]:
        raise TypeError(
            f"a true value of {len(true)} numbers: give one number, a class, or a row with a one for "
            "the class"
        )
    return true.index(1)


def _line(true: Any, value: Any) -> Dict[str, Any]:
    """What a model says of one sample: a value, or probabilities of classes."""
    if not isinstance(value, list):
        return {"y_true": true, "y_pred": value}
    return {"y_true": true, **{f"p_{k}": one for k, one in enumerate(value)}}


def _evaluated(report: Report) -> Tuple[str, List[str]]:
    """The split that is explained, as the core chooses it, and the names of its samples."""
    splits = report.data["dataset"]["splits"]
    roles = ("validation", "test")
    evaluated = [one["name"] for role in roles for one in splits if one["role"] == role]
    if not evaluated:
        raise SettingsError("there is no split to evaluate on, which predictions could be of")
    given = report._checked.given
    names = given.names if given is not None else []
    return evaluated[0], [name for of, name in names if of == evaluated[0]]
