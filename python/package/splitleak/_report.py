"""What a check has found, for programs and notebooks."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Sequence, Tuple

from . import _core
from ._columns import NUMBER, TEXT, TEXTS, TRUTH, WHOLE, table
from ._errors import LeakageError, SettingsError
from ._samples import Paths

if TYPE_CHECKING:
    from ._explain import Predictions

_PAIRS = {
    "kind": TEXT,
    "similarity": NUMBER,
    "transform": TEXT,
    "evaluation": TEXT,
    "training": TEXT,
    "evaluation_split": TEXT,
    "training_split": TEXT,
    "evaluation_index": WHOLE,
    "training_index": WHOLE,
    "steps": WHOLE,
    "confirmed": TRUTH,
}
_FINDINGS = {
    "code": TEXT,
    "severity": TEXT,
    "message": TEXT,
    "paths": TEXTS,
    "images": WHOLE,
    "accepted": TRUTH,
}
#: `splits` has a field for each split of any row: in a table it is JSON.
_CLUSTERS = {
    "samples": WHOLE,
    "splits": TEXT,
    "members": TEXTS,
    "diameter": NUMBER,
    "chained": TRUTH,
}


@dataclass(frozen=True)
class Rate:
    """A share with its counts and its 95 % interval (Wilson's, for independent samples)."""

    count: int
    of: int
    fraction: Optional[float]
    low: Optional[float]
    high: Optional[float]

    def __str__(self) -> str:
        share = "" if self.fraction is None else f" ({self.fraction:.1%})"
        return f"{self.count} of {self.of}{share}"


class Report:
    """What a check has found; made by `splitleak.check`, or read again by `Report.read`.

    ``data`` is the whole report as docs/report-format.md describes it.
    """

    def __init__(self, checked: _core.Checked, settings: Sequence[str] = ()) -> None:
        self._checked = checked
        #: Arguments of the command that shaped it, without the dataset.
        self._settings = tuple(settings)

    @classmethod
    def read(cls, path: Paths) -> Report:
        """Read a report that was written as JSON. It has no pictures and no positions."""
        return cls(_core.read(os.fspath(path)))

    # The report as text.

    def to_json(self, path: Optional[Paths] = None) -> str:
        """The report as JSON, also written to `path` if there is one."""
        return _written(self._checked.render("json", ""), path)

    def to_sarif(self, path: Optional[Paths] = None, prefix: str = "") -> str:
        """The findings as SARIF 2.1.0; `prefix` leads from the repository to the dataset."""
        return _written(self._checked.render("sarif", prefix), path)

    def to_markdown(self, path: Optional[Paths] = None) -> str:
        """A summary for a pull request."""
        return _written(self._checked.render("markdown", ""), path)

    def to_html(
        self,
        path: Optional[Paths] = None,
        *,
        most_bytes: int = 10_000_000,
        pictures: bool = True,
    ) -> str:
        """The report as one page with pictures side by side, of at most so many bytes."""
        return _written(self._checked.page(most_bytes, pictures), path)

    def show(self) -> None:
        """Print the summary that the command prints."""
        print(self._summary())

    def _summary(self) -> str:
        return re.sub(r"\x1b\[[0-9;]*m", "", self._checked.render("terminal", "")).rstrip()

    @cached_property
    def data(self) -> Dict[str, Any]:
        """The whole report."""
        loaded: Dict[str, Any] = json.loads(self._checked.render("json", ""))
        return loaded

    # What it comes to.

    @property
    def verdict(self) -> str:
        """`leaks`, `clear`, `unknown` (something that could tell was not answered) or `not-judged`."""
        return str(self.data["verdict"])

    @property
    def passed(self) -> bool:
        """Whether all limits hold; without a limit, whether the verdict is `clear`.

        Never where something could not be read.
        """
        gate = self.data["gate"]
        return bool(gate["passed"] and (gate["judged"] or self.verdict == "clear"))

    @property
    def exit_status(self) -> Optional[int]:
        """What the command would have ended with: 0, 1 or 2; `None` for a report that was read."""
        return self._checked.status

    @property
    def notes(self) -> List[str]:
        """What a person should know beside the report, such as a cache that cannot be used."""
        return self._checked.notes

    @property
    def leakage(self) -> Mapping[Tuple[str, str], Rate]:
        """The leaked share of each evaluation split, by (evaluation split, training split)."""
        entries = self.data["leakage"]
        return {
            (entry["evaluation_split"], entry["training_split"]): _rate(entry["leaked"])
            for entry in entries
        }

    @property
    def explanation(self) -> Optional[Dict[str, Any]]:
        """How much of a low loss leakage could explain; `None` unless asked."""
        found: Optional[Dict[str, Any]] = self.data["explanation"]
        return found

    def raise_for_leaks(self) -> None:
        """Raise LeakageError unless the report has `passed`."""
        if not self.passed:
            reasons = [one["message"] for one in self.data["gate"]["violations"]]
            raise LeakageError("\n".join([self._summary().split("\n\n")[0], *reasons]), self)

    # Samples.

    def leaked(self, split: Optional[str] = None) -> List[str]:
        """Names of the samples of an evaluation split that leak, in order.

        Here and below, `split` is the one that there is, or `val`, unless it is said.
        """
        split = self._evaluation(split)
        rows = self.data["leaked_samples"]
        of_split = (row for row in rows if row["counted"] and row["evaluation"]["split"] == split)
        return sorted({row["evaluation"]["path"] for row in of_split})

    def leaked_indices(self, split: Optional[str] = None) -> List[int]:
        """Positions of these samples in the split as it was given, in order.

        Positions of a directory are those of its samples in order of path.
        """
        positions = self._positions
        if positions is None:
            raise SettingsError("a report that was read has no positions; use `leaked`")
        split = self._evaluation(split)
        found = (positions[split, name] for name in self.leaked(split))
        return sorted(index for indices in found for index in indices)

    def clean_indices(self, split: Optional[str] = None) -> List[int]:
        """Positions of the samples of an evaluation split that nothing is known to leak of.

        Leaves out what is leaked or suspected, and what could not be read, as `--clean-list` does.
        """
        split = self._evaluation(split)
        positions = self._positions or {}
        clean = (positions[of, name] for name, of in self._checked.clean() if of == split)
        return sorted(index for indices in clean for index in indices)

    def clean_subset(self, dataset: Any, split: Optional[str] = None) -> Any:
        """`dataset`, which was checked as `split`, without what leaks: a `Subset` of a dataset of
        torch, `select` of one of Hugging Face, rows of a table or an array, otherwise a list.

        Of a mapping or a table of all splits it gives what is left of `split`. Raises SettingsError
        for another number of samples than were checked.
        """
        from ._subset import subset

        split = self._evaluation(split)
        clean = self.clean_indices(split)
        counted = (len(at) for (of, _), at in (self._positions or {}).items() if of == split)
        return subset(dataset, split, clean, sum(counted))

    @cached_property
    def _positions(self) -> Optional[Dict[Tuple[Optional[str], str], List[int]]]:
        """Positions in each split by (split, name); several where a file was given twice."""
        given = self._checked.given
        if given is None:
            return None
        positions: Dict[Tuple[Optional[str], str], List[int]] = {}
        seen: Dict[Optional[str], int] = {}
        for split, name in given.names:
            at = seen.get(split, 0)
            seen[split] = at + 1
            positions.setdefault((split, name), []).append(at)
        return positions

    def _position(self, side: Mapping[str, str]) -> Optional[int]:
        if self._positions is None:
            return None
        found = self._positions.get((side["split"], side["path"]))
        return None if found is None else found[0]

    def _evaluation(self, split: Optional[str]) -> str:
        splits = self.data["dataset"]["splits"]
        known = [str(one["name"]) for one in splits if one["role"] in ("validation", "test")]
        if split is None:
            split = known[0] if len(known) == 1 else "val"
        if split not in known:
            names = ", ".join(known) or "none"
            raise SettingsError(f"no evaluation split is called {split!r}; there are: {names}")
        return split

    # Tables.

    def pairs(self, as_: str = "dicts") -> Any:
        """Pairs across splits, strongest first: `dicts`, `pandas`, `polars` or `arrow`.

        `evaluation_index` and `training_index` are positions in the splits as they were given. At
        most five pairs are listed for a sample; counts are never cut.
        """
        rows = [
            {
                "kind": pair["kind"],
                "similarity": pair["similarity"],
                "transform": pair["transform"],
                "evaluation": pair["evaluation"]["path"],
                "training": pair["training"]["path"],
                "evaluation_split": pair["evaluation"]["split"],
                "training_split": pair["training"]["split"],
                "evaluation_index": self._position(pair["evaluation"]),
                "training_index": self._position(pair["training"]),
                "steps": pair["steps"],
                "confirmed": pair["confirmed"],
            }
            for pair in self.data["pairs"]
        ]
        return table(rows, _PAIRS, as_)

    def findings(self, as_: str = "dicts") -> Any:
        """What is wrong, worst first, as `pairs` gives it."""
        rows = [
            {name: one[name] if name != "accepted" else one[name] is not None for name in _FINDINGS}
            for one in self.data["findings"]
        ]
        return table(rows, _FINDINGS, as_)

    def clusters(self, as_: str = "dicts") -> Any:
        """What hangs together through duplicates, as `pairs` gives it: the first hundred."""
        listed = (self.data["clusters"] or {}).get("listed", [])
        rows = [{name: one[name] for name in _CLUSTERS} for one in listed]
        if as_ != "dicts":
            for row in rows:
                row["splits"] = json.dumps(row["splits"])
        return table(rows, _CLUSTERS, as_)

    # Explanation.

    def explain(
        self,
        history: object = None,
        *,
        predictions: Optional[Predictions] = None,
        metric: Optional[str] = None,
    ) -> Report:
        """As `splitleak.explain`, with this report."""
        from ._explain import explain

        return explain(history, report=self, predictions=predictions, metric=metric)

    # Notebooks.

    def plot(self, kind: str = "leakage", ax: Any = None) -> Any:
        """Draw with matplotlib: `leakage` (leaked shares), `pairs` (similarities of the listed
        pairs), `lags` (steps to the nearest training frame) or `correlation` (predicted against
        true). Returns the axes.

        Raises ImportError without matplotlib, SettingsError where there is nothing to draw.
        """
        from ._plot import plot

        return plot(self, kind, ax)

    def _repr_html_(self) -> str:
        from ._notebook import html

        return html(self)

    def __repr__(self) -> str:
        shares = ", ".join(f"{a} from {b}: {rate}" for (a, b), rate in self.leakage.items())
        return f"<splitleak.Report {self.verdict}{': ' if shares else ''}{shares}>"


def _rate(rate: Mapping[str, Any]) -> Rate:
    low, high = rate["ci95"] or (None, None)
    return Rate(rate["count"], rate["denominator"], rate["fraction"], low, high)


def _written(text: str, path: Optional[Paths]) -> str:
    if path is not None:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    return text
