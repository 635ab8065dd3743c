"""The log of the calls, matched one to one with what INSi received."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.wire import is_disturbed, returned
from conformance.suite.desk.words import expect_values, shown
from conformance.verdicts import Departure
from simulator.contract.names import Operation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from conformance.drivers.model import AuditEntry
    from simulator.client import ExchangeView
    from simulator.text import Text

OTHER: Final = "autre"
"""What stands for every code that is not that of an answer."""

ANSWERS: Final = frozenset({"00", "01", "02"})
"""The codes of answers. How a failed call is named in a log is left to the software: no text says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request that INSi received, with who made the software send it, for which file."""

    exchange: ExchangeView
    user: str
    patient_id: str | None = None
    """``None``: for no file yet."""

    @property
    def code(self) -> str:
        """The answer code that the software could read; one word for whatever was none."""
        return OTHER if is_disturbed(self.exchange) else _code(self.exchange.code)


def expect_logged(entries: Sequence[AuditEntry], sent: Sequence[Sent], moment: Text) -> None:
    """Check that the log holds one entry for each request, with its code, in any order."""
    expect_equal(
        got=len(entries),
        expected=len(sent),
        fr=f"{moment.fr}, nombre de traces d'appel pour {len(sent)} requête(s) reçue(s) par INSi",
        en=f"{moment.en}, number of call log entries for {len(sent)} request(s) received by INSi",
    )
    codes = Counter(each.code for each in sent)
    got = Counter(_code(entry.code) for entry in entries)
    expect(
        got == codes,
        fr=f"{moment.fr}, codes retour tracés {_listed(got)}, codes reçus {_listed(codes)}",
        en=f"{moment.en}, answer codes logged {_listed(got)}, codes received {_listed(codes)}",
    )


def expect_credited(entries: Sequence[AuditEntry], sent: Sequence[Sent], moment: Text) -> None:
    """Check that each user is in the log once for each request that they caused, and nobody else is."""
    expected, got = Counter(each.user for each in sent), Counter(entry.user for entry in entries)
    expect(
        got == expected,
        fr=f"{moment.fr}, appels tracés par utilisateur {_listed(got)}, appels faits {_listed(expected)}",
        en=f"{moment.en}, calls logged by user {_listed(got)}, calls made {_listed(expected)}",
    )
    pairs, logged = _pairs(sent), Counter((entry.user, _code(entry.code)) for entry in entries)
    expect(
        logged == pairs,
        fr=f"{moment.fr}, appels tracés (utilisateur et code) {_listed(logged)}, appels faits {_listed(pairs)}",
        en=f"{moment.en}, calls logged (user and code) {_listed(logged)}, calls made {_listed(pairs)}",
    )


def expect_data_kept(entries: Sequence[AuditEntry], sent: Sequence[Sent], moment: Text) -> None:
    """Check that what INSi returned with each 00 is in the log as it was returned, and nothing with other codes."""
    answers = [each for each in sent if each.code == "00"]
    found = [entry for entry in entries if entry.code == "00"]
    left = list(found)
    for each in answers:
        expected = returned(each.exchange)
        same = next(
            (entry for entry in left if entry.returned.get("matricule") == expected["matricule"]), None
        )
        entry = same or (left[0] if left else None)
        if entry is None:
            raise Departure(
                f"{moment.fr}, aucune trace du retour 00", f"{moment.en}, no trace of the answer 00"
            )
        left.remove(entry)
        expect_values(
            {name: entry.returned.get(name) or None for name in expected},
            expected,
            fr=f"{moment.fr}, la trace n'est pas ce qu'INSi a renvoyé",
            en=f"{moment.en}, the trace is not what INSi returned",
        )
    for entry in entries:
        expect(
            entry.code == "00" or not any(entry.returned.values()),
            fr=f"{moment.fr}, une trace de code {entry.code} porte des données qu'INSi n'a pas renvoyées",
            en=f"{moment.en}, a log entry of code {entry.code} holds data that INSi did not return",
        )


def without_others(
    entries: Sequence[AuditEntry], others: Iterable[tuple[Collection[str], ExchangeView]]
) -> list[AuditEntry]:
    """Return the entries of calls and verifications but for one of each request that the software made for another file (``Wire.others``)."""
    left = list(entries)
    for files, exchange in others:
        if exchange.operation == Operation.DEPOSIT_LOT.value:
            continue  # Its lines are logged when it is collected.
        action = "INSI_VERIFICATION" if exchange.operation == Operation.VERIFY.value else "INSI_CALL"
        own = [each for each in left if each.action == action and each.patient_id in files]
        code = Sent(exchange=exchange, user="").code
        # How a log tells a verification is its own: the last one, failing one of the same code.
        same = [each for each in own if _code(each.code) == code] or (own if action != "INSI_CALL" else [])
        if same:
            left.remove(same[-1])
    return left


def _pairs(sent: Sequence[Sent]) -> Counter[tuple[str, str]]:
    return Counter((each.user, each.code) for each in sent)


def _code(code: str | None) -> str:
    """Return an answer code, or one word for whatever is not one."""
    return code if code in ANSWERS else OTHER


def _listed(counts: Counter[str] | Counter[tuple[str, str]]) -> str:
    names = (key if isinstance(key, str) else " ".join(key) for key in counts.elements())
    return shown(sorted(names)).fr
