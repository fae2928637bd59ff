"""Some samples of a dataset, in the form in which its library has them."""

from __future__ import annotations

from typing import Any, List, Mapping

from ._errors import SettingsError
from ._kinds import arrays, frames, huggingface, torchsets
from ._kinds.known import is_a, loaded
from ._samples import is_path


def subset(dataset: Any, split: str, indices: List[int], count: int) -> Any:
    """The samples at these positions of a split of so many samples, which `dataset` is or holds.

    Raises SettingsError where it is another number of samples, TypeError where it has no positions.
    """
    if isinstance(dataset, Mapping):
        if split not in dataset:
            raise SettingsError(f"no split is called {split!r}; there are: {', '.join(map(str, dataset))}")
        return subset(dataset[split], split, indices, count)
    if is_a(dataset, "datasets", "IterableDataset"):
        kept = set(indices)
        return dataset.filter(lambda _, at: at in kept, with_indices=True)
    table = frames.table(dataset)
    if table is not None:
        return _of_table(table, split, indices, count)
    if isinstance(dataset, tuple) and len(dataset) == 2 and arrays.many(dataset[0], True) is not None:
        pictures, labels = dataset
        _require(len(pictures), split, count)
        return pictures[indices], _taken(labels, indices)
    if is_path(dataset) or not hasattr(dataset, "__getitem__") or not hasattr(dataset, "__len__"):
        raise TypeError(
            f"samples of {type(dataset).__name__} cannot be taken by position: give a list, an array, a "
            "table or a dataset of those that were checked"
        )
    _require(len(dataset), split, count)
    if huggingface.is_dataset(dataset):
        return dataset.select(indices)
    if torchsets.is_dataset(dataset):
        torch: Any = loaded("torch.utils.data")
        return torch.Subset(dataset, indices)
    return _taken(dataset, indices)


def _of_table(table: Any, split: str, indices: List[int], count: int) -> Any:
    """Rows of a table of one split, or of those of the split in a table of all."""
    rows = range(len(table))
    if len(table) != count and "split" in list(table.columns):
        rows = frames.by_split(table).get(split, [])  # type: ignore[assignment]
    _require(len(rows), split, count)
    return _taken(table, [rows[index] for index in indices])


def _taken(values: Any, indices: List[int]) -> Any:
    if is_a(values, "pandas", "DataFrame", "Series"):
        return values.iloc[indices]
    if frames.table(values) is not None or arrays.as_array(values) is not None:
        return values[indices]
    return [values[index] for index in indices]


def _require(found: int, split: str, count: int) -> None:
    if found != count:
        raise SettingsError(
            f"{found} samples, where `{split}` was checked with {count}: give what was checked as `{split}`"
        )
