"""The callbacks in real training runs of Keras, Lightning and Transformers, each where it is installed.

`test_explain.py` has the same on stand-ins, everywhere. Keras is among the requirements of the tests;
Lightning and Transformers need torch, whose wheels for Linux bring gigabytes of CUDA. The file comes last by its
name: `test_run.py` forks, which a process should not that JAX has started threads in.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Tuple

import numpy as np
import pytest

import splitleak
from pictures import splits

# A real framework is imported before a stand-in could take its name.
os.environ.setdefault("KERAS_BACKEND", "jax")
EPOCHS = 3


def numbers(split: str) -> Tuple[Any, Any]:
    """Pictures of a split as small vectors, and their class as a number."""
    pictures = np.stack([array[::8, ::8].reshape(-1) / 255 for array, _ in splits()[split]])
    return pictures.astype(np.float32), np.array([[label == "odd"] for _, label in splits()[split]], np.float32)


def told(report: Any, epochs: int = EPOCHS) -> None:
    """The report found the leak, and explains the losses of the run."""
    assert report is not None and len(report.leaked("val")) == 4
    assert report.explanation is not None
    log = report.explanation["log"]
    assert log["epochs"] == epochs and log["validation"] > 0 and log["training"] > 0
    assert report.explanation["verdict"]["line"]


def test_keras_calls_the_callback_and_its_history_is_explained() -> None:
    keras = pytest.importorskip("keras")
    from splitleak.keras import LeakageCallback

    (x, y), (x_val, y_val) = numbers("train"), numbers("val")

    def fit(callback: LeakageCallback) -> Any:
        model = keras.Sequential([keras.Input(x.shape[1:]), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        data = (x_val, y_val)
        return model.fit(x, y, validation_data=data, epochs=EPOCHS, verbose=0, callbacks=[callback])

    callback = LeakageCallback(**splits())
    with pytest.warns(UserWarning, match="4 of 14"):
        history = fit(callback)
    told(callback.report)
    assert callback.report is not None
    again = callback.report.explain(history)
    assert again.explanation == callback.report.explanation
    strict = LeakageCallback(**splits(), on_leak="raise")
    with pytest.raises(splitleak.LeakageError):
        fit(strict)


def test_predictions_of_jax_are_those_of_their_numbers() -> None:
    jax = pytest.importorskip("jax.numpy")
    truth, scores = numbers("val")[1][:, 0].astype(int), np.linspace(0, 1, 14, dtype=np.float32)
    report = splitleak.check(splits())
    explained = report.explain(predictions=(jax.array(truth), jax.array(scores)))
    assert explained.data == report.explain(predictions=(truth.tolist(), scores.tolist())).data


def test_lightning_calls_the_callback_and_its_metrics_are_explained(tmp_path: Path) -> None:
    lightning = pytest.importorskip("lightning.pytorch")
    import torch
    from lightning.pytorch.loggers import CSVLogger
    from splitleak.lightning import LeakageCallback

    class Model(lightning.LightningModule):  # type: ignore[misc]
        def __init__(self, width: int) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(width, 1)

        def loss(self, batch: Any, name: str) -> Any:
            x, y = batch
            loss = torch.nn.functional.mse_loss(self.layer(x), y)
            self.log(name, loss, on_step=False, on_epoch=True)
            return loss

        def training_step(self, batch: Any, at: int) -> Any:
            return self.loss(batch, "train_loss")

        def validation_step(self, batch: Any, at: int) -> None:
            self.loss(batch, "val_loss")

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=0.001)

    def loader(split: str) -> Any:
        x, y = numbers(split)
        pairs = torch.utils.data.TensorDataset(torch.from_numpy(x), torch.from_numpy(y))
        return torch.utils.data.DataLoader(pairs, batch_size=8)

    def fit(callback: LeakageCallback) -> Any:
        quiet = {"enable_progress_bar": False, "enable_model_summary": False, "enable_checkpointing": False}
        trainer = lightning.Trainer(
            max_epochs=EPOCHS,
            accelerator="cpu",
            logger=CSVLogger(str(tmp_path)),
            log_every_n_steps=1,
            callbacks=[callback],
            **quiet,
        )
        trainer.fit(Model(numbers("train")[0].shape[1]), loader("train"), loader("val"))
        return trainer

    callback = LeakageCallback(**splits())
    with pytest.warns(UserWarning, match="4 of 14"):
        trainer = fit(callback)
    told(callback.report)
    assert callback.report is not None
    told(callback.report.explain(trainer))
    strict = LeakageCallback(**splits(), on_leak="raise")
    with pytest.raises(splitleak.LeakageError):
        fit(strict)


def test_transformers_calls_the_callback_and_its_log_is_explained(tmp_path: Path) -> None:
    pytest.importorskip("accelerate")
    transformers = pytest.importorskip("transformers")
    import torch
    from splitleak.transformers import LeakageCallback

    class Model(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, width: int) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(width, 1)

        def forward(self, x: Any, labels: Any) -> Any:
            predicted = self.layer(x)
            return {"loss": torch.nn.functional.mse_loss(predicted, labels), "logits": predicted}

    def rows(split: str) -> Any:
        return [{"x": x, "labels": y} for x, y in zip(*numbers(split))]

    def train(callback: LeakageCallback) -> Any:
        arguments = transformers.TrainingArguments(
            output_dir=str(tmp_path),
            num_train_epochs=EPOCHS,
            eval_strategy="epoch",
            logging_strategy="epoch",
            save_strategy="no",
            report_to="none",
            learning_rate=0.001,
            use_cpu=True,
            disable_tqdm=True,
        )
        trainer = transformers.Trainer(
            model=Model(numbers("train")[0].shape[1]),
            args=arguments,
            train_dataset=rows("train"),
            eval_dataset=rows("val"),
            callbacks=[callback],
        )
        trainer.train()
        return trainer

    callback = LeakageCallback(**splits())
    with pytest.warns(UserWarning, match="4 of 14"):
        trainer = train(callback)
    told(callback.report)
    assert callback.report is not None
    told(callback.report.explain(trainer))
    strict = LeakageCallback(**splits(), on_leak="raise")
    with pytest.raises(splitleak.LeakageError):
        train(strict)
