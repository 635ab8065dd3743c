"""One act of a person at the software: what was asked of them, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args

from conformance.drivers.model import InsiCall, Patient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Actor
    from conformance.drivers.verbs import Declaration
    from simulator.client import ExchangeView


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One verb, as it was asked."""

    declaration: Declaration
    actor: Actor | None
    arguments: Mapping[str, Any]
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of an act at the software."""

    outcome: str = "done"
    message: str = ""
    exchanges: tuple[ExchangeView, ...] = ()
    void: tuple[int, ...] = ()


def is_file(declaration: Declaration) -> bool:
    """Tell whether a verb answers the file of a patient, or none."""
    return declaration.answer is Patient or (
        Patient in get_args(declaration.answer) and NoneType in get_args(declaration.answer)
    )


def is_looked_at(declaration: Declaration) -> bool:
    """Tell whether a verb is done to see something; the answer of another act is looked at by reading the file."""
    if declaration.answer is NoneType:
        return False
    return declaration.method == "GET" or declaration.answer is InsiCall or not is_file(declaration)
