"""`splitleak.split` and `splitleak.folds`: a split without the leak, as positions."""

from __future__ import annotations

import csv
import io
from typing import Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Union

from . import _core, _progress
from ._errors import SettingsError
from ._samples import (
    FILES_OF_ONE,
    NamedSplit,
    Paths,
    Split,
    given,
    is_directories,
    is_mapping_of_splits,
    is_path,
)
from ._check import _path, _words


class Fold(NamedTuple):
    """Positions to train and to evaluate on. What is in neither is too close to the other side."""

    train: List[int]
    val: List[int]


class Proposal:
    """A split that keeps together what belongs together."""

    def __init__(self, proposed: _core.Proposed) -> None:
        self._proposed = proposed
        #: Names of all samples, by position.
        self.names = [name for _, name in proposed.given.names]
        self._columns = _manifest_columns(proposed.manifest)

    @property
    def manifest(self) -> str:
        """The split as CSV, as `splitleak split` writes it."""
        return self._proposed.manifest

    @property
    def is_clean(self) -> bool:
        """Whether no copy, neighbour or group is on both sides, counted anew."""
        return not any(self._proposed.crossing)

    @property
    def groups(self) -> Optional[str]:
        """What keeps groups together, in words; `None` where nothing tells groups."""
        return self._proposed.groups

    @property
    def train_indices(self) -> List[int]:
        """Positions to train on."""
        return self._fold("split").train

    @property
    def val_indices(self) -> List[int]:
        """Positions to evaluate on."""
        return self._fold("split").val

    @property
    def test_indices(self) -> List[int]:
        """Positions to test on; none unless `test` was asked for."""
        return self._positions("split", "test")

    def _fold(self, column: str) -> Fold:
        return Fold(self._positions(column, "train"), self._positions(column, "val"))

    def _positions(self, column: str, side: str) -> List[int]:
        sides = self._columns[column]
        return [at for at, name in enumerate(self.names) if sides.get(name) == side]

    def __repr__(self) -> str:
        sizes = [(name, len(self._positions("split", name))) for name in ("train", "val", "test")]
        told = ", ".join(f"{size} {name}" for name, size in sizes if size or name != "test")
        return f"<splitleak.Proposal {told} of {len(self.names)}>"


class Folds(Proposal, Sequence[Fold]):
    """Folds that keep together what belongs together: scikit-learn takes them as `cv=`."""

    def __len__(self) -> int:
        return sum(name.startswith("split_") for name in self._columns)

    def __getitem__(self, at):  # type: ignore[no-untyped-def]
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        if not -len(self) <= at < len(self):
            raise IndexError(f"fold {at} of {len(self)}")
        return self._fold(f"split_{at % len(self) + 1}")

    def __iter__(self) -> Iterator[Fold]:
        return (self[at] for at in range(len(self)))

    def __repr__(self) -> str:
        return f"<splitleak.Folds {len(self)} of {len(self.names)}>"


def split(
    source: Split,
    /,
    *,
    val: float = 0.2,
    test: float = 0.0,
    groups: Optional[Iterable[object]] = None,
    times: Optional[Iterable[object]] = None,
    purge: Optional[int] = None,
    seed: int = 7,
    cache: Union[Paths, bool] = True,
    options: Sequence[str] = (),
    threads: Optional[int] = None,
    progress: _progress.Progress = None,
) -> Proposal:
    """Propose a split without leaks: copies, recordings and groups stay on one side.

    `source` is anything that `check` takes for one split, or a directory; positions of a directory
    are those of its samples in order of path. `val` is the share to evaluate on, `test` that to test
    on beside it. `groups` and `times` say of each sample what it was recorded with, and when. Each
    class, or fifth of the range of targets, keeps about its share. Nothing is moved or written.

    Raises SettingsError for a share that is none, and what `check` raises.
    """
    words = [f"--val-share={val}"] + ([f"--test-share={test}"] if test else [])
    return Proposal(_proposed(source, words, groups, times, purge, seed, cache, options, threads, progress))


def folds(
    source: Split,
    /,
    n: int = 5,
    *,
    groups: Optional[Iterable[object]] = None,
    times: Optional[Iterable[object]] = None,
    purge: Optional[int] = None,
    seed: int = 7,
    cache: Union[Paths, bool] = True,
    options: Sequence[str] = (),
    threads: Optional[int] = None,
    progress: _progress.Progress = None,
) -> Folds:
    """Propose `n` folds without leaks, as scikit-learn takes them: `cross_val_score(..., cv=folds)`.

    Every sample is evaluated on in one fold, each class about evenly in all. The other arguments are those of `split`.

    Raises SettingsError where the dataset cannot be divided into so many.
    """
    words = [f"--folds={n}"]
    return Folds(_proposed(source, words, groups, times, purge, seed, cache, options, threads, progress))


def _proposed(
    source: Split,
    words: List[str],
    groups: Optional[Iterable[object]],
    times: Optional[Iterable[object]],
    purge: Optional[int],
    seed: int,
    cache: Union[Paths, bool],
    options: Sequence[str],
    threads: Optional[int],
    progress: _progress.Progress,
) -> _core.Proposed:
    words += _words(
        ("--purge", purge),
        ("--seed", seed),
        ("--cache", None if isinstance(cache, bool) else cache),
    )
    words += ["--no-cache"] if cache is False else []
    words += list(options)
    dataset = None
    if is_path(source):
        if groups is not None or times is not None:
            raise SettingsError("groups and times belong to samples: give a list of files with them")
        words.append(_path(source))
    elif is_directories(source):
        raise TypeError(
            "a list of directories is not divided: give the one that holds them, or a list of files, such as "
            f"{FILES_OF_ONE}"
        )
    elif is_mapping_of_splits(source):
        raise TypeError(
            f"{type(source).__name__} is divided already: put its splits together for a new split, or change "
            "them as little as it takes by `splitleak.repair`"
        )
    else:
        by_name: Mapping[str, Iterable[object]] = {} if groups is None else {_ALL: groups}
        times_of: Mapping[str, Iterable[object]] = {} if times is None else {_ALL: times}
        dataset = given([NamedSplit(_ALL, "other", source)], by_name, times_of)
    with _progress.shown(progress) as show:
        return _core.propose(words, dataset, threads, show)


#: What samples that are to be divided are called by: `all#07`.
_ALL = "all"


def _manifest_columns(manifest: str) -> Dict[str, Dict[str, str]]:
    """The side of each sample by its name, for each column of sides."""
    reader = csv.DictReader(io.StringIO(manifest))
    columns = [name for name in reader.fieldnames or [] if name.startswith("split")]
    sides: Dict[str, Dict[str, str]] = {name: {} for name in columns}
    for row in reader:
        for name in columns:
            sides[name][row["path"]] = row[name]
    return sides
