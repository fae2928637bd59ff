"""One dataset, given in every form: the same report but for names."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
import pytest
from PIL import Image

import splitleak
from pictures import LEAKED, encoded, picture, splits, write

SPLITS = splits()
LABELS = {name: [label for _, label in items] for name, items in SPLITS.items()}
ARRAYS = {name: [array for array, _ in items] for name, items in SPLITS.items()}


def known(report: splitleak.Report) -> Dict[str, Any]:
    """What a report says, with positions in place of names."""
    data = report.data
    pairs = report.pairs()
    return {
        "verdict": data["verdict"],
        "leakage": [
            {key: entry[key] for key in ("leaked", "suspected", "by_kind", "recorded_together")}
            for entry in data["leakage"]
        ],
        "leaked": report.leaked_indices("val"),
        "pairs": sorted(
            (p["evaluation_index"], p["training_index"], p["kind"], p["transform"], p["similarity"])
            for p in pairs
        ),
        "duplicates": data["duplicates"],
        "detection": data["detection"],
        "findings": data["finding_counts"],
        "clusters": {key: data["clusters"][key] for key in ("count", "samples", "largest")},
    }


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Dict[str, Any]:
    paths = write(tmp_path_factory.mktemp("expected"))
    return known(splitleak.check(**labelled(paths)))


def labelled(pictures: Dict[str, Any]) -> Dict[str, Any]:
    return {name: list(zip(items, LABELS[name])) for name, items in pictures.items()}


def test_the_leaks_are_those_that_were_made(expected: Dict[str, Any]) -> None:
    assert expected["leaked"] == LEAKED
    assert expected["verdict"] == "leaks"
    found = {(a, b): transform for a, b, _, transform, _ in expected["pairs"]}
    assert found[0, 4] == found[1, 9] == found[3, 17] == "identity"
    assert found[2, 12] == "mirror"


def test_a_list_of_files_is_the_folder(folder: Path) -> None:
    by_folder = splitleak.check(folder)
    by_splits = splitleak.check(train=folder / "train", val=folder / "val")
    listed = {
        split: [(path, path.parent.name) for path in sorted((folder / split).rglob("*.png"))]
        for split in ("train", "val")
    }
    by_list = splitleak.check(listed)
    assert known(by_folder) == known(by_splits) == known(by_list)
    assert by_splits.data == splitleak.check({name: folder / name for name in ("train", "val")}).data
    assert by_folder.leaked("val") == by_list.leaked("val")


def test_several_directories_of_a_split_are_compared_with_all_of_the_other(folder: Path, tmp_path: Path) -> None:
    more = tmp_path / "more"
    more.mkdir()
    clean = next((folder / "val").rglob("hazel.png"))
    (more / "again.png").write_bytes(clean.read_bytes())
    both = splitleak.check(train=[folder / "train", str(more)], val=[folder / "val"])
    roles = {one["name"]: one["role"] for one in both.data["dataset"]["splits"]}
    assert roles == {"train1": "training", "train2": "training", "val": "validation"}
    one = splitleak.check(train=folder / "train", val=folder / "val")
    assert len(both.leaked("val")) == len(one.leaked("val")) + 1
    mapped = splitleak.check({"train": (folder / "train", more), "val": folder / "val"})
    assert mapped.data == both.data
    single = splitleak.check(train=[folder / "train"], val=folder / "val")
    assert single.data == one.data
    repaired = splitleak.repair(train=[folder / "train", more], val=[folder / "val"])
    assert repaired.leaked == (len(both.leaked("val")), 0)


def test_directories_among_other_things_are_refused_with_what_to_pass(folder: Path) -> None:
    files = sorted((folder / "train").rglob("*.png"))
    for held in ([*files, folder / "val"], iter([folder / "val"]), [(folder / "val", "a")]):
        with pytest.raises(TypeError, match=r"val\[\d+\]: .*val' is a directory: give it alone, a list of nothing"):
            splitleak.check(train=files, val=held)
    with pytest.raises(TypeError, match="val is a list of directories: .* for each of these and no other split"):
        splitleak.check(train=files, val=[folder / "val"])
    with pytest.raises(TypeError, match="a list of directories is not divided: give the one that holds them"):
        splitleak.split([folder / "train", folder / "val"])


def test_bytes_and_files_give_the_same_report(expected: Dict[str, Any]) -> None:
    held = {name: [encoded(array) for array in arrays] for name, arrays in ARRAYS.items()}
    assert known(splitleak.check(**labelled(held))) == expected


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda array: array, id="uint8"),
        pytest.param(lambda array: array / 255, id="float64"),
        pytest.param(lambda array: (array / 255).astype(np.float32), id="float32"),
        pytest.param(lambda array: array.astype(np.int64), id="int64"),
        pytest.param(lambda array: array[::1, ::1][...], id="view"),
        pytest.param(lambda array: np.asfortranarray(array), id="fortran"),
        pytest.param(lambda array: array.transpose(2, 0, 1), id="channels first"),
        pytest.param(Image.fromarray, id="pillow"),
    ],
)
def test_arrays_give_the_report_of_their_files(form: Any, expected: Dict[str, Any]) -> None:
    held = {name: [form(array) for array in arrays] for name, arrays in ARRAYS.items()}
    found = known(splitleak.check(**labelled(held)))
    assert found == expected


def test_one_array_of_many_with_labels_is_a_split(expected: Dict[str, Any]) -> None:
    keras = {
        name: (np.stack(arrays), np.array(LABELS[name])) for name, arrays in ARRAYS.items()
    }
    assert known(splitleak.check(**keras)) == expected


def test_grey_opaque_and_deep_pictures_are_pictures() -> None:
    grey = [picture(seed)[..., 0] for seed in range(6)]
    alpha = [np.dstack([picture(s), np.full((72, 96), 255, np.uint8)]) for s in range(6)]
    deep = [array.astype(np.uint16) * 200 for array in grey]
    flat = [array[..., None] for array in grey]
    for train in (grey, flat, alpha, deep, [array > 128 for array in grey]):
        report = splitleak.check(train=train, val=[train[3]])
        assert report.leaked_indices() == [0], train[0].dtype
        assert report.pairs()[0]["training_index"] == 3


MODES = "1 L P PA LA La RGB RGBA RGBa RGBX CMYK YCbCr HSV I I;16 I;16L I;16B F".split()


@pytest.mark.parametrize("mode", MODES)
def test_pictures_of_every_mode_are_read(mode: str) -> None:
    def made(seed: int) -> Image.Image:
        image = Image.fromarray(picture(seed))
        before = {"La": "LA", "RGBa": "RGBA", "PA": "P"}.get(mode, "L" if mode[0] in "IF" else "RGB")
        image = image.convert(before)
        if mode == "F":
            return Image.fromarray(np.asarray(image, np.float32) / 255)
        if mode in ("I;16L", "I;16B"):
            deep = np.asarray(image).astype(">u2" if mode.endswith("B") else "<u2") * 200
            return Image.frombytes(mode, image.size, deep.tobytes())
        return image.convert(mode)

    train = [made(seed) for seed in range(5)]
    report = splitleak.check(train=train, val=[made(2), made(50)])
    assert report.leaked_indices() == [0]
    assert report.data["coverage"]["unreadable"] == 0


def test_one_array_that_may_be_one_picture_is_refused() -> None:
    whole = picture(1)
    for one in (whole, whole[..., :1], whole.transpose(2, 0, 1), np.dstack([whole, whole[..., 0]])):
        with pytest.raises(TypeError, match=r"may be one picture or several: give `\[array\]` for one"):
            splitleak.check(train=[whole], val=one)
    grey = np.stack([picture(seed)[..., 0] for seed in range(3)])
    report = splitleak.check(train=(grey, ["a", "b", "c"]), val=list(grey))
    assert report.leaked_indices() == [0, 1, 2]
    assert splitleak.check(train=list(grey), val=grey[1:2]).leaked_indices() == [0]


def test_a_generator_is_read_once_and_in_order() -> None:
    train = (picture(seed) for seed in range(8))
    report = splitleak.check(train=train, val=iter([picture(50), picture(6)]))
    assert report.leaked_indices() == [1]
    assert report.leaked() == ["val#1"]


def test_splits_of_other_names_have_the_roles_their_names_tell() -> None:
    pictures = {"training": [picture(1)], "dev": [picture(1)], "unlabelled": [picture(1)]}
    report = splitleak.check(pictures)
    roles = {one["name"]: one["role"] for one in report.data["dataset"]["splits"]}
    assert roles == {"training": "training", "dev": "validation", "unlabelled": "other"}
    assert list(report.leakage) == [("dev", "training")]
    more = splitleak.check(train=[picture(1)], val=[picture(2)], extra={"web": [picture(2)]})
    assert more.data["verdict"] == "clear"


def test_a_file_given_twice_keeps_all_its_positions(folder: Path) -> None:
    leaked = next((folder / "val").rglob("amber.png"))
    clean = next((folder / "val").rglob("hazel.png"))
    train = sorted((folder / "train").rglob("*.png"))
    report = splitleak.check(train=train, val=[leaked, clean, leaked])
    assert report.leaked_indices() == [0, 2]
    assert report.clean_indices() == [1]
    assert report.data["finding_counts"]["listed-twice"] == 1


def test_a_picture_that_cannot_be_read_is_a_finding_and_no_pass() -> None:
    broken = encoded(picture(3))[:400]
    report = splitleak.check(train=[encoded(picture(s)) for s in range(5)], val=[broken, picture(9)])
    assert report.exit_status == 2
    assert not report.passed
    assert report.data["coverage"]["unreadable"] == 1
    assert report.clean_indices() == [1]


def test_a_picture_that_pillow_cannot_decode_is_named_with_what_to_pass() -> None:
    broken = Image.open(io.BytesIO(encoded(picture(3))[:2000]))
    with pytest.raises(splitleak.DatasetError, match=r"val\[1\]: cannot be decoded.*its path or bytes"):
        splitleak.check(train=[picture(1)], val=[picture(2), broken])


REFUSED: List[Any] = [
    (picture(1).astype(np.float32) / 127.5 - 1, r"val\[1\].*go from -0\..*dataset\.samples"),
    (picture(1).astype(np.float32), r"brightness goes from 0 to 1: give levels from 0 to 255 as uint8"),
    (Image.fromarray(picture(1)).convert("F"), r"as uint8, or divide"),
    (np.full((8, 8), np.nan), "NaN"),
    (np.zeros((2, 8, 8, 3), np.uint8), "is a batch"),
    (np.zeros((8, 8, 2), np.uint8), r"\(8, 8, 2\) is no picture"),
    (np.zeros((0, 8), np.uint8), "0 rows"),
    (np.array([["a"]]), "no picture"),
    (picture(1).astype(np.int32) - 300, "go from -"),
    (object(), "object is no picture"),
    (None, "NoneType is no picture"),
    (("a", "b", "c"), "an item of 3 parts"),
]


@pytest.mark.parametrize("item, said", REFUSED)
def test_what_is_no_stored_picture_is_refused_with_its_place(item: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        splitleak.check(train=[picture(1)], val=[picture(2), item])


def test_what_is_no_split_is_refused(folder: Path) -> None:
    with pytest.raises(TypeError, match="train is of int"):
        splitleak.check(train=3, val=[picture(1)])
    with pytest.raises(TypeError, match="train is a path: directories are given as train, val and test"):
        splitleak.check(train=folder / "train", val=[picture(1)])
    with pytest.raises(TypeError, match="train is a path: directories are given as train, val and test"):
        splitleak.check({"train": folder / "train", "validation": folder / "val"})
    with pytest.raises(TypeError, match="a source is a path"):
        splitleak.check([picture(1)])
    with pytest.raises(splitleak.SettingsError, match="either a source"):
        splitleak.check()
    with pytest.raises(splitleak.SettingsError, match="either a source"):
        splitleak.check(folder, train=[picture(1)])
    with pytest.raises(splitleak.SettingsError, match="two splits are called 'val'"):
        splitleak.check(train=[picture(1)], val=[picture(2)], extra={"val": [picture(3)]})
    with pytest.raises(splitleak.SettingsError, match="no samples"):
        splitleak.check(train=[], val=[])
    with pytest.raises(FileNotFoundError, match="no directory at"):
        splitleak.check(folder / "nowhere")
    with pytest.raises(ValueError, match="similarity"):
        splitleak.check(folder, similarity=3)
    with pytest.raises(splitleak.SettingsError, match="belong to samples"):
        splitleak.check(folder, groups={"val": []})
