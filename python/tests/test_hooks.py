"""The hooks of pre-commit, by pre-commit, with the package as a wheel.

Runs where `SPLITLEAK_WHEELS` names the directory of the wheel and pre-commit is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict

import pytest

from pictures import write

TOP = Path(__file__).parents[2]


def git(folder: Path, *words: str, environment: Dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def repository(folder: Path, environment: Dict[str, str]) -> str:
    """Makes a repository of a directory; its first commit."""
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=first"]):
        run = git(folder, *words, environment=environment)
        assert run.returncode == 0, run.stdout + run.stderr
    return git(folder, "rev-parse", "HEAD", environment=environment).stdout.strip()


def test_a_clean_commit_passes_the_hook_and_a_leaking_one_does_not(tmp_path: Path) -> None:
    wheels = os.environ.get("SPLITLEAK_WHEELS")
    if not wheels:
        pytest.skip("SPLITLEAK_WHEELS names no directory")
    pytest.importorskip("pre_commit")
    environment = {
        **os.environ,
        "PIP_FIND_LINKS": wheels,
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
        "SPLITLEAK_CACHE": str(tmp_path / "cache"),
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in (".pre-commit-hooks.yaml", "pyproject.toml"):
        shutil.copy(TOP / name, hooks)
    revision = repository(hooks, environment)

    mine = tmp_path / "mine"
    paths = write(mine / "data")
    for leaked in paths["val"][:4]:
        os.remove(leaked)
    (mine / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {hooks}\n    rev: {revision}\n    hooks:\n"
        "      - id: splitleak\n        args: [data/, --max-leakage, '0']\n"
        "      - id: splitleak-all\n        args: [data/, --max-leakage, '0']\n        stages: [manual]\n"
    )
    repository(mine, environment)
    run = [sys.executable, "-m", "pre_commit"]
    installed = subprocess.run([*run, "install"], cwd=mine, env=environment, capture_output=True, text=True)
    assert installed.returncode == 0, installed.stdout + installed.stderr

    shutil.copy(paths["train"][0], mine / "data" / "val" / "even" / "zinnia.png")
    (mine / "note.txt").write_text("not about images\n")
    git(mine, "add", "note.txt", environment=environment)
    clean = git(mine, "commit", "--message=note", environment=environment)
    assert clean.returncode == 0, "the leak is not staged: " + clean.stdout + clean.stderr
    git(mine, "add", "--all", environment=environment)
    leaking = git(mine, "commit", "--message=leak", environment=environment)
    said = leaking.stdout + leaking.stderr
    assert leaking.returncode == 1 and "1 of 11" in said, said
    whole = [*run, "run", "--hook-stage=manual", "--all-files", "splitleak-all"]
    found = subprocess.run(whole, cwd=mine, env=environment, capture_output=True, text=True)
    assert found.returncode == 1 and "1 of 11" in found.stdout, found.stdout + found.stderr
