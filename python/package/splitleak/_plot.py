"""Plots of a report by matplotlib, where it is installed."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Callable, Dict

from ._errors import SettingsError

if TYPE_CHECKING:
    from ._report import Report

#: Fields of distances in order, with what they are called.
_STEPS = {
    "same_instant": "same instant",
    "at_1_step": "1",
    "at_2_steps": "2",
    "at_3_to_5_steps": "3 to 5",
    "at_6_to_30_steps": "6 to 30",
    "further": "more",
    "other_recording_only": "other recording",
    "unplaced": "not known",
}


def plot(report: Report, kind: str, ax: Any) -> Any:
    """Draws on `ax`, or on axes of its own."""
    drawn = _KINDS.get(kind)
    if drawn is None:
        raise SettingsError(f"kind={kind!r} is none of {', '.join(_KINDS)}")
    if ax is None:
        try:
            pyplot = importlib.import_module("matplotlib.pyplot")
        except ImportError as error:
            raise ImportError("plots need matplotlib: pip install splitleak[plot]") from error
        _, ax = pyplot.subplots()
    drawn(report, ax)
    return ax


def _leakage(report: Report, ax: Any) -> None:
    rates = {pair: rate for pair, rate in report.leakage.items() if rate.fraction is not None}
    if not rates:
        raise SettingsError(report.data["leakage_unavailable"] or "no split was compared")
    names = [f"{evaluation} from {training}" for evaluation, training in rates]
    shares = [100 * (rate.fraction or 0.0) for rate in rates.values()]
    below = [share - 100 * (rate.low or 0.0) for share, rate in zip(shares, rates.values())]
    above = [100 * (rate.high or 0.0) - share for share, rate in zip(shares, rates.values())]
    spread = [[max(0.0, one) for one in side] for side in (below, above)]
    ax.barh(names, shares, xerr=spread, color="tab:red")
    ax.set_xlim(0, 100)
    ax.set_xlabel("leaked, % (95 % interval)")


def _pairs(report: Report, ax: Any) -> None:
    values = [pair["similarity"] for pair in report.pairs() if pair["similarity"] is not None]
    if not values:
        raise SettingsError("no listed pair has a similarity: there are exact copies only, or none")
    ax.hist(values, bins=40, color="tab:blue")
    threshold = report.data["detection"]["threshold"]
    ax.axvline(threshold, color="black", linestyle="--", label=f"threshold {threshold:.2f}")
    ax.set_xlabel("similarity of listed pairs")
    ax.set_ylabel("pairs")
    ax.legend()


def _lags(report: Report, ax: Any) -> None:
    distances = report.data["recordings"]["distances"]
    if not distances:
        raise SettingsError("no recordings are known: names, times and columns tell none")
    one = distances[0]
    ax.bar(list(_STEPS.values()), [one[field] for field in _STEPS], color="tab:orange")
    ax.tick_params(axis="x", rotation=45)
    ax.set_xlabel(f"steps to the nearest sample of {one['training_split']}")
    ax.set_ylabel(f"samples of {one['evaluation_split']}")


def _correlation(report: Report, ax: Any) -> None:
    predictions = (report.explanation or {}).get("t3") or {}
    correlation = predictions.get("correlation")
    if not correlation:
        raise SettingsError(
            "nothing to correlate: explain the report with numeric targets and predictions"
        )
    points = correlation["points"]
    for exposure in sorted({point["exposure"] for point in points}):
        of_kind = [point for point in points if point["exposure"] == exposure]
        xs = [point["predicted"] for point in of_kind]
        ys = [point["truth"] for point in of_kind]
        ax.scatter(xs, ys, s=8, label=exposure)
    ax.set_xlabel("predicted")
    ax.set_ylabel("true")
    ax.legend()


_KINDS: Dict[str, Callable[[Report, Any], None]] = {
    "leakage": _leakage,
    "pairs": _pairs,
    "lags": _lags,
    "correlation": _correlation,
}
