"""A program of a user under `mypy --strict`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = '''
from pathlib import Path

import numpy as np

import splitleak


def judged(folder: Path, x: np.ndarray, y: np.ndarray) -> splitleak.Report:
    report = splitleak.check(folder, max_leakage="1%", fail_on=["error"], progress=lambda stage, done, total: None)
    count: int = report.leakage["val", "train"].count
    positions: list[int] = report.leaked_indices("val")
    try:
        report.raise_for_leaks()
    except splitleak.LeakageError as error:
        print(error.report.verdict, count, positions)
    of_arrays = splitleak.check(train=(x, y), val=(x, y), groups={"train": y}, times={"val": y})
    repaired = splitleak.repair(train=(x, y), val=(x, y), groups={"train": y}, by="drop")
    for change in repaired.changes:
        print(change.split, change.position, change.to or "", repaired.indices("train")[:1])
    for fold in splitleak.folds(x, 5, groups=y):
        print(fold.train, fold.val)
    explained = of_arrays.explain({"loss": y, "val_loss": y}, predictions=(y, x))
    return splitleak.explain(y, report=explained, predictions=(y, y))
'''


def test_a_program_of_a_user_passes_strictly_and_a_slip_does_not(tmp_path: Path) -> None:
    pytest.importorskip("mypy")

    def said(program: str) -> str:
        (tmp_path / "program.py").write_text(program)
        command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), "program.py"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout

    assert said(PROGRAM).startswith("Success"), said(PROGRAM)
    assert "has no attribute" in said(PROGRAM.replace("raise_for_leaks", "raise_for_leak"))
