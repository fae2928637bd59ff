"""Progress on a terminal, or to whoever asks."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import Callable, Iterator, Optional, Union

#: Called a few times a second with stage, steps that are done, and how many there are (0: not known).
Show = Callable[[str, int, int], object]
Progress = Union[bool, None, Show]


@contextmanager
def shown(progress: Progress) -> Iterator[Optional[Show]]:
    """What the core is to call; the line on the terminal is gone when it ends."""
    if callable(progress):
        yield progress
        return
    if progress is False or (progress is None and not sys.stderr.isatty()):
        yield None
        return
    try:
        yield _line
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _line(stage: str, done: int, total: int) -> None:
    numbers = f" {done:,} of {total:,}" if total else ""
    sys.stderr.write(f"\r\x1b[K{stage}{numbers}")
    sys.stderr.flush()
