"""Values that a call is made of by the dozen: frozen for whoever writes code, made without the price of being so while it runs.

The ``__init__`` of a frozen dataclass sets each field through ``object.__setattr__``, which costs several times what setting it costs:
170 fields for one look-up. mypy, which checks the whole project, refuses to change them as those of any frozen dataclass.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as value
else:

    def value(*, frozen: bool, **options: Any) -> Callable[[type], type]:
        """Decorate as ``dataclasses.dataclass(frozen=True, …)`` does: equal and hashed by its fields, and not to be changed."""
        assert frozen  # noqa: S101 - said where it is read
        return dataclasses.dataclass(unsafe_hash=True, **options)


__all__ = ["value"]
