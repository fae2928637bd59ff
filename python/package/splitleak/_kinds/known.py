"""Telling what something is without importing the library it comes from."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Optional


def is_a(thing: object, package: str, *names: str) -> bool:
    """Whether a class of `package`, by one of these names, is among the classes of `thing`."""
    return any(
        kind.__name__ in names and kind.__module__.split(".")[0] == package
        for kind in type(thing).__mro__
    )


def loaded(package: str) -> Optional[ModuleType]:
    """The package, if the caller has imported it."""
    return sys.modules.get(package)
