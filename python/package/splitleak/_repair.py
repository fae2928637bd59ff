"""`splitleak.repair`: the split that there is, changed as little as it takes to make it free of leaks."""

from __future__ import annotations

from typing import Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from . import _core, _progress
from ._check import _words, asked_of
from ._errors import SettingsError
from ._kinds import frames
from ._samples import Paths, Split, facts_of_samples_only, given


class Change(NamedTuple):
    """A sample that changes: the split that it is in, where it stands there, and the split it goes to.

    `to` is `None` where it is left out.
    """

    split: str
    position: int
    name: str
    to: Optional[str]


class Repair:
    """The fewest changes that make a split free of leaks. Nothing is moved or written.

    Positions are those in all that was given, one split after the other: of a list of training and one
    of validation samples, those in `train + val`; of a table, its rows; of a directory, its samples in
    order of path.
    """

    def __init__(self, repaired: _core.Repaired, rows: Optional[List[int]] = None) -> None:
        self._repaired = repaired
        self._rows = rows

    @property
    def changes(self) -> List[Change]:
        """What changes, sample by sample."""
        seen: Dict[str, int] = {}
        changes = []
        for (split, name), after in zip(self._repaired.given.names, self._repaired.after):
            if split is None:
                continue
            position = seen.get(split, 0)
            seen[split] = position + 1
            if after != split:
                changes.append(Change(split, position, name, after))
        return changes

    def indices(self, split: str) -> List[int]:
        """Positions of the samples that are in a split afterwards, in order.

        Raises SettingsError where no split is called so.
        """
        self._require(split)
        found = [at for at, after in enumerate(self._repaired.after) if after == split]
        return found if self._rows is None else sorted(self._rows[at] for at in found)

    @property
    def sizes(self) -> Dict[str, Tuple[int, int]]:
        """How many samples each split has before and after."""
        before = [split for split, _ in self._repaired.given.names]
        after = self._repaired.after
        names = sorted({name for name in before if name is not None}, key=before.index)
        return {name: (before.count(name), after.count(name)) for name in names}

    @property
    def leaked(self) -> Tuple[int, int]:
        """How many evaluated samples leak before and after, found by searching both."""
        return self._repaired.leaked

    @property
    def is_clean(self) -> bool:
        """Whether nothing is known to leak afterwards. `open` may tell of what could."""
        return self._repaired.clean

    @property
    def open(self) -> List[str]:
        """Codes of findings that could tell of more leaks."""
        return self._repaired.open

    @property
    def beyond(self) -> Tuple[int, int]:
        """Samples by which sizes of splits, and by which evaluated classes, change beyond the tolerance."""
        return self._repaired.beyond

    @property
    def is_fewest(self) -> bool:
        """Whether fewer changes are known to be impossible with whole clusters and groups."""
        return self._repaired.proven

    @property
    def manifest(self) -> str:
        """The split afterwards as CSV, as `splitleak split --from-current` writes it."""
        return self._repaired.manifest

    @property
    def diff(self) -> str:
        """A line for each change: `train/b.jpg -> val`, `- val/a.jpg`."""
        return self._repaired.diff

    @property
    def drop_list(self) -> str:
        """What is left out, as CSV."""
        return self._repaired.drop_list

    def _require(self, split: str) -> None:
        if split not in self.sizes:
            raise SettingsError(f"no split is called {split!r}; there are: {', '.join(self.sizes)}")

    def __repr__(self) -> str:
        changes = self.changes
        dropped = sum(change.to is None for change in changes)
        sizes = ", ".join(f"{name} {a} -> {b}" for name, (a, b) in self.sizes.items())
        return f"<splitleak.Repair {len(changes) - dropped} moved, {dropped} left out: {sizes}>"


def repair(
    source: object = None,
    /,
    *,
    train: Split = None,
    val: Split = None,
    test: Split = None,
    extra: Optional[Mapping[str, Split]] = None,
    groups: Optional[Mapping[str, Iterable[object]]] = None,
    times: Optional[Mapping[str, Iterable[object]]] = None,
    root: Optional[Paths] = None,
    manifest: Optional[Paths] = None,
    by: str = "move",
    tolerance: float = 0.1,
    purge: Optional[int] = None,
    cache: Union[Paths, bool] = True,
    options: Sequence[str] = (),
    threads: Optional[int] = None,
    progress: _progress.Progress = None,
) -> Repair:
    """Propose the fewest changes that make the given split free of leaks: `split --from-current`.

    The splits are given as to `check`. Copies, recordings and groups go to the side that most of each
    is on: by ``move`` the rest goes there, by ``drop`` it is left out. Sizes of splits, and classes of
    those that are evaluated, change by at most `tolerance`, a share, where that can be. What is proposed
    is searched as `check` searches. Nothing is moved or written.

    Raises SettingsError without a split to train and one to evaluate on, and what `check` raises.
    """
    words = _words(
        ("--manifest", manifest),
        ("--by", by),
        ("--tolerance", tolerance),
        ("--purge", purge),
        ("--cache", None if isinstance(cache, bool) else cache),
    )
    words += ["--no-cache"] if cache is False else []
    words += list(options)
    table = frames.table(source)
    asked = asked_of(source if table is None else table, train, val, test, extra or {}, root)
    facts_of_samples_only(asked.samples, groups, times)
    dataset = None if asked.samples is None else given(asked.samples, groups, times)
    rows = None if table is None else [at for own in frames.by_split(table).values() for at in own]
    with _progress.shown(progress) as show:
        return Repair(_core.repair([*asked.words, *words], dataset, threads, show), rows)
