"""Arrays of NumPy, and what turns into them: tensors of torch, TensorFlow and JAX."""

from __future__ import annotations

from typing import Any, Iterator, NamedTuple, Optional, Tuple

from .known import is_a, loaded

_CHANNELS = (1, 3, 4)

PASS_INSTEAD = (
    "pass the pictures as they are stored: files, `dataset.samples`, or pixels as uint8, uint16, "
    "or floats from 0 to 1, before any normalisation or augmentation"
)


class Pixels(NamedTuple):
    """A picture as the core takes it."""

    numbers: bytes
    shape: Tuple[int, int, int]
    planar: bool
    kind: str


def is_tensor(thing: object) -> bool:
    """Whether it is a tensor of torch, whose channels come first."""
    return is_a(thing, "torch", "Tensor")


def as_array(thing: object) -> Optional[Any]:
    """The thing as an array of NumPy; `None` where it is no array."""
    if is_a(thing, "numpy", "ndarray"):
        return thing
    tensor: Any = thing
    if is_tensor(thing):
        tensor = tensor.detach().cpu()
        # NumPy knows no bfloat16.
        return (tensor.float() if tensor.is_floating_point() else tensor).numpy()
    if is_a(thing, "tensorflow", "EagerTensor", "Tensor"):
        return tensor.numpy()
    numpy = loaded("numpy")
    if numpy is not None and hasattr(thing, "__array__") and hasattr(thing, "dtype"):
        return numpy.asarray(thing)
    return None


def many(thing: Any, labelled: bool = False) -> Optional[Iterator[object]]:
    """The pictures of an array of several; `None` where it is not one.

    Three axes are several grey pictures. Raises TypeError where they may be one picture in colours,
    unless there are labels that say that they are several.
    """
    array = as_array(thing)
    if array is None or array.ndim not in (3, 4):
        return None
    shape = tuple(array.shape)
    if len(shape) == 3 and not labelled and (shape[0] in _CHANNELS[1:] or shape[2] in _CHANNELS):
        raise TypeError(
            f"an array of shape {shape} may be one picture or several: give `[array]` for one, "
            "`list(array)` for several"
        )
    pictures: Iterator[object] = iter(thing if is_tensor(thing) else array)
    return pictures


def pixels(thing: object) -> Optional[Pixels]:
    """One picture; `None` where the thing is no array.

    Raises TypeError for an array that is no picture.
    """
    array = as_array(thing)
    if array is None:
        return None
    shape, planar = _shape(tuple(array.shape), channels_first=is_tensor(thing))
    array, kind = _numbers(array)
    return Pixels(array.tobytes(), shape, planar, kind)


def advice(found: Pixels) -> str:
    """What to do about floats that are no brightness."""
    levels = memoryview(found.numbers).cast("d" if found.kind == "f8" else "f")
    if min(levels) >= 0 and max(levels) <= 255:
        return "give levels from 0 to 255 as uint8, or divide them by 255"
    return f"it looks normalised or augmented; {PASS_INSTEAD}"


def _shape(shape: Tuple[int, ...], channels_first: bool) -> Tuple[Tuple[int, int, int], bool]:
    if len(shape) == 2:
        return (shape[0], shape[1], 1), False
    if len(shape) == 3:
        first, last = shape[0] in _CHANNELS, shape[2] in _CHANNELS
        if first and (channels_first or not last):
            return (shape[1], shape[2], shape[0]), True
        if last:
            return (shape[0], shape[1], shape[2]), False
    if len(shape) == 4:
        raise TypeError(f"an array of shape {shape} is a batch: give its pictures one by one")
    raise TypeError(
        f"an array of shape {shape} is no picture: give height x width, or with 3 or 4 channels "
        "behind them (before them in torch)"
    )


def _numbers(array: Any) -> Tuple[Any, str]:
    """The array with numbers as the core takes them, and what these are."""
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind == "f":
        wanted = "<f8" if size == 8 else "<f4"
    elif kind == "b":
        wanted = "|b1"
    elif kind in "iu":
        if kind == "i" or size > 2:
            low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
            if low < 0 or high > 65535:
                raise TypeError(f"its numbers go from {low} to {high}; {PASS_INSTEAD}")
            size = 1 if high <= 255 else 2
        wanted = "|u1" if size == 1 else "<u2"
    else:
        raise TypeError(f"an array of {array.dtype} is no picture; {PASS_INSTEAD}")
    return array.astype(wanted, copy=False), wanted[1:]
