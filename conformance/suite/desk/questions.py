"""Refusals that may be a question to the user: a software asks before an act that takes something away, or that commits somebody.

The same act asked once more is the answer yes. A software that refuses in earnest refuses it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Attribute, Role, Status, Verb
from conformance.suite.desk.routes import WITH_INS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Patient

_LOSING: Final = frozenset(
    {
        frozenset({Attribute.DOUTEUSE}),
        frozenset({Attribute.FICTIVE}),
        frozenset({Attribute.DOUTEUSE, Attribute.HOMONYME}),
    }
)
"""Marks that take an INS away, and that may stand so."""


def may_be_asked(name: str, args: tuple[Any, ...], named: Mapping[str, Any], file: Patient | None) -> bool:
    """Return whether the refusal of an act on a file, which was allowed as far as is known, may be a question."""
    if file is None:
        return False
    match name:
        case Verb.SET_ATTRIBUTES:
            return args[1] in _LOSING
        case Verb.UPDATE_PATIENT:
            return file.status in WITH_INS and getattr(named.get("actor"), "role", None) is Role.SUPER_USER
        case Verb.DOWNGRADE_STATUS:
            return file.status in WITH_INS
        case Verb.RENDER_DOCUMENT:
            return file.status is not Status.QUAL
        case _:
            return False
