"""Datasets of torch and torchvision: their files and arrays as stored, never their transforms."""

from __future__ import annotations

import os
from typing import Any, Iterable, Iterator, Optional, Sequence

from .arrays import as_array
from .known import is_a
from .row import Row, label_of

#: Where torchvision's datasets keep (path, class) pairs.
_PAIRS = ("samples", "imgs", "_samples")
#: Where others of them keep paths, and beside these labels.
_PATHS = ("_image_files", "_images", "images")
_LABELS = ("targets", "labels", "_labels")
#: What changes pictures on their way out.
_CHANGES = ("transform", "transforms", "augment", "augmentation")


def is_dataset(thing: object) -> bool:
    """Whether it is a dataset of torch."""
    return is_a(thing, "torch", "Dataset") or is_a(thing, "torchvision", "VisionDataset")


def refuse_loader(thing: object) -> None:
    """Raises TypeError for a loader, which gives transformed batches."""
    if is_a(thing, "torch", "DataLoader"):
        raise TypeError("a DataLoader gives transformed batches: pass `loader.dataset`")


def rows(dataset: Any) -> Iterable[Row]:
    """The samples of a dataset, without its transforms.

    Raises TypeError where they cannot be had but through a transform.
    """
    if is_a(dataset, "torch", "Subset"):
        parent = Rows(rows(dataset.dataset))
        return (parent[int(index)] for index in dataset.indices)
    if is_a(dataset, "torch", "ConcatDataset"):
        return (row for part in dataset.datasets for row in rows(part))
    classes = _classes(dataset)
    pairs = _pairs(dataset)
    if pairs is not None:
        return (Row(path, label_of(label, classes)) for path, label in pairs)
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
        while len(self._known) <= index:
            self._known.append(next(self._next))
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
    """A list that a dataset keeps; empty for anything else."""
    found: object = getattr(dataset, name, None)
    return found if isinstance(found, (list, tuple)) else ()


def _pairs(dataset: Any) -> Optional[Iterable[Any]]:
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
    if array is not None and array.ndim in (3, 4):
        pictures: Iterable[object] = iter(array)
        return pictures
    arrays = _listed(dataset, "data")
    if arrays and as_array(arrays[0]) is not None:
        return arrays
    for name in _PATHS:
        paths = _listed(dataset, name)
        if paths and _is_path(paths[0]):
            return paths
    return None


def _labels(dataset: Any) -> Optional[Iterable[object]]:
    for name in _LABELS:
        labels = getattr(dataset, name, None)
        if labels is not None and hasattr(labels, "__len__") and len(labels) == len(dataset):
            found: Iterable[object] = iter(labels)
            return found
    return None


def _through_getitem(dataset: Any, classes: Optional[Sequence[str]]) -> Iterator[Row]:
    for name in _CHANGES:
        if getattr(dataset, name, None) is not None:
            kind = type(dataset).__name__
            raise TypeError(
                f"`{kind}.{name}` would change its pictures, and what was augmented compares with "
                "nothing: pass the dataset made without it, or a list of its files"
            )
    if not hasattr(dataset, "__len__"):
        for item in dataset:
            yield _row(item, classes)
        return
    for index in range(len(dataset)):
        yield _row(dataset[index], classes)


def _row(item: object, classes: Optional[Sequence[str]]) -> Row:
    if isinstance(item, (tuple, list)) and item:
        return Row(item[0], label_of(item[1], classes) if len(item) > 1 else None)
    return Row(item)
