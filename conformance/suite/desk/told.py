"""What the software tells its user at the end of a call, and whether an ending can be told from another.

The words are the software's own. What can be judged is that there are some, and that they are not those of another
ending: a filtered answer told as «no identity found», or every ending told by one formula, misleads the user.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.drivers.model import Patient
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.drivers.model import CallOutcome, InsiCall
    from simulator.text import Text

_LETTERS = 2
"""Letters that make a word: less than one word tells nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a user saw of a call."""

    outcome: CallOutcome | None
    """``None`` when the software refused the act instead of reporting a call."""
    words: frozenset[str]
    """Each message, without what is particular to the patient: names, digits, case, spaces."""

    @property
    def says_something(self) -> bool:
        """Whether there is at least a word."""
        return any(len(re.findall(r"[^\W\d_]", words)) >= _LETTERS for words in self.words)


def told(
    call: InsiCall | RefusedError,
    *more: RefusedError | None,
    about: Patient | Iterable[str | None] = (),
    alerts: Iterable[str] = (),
) -> Told:
    """Return what the user was told by a call and by the refusals that followed; ``about`` says who the patient is."""
    refusals = [each for each in (call, *more) if isinstance(each, RefusedError)]
    texts = [refusal.message for refusal in refusals] + list(alerts)
    outcome = None
    if not isinstance(call, RefusedError):
        outcome = call.outcome
        texts += [call.message, *(alert.message for alert in call.alerts)]
    return Told(
        outcome=outcome, words=frozenset(filter(None, (_plain(text, _names(about)) for text in texts)))
    )


def expect_told(got: Told, others: Mapping[str, Told], moment: Text, *, inferred: bool = False) -> None:
    """Raise a ``Departure`` unless the user is told something that none of ``others``, by what they are, says as well.

    A message that comes with each of several endings is no news; one that no other ending has must be among them.
    """
    expect(
        got.says_something,
        fr=f"{moment.fr}, aucun message ni alerte n'informe l'utilisateur",
        en=f"{moment.en}, no message and no alert tells the user",
        inferred=inferred,
    )
    for name, other in others.items():
        expect(
            got.words - other.words or got.outcome is None,
            fr=f"{moment.fr}, l'utilisateur lit ce qu'il lit pour {name} : « {_joined(got)} »",
            en=f"{moment.en}, the user reads what they read for {name}: “{_joined(got)}”",
            inferred=inferred,
        )


def _joined(told_: Told) -> str:
    return " / ".join(sorted(told_.words))


def _names(about: Patient | Iterable[str | None]) -> list[str]:
    if isinstance(about, Patient):
        about = (
            about.birth_name,
            about.first_names,
            about.first_name,
            about.used_name,
            about.used_first_name,
        )
    return sorted({name.casefold() for name in about if name}, key=len, reverse=True)


def _plain(text: str, names: Iterable[str]) -> str:
    plain = text.casefold()
    for name in names:
        plain = plain.replace(name, " ")
    return " ".join(re.sub(r"[\d/:.,;()«»\"'-]+", " ", plain).split())
