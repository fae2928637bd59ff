"""The steps of a check on engines that run on several machines: `ray` and `spark`.

An engine hands out shares of the work, such as "3/8", and moves nothing else: what is found lies in
files that all machines see, so that it does not matter which machine does what, or how often.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Sequence

from .. import steps
from .._report import Report
from .._samples import Paths


def shares(count: int) -> List[str]:
    """Names of so many shares."""
    return [f"{number}/{count}" for number in range(1, count + 1)]


def check(
    each: Callable[[Callable[[str], object]], None],
    source: Paths,
    folder: Paths,
    cpus: int,
    images_per_file: Optional[int],
    options: Sequence[str],
) -> Report:
    """Check a dataset, where `each` has an engine do a step for every share."""
    source, folder = str(source), str(folder)
    of_dataset: Dict[str, Any] = {"images_per_file": images_per_file, "options": list(options)}
    quiet: Dict[str, Any] = {"threads": cpus, "progress": False}
    each(lambda share: steps.sign(source, folder, share=share, **of_dataset, **quiet))
    steps.learn(source, folder, **of_dataset)
    each(lambda share: steps.match(folder, share=share, **quiet))
    return steps.report(source, folder, **of_dataset)
