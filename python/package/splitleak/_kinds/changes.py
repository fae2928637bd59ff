"""Datasets that change pictures on their way out: what was augmented compares with nothing.

A transform is told by the attribute that holds it, by the package that its class is from, or by
pictures that are others each time they are read.
"""

from __future__ import annotations

import os
from typing import Any, Iterable, Optional, Set

from . import arrays, pillow
from .known import is_a

#: Attributes that hold what changes pictures.
_NAMES = ("transform", "transforms", "augment", "augmentation")
#: Packages whose objects change pictures.
_PACKAGES = (
    "torchvision.transforms",
    "albumentations",
    "imgaug",
    "kornia.augmentation",
    "monai.transforms",
    "timm.data",
    "torchio.transforms",
)
#: Datasets within datasets that are looked into.
_DEPTH = 4
#: Samples that are read again, spread over the dataset, and how often: a picture that is mirrored half of
#: the time is then missed once in 65,000.
_PROBES = 8
TIMES = 2


def refuse(dataset: Any) -> None:
    """Raises TypeError where a dataset holds something that changes its pictures."""
    name = _holder(dataset, _DEPTH)
    if name is not None:
        raise TypeError(
            f"`{type(dataset).__name__}.{name}` would change its pictures, and what was augmented "
            "compares with nothing: pass the dataset made without it, or a list of its files"
        )


def probes(count: int) -> Set[int]:
    """Positions that are to be read again."""
    return {count * at // _PROBES for at in range(min(_PROBES, count))}


def refuse_other(dataset: Any, picture: object, others: Iterable[object]) -> None:
    """Raises TypeError where a sample that is read again is another picture."""
    first = _content(picture)
    if any(_content(other) != first for other in others):
        raise TypeError(
            f"`{type(dataset).__name__}` gives another picture each time one is read, and what was "
            "augmented compares with nothing: pass the dataset made without that, or a list of its files"
        )


def _holder(dataset: Any, depth: int) -> Optional[str]:
    """The attribute that holds a transform, also of a dataset within."""
    for name in _NAMES:
        found = getattr(dataset, name, None)
        if found is not None and not _is_for_targets(found):
            return name
    for name, value in getattr(dataset, "__dict__", {}).items():
        if not name.startswith("target") and _is_change(value):
            return str(name)
        if depth and is_a(value, "torch", "Dataset"):
            within = _holder(value, depth - 1)
            if within is not None:
                return f"{name}.{within}"
    return None


def _is_for_targets(value: Any) -> bool:
    """Whether it is torchvision's pair of transforms, of which that of pictures is none."""
    return is_a(value, "torchvision", "StandardTransform") and value.transform is None


def _is_change(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_is_change(one) for one in value[:_PROBES])
    if isinstance(value, dict):
        return any(_is_change(one) for one in list(value.values())[:_PROBES])
    if _is_for_targets(value):
        return False
    if is_a(value, "transformers", "ImageProcessingMixin", "ProcessorMixin"):
        return True
    modules = [kind.__module__ for kind in type(value).__mro__]
    return any(module == of or module.startswith(f"{of}.") for module in modules for of in _PACKAGES)


def _content(picture: object) -> object:
    """What two readings of one picture have in common; `None` for what is refused elsewhere."""
    if isinstance(picture, (str, bytes, os.PathLike)):
        return picture
    try:
        return pillow.pixels(picture) or arrays.pixels(picture)
    except (TypeError, OSError, SyntaxError):
        return None
