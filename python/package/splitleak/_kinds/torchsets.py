"""Datasets of torch and torchvision: their files and arrays as stored, never their transforms."""

from __future__ import annotations

import os
from typing import Any, Callable, Iterable, Iterator, Mapping, Optional, Sequence

from . import changes
from .arrays import as_array
from .known import is_a
from .row import Row, label_of

#: Where torchvision's datasets keep (path, class) pairs.
_PAIRS = ("samples", "imgs", "_samples")
#: Where others of them, and those that people write, keep paths, and beside these labels.
_PATHS = (
    "_image_files",
    "_images",
    "images",
    "image_paths",
    "image_files",
    "img_paths",
    "files",
    "filenames",
    "paths",
)
_LABELS = ("targets", "labels", "_labels")
#: What an item that is a mapping calls its picture and its class.
_PICTURE_KEYS = ("image", "img", "picture")
_LABEL_KEYS = ("label", "labels", "target", "class")

#: From anything that is a split to its rows.
Of = Callable[[Any], Iterable[Row]]


def is_dataset(thing: object) -> bool:
    """Whether it is a dataset of torch."""
    return is_a(thing, "torch", "Dataset") or is_a(thing, "torchvision", "VisionDataset")


def refuse_loader(thing: object) -> None:
    """Raises TypeError for a loader, which gives transformed batches."""
    if is_a(thing, "torch", "DataLoader"):
        raise TypeError("a DataLoader gives transformed batches: pass `loader.dataset`")


def rows(dataset: Any, of: Of) -> Iterable[Row]:
    """The samples of a dataset, without its transforms; `of` gives those of what it is a part of.

    Raises TypeError where they cannot be had but through a transform.
    """
    if is_a(dataset, "torch", "Subset"):
        parent = Rows(of(dataset.dataset))
        return (parent[int(index)] for index in dataset.indices)
    if is_a(dataset, "torch", "ConcatDataset"):
        return (row for part in dataset.datasets for row in of(part))
    classes = _classes(dataset)
    pairs = _pairs(dataset)
    if pairs is not None:
        at = _directory(dataset, pairs[0][0])
        return (Row(_placed(at, path), label_of(label, classes)) for path, label in pairs)
    stored = _stored(dataset)
    if stored is not None:
        return zip_labels(stored, _labels(dataset), classes)
    return _through_getitem(dataset, classes)


class Rows:
    """Rows by position, each made when it is asked for and kept."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._next = iter(rows)
        self._known: list[Row] = []

    def __getitem__(self, index: int) -> Row:
        while index < 0 or len(self._known) <= index:
            row = next(self._next, None)
            if row is None:
                break
            self._known.append(row)
        if not -len(self._known) <= index < len(self._known):
            raise IndexError(f"a Subset names position {index} of {len(self._known)} samples")
        return self._known[index]


def zip_labels(
    pictures: Iterable[object],
    labels: Optional[Iterable[object]],
    classes: Optional[Sequence[str]],
) -> Iterator[Row]:
    """Pictures with their labels, where there are any."""
    if labels is None:
        return (Row(picture) for picture in pictures)
    pairs = zip(pictures, labels)
    return (Row(picture, label_of(label, classes)) for picture, label in pairs)


def _classes(dataset: Any) -> Optional[Sequence[str]]:
    classes = getattr(dataset, "classes", None)
    return [str(name) for name in classes] if isinstance(classes, (list, tuple)) else None


def _is_path(thing: object) -> bool:
    return isinstance(thing, (str, os.PathLike))


def _listed(dataset: Any, name: str) -> Sequence[Any]:
    """A list that a dataset keeps of all its samples; empty for anything else."""
    found: object = getattr(dataset, name, None)
    is_list = isinstance(found, (list, tuple)) and _is_whole(dataset, found)
    return found if is_list else ()  # type: ignore[return-value]


def _is_whole(dataset: Any, kept: Any) -> bool:
    """Whether something that a dataset keeps has an entry for each of its samples."""
    return not hasattr(dataset, "__len__") or len(kept) == len(dataset)


def _pairs(dataset: Any) -> Optional[Sequence[Any]]:
    for name in _PAIRS:
        pairs = _listed(dataset, name)
        first = pairs[0] if pairs else None
        if isinstance(first, (list, tuple)) and len(first) == 2 and _is_path(first[0]):
            return pairs
    return None


def _stored(dataset: Any) -> Optional[Iterable[object]]:
    """Arrays or paths of the pictures, as the dataset keeps them."""
    data = getattr(dataset, "data", None)
    array = None if data is None else as_array(data)
    if array is not None and array.ndim in (3, 4) and _is_whole(dataset, array):
        pictures: Iterable[object] = iter(array)
        return pictures
    arrays = _listed(dataset, "data")
    if arrays and as_array(arrays[0]) is not None:
        return arrays
    for name in _PATHS:
        paths = _listed(dataset, name)
        if paths and _is_path(paths[0]):
            at = _directory(dataset, paths[0])
            return (_placed(at, path) for path in paths)
    return None


def _directory(dataset: Any, path: Any) -> Optional[str]:
    """The directory that a dataset keeps and that its paths are relative to, if there is one."""
    if os.path.exists(path):
        return None
    attributes = getattr(dataset, "__dict__", {})
    kept = [os.fspath(one) for one in attributes.values() if _is_path(one)]
    texts = (one for one in kept if isinstance(one, str))
    return next((one for one in texts if os.path.exists(os.path.join(one, path))), None)


def _placed(directory: Optional[str], path: Any) -> Any:
    return path if directory is None else os.path.join(directory, path)


def _labels(dataset: Any) -> Optional[Iterable[object]]:
    for name in _LABELS:
        labels = getattr(dataset, name, None)
        if labels is not None and hasattr(labels, "__len__") and len(labels) == len(dataset):
            found: Iterable[object] = iter(labels)
            return found
    return None


def _through_getitem(dataset: Any, classes: Optional[Sequence[str]]) -> Iterator[Row]:
    changes.refuse(dataset)
    if not hasattr(dataset, "__len__"):
        for item in dataset:
            yield _row(item, classes)
        return
    again = changes.probes(len(dataset))
    for index in range(len(dataset)):
        row = _row(dataset[index], classes)
        if index in again:
            others = (_row(dataset[index], classes).picture for _ in range(changes.TIMES))
            changes.refuse_other(dataset, row.picture, others)
        yield row


def _row(item: object, classes: Optional[Sequence[str]]) -> Row:
    if isinstance(item, (tuple, list)) and item:
        return Row(item[0], label_of(item[1], classes) if len(item) > 1 else None)
    if isinstance(item, Mapping):
        pictures = [item[key] for key in _PICTURE_KEYS if key in item]
        labels = [item[key] for key in _LABEL_KEYS if key in item]
        if len(pictures) == 1:
            return Row(pictures[0], label_of(labels[0], classes) if labels else None)
    return Row(item)
