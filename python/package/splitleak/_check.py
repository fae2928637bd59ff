"""`splitleak.check`: arguments of Python to those of the command, and the samples beside them."""

from __future__ import annotations

import os
from typing import Iterable, List, Mapping, NamedTuple, Optional, Sequence, Union

from . import _core, _progress
from ._errors import SettingsError
from ._kinds import frames
from ._report import Report
from ._samples import (
    NamedSplit,
    Paths,
    Split,
    facts_of_samples_only,
    given,
    is_directories,
    is_mapping_of_splits,
    is_path,
    named,
)

Words = Union[str, float, Sequence[Union[str, float]]]

_ROLES = {"train": "training", "val": "validation", "test": "test"}


def check(
    source: object = None,
    /,
    *,
    train: Split = None,
    val: Split = None,
    test: Split = None,
    extra: Optional[Mapping[str, Split]] = None,
    groups: Optional[Mapping[str, Iterable[object]]] = None,
    times: Optional[Mapping[str, Iterable[object]]] = None,
    root: Optional[Paths] = None,
    manifest: Optional[Paths] = None,
    layout: Optional[str] = None,
    similarity: Optional[float] = None,
    count_as_leaked: Words = (),
    simulate: Words = (),
    max_leakage: Words = (),
    fail_on: Words = (),
    baseline: Union[Paths, bool, None] = None,
    config: Optional[Paths] = None,
    training_log: Optional[Paths] = None,
    predictions: Optional[Paths] = None,
    metric: Optional[str] = None,
    cache: Union[Paths, bool] = True,
    options: Sequence[str] = (),
    threads: Optional[int] = None,
    progress: _progress.Progress = None,
) -> Report:
    """Check a dataset for images shared between its splits. Nothing is printed, moved or changed.

    What is checked is one of:

    * ``source``: a directory, archive or manifest's directory, as the command takes it; a mapping
      from split name to split, also a ``datasets.DatasetDict``; a table of pandas or polars with
      columns ``path`` and ``split`` (and, where known, ``label``, ``group``, ``time``), whose paths
      are relative to ``root``;
    * ``train``, ``val``, ``test``, and ``extra`` for splits of other names.

    A split is a directory, or a list of directories, which are splits of their own (``train1``,
    ``train2``); a collection of paths, ``bytes`` of image files, pictures of Pillow, arrays
    (height x width, or with 1, 3 or 4 channels; uint8, uint16, bool, or floats 0 to 1), tensors of
    torch (channels first), or of (picture, label); an array of several pictures, alone or as
    ``(pictures, labels)``; a dataset of torch, torchvision or Hugging Face, which is read as it is
    stored, without its transforms.

    ``groups`` and ``times`` give, for a split by name, what each sample was recorded with and when:
    any values, and numbers, datetimes or texts as ISO 8601 has them.
    The other arguments are those of ``splitleak check`` (docs/configuration.md); ``options`` takes
    what has no name here, such as ``["--max-suspected", "0"]``. ``cache`` is a directory, or
    ``False``. A ``splitleak.toml`` is found as by the command. ``progress`` is ``True``, ``False``,
    or a function of (stage, done, total); by default it is shown on a terminal.

    Raises TypeError for what is no picture or was augmented, SettingsError (a ValueError) for
    arguments that mean nothing, DatasetError (an OSError) for a dataset that cannot be read, and
    MissingError (a FileNotFoundError) for one that is not there. A picture that cannot be read is
    a finding of the report.
    """
    settings = _words(
        ("--layout", layout),
        ("--manifest", manifest),
        ("--similarity", similarity),
        ("--count-as-leaked", count_as_leaked),
        ("--simulate-split", simulate),
        ("--max-leakage", max_leakage),
        ("--fail-on", fail_on),
        ("--config", config),
        ("--training-log", training_log),
        ("--predictions", predictions),
        ("--metric", metric),
        ("--cache", None if isinstance(cache, bool) else cache),
        ("--baseline", None if isinstance(baseline, bool) else baseline),
    )
    settings += ["--no-cache"] if cache is False else []
    settings += ["--no-baseline"] if baseline is False else []
    settings += list(options)
    asked = asked_of(source, train, val, test, extra or {}, root)
    facts_of_samples_only(asked.samples, groups, times)
    dataset = None if asked.samples is None else given(asked.samples, groups, times)
    with _progress.shown(progress) as show:
        checked = _core.check([*asked.words, *settings], dataset, threads, show)
    return Report(checked, settings)


class Asked(NamedTuple):
    """What is to be looked at: arguments of the command, or samples."""

    words: List[str]
    samples: Optional[List[NamedSplit]]


def asked_of(
    source: object,
    train: Split,
    val: Split,
    test: Split,
    extra: Mapping[str, Split],
    root: Optional[Paths] = None,
) -> Asked:
    """What `source` or the splits are.

    Raises SettingsError where both or neither are given.
    """
    by_role = {"train": train, "val": val, "test": test}
    splits = {name: split for name, split in by_role.items() if split is not None}
    if (source is None) == (not splits and not extra):
        raise SettingsError("give either a source, or train and val (or test)")
    if source is None:
        return _asked_of_splits(splits, extra)
    if is_path(source):
        return Asked([_path(source)], None)
    table = frames.table(source)
    if table is not None:
        at = None if root is None else os.fspath(root)
        return Asked([], named(frames.splits(table, at)))
    if is_mapping_of_splits(source):
        splits = dict(source)  # type: ignore[call-overload]
        return _asked_of_splits(splits, {}) if set(splits) <= set(_ROLES) else Asked([], named(splits))
    raise TypeError(
        f"a source is a path, a mapping of splits or a table, not {type(source).__name__}: give "
        "datasets as train=, val= and test="
    )


def _asked_of_splits(splits: Mapping[str, Split], extra: Mapping[str, Split]) -> Asked:
    if not extra and all(is_path(split) or is_directories(split) for split in splits.values()):
        paths = [(name, one) for name, split in splits.items() for one in _each(split)]
        return Asked([word for name, one in paths for word in (f"--{name}", _path(one))], None)
    samples = [NamedSplit(name, _ROLES[name], split) for name, split in splits.items()]
    return Asked([], samples + named(extra))


def _each(split: Split) -> Iterable[object]:
    """The path, or each of several."""
    return [split] if is_path(split) else split


def _path(path: object) -> str:
    """A path that the command cannot take for an option."""
    text = os.fspath(path)  # type: ignore[call-overload]
    text = os.fsdecode(text)
    return os.path.join(os.curdir, text) if text.startswith("-") else text


def _words(*options: tuple[str, Union[Words, Paths, None]]) -> List[str]:
    """Options of the command; one that has several values is repeated."""
    words: List[str] = []
    for name, value in options:
        if value is None:
            continue
        single = isinstance(value, (str, int, float, os.PathLike))
        for one in [value] if single else value:  # type: ignore[union-attr]
            text = os.fsdecode(one) if isinstance(one, os.PathLike) else str(one)
            words += [f"{name}={text}"]
    return words
