"""torch and torchvision, or stand-ins with what of them is looked at.

The wheel of torch that PyPI has for this platform may take gigabytes of CUDA; the tests run on the
real libraries wherever these are installed, and say so where they are not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, List

import numpy as np

try:
    import torch
    from torch.utils.data import ConcatDataset, DataLoader, Dataset, Subset, random_split
    from torchvision.datasets import CIFAR10, FakeData, ImageFolder

    REAL = True

    def tensor(array: Any) -> Any:
        """A tensor with channels first."""
        axes = (2, 0, 1) if array.ndim == 3 else (0, 3, 1, 2)
        return torch.from_numpy(np.ascontiguousarray(array.transpose(axes)))

except (ImportError, OSError, ValueError):
    REAL = False

    class Tensor:
        def __init__(self, array: Any) -> None:
            self.array = array

        def detach(self) -> Tensor:
            return self

        cpu = float = detach

        def is_floating_point(self) -> bool:
            return bool(self.array.dtype.kind == "f")

        def numpy(self) -> Any:
            return self.array

        def __iter__(self) -> Any:
            return (Tensor(one) for one in self.array)

        def __truediv__(self, other: float) -> Tensor:
            return Tensor((self.array / other).astype(np.float32))

        def __sub__(self, other: float) -> Tensor:
            return Tensor(self.array - other)

    def tensor(array: Any) -> Any:
        axes = (2, 0, 1) if array.ndim == 3 else (0, 3, 1, 2)
        return Tensor(np.ascontiguousarray(array.transpose(axes)))

    class Dataset:
        pass

    class Subset(Dataset):
        def __init__(self, dataset: Any, indices: Any) -> None:
            self.dataset, self.indices = dataset, indices

        def __len__(self) -> int:
            return len(self.indices)

        def __getitem__(self, at: int) -> Any:
            return self.dataset[self.indices[at]]

    class ConcatDataset(Dataset):
        def __init__(self, datasets: List[Any]) -> None:
            self.datasets = datasets

    class DataLoader:
        def __init__(self, dataset: Any) -> None:
            self.dataset = dataset

    def random_split(dataset: Any, lengths: List[int]) -> List[Any]:
        order = np.random.default_rng(3).permutation(len(dataset)).tolist()
        return [Subset(dataset, order[: lengths[0]]), Subset(dataset, order[lengths[0] :])]

    class VisionDataset(Dataset):
        transform: Any = None

    class ImageFolder(VisionDataset):
        def __init__(self, root: str, transform: Any = None) -> None:
            self.transform = transform
            self.classes = sorted(path.name for path in Path(root).iterdir())
            self.samples = [
                (str(path), number)
                for number, name in enumerate(self.classes)
                for path in sorted((Path(root) / name).iterdir())
            ]

        def __len__(self) -> int:
            return len(self.samples)

        def __getitem__(self, at: int) -> Any:
            raise AssertionError("nothing is to be decoded or transformed")

    class CIFAR10(VisionDataset):
        def __len__(self) -> int:
            return len(self.data)  # type: ignore[attr-defined, no-any-return]

    class FakeData(VisionDataset):
        def __init__(self, size: int, image_size: Any, transform: Any = None) -> None:
            self.size, self.image_size, self.transform = size, image_size, transform

        def __len__(self) -> int:
            return self.size

        def __getitem__(self, at: int) -> Any:
            from PIL import Image

            channels, height, width = self.image_size
            random = np.random.default_rng(at)
            noise = random.integers(0, 255, (height, width, channels), dtype=np.uint8)
            return Image.fromarray(noise), at % 10

    for kind in (Tensor,):
        kind.__module__ = "torch"
    for kind in (Dataset, Subset, ConcatDataset, DataLoader):  # type: ignore[assignment]
        kind.__module__ = "torch.utils.data.dataset"
    for kind in (VisionDataset, ImageFolder, CIFAR10, FakeData):  # type: ignore[assignment]
        kind.__module__ = "torchvision.datasets"


def cifar(arrays: List[Any], labels: List[str], transform: Any = None) -> Any:
    """A dataset as CIFAR10 is, without the download."""
    made = CIFAR10.__new__(CIFAR10)
    made.classes = ["even", "odd"]
    made.data = np.stack(arrays)
    made.targets = [made.classes.index(label) for label in labels]
    made.transform, made.target_transform, made.transforms = transform, None, None
    return made


class Mirrored:
    """A transform as torchvision has them: mirrored half of the time."""

    def __init__(self, seed: int = 0) -> None:
        self.random = np.random.default_rng(seed)

    def __call__(self, picture: Any) -> Any:
        return picture[:, ::-1] if self.random.random() < 0.5 else picture


Mirrored.__module__ = "torchvision.transforms.transforms"
