"""Pictures that are made, so that none is committed: soft blobs, no two alike."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np
from PIL import Image

Array = np.ndarray


def picture(seed: int, height: int = 72, width: int = 96) -> Array:
    """Picture number `seed`, height x width x 3, uint8."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    y, x = y / height, x / width
    level = np.full((height, width), 128.0)
    for _ in range(14):
        cx, cy, weight = random.random(), random.random(), random.uniform(-1, 1)
        size = 0.05 + 0.2 * random.random()
        level += weight * 120 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / size**2)
    level = level.clip(0, 255)
    return np.stack([level, level * 0.9, 255 - level * 0.7], axis=-1).astype(np.uint8)


def encoded(array: Array, kind: str = "PNG", **options: object) -> bytes:
    """The bytes of an image file."""
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, kind, **options)
    return buffer.getvalue()


#: Training pictures by number, and evaluation pictures: of these the first two are copies, the third is a
#: mirrored one, the fourth was darkened.
TRAIN = list(range(30))
LEAKED = [0, 1, 2, 3]


def splits() -> Dict[str, List[Tuple[Array, str]]]:
    """Pictures with their classes, of two splits that share four pictures."""
    train = [(picture(seed), "odd" if seed % 2 else "even") for seed in TRAIN]
    copies = [train[4], train[9]]
    mirrored = (train[12][0][:, ::-1].copy(), train[12][1])
    darkened = ((train[17][0] * 0.8).astype(np.uint8), train[17][1])
    fresh = [(picture(seed), "odd" if seed % 2 else "even") for seed in range(100, 110)]
    return {"train": train, "val": [*copies, mirrored, darkened, *fresh]}


def write(root: Path, kind: str = "PNG") -> Dict[str, List[str]]:
    """The splits as folders of classes; paths by split, in the order of `splits`.

    Names say nothing: numbers in order would be read as a recording.
    """
    paths: Dict[str, List[str]] = {}
    for split, items in splits().items():
        paths[split] = []
        for at, (array, label) in enumerate(items):
            path = root / split / label / f"{WORDS[at]}.{kind.lower()}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(encoded(array, kind))
            paths[split].append(str(path))
    return paths


WORDS = (
    "amber birch cedar daisy ember fjord grape hazel indigo jasper karst lemon maple nectar olive pearl "
    "quartz raven sable tulip umber violet willow xenon yarrow zephyr acorn basil clover dune"
).split()
