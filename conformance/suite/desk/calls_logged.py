"""Each request for a file is in the log of that file, under whoever made it, with its code.

Passive: nothing is asked for it. The checks of the log count the calls that they make; whatever log is read of a file is compared
here with the calls that were made for it before, on every way and for people of every kind. More entries than requests are their matter.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from conformance.suite.desk.found import Found, Owners
from conformance.suite.desk.log import ANSWERS
from conformance.suite.desk.wire import is_disturbed
from conformance.suite.desk.words import shown
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.drivers.model import AuditEntry
    from simulator.client import ExchangeView

_CALL: Final = "INSI_CALL"
_OWNERS: Final = Owners("SEC-06", frozenset({"SEC-02", "ERR-03", "RSP-14"}))


@dataclass(slots=True)
class CallsLogged:
    """The calls made for each file, and what the logs say of them."""

    found: list[Found] = field(default_factory=list)
    _made: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)

    def called(self, patient_id: str, user: str, exchanges: Collection[ExchangeView]) -> None:
        """Note what a user had the software ask for a file, where it could read the answer."""
        made = self._made.setdefault(patient_id, Counter())
        made.update(
            (user, each.code) for each in exchanges if each.code in ANSWERS and not is_disturbed(each)
        )

    def forget(self) -> None:
        """Know of no call any more."""
        self._made.clear()

    def read(self, patient_id: str, reader: str, entries: Collection[AuditEntry]) -> None:
        """Compare the log of a file with the calls made for it; a log may show each user their own acts only."""
        told = Counter((entry.user, entry.code or "") for entry in entries if entry.action == _CALL)
        is_own = {entry.user for entry in entries} <= {reader}
        made = self._made.get(patient_id, Counter())
        missing = (
            Counter({each: count for each, count in made.items() if not is_own or each[0] == reader}) - told
        )
        # Of a software whose log names no file nothing is compared.
        if missing and told:
            self._made.pop(patient_id)
            names = sorted(f"{user} {code}" for user, code in missing)
            self.found.append(
                Found(
                    _OWNERS,
                    Departure(
                        f"le journal d'un dossier ne porte pas tous les appels faits pour lui : il manque {shown(names).fr}",
                        f"the log of a file does not hold all the calls made for it: missing {shown(names).en}",
                    ),
                )
            )
