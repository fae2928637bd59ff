"""The examples of docs/python.md, run in one world from top to bottom."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any, Dict, List

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "python.md"


def examples() -> List[str]:
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 7
    return blocks


def test_the_examples_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(folder, tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    files = {name: sorted(Path("data", name).rglob("*.png")) for name in ("train", "val")}
    world: Dict[str, Any] = {
        "train_files": files["train"],
        "val_files": files["val"],
        "val_labels": [path.parent.name for path in files["val"]],
        "train_patients": list(range(len(files["train"]))),
        "val_patients": list(range(len(files["val"]))),
        "files": files["train"] + files["val"],
    }
    for example in examples():
        exec(compile(example, str(DOCUMENT), "exec"), world)
    printed = capsys.readouterr().out
    assert "leaks\n4 of 14 (28.6%)\n" in printed
    assert "shared-group" in printed
    assert (tmp_path / "leaks.html").stat().st_size > 10_000
    assert len(world["val_again"]) <= 10
    with pytest.raises(Exception, match="4 of 14"):
        world["test_no_image_is_shared"](world["splitleak"].check("data"))
