"""Datasets of torch and torchvision; see torches.py for where they are not installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import splitleak
from pictures import LEAKED, picture, splits
from torches import (
    CIFAR10,
    REAL,
    ConcatDataset,
    DataLoader,
    Dataset,
    FakeData,
    ImageFolder,
    Mirrored,
    Subset,
    cifar,
    random_split,
    tensor,
)


def never(image: Any) -> Any:
    raise AssertionError("a transform was called")


def test_an_image_folder_is_its_files_and_no_transform_is_called(folder: Path) -> None:
    train = ImageFolder(str(folder / "train"), transform=never)
    val = ImageFolder(str(folder / "val"), transform=never)
    report = splitleak.check(train=train, val=val)
    expected = splitleak.check(folder)
    assert report.data["leakage"] == expected.data["leakage"]
    assert report.leaked() == expected.leaked()
    leaked = {Path(val.samples[at][0]).stem for at in report.leaked_indices()}
    assert leaked == {Path(name).stem for name in expected.leaked()}


def test_a_dataset_like_cifar_is_its_array_and_its_classes() -> None:
    of = {
        name: cifar([array for array, _ in items], [label for _, label in items], never)
        for name, items in splits().items()
    }
    report = splitleak.check(**of)
    assert isinstance(of["train"], CIFAR10)
    assert report.leaked_indices() == LEAKED
    held = {name: [(array, label) for array, label in items] for name, items in splits().items()}
    assert report.data == splitleak.check(held).data


def test_positions_are_those_of_the_subset(folder: Path) -> None:
    whole = ImageFolder(str(folder / "val"))
    picked = Subset(whole, [13, 0, 7, 1])
    train = ImageFolder(str(folder / "train"))
    report = splitleak.check(train=train, val=picked)
    names = [Path(whole.samples[at][0]).stem for at in picked.indices]
    leaked = [at for at, name in enumerate(names) if name in ("amber", "birch", "cedar", "daisy")]
    assert report.leaked_indices() == leaked
    clean = report.clean_subset(picked) if REAL else None
    assert clean is None or len(clean) == len(names) - len(leaked)


def test_a_random_split_of_copies_leaks() -> None:
    pictures = [picture(seed) for seed in range(12)] * 2
    whole = cifar(pictures, ["even"] * 24)
    train, val = random_split(whole, [16, 8])
    report = splitleak.check(train=train, val=val)
    trained = {int(at) % 12 for at in train.indices}
    expected = [at for at, index in enumerate(val.indices) if int(index) % 12 in trained]
    assert report.leaked_indices() == expected


def test_parts_of_a_concatenation_are_one_after_the_other() -> None:
    first = cifar([picture(seed) for seed in range(4)], ["even"] * 4)
    second = cifar([picture(seed) for seed in range(60, 63)], ["odd"] * 3)
    both = ConcatDataset([first, Subset(second, [2, 1])])
    report = splitleak.check(train=both, val=[picture(61), picture(90)])
    assert report.leaked_indices() == [0]
    assert report.pairs()[0]["training_index"] == 5


def test_tensors_have_their_channels_first() -> None:
    val = [tensor(array) for array, _ in splits()["val"]]
    train = tensor(np.stack([array for array, _ in splits()["train"]]))
    report = splitleak.check(train=train, val=[one / 255 for one in val])
    assert report.leaked_indices() == LEAKED
    assert report.pairs()[0]["kind"] == "same-bytes"


def test_normalised_tensors_are_refused_with_what_to_pass() -> None:
    normalised = tensor(picture(1)) / 127.5 - 1
    with pytest.raises(TypeError, match=r"train\[0\].*augmented.*dataset\.samples"):
        splitleak.check(train=[normalised], val=[normalised])


def test_a_dataset_that_only_gives_transformed_pictures_is_refused() -> None:
    augmented = FakeData(4, image_size=(3, 32, 32), transform=never)
    with pytest.raises(TypeError, match="`FakeData.transform` would change its pictures"):
        splitleak.check(train=augmented, val=augmented)
    with pytest.raises(TypeError, match=r"pass `loader\.dataset`"):
        splitleak.check(train=DataLoader(augmented), val=augmented)


def test_a_dataset_without_a_transform_is_read_item_by_item() -> None:
    fake = FakeData(6, image_size=(3, 32, 32))
    report = splitleak.check(train=fake, val=Subset(fake, [2, 5]))
    assert report.leaked_indices() == [0, 1]


def test_a_dataset_of_ones_own_is_read_item_by_item() -> None:
    class Own(Dataset):  # type: ignore[misc]
        def __len__(self) -> int:
            return 3

        def __getitem__(self, at: int) -> Any:
            return picture(at), at

    report = splitleak.check(train=Own(), val=[picture(1)])
    assert report.pairs()[0]["training_index"] == 1


class Wrapped(Dataset):  # type: ignore[misc]
    """A dataset as people write them, whose attribute `held` is anything."""

    def __init__(self, held: Any, give: Any = picture, count: int = 6) -> None:
        self.held, self.give, self.count = held, give, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, at: int) -> Any:
        return self.give(at)


@pytest.mark.parametrize(
    "held, name",
    [
        pytest.param(Mirrored(), "held", id="a transform"),
        pytest.param([Mirrored()], "held", id="a list of them"),
        pytest.param({"train": Mirrored()}, "held", id="one by name"),
        pytest.param(Wrapped(Mirrored()), "held.held", id="a dataset with one"),
        pytest.param(FakeData(4, (3, 32, 32), transform=never), "held.transform", id="torchvision's"),
    ],
)
def test_a_transform_is_found_by_what_it_is(held: Any, name: str) -> None:
    whole = Wrapped(held)
    for split in (whole, Subset(whole, [2, 1]), ConcatDataset([whole])):
        with pytest.raises(TypeError, match=f"`Wrapped.{name}` would change its pictures"):
            splitleak.check(train=split, val=[picture(1)])


def test_pictures_that_are_others_each_time_are_refused() -> None:
    mirror = Mirrored()
    augmented = Wrapped(None, lambda at: (mirror(picture(at)), at), 40)
    said = "`Wrapped` gives another picture each time.*made without that"
    with pytest.raises(TypeError, match=said):
        splitleak.check(train=augmented, val=[picture(1)])
    with pytest.raises(TypeError, match=said):
        splitleak.split(Subset(augmented, list(range(20))))


def test_what_is_kept_beside_pictures_is_no_transform() -> None:
    kept = Wrapped({"classes": ["a"], "root": "."}, lambda at: (picture(at), at))
    kept.target_transform = Mirrored()
    report = splitleak.check(train=kept, val=[picture(1)])
    assert report.leaked_indices() == [0]


def test_a_subset_is_of_anything_with_positions() -> None:
    datasets = pytest.importorskip("datasets")
    from pictures import encoded

    pictures = [picture(seed) for seed in range(8)]
    rows = {"photo": [{"bytes": encoded(one), "path": None} for one in pictures]}
    features = datasets.Features({"photo": datasets.Image()})
    whole = datasets.Dataset.from_dict(rows, features=features)
    for of in (whole, pictures, np.stack(pictures)):
        report = splitleak.check(train=Subset(of, [3, 5]), val=Subset(Subset(of, [7, 5, 0]), [0, -2]))
        assert report.leaked_indices() == [1]
        assert report.pairs()[0]["training_index"] == 1
    both = ConcatDataset([whole, pictures[:2], Subset(whole, [6])])
    report = splitleak.check(train=both, val=[pictures[6]])
    assert report.pairs()[0]["training_index"] in (6, 10)
    with pytest.raises(IndexError, match="position 8 of 8 samples"):
        splitleak.check(train=Subset(pictures, [8]), val=pictures)


def test_items_may_be_mappings_and_names_relative_to_a_directory(folder: Path) -> None:
    items = Wrapped(None, lambda at: {"image": picture(at), "label": at})
    report = splitleak.check(train=items, val=[(picture(4), 4)])
    assert report.pairs()[0]["training_index"] == 4
    own = Wrapped(None, never)
    own.root, own.transform = folder / "val" / "even", never
    own.images = sorted(path.name for path in own.root.iterdir())
    own.count = len(own.images)
    report = splitleak.check(train=folder / "train", val=folder / "val")
    train = sorted((folder / "train").rglob("*.png"))
    named = splitleak.check(train=train, val=own).leaked()
    assert [Path(name).name for name in named] == [
        Path(name).name for name in report.leaked() if "/even/" in name
    ]
    # A list that is not of all samples tells no files.
    own.count += 1
    with pytest.raises(TypeError, match="`Wrapped.transform` would change"):
        splitleak.check(train=train, val=own)
