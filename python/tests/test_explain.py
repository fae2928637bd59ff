"""Explanations of a run, from what frameworks leave behind; callbacks and the fixture of pytest."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any, Dict

import numpy as np
import pandas
import polars
import pytest

import splitleak
from pictures import splits

LOSSES = {"loss": [0.9, 0.5, 0.31], "val_loss": [0.8, 0.45, 0.28]}


@pytest.fixture(scope="module")
def report() -> splitleak.Report:
    return splitleak.check(splits())


class History:
    """As Keras returns it from `fit`."""

    def __init__(self) -> None:
        self.epoch = [0, 1, 2]
        self.history = {
            name: [np.float32(value) for value in values] for name, values in LOSSES.items()
        }


def records() -> Any:
    losses = zip(LOSSES["loss"], LOSSES["val_loss"])
    return [{"epoch": at + 1, "train_loss": a, "val_loss": b} for at, (a, b) in enumerate(losses)]


def state() -> Any:
    """As a Trainer of Hugging Face keeps it."""
    log = []
    for at, (a, b) in enumerate(zip(LOSSES["loss"], LOSSES["val_loss"])):
        log.append({"loss": a, "epoch": at + 1, "step": 10 * (at + 1)})
        log.append({"eval_loss": b, "epoch": at + 1, "step": 10 * (at + 1)})
    return types.SimpleNamespace(state=types.SimpleNamespace(log_history=log))


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(LOSSES, id="lists by metric"),
        pytest.param(History(), id="Keras History"),
        pytest.param(records(), id="records by epoch"),
        pytest.param(state(), id="Hugging Face Trainer"),
        pytest.param(state().state.log_history, id="its log"),
        pytest.param({name: np.array(values) for name, values in LOSSES.items()}, id="arrays by metric"),
        pytest.param({name: [str(one) for one in values] for name, values in LOSSES.items()}, id="texts"),
        pytest.param(pandas.DataFrame(LOSSES), id="table of pandas"),
        pytest.param(polars.DataFrame(LOSSES).lazy(), id="table of polars"),
    ],
)
def test_a_history_in_any_form_is_the_same_run(history: Any, report: splitleak.Report) -> None:
    explained = splitleak.explain(history, report=report)
    assert explained.explanation is not None
    log = explained.explanation["log"]
    assert log["validation"] == pytest.approx(0.28, abs=1e-6)
    assert explained.explanation["verdict"]["line"]
    # The report is the same but for what was asked.
    assert explained.data["leakage"] == report.data["leakage"]
    assert explained.leaked_indices() == report.leaked_indices()


def test_a_log_of_lightning_is_found_beside_its_trainer(
    report: splitleak.Report, tmp_path: Path
) -> None:
    lines = ["epoch,step,train_loss,val_loss"]
    for at, (a, b) in enumerate(zip(LOSSES["loss"], LOSSES["val_loss"])):
        lines += [f"{at},{10 * at},{a},", f"{at},{10 * at},,{b}"]
    (tmp_path / "metrics.csv").write_text("\n".join(lines) + "\n")
    logger = types.SimpleNamespace(log_dir=str(tmp_path))
    explained = splitleak.explain(types.SimpleNamespace(logger=logger), report=report)
    by_path = splitleak.explain(tmp_path / "metrics.csv", report=report)
    assert explained.data == by_path.data
    assert explained.explanation is not None
    assert explained.explanation["log"]["validation"] == pytest.approx(0.28)
    # The first of several loggers that has written what can be read.
    loggers = [types.SimpleNamespace(), types.SimpleNamespace(log_dir=None), logger]
    several = types.SimpleNamespace(logger=loggers[0], loggers=loggers)
    assert splitleak.explain(several, report=report).data == by_path.data
    for without in (None, types.SimpleNamespace(log_dir=str(tmp_path / "none"))):
        with pytest.raises(TypeError, match="no logger whose files can be read: give it a CSVLogger"):
            splitleak.explain(types.SimpleNamespace(logger=without), report=report)


def test_a_log_of_tensorboard_is_found_beside_its_trainer(tmp_path: Path) -> None:
    from splitleak._explain import training_log

    (tmp_path / "events.out.tfevents.1700000000.host").write_bytes(b"")
    trainer = types.SimpleNamespace(logger=types.SimpleNamespace(log_dir=str(tmp_path)))
    # The core reads the latest run of the directory.
    assert training_log(trainer, "") == str(tmp_path)


def test_predictions_of_a_split_in_its_order_are_told_apart_by_leak(
    report: splitleak.Report,
) -> None:
    truth = [label for _, label in splits()["val"]]
    leaked = set(report.leaked_indices())
    # Right on what leaks, and on one more.
    predicted = [t if at in leaked or at == 9 else "?" for at, t in enumerate(truth)]
    explained = splitleak.explain(LOSSES, report=report, predictions=(truth, predicted))
    assert explained.explanation is not None
    accuracy = explained.explanation["t3"]["accuracy"]
    assert accuracy["leaked"]["value"] == 1
    assert accuracy["clean"]["value"] == pytest.approx(0.1)


def test_probabilities_and_regressions_are_predictions() -> None:
    made: Dict[str, Any] = {
        name: [(array, float(at) / 7) for at, (array, _) in enumerate(items)]
        for name, items in splits().items()
    }
    report = splitleak.check(made)
    truth = np.array([label for _, label in made["val"]])
    explained = report.explain(predictions=(truth, truth[:, None] * 0.9), metric="mse")
    assert explained.explanation is not None
    assert explained.explanation["t3"]["correlation"]["all"]["r"] == pytest.approx(1)
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    assert explained.plot("correlation").get_ylabel() == "true"
    classes = splitleak.check(splits())
    numbers = np.array([label == "odd" for _, label in splits()["val"]]).astype(int)
    rows = np.stack([1 - numbers, numbers], axis=1) * 0.8 + 0.1
    explained = classes.explain(predictions=(numbers, rows), metric="log-loss")
    assert explained.explanation is not None and explained.explanation["t3"]


def test_predictions_are_those_of_any_library(report: splitleak.Report) -> None:
    from torches import REAL

    truth = np.array([label == "odd" for _, label in splits()["val"]]).astype(int)
    scores = np.linspace(0.05, 0.95, len(truth)).astype(np.float32)
    rows = np.stack([1 - scores, scores], axis=1)

    def told(true: Any, predicted: Any) -> Any:
        explained = report.explain(predictions=(true, predicted), metric="log-loss")
        assert explained.explanation is not None
        return explained.explanation["t3"]

    expected = told(truth.tolist(), rows.tolist())
    same = [
        (truth, rows),
        (truth[:, None], rows),
        (truth.astype(bool).tolist(), list(rows)),
        (np.eye(2)[truth], rows),
        (pandas.Series(truth, index=truth), rows),
        (polars.Series(truth), rows),
    ]
    if REAL:
        import torch

        same += [(torch.tensor(truth), torch.tensor(rows, requires_grad=True))]
    for true, predicted in same:
        assert told(true, predicted) == expected
    assert told(truth, scores[:, None]) == told(truth.tolist(), scores.tolist())
    with pytest.raises(TypeError, match="a true value of 2 numbers: give one number, a class"):
        told(rows, rows)


def test_predictions_are_of_the_split_that_is_explained() -> None:
    made = {"train": splits()["train"], "test": splits()["val"][:3], "validation": splits()["val"]}
    report = splitleak.check(made)
    truth = [label for _, label in made["validation"]]
    explained = report.explain(predictions=(truth, truth))
    assert explained.explanation is not None and explained.explanation["t3"]["n_matched"] == 14
    with pytest.raises(ValueError, match="for 14 samples of `validation`: give one for each"):
        report.explain(predictions=(truth[:3], truth[:3]))
    with pytest.raises(ValueError, match="no split to evaluate on"):
        splitleak.check(train=splits()["train"]).explain(predictions=([], []))


def test_what_is_no_history_is_refused(report: splitleak.Report, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="int is no history"):
        splitleak.explain(3, report=report)
    with pytest.raises(splitleak.SplitleakError):
        splitleak.explain({"speed": [1, 2]}, report=report)
    with pytest.raises(FileNotFoundError):
        splitleak.explain(tmp_path / "none.csv", report=report)
    with pytest.raises(ValueError, match="1 true and 1 predicted values for 14 samples"):
        splitleak.explain(report=report, predictions=([1], [1]))
    path = tmp_path / "report.json"
    report.to_json(path)
    with pytest.raises(ValueError, match="check it again"):
        splitleak.explain(LOSSES, report=splitleak.Report.read(path))


def test_limits_of_the_report_hold_for_its_explanation() -> None:
    strict = splitleak.check(splits(), max_leakage=0)
    assert strict.explain(LOSSES).exit_status == 1


def framework(name: str, parent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A framework of which only the class of its callbacks is there."""
    module = types.ModuleType(name)
    setattr(module, parent, type(parent, (), {}))
    for at in range(1, name.count(".") + 1):
        outer = ".".join(name.split(".")[:at])
        monkeypatch.setitem(sys.modules, outer, types.ModuleType(outer))
    monkeypatch.setitem(sys.modules, name, module)
    for own in ("keras", "lightning", "transformers"):
        # Set before it is deleted, so that what is imported on the stand-in goes with it.
        monkeypatch.setitem(sys.modules, f"splitleak.{own}", types.ModuleType(own))
        del sys.modules[f"splitleak.{own}"]


def test_the_callback_of_keras_warns_and_explains(monkeypatch: pytest.MonkeyPatch) -> None:
    framework("keras.callbacks", "Callback", monkeypatch)
    from splitleak.keras import LeakageCallback

    callback = LeakageCallback(**splits())
    with pytest.warns(UserWarning, match="4 of 14"):
        callback.on_train_begin()
    for epoch in range(3):
        logs = {name: np.float32(values[epoch]) for name, values in LOSSES.items()}
        callback.on_epoch_end(epoch, logs)
    callback.on_train_end()
    assert callback.report is not None and callback.report.explanation is not None
    strict = LeakageCallback(**splits(), on_leak="raise")
    with pytest.raises(splitleak.LeakageError):
        strict.on_train_begin()


def test_the_callback_of_lightning_warns_and_explains(monkeypatch: pytest.MonkeyPatch) -> None:
    framework("lightning.pytorch", "Callback", monkeypatch)
    from splitleak.lightning import LeakageCallback

    callback = LeakageCallback(**splits())
    with pytest.warns(UserWarning, match="4 of 14"):
        callback.on_fit_start(None, None)
    for a, b in zip(LOSSES["loss"], LOSSES["val_loss"]):
        trainer = types.SimpleNamespace(callback_metrics={"train_loss": a, "val_loss": b})
        callback.on_train_epoch_end(trainer, None)
    callback.on_fit_end(None, None)
    assert callback.report is not None and callback.report.explanation is not None


def test_the_callback_of_transformers_warns_and_explains(monkeypatch: pytest.MonkeyPatch) -> None:
    framework("transformers", "TrainerCallback", monkeypatch)
    from splitleak.transformers import LeakageCallback

    callback = LeakageCallback(**splits())
    with pytest.warns(UserWarning, match="4 of 14"):
        callback.on_train_begin(None, state().state, None)
    callback.on_train_end(None, state().state, None)
    assert callback.report is not None and callback.report.explanation is not None
    empty = LeakageCallback(**splits())
    with pytest.warns(UserWarning):
        empty.on_train_begin(None, None, None)
    with pytest.warns(UserWarning, match="cannot explain this run"):
        empty.on_train_end(None, types.SimpleNamespace(log_history=[]), None)


pytest_plugins = ["pytester"]


def test_the_fixture_of_pytest_is_the_report(pytester: pytest.Pytester, folder: Path) -> None:
    pytester.makeini(f"[pytest]\nsplitleak_dataset = {folder}\nsplitleak_options =\n    --no-cache\n")
    pytester.makepyfile(
        "def test_clean(splitleak_report): splitleak_report.raise_for_leaks()\n"
        "def test_count(splitleak_report): assert len(splitleak_report.leaked()) == 4\n"
    )
    pytester.runpytest().assert_outcomes(failed=1, passed=1)
