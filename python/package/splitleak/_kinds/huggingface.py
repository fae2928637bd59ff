"""Datasets of Hugging Face: the stored bytes of their Image column, undecoded."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Optional, Sequence

from .known import is_a, loaded
from .row import Row, label_of


def is_dataset(thing: object) -> bool:
    """Whether it is a dataset with rows."""
    return is_a(thing, "datasets", "Dataset", "IterableDataset")


def rows(dataset: Any) -> Iterable[Row]:
    """The rows, with class names where the dataset knows them.

    Raises TypeError where there is no one Image column.
    """
    features = dataset.features or {}
    images = [name for name, feature in features.items() if is_a(feature, "datasets", "Image")]
    if len(images) != 1:
        found = ", ".join(f"`{name}`" for name in images or features)
        raise TypeError(
            f"a datasets.Dataset needs exactly one column of the feature Image, and has {found or 'none'}: "
            "`select_columns` or `cast_column(name, datasets.Image())` makes it so"
        )
    label, classes = _label(features)
    return _rows(dataset, images[0], label, classes)


def _label(features: Any) -> tuple[Optional[str], Optional[Sequence[str]]]:
    """The column of the class, and the names of classes."""
    of_classes = {
        name: feature.names
        for name, feature in features.items()
        if is_a(feature, "datasets", "ClassLabel")
    }
    for name in ("label", "labels", "target", "class"):
        if name in features:
            return name, of_classes.get(name)
    if len(of_classes) == 1:
        return next(iter(of_classes.items()))
    return None, None


def _rows(
    dataset: Any, image: str, label: Optional[str], classes: Optional[Sequence[str]]
) -> Iterator[Row]:
    library: Any = loaded("datasets")
    columns = [image] if label is None else [image, label]
    stored = dataset.select_columns(columns).cast_column(image, library.Image(decode=False))
    # A format or a transform that was set would change what comes out.
    if hasattr(stored, "with_format"):
        stored = stored.with_format(None)
    for item in stored:
        known = None if label is None else label_of(item[label], classes)
        yield Row(item[image], known)


def picture(thing: object) -> Optional[object]:
    """The bytes or the path of an undecoded image; `None` where the thing is none."""
    if isinstance(thing, dict) and set(thing) == {"bytes", "path"}:
        data: object = thing["bytes"]
        path: object = thing["path"]
        return path if data is None else data
    return None
