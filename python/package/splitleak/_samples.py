"""Splits of any kind to the samples of the core."""

from __future__ import annotations

import os
from typing import Any, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Union

from . import _core
from ._errors import DatasetError, SettingsError
from ._kinds import arrays, frames, huggingface, pillow, torchsets
from ._kinds.facts import group_of, time_of
from ._kinds.known import is_a
from ._kinds.row import Row, label_of

#: Anything that `check` takes for a split; see docs/python.md.
Split = Any


class NamedSplit(NamedTuple):
    """A split to be checked."""

    name: str
    role: str
    samples: Split


def is_path(thing: object) -> bool:
    """Whether it is a path."""
    return isinstance(thing, (str, os.PathLike))


def is_directories(split: object) -> bool:
    """Whether it is a list of directories, and of nothing else."""
    if not isinstance(split, (list, tuple)) or not split:
        return False
    return all(is_path(one) and os.path.isdir(one) for one in split)


def named(splits: Mapping[str, Split]) -> List[NamedSplit]:
    """Splits with the roles that their names tell."""
    return [NamedSplit(str(name), _core.role_of(str(name)), split) for name, split in splits.items()]


def given(
    splits: Sequence[NamedSplit],
    groups: Optional[Mapping[str, Iterable[object]]] = None,
    times: Optional[Mapping[str, Iterable[object]]] = None,
) -> _core.Given:
    """The dataset of these splits.

    Raises SettingsError for two splits of one name and for groups or times of none, TypeError for
    what is no picture, and DatasetError for one that Pillow cannot decode, with its place.
    """
    names = [one.name for one in splits]
    for kind, facts in (("groups", groups), ("times", times)):
        unknown = [name for name in facts or () if name not in names]
        if unknown:
            known = ", ".join(names)
            raise SettingsError(f"{kind} are given for {unknown[0]!r}; the splits are: {known}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SettingsError(f"two splits are called {twice[0]!r}: give each a name of its own")
    samples = _core.Samples()
    for one in splits:
        samples.split(one.name, one.role)
        before = _facts(groups, one.name), _facts(times, one.name)
        added = 0
        for at, row in enumerate(rows(one.samples, one.name)):
            try:
                _add(samples, _with(row, before, at))
            except (TypeError, DatasetError) as error:
                raise type(error)(f"{one.name}[{at}]: {error}") from error.__cause__
            added = at + 1
        _require_one_each(before, one.name, added)
    return samples.build()


def rows(split: Split, name: str) -> Iterator[Row]:
    """The samples of a split.

    Raises TypeError for what is no collection of pictures.
    """
    if is_path(split) or is_directories(split):
        what = "a path" if is_path(split) else "a list of directories"
        raise TypeError(
            f"{name} is {what}: directories are given as train, val and test, for each of these and no "
            f"other split; else give lists of files, such as {FILES_OF_ONE}"
        )
    torchsets.refuse_loader(split)
    table = frames.table(split)
    if table is not None:
        return iter(frames.rows(table))
    if huggingface.is_dataset(split):
        return iter(huggingface.rows(split))
    if torchsets.is_dataset(split):
        return iter(torchsets.rows(split, lambda part: rows(part, name)))
    pictures = arrays.many(split)
    if pictures is not None:
        return (Row(picture) for picture in pictures)
    if isinstance(split, tuple) and len(split) == 2:
        pictures = arrays.many(split[0], labelled=True)
        if pictures is not None and hasattr(split[1], "__len__"):
            return _labelled(split[0], pictures, split[1])
    if isinstance(split, (bytes, Mapping)) or not isinstance(split, Iterable):
        raise TypeError(
            f"{name} is of {type(split).__name__}, and no collection of pictures: give a directory, a "
            "list, an array, a table, or a dataset of torch or Hugging Face"
        )
    return (_row(item) for item in split)


def _labelled(array: Any, pictures: Iterable[object], labels: Any) -> Iterator[Row]:
    """Arrays of pictures and of labels, as Keras gives them."""
    if len(array) != len(labels):
        raise TypeError(f"{len(array)} pictures with {len(labels)} labels")
    return torchsets.zip_labels(pictures, labels, None)


def _row(item: object) -> Row:
    """An item of a collection: a picture, or a picture with its label."""
    if isinstance(item, Row):
        return item
    if isinstance(item, (tuple, list)):
        if len(item) != 2:
            raise TypeError(f"an item of {len(item)} parts: give pictures, or (picture, label)")
        return Row(item[0], label_of(item[1]))
    return Row(item)


def _add(samples: _core.Samples, row: Row) -> None:
    facts = (row.label, row.group, row.time)
    picture = huggingface.picture(row.picture)
    picture = row.picture if picture is None else picture
    if is_path(picture):
        if os.path.isdir(picture):  # type: ignore[arg-type]
            raise TypeError(
                f"{os.fspath(picture)!r} is a directory: give it alone, a list of nothing but directories, "  # type: ignore[call-overload]
                f"or a list of files, such as {FILES_OF_ONE}"
            )
        samples.file(os.fspath(picture), facts)  # type: ignore[call-overload]
        return
    if isinstance(picture, (bytes, bytearray, memoryview)):
        samples.bytes(bytes(picture), facts)
        return
    try:
        found = pillow.pixels(picture) or arrays.pixels(picture)
    except (OSError, SyntaxError) as error:
        # Pillow decodes when pixels are asked for.
        raise DatasetError(
            f"cannot be decoded: {error}; pass its path or bytes, and it is a finding of the report"
        ) from error
    if found is None:
        raise TypeError(
            f"{type(picture).__name__} is no picture: give a path, the bytes of an image file, a picture "
            "of Pillow, or an array"
        )
    try:
        samples.pixels(found.numbers, found.shape, found.planar, found.kind, facts)
    except TypeError as error:
        text = str(error)
        if text.startswith("its numbers go"):
            text = f"{text}: {arrays.advice(found)}"
        raise TypeError(text) from None


Facts = Optional[Sequence[object]]

#: How files of a directory are listed.
FILES_OF_ONE = "`sorted(pathlib.Path(...).rglob('*.jpg'))`"


def _facts(facts: Optional[Mapping[str, Iterable[Any]]], name: str) -> Facts:
    values = None if facts is None else facts.get(name)
    # By position, whatever index a column of pandas has.
    return None if values is None else list(values)


def _with(row: Row, facts: tuple[Facts, Facts], at: int) -> Row:
    groups, times = facts
    if groups is not None and at < len(groups):
        row = row._replace(group=group_of(groups[at]))
    if times is not None and at < len(times):
        row = row._replace(time=time_of(times[at]))
    return row


def facts_of_samples_only(samples: object, groups: object, times: object) -> None:
    """Raises SettingsError for groups or times where no samples are given, but what names them."""
    if samples is None and (groups or times):
        raise SettingsError(
            "groups and times belong to samples: for a directory, give a manifest with the columns "
            "`group` and `time`"
        )


def _require_one_each(facts: tuple[Facts, Facts], name: str, samples: int) -> None:
    for kind, values in zip(("groups", "times"), facts):
        if values is not None and len(values) != samples:
            raise SettingsError(
                f"{kind}[{name!r}] has {len(values)} entries for {samples} samples: give one for each"
            )


def is_mapping_of_splits(source: object) -> bool:
    """Whether it maps names to splits, as a dict or a DatasetDict does."""
    return isinstance(source, Mapping) or is_a(source, "datasets", "DatasetDict")


#: A path as Python has it.
Paths = Union[str, "os.PathLike[str]"]
