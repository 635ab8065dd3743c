"""The faults that data cannot say, by the name used under ``hand``: a folder for each group of rules, a module for each rule.

Each takes the records that come out of the seam, what is known about them, and the memory of the fault; it returns
the records that go on. ``common`` holds what they share, ``families`` the faults made by the dozen, ``allowed`` the right
behaviours that ``conformance.reference.variants`` names.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.reference.defects.by_hand.common.hand import Hand


def _modules() -> Iterator[tuple[str, dict[str, Hand]]]:
    for group in pkgutil.iter_modules(__path__, f"{__name__}."):
        for module in pkgutil.iter_modules(import_module(group.name).__path__, f"{group.name}."):
            yield module.name, getattr(import_module(module.name), "FUNCTIONS", {})


BY_MODULE: Final = dict(_modules())
"""The faults of each module."""
FUNCTIONS: Final = {name: function for module in BY_MODULE.values() for name, function in module.items()}
"""What ``hand`` may name."""
