"""The steps of a check on Spark, on the session that is given."""

from __future__ import annotations

from typing import Callable, Iterator, Optional, Sequence

from pyspark.sql import SparkSession

from .. import engines
from .._report import Report
from .._samples import Paths


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

    def each(step: Callable[[str], object]) -> None:
        def done(own: Iterator[str]) -> Iterator[int]:
            yield sum(1 for share in own if step(share) is not None)

        # A task that is lost with its machine is done again, `spark.task.maxFailures` times.
        session.sparkContext.parallelize(engines.shares(tasks), tasks).mapPartitions(done).collect()

    return engines.check(each, source, folder, cpus, images_per_file, options)
