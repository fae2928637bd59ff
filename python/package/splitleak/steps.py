"""A check in steps, with files between them, so that machines can share the work.

>>> from splitleak import steps
>>> steps.sign("data/", "work/")  # doctest: +SKIP
>>> steps.learn("data/", "work/")  # doctest: +SKIP
>>> steps.match("work/")  # doctest: +SKIP
>>> report = steps.report("data/", "work/")  # doctest: +SKIP

`sign` and `match` take a `share` such as "3/8", and may run on as many machines; `splitleak.engines`
runs them on Ray and Spark. See docs/distributed.md in the repository.
"""

from __future__ import annotations

from typing import List, NamedTuple, Optional, Sequence

from . import _core, _progress
from ._check import _path, _words
from ._report import Report
from ._samples import Paths


class Made(NamedTuple):
    """How many files a step has made, and how many were there already."""

    made: int
    kept: int


def sign(
    source: Paths,
    out: Paths,
    *,
    share: Optional[str] = None,
    images_per_file: Optional[int] = None,
    options: Sequence[str] = (),
    threads: Optional[int] = None,
    progress: _progress.Progress = None,
) -> Made:
    """Read a share of the images of a dataset into files in `out`, as `splitleak sign` does."""
    words = _of_dataset("sign", source, "--out", out, images_per_file, options)
    return _step([*words, *_words(("--share", share))], threads, progress)


def learn(
    source: Paths,
    out: Paths,
    *,
    images_per_file: Optional[int] = None,
    options: Sequence[str] = (),
    threads: Optional[int] = None,
    progress: _progress.Progress = None,
) -> None:
    """Learn from all signed images what `match` has to know, as `splitleak learn` does."""
    words = _of_dataset("learn", source, "--out", out, images_per_file, options)
    _step(words, threads, progress)


def match(
    folder: Paths,
    *,
    share: Optional[str] = None,
    threads: Optional[int] = None,
    progress: _progress.Progress = None,
) -> Made:
    """Look for the evaluation images in a share of training, as `splitleak match` does."""
    return _step(["match", _path(folder), *_words(("--share", share))], threads, progress)


def report(
    source: Paths,
    folder: Paths,
    *,
    images_per_file: Optional[int] = None,
    options: Sequence[str] = (),
    threads: Optional[int] = None,
    progress: _progress.Progress = None,
) -> Report:
    """The report of `splitleak.check`, from what the other steps have left."""
    words = _of_dataset("report", source, "--from", folder, images_per_file, options)[1:]
    with _progress.shown(progress) as show:
        return Report(_core.report(words, threads, show), list(options))


def _of_dataset(
    step: str,
    source: Paths,
    name: str,
    folder: Paths,
    images_per_file: Optional[int],
    options: Sequence[str],
) -> List[str]:
    sized = _words(("--images-per-file", images_per_file))
    return [step, _path(source), name, _path(folder), *sized, *options]


def _step(words: List[str], threads: Optional[int], progress: _progress.Progress) -> Made:
    with _progress.shown(progress) as show:
        return Made(*_core.step(words, threads, show))
