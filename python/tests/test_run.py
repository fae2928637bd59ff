"""Threads, interruption, the command, and what an import costs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from pathlib import Path
from typing import List

import pytest

import splitleak
from pictures import encoded, picture


def test_the_command_and_the_module_are_one(folder: Path) -> None:
    command = os.path.join(sysconfig.get_path("scripts"), "splitleak")
    outputs = [
        subprocess.run([*words, "check", str(folder), "--max-leakage", "0"], capture_output=True)
        for words in ([command], [sys.executable, "-m", "splitleak"])
    ]
    assert outputs[0].stdout == outputs[1].stdout != b""
    assert [output.returncode for output in outputs] == [1, 1]
    version = subprocess.run([command, "--version"], capture_output=True, text=True)
    assert version.stdout.strip() == f"splitleak {splitleak.__version__}"


def test_the_report_is_that_of_the_command(folder: Path) -> None:
    command = os.path.join(sysconfig.get_path("scripts"), "splitleak")
    words = [command, "check", str(folder), "--json", "-", "--quiet"]
    written = subprocess.run(words, capture_output=True, text=True, encoding="utf-8")
    assert splitleak.check(folder).to_json() == written.stdout


def test_nothing_is_printed(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    splitleak.check(folder, progress=False, cache=False)
    broken = encoded(picture(1))[:300]
    splitleak.check(train=[broken], val=[broken])
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


def test_other_threads_run_during_a_check() -> None:
    pictures = [encoded(picture(seed, 300, 400)) for seed in range(60)]
    turns, done = 0, threading.Event()

    def count() -> None:
        nonlocal turns
        while not done.wait(0.001):
            turns += 1

    thread = threading.Thread(target=count)
    thread.start()
    splitleak.check(train=pictures[:50], val=pictures[50:], cache=False)
    done.set()
    thread.join()
    assert turns > 5


def test_progress_is_told_by_stage(folder: Path) -> None:
    told: List[str] = []
    many = [encoded(picture(seed, 400, 500)) for seed in range(80)]
    splitleak.check(
        train=many[:60], val=many[60:], cache=False, threads=1,
        progress=lambda stage, done, total: told.append(f"{stage} {done <= total or total == 0}"),
    )
    assert "reading True" in told
    assert all(line.endswith("True") for line in told)


def test_an_exception_of_progress_ends_the_check() -> None:
    def fail(stage: str, done: int, total: int) -> None:
        raise RuntimeError("no more")

    many = [encoded(picture(seed, 400, 500)) for seed in range(80)]
    with pytest.raises(RuntimeError, match="no more"):
        splitleak.check(train=many[:60], val=many[60:], cache=False, threads=1, progress=fail)


INTERRUPTED = """
import sys, threading, time, os, signal
sys.path.insert(0, sys.argv[1])
import splitleak
from pictures import encoded, picture
many = [encoded(picture(seed, 600, 800)) for seed in range(40)] * 20
sent = []
def send():
    sent.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGINT)
def show(stage, done, total):
    if stage == "reading" and not sent:
        send()
try:
    splitleak.check(train=many[:600], val=many[600:], cache=False, threads=1, progress=show)
except KeyboardInterrupt:
    print(time.monotonic() - sent[0])
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise on Windows")
def test_ctrl_c_is_a_keyboard_interrupt() -> None:
    here = os.path.dirname(__file__)
    words = [sys.executable, "-c", INTERRUPTED, here]
    run = subprocess.run(words, capture_output=True, text=True, timeout=300)
    # The time is printed for a person; a loaded machine may be slow.
    assert float(run.stdout) >= 0, run.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_process_may_be_forked_between_two_checks() -> None:
    train = [picture(seed) for seed in range(6)]
    splitleak.check(train=train, val=[train[2]])
    child = os.fork()
    if child == 0:
        found = splitleak.check(train=train, val=[train[3]]).leaked_indices()
        os._exit(0 if found == [0] else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_nothing_but_the_standard_library_is_imported() -> None:
    text = (
        "import sys, splitleak; "
        "print(sorted({name.split('.')[0] for name in sys.modules} & "
        "{'numpy', 'PIL', 'pandas', 'polars', 'torch', 'datasets', 'matplotlib', 'pyarrow'}))"
    )
    run = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stderr


def test_files_need_no_library(folder: Path) -> None:
    text = (
        "import sys, splitleak\n"
        "report = splitleak.check(sys.argv[1])\n"
        "assert len(report.pairs()) >= 4 and report._repr_html_()\n"
        "assert 'numpy' not in sys.modules\n"
    )
    run = subprocess.run([sys.executable, "-c", text, str(folder)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
