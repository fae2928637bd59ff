"""What the tests share. The cache of the user is not touched."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, os.path.dirname(__file__))


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["SPLITLEAK_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import pictures

    root = tmp_path_factory.mktemp("data")
    pictures.write(root)
    return root


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says loudly which libraries are not there, in a quiet run, too."""
    from torches import REAL

    if not REAL:
        text = "WARNING: TORCH AND TORCHVISION ARE NOT INSTALLED; STAND-INS TOOK THEIR PLACE"
        terminalreporter.write_line(text)
