"""Each thing that an entry of the log says stands in its own field.

Passive: nothing is asked for it. A log that holds a code where the mode is, the name of a user where the means is, or the birth name
under the used name, has all that it should and tells something else. Whatever log a check reads is looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import IDENTITY_FIELDS
from conformance.drivers.screens import Authentication
from conformance.suite.desk.found import Found, Owners
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from conformance.drivers.model import AuditEntry

VERIFICATION: Final = "INSI_VERIFICATION"
CALLS: Final = frozenset({"INSI_CALL", VERIFICATION})
_OWNERS: Final[Mapping[str, Owners]] = MappingProxyType(
    {
        "user": Owners("SEC-02", frozenset({"SEC-06", "CAL-16", "VER-02", "ERR-03"})),
        "mode": Owners("SEC-06", frozenset({"VER-02", "ERR-03", "RSP-14", "BLK-04"})),
        "code": Owners("SEC-06", frozenset({"VER-02", "ERR-03", "RSP-14", "BLK-04"})),
        "authentication": Owners("SEC-02", frozenset({"CAL-16", "ERR-03"})),
        "returned": Owners("RSP-14", frozenset({"SEC-06"})),
        "changes": Owners("SEC-05"),
    }
)
"""The rules that ask for what stands in a field of an entry."""
_OF_A_CALL: Final = frozenset({"user", "mode", "code"})
_CODE: Final = re.compile(r"\d\d|(siram|insi|desir)_\w+", re.IGNORECASE)
_MEANS: Final = frozenset(means.value for means in Authentication)
_MODES: Final = frozenset({"TRAITS", "VITALE", "UNIT", "LOT", "RECEPTION"})
_GIVEN: Final = {"first_name", "first_names"}
_FORMS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "matricule": re.compile(r"(?=.{13})\d{5}[\dAB ]{2,}[\d ]+"),
        "oid": re.compile(r"\d+(\.\d+){5,}"),
        "birth_date": re.compile(r"\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4}"),
        "sex": re.compile(r"[MFI]"),
        "birth_place": re.compile(r"\d{5}|2[AB]\d{3}"),
    }
)
"""What a value of these fields looks like; a value of one form is not one of another."""


@dataclass(slots=True)
class Values:
    """What each field of each file is known to have held, and what was typed into it afterwards."""

    _held: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    _typed: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def hold(self, patient_id: str, values: Mapping[str, str | None]) -> None:
        """Note what a file shows."""
        _add(self._held.setdefault(patient_id, {}), values)

    def type(self, patient_id: str, values: Mapping[str, str | None]) -> None:
        """Note what is typed into a file."""
        _add(self._typed.setdefault(patient_id, {}), values)
        self.hold(patient_id, values)

    def of_another(self, patient_id: str, name: str, value: str) -> str | None:
        """Return the field into which a value was typed, if this one never held it."""
        if value in self._held.get(patient_id, {}).get(name, ()):
            return None
        typed = self._typed.get(patient_id, {})
        # The list may be made of the 1er prénom, and this of the list.
        return next((one for one in typed if value in typed[one] and {one, name} != _GIVEN), None)


def _add(known: dict[str, set[str]], values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value and name in IDENTITY_FIELDS:
            known.setdefault(name, set()).add(value)


def misplaced(entry: AuditEntry, values: Values, users: Collection[str]) -> Iterator[Found]:
    """Yield a departure for whatever stands in the wrong field of an entry."""
    for part, told, other in _misplaced(entry, values, users):
        owners = _OWNERS[part]
        if entry.action == VERIFICATION and part in _OF_A_CALL:
            owners = Owners("VER-02", owners.rules)
        yield Found(owners, _departure(part, told, other))


def _misplaced(entry: AuditEntry, values: Values, users: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Yield what stands in the wrong field of an entry: the field, what it holds and what that is, in the words of the API."""
    if entry.action in CALLS:
        if entry.mode and (_CODE.fullmatch(entry.mode) or entry.mode in _MEANS):
            yield "mode", entry.mode, "code"
        if entry.code in _MODES | _MEANS:
            yield "code", entry.code or "", "mode"
        if entry.user in _MODES | _MEANS or _CODE.fullmatch(entry.user or ""):
            yield "user", entry.user, "mode"
        if entry.authentication and entry.authentication in users:
            yield "authentication", entry.authentication, "user"
    for part, told in (("returned", entry.returned), ("changes", entry.changes)):
        for name, value in told.items():
            other = _of_another_form(name, value)
            if part == "changes" and entry.patient_id:
                other = other or values.of_another(entry.patient_id, name, value)
            if other:
                yield part, f"{name} = {value}", other


def _departure(part: str, told: str, other: str) -> Departure:
    """Return what is said of something in the wrong field."""
    return Departure(
        f"une trace du journal porte « {told} » dans « {part} » : c'est une valeur de « {other} »",
        f"an entry of the log holds “{told}” in “{part}”: that is a value of “{other}”",
    )


def _of_another_form(name: str, value: str) -> str | None:
    """Return the identity field that a value looks like, if it looks like none of the field under which it stands."""
    own = _FORMS.get(name)
    if name not in IDENTITY_FIELDS or (own and own.fullmatch(value)):
        return None
    return next((other for other, form in _FORMS.items() if form.fullmatch(value)), None)
