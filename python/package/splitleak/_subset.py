"""Some samples of a dataset, in the form in which its library has them."""

from __future__ import annotations

from typing import Any, List

from ._kinds import arrays, frames, huggingface, torchsets
from ._kinds.known import is_a, loaded


def subset(dataset: Any, indices: List[int]) -> Any:
    """The samples at these positions."""
    if huggingface.is_dataset(dataset):
        return dataset.select(indices)
    if torchsets.is_dataset(dataset):
        torch: Any = loaded("torch.utils.data")
        return torch.Subset(dataset, indices)
    if is_a(dataset, "pandas", "DataFrame"):
        return dataset.iloc[indices]
    if frames.is_frame(dataset) or arrays.as_array(dataset) is not None:
        return dataset[indices]
    if isinstance(dataset, tuple) and len(dataset) == 2 and arrays.many(dataset[0]) is not None:
        return dataset[0][indices], [dataset[1][index] for index in indices]
    return [dataset[index] for index in indices]
