"""An answer as a person saw it, and the words that screens have for what it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import CallOutcome
from conformance.guided.counter import Seen, SenselessError
from conformance.guided.seeing import LINES
from conformance.suite.desk.words import seen
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.guided.counter import Mark

Json = Any
NOTHING: Final = Text("(rien)", "(nothing)")

BILLING: Final = Text("numéro de facturation", "billing number")

OUTCOMES: Final[Mapping[CallOutcome, Text]] = {
    CallOutcome.FOUND: Text(
        "l'identité trouvée est proposée, rien n'est enregistré",
        "the identity found is proposed, nothing is stored",
    ),
    CallOutcome.REJECTED: Text(
        "l'identité reçue n'est pas proposée, une alerte dit pourquoi",
        "the identity received is not proposed, an alert says why",
    ),
    CallOutcome.NOT_FOUND: Text("aucune identité trouvée", "no identity found"),
    CallOutcome.SEVERAL: Text("plusieurs identités trouvées", "several identities found"),
    CallOutcome.BLOCKED: Text(
        "l'appel n'est pas fait, l'utilisateur le voit", "no call is made, the user sees it"
    ),
    CallOutcome.ERROR: Text("l'appel a échoué, l'utilisateur le voit", "the call failed, the user sees it"),
}
"""How the end of a call is told to a person."""

STATUSES: Final[Mapping[str, Text]] = {
    "PROV": Text("identité provisoire (PROV)", "identité provisoire (PROV)"),
    "RECUP": Text("identité récupérée (RECUP)", "identité récupérée (RECUP)"),
    "VALI": Text("identité validée (VALI)", "identité validée (VALI)"),
    "QUAL": Text("identité qualifiée (QUAL)", "identité qualifiée (QUAL)"),
}


@dataclass(slots=True)
class Sight:
    """An answer as it was seen."""

    answer: Json
    unseen: list[str] = field(default_factory=list)
    """Members that were not visible."""


def hidden_lines(marks: Iterable[Mark]) -> list[str]:
    """Return what was not visible of a list whose lines were confirmed, for ``Sight.unseen``."""
    return [LINES] if any(mark.seen is Seen.HIDDEN for mark in marks) else []


def status_of(counter_text: str) -> str:
    """Read a status as people write it.

    Raises:
        SenselessError: it is none of the four; what else a screen shows is a matter of a note.
    """
    word = counter_text.strip().casefold()
    for code, text in STATUSES.items():
        if word and (word == code.casefold() or word in text.fr.casefold()):
            return code
    raise SenselessError(
        Text("PROV, RECUP, VALI ou QUAL", "PROV, RECUP, VALI or QUAL"),
    )


def french_day(day: str | None) -> str:
    """Return a stored date as screens show it: ``JJ/MM/AAAA``."""
    parts = (day or "").split("-")
    return "/".join(reversed(parts)) if len(parts) == 3 else day or ""  # noqa: PLR2004 - year, month, day


def shown(value: object) -> Text:
    """Return a value as a line shows it."""
    return Text.same(seen(str(value))) if value else NOTHING
