"""The steps of a check on engines that run on several machines: `ray` and `spark`.

An engine hands out shares of the work, such as "3/8", and moves nothing else: what is found lies in
files that all machines see, so that it does not matter which machine does what, or how often.
"""

from __future__ import annotations

from typing import List


def shares(count: int) -> List[str]:
    """Names of so many shares."""
    return [f"{number}/{count}" for number in range(1, count + 1)]
