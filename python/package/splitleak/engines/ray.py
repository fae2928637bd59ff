"""The steps of a check on Ray. Call `ray.init` before; a task has all threads of `cpus` CPUs."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional, Sequence

import ray
import ray.data

from .. import engines
from .._report import Report
from .._samples import Paths


def check(
    source: Paths,
    folder: Paths,
    *,
    tasks: int,
    cpus: int = 1,
    images_per_file: Optional[int] = None,
    options: Sequence[str] = (),
) -> Report:
    """Check a dataset in so many tasks. All machines must see `source` and `folder`."""

    def each(step: Callable[[str], object]) -> None:
        def done(row: Dict[str, str]) -> Dict[str, str]:
            step(row["share"])
            return row

        rows = ray.data.from_items([{"share": share} for share in engines.shares(tasks)])
        # A task that is lost with its machine is done again.
        remote: Dict[str, Any] = {"num_cpus": cpus, "max_retries": -1}
        rows.repartition(tasks).map(done, **remote).materialize()

    return engines.check(each, source, folder, cpus, images_per_file, options)
