"""The steps of a check on Spark, on the session that is given."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, Optional, Sequence

from pyspark.sql import SparkSession

from .. import steps
from .._report import Report
from .._samples import Paths
from . import shares


def check(
    session: SparkSession,
    source: Paths,
    folder: Paths,
    *,
    tasks: int,
    cpus: int = 1,
    images_per_file: Optional[int] = None,
    options: Sequence[str] = (),
) -> Report:
    """Check a dataset in so many tasks. All machines must see `source` and `folder`."""
    source, folder = str(source), str(folder)
    of_dataset: Dict[str, Any] = {"images_per_file": images_per_file, "options": list(options)}

    def each(step: Callable[[str], object]) -> None:
        def done(own: Iterator[str]) -> Iterator[int]:
            yield sum(1 for share in own if step(share) is not None)

        # A task that is lost with its machine is done again, `spark.task.maxFailures` times.
        session.sparkContext.parallelize(shares(tasks), tasks).mapPartitions(done).collect()

    quiet: Dict[str, Any] = {"threads": cpus, "progress": False}
    each(lambda share: steps.sign(source, folder, share=share, **of_dataset, **quiet))
    steps.learn(source, folder, **of_dataset)
    each(lambda share: steps.match(folder, share=share, **quiet))
    return steps.report(source, folder, **of_dataset)
