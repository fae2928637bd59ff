"""Splits and folds without leaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import splitleak
from pictures import picture

#: Each picture twice: the second is a copy of the first.
TWICE = [picture(seed) for seed in range(20)] * 2


def test_copies_stay_on_one_side() -> None:
    proposal = splitleak.split(TWICE, val=0.25, seed=3)
    train, val = proposal.train_indices, proposal.val_indices
    assert sorted(train + val) == list(range(40))
    assert not {at % 20 for at in train} & {at % 20 for at in val}
    assert len(val) == 10
    assert proposal.is_clean
    checked = splitleak.check(train=[TWICE[at] for at in train], val=[TWICE[at] for at in val])
    assert checked.leaked_indices() == []


def test_the_seed_decides_and_decides_the_same() -> None:
    sides = [splitleak.split(TWICE, seed=seed).val_indices for seed in (1, 1, 2)]
    assert sides[0] == sides[1] != sides[2]


def test_groups_stay_whole() -> None:
    pictures = [picture(seed) for seed in range(24)]
    groups = [at % 6 for at in range(24)]
    proposal = splitleak.split(pictures, val=0.34, groups=groups)
    val = proposal.val_indices
    assert len(val) == 8
    assert len({groups[at] for at in val}) == 2


def test_classes_keep_their_shares_in_three_splits() -> None:
    labels = ["rare" if at % 4 == 0 else "often" for at in range(40)]
    labelled = (np.stack([picture(seed) for seed in range(40)]), labels)
    proposal = splitleak.split(labelled, val=0.2, test=0.3)
    sides = [proposal.train_indices, proposal.val_indices, proposal.test_indices]
    assert sorted(at for side in sides for at in side) == list(range(40))
    assert [(len(side), sum(labels[at] == "rare" for at in side)) for side in sides] == [(20, 5), (8, 2), (12, 3)]
    assert repr(proposal) == "<splitleak.Proposal 20 train, 8 val, 12 test of 40>"
    for fold in splitleak.folds(labelled, 5):
        assert sum(labels[at] == "rare" for at in fold.val) == 2


def test_folds_are_what_scikit_learn_takes() -> None:
    from sklearn.model_selection import cross_val_score
    from sklearn.neighbors import KNeighborsClassifier

    folds = splitleak.folds(TWICE, 4)
    assert len(folds) == len(list(folds)) == 4
    evaluated = sorted(at for fold in folds for at in fold.val)
    assert evaluated == list(range(40))
    features = np.stack(TWICE).reshape(40, -1) / 255
    labels = np.arange(40) % 2
    scores = cross_val_score(KNeighborsClassifier(1), features, labels, cv=folds)
    assert scores.shape == (4,)
    # Labels follow no look: only copies on both sides would make the nearest neighbour right.
    assert scores.mean() < 1
    assert folds[-1] == folds[3] and folds[1:3] == [folds[1], folds[2]]


def test_a_directory_is_split_by_its_samples_in_order_of_path(folder: Path) -> None:
    proposal = splitleak.split(folder, val=0.3)
    assert proposal.names == sorted(proposal.names)
    copies = {"val/even/amber.png", "train/even/ember.png"}
    sides = [{proposal.names[at] for at in side} & copies for side in (proposal.train_indices, proposal.val_indices)]
    assert sorted(len(side) for side in sides) == [0, 2]
    assert proposal.manifest.startswith("path,split")


def test_what_cannot_be_divided_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="out of range"):
        splitleak.split(TWICE, val=2)
    with pytest.raises(ValueError, match="50 folds need at least 50"):
        splitleak.folds(TWICE, 50)
    with pytest.raises(TypeError, match=r"dict is divided already: .* `splitleak.repair`"):
        splitleak.folds({"train": TWICE, "val": TWICE})
    with pytest.raises(ValueError, match="list of files"):
        splitleak.split(folder, groups=["a"])
    with pytest.raises(ValueError, match="3 entries for 40 samples"):
        splitleak.split(TWICE, groups=["a", "b", "c"])
