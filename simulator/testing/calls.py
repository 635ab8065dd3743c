"""What the software under test has sent, as a test reads it, and what to say when it is not what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from simulator.ins import comparison_key
from simulator.journal.explain import explain
from simulator.registry.person import Person

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from simulator.contract.messages import Finding, TraitsQuery
    from simulator.journal.exchange import Decision, Exchange

_SHOWN: Final = 10
"""How many calls a failure shows."""


@dataclass(frozen=True, slots=True)
class ReceivedCall:
    """One call of the software and its answer."""

    exchange: Exchange
    """The whole of it, as the journal keeps it."""

    @property
    def operation(self) -> str | None:
        """Wire name, such as ``rechercherInsAvecTraitsIdentite``; ``None`` when the call could not be read."""
        return self.exchange.operation

    @property
    def code(self) -> str:
        """``00``, ``01``, ``02``, or the code of the fault answered."""
        return self.exchange.code

    @property
    def http_status(self) -> int:
        """200, or 500 for a fault."""
        return self.exchange.http_status

    @property
    def traits(self) -> TraitsQuery | None:
        """The traits sent: ``birth_name``, ``first_names`` (a tuple), ``sex``, ``birth_date``, ``birth_place``."""
        return self.exchange.traits

    @property
    def message_id(self) -> str | None:
        """``wsa:MessageID``."""
        return self.exchange.message_id

    @property
    def idam(self) -> str | None:
        """Authorisation number of the software."""
        return self.exchange.idam

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Departures from what the contract or an examiner asks; they do not change the answer."""
        return self.exchange.findings

    @property
    def request(self) -> bytes:
        """The body received, byte for byte."""
        return self.exchange.request

    @property
    def response(self) -> bytes:
        """The body answered, byte for byte."""
        return self.exchange.response

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of the request, names in lower case."""
        return self.exchange.request_headers

    @property
    def decision(self) -> Decision:
        """Why it was answered so."""
        return self.exchange.decision

    def explain(self, lang: Literal["fr", "en"] = "en") -> list[str]:
        """Return the decision in words, line by line."""
        return explain(self.exchange, lang)

    def is_about(self, person: Person) -> bool:
        """Tell whether this person was asked for, by traits or matricule, or was answered."""
        if self.decision.person == person.key:
            return True
        asked, traits, wanted = self.exchange.asked, self.traits, person.identity.traits
        if asked.get("number") == person.identity.matricule.number:
            return True
        return (
            traits is not None
            and _same_text(traits.birth_name, wanted.birth_name)
            and (traits.sex, traits.birth_date) == (wanted.sex, wanted.birth_date)
        )

    def __str__(self) -> str:
        traits = self.traits
        if traits is None:
            asked = "no traits"
        else:
            parts = (
                traits.birth_name,
                *traits.first_names,
                traits.sex,
                traits.birth_date,
                traits.birth_place,
            )
            asked = " ".join(part for part in parts if part) or "empty traits"
        return f"#{self.exchange.id} {self.operation or 'unreadable call'}: {asked} -> {self.code}"


def matching(calls: Sequence[ReceivedCall], criteria: Mapping[str, Any]) -> list[ReceivedCall]:
    """Return the calls that meet all criteria.

    Raises:
        TypeError: there is no such criterion.
    """
    if unknown := sorted(set(criteria) - set(_CRITERIA)):
        raise TypeError(f"unknown criterion {unknown[0]!r}; known are {', '.join(sorted(_CRITERIA))}")
    return [call for call in calls if not _differences(call, criteria)]


def expectation(criteria: Mapping[str, Any], times: int | None) -> str:
    """Say in words what was expected."""
    count = "at least 1 call" if times is None else f"{times} call" + ("s" if times != 1 else "")
    wanted = ", ".join(f"{name}={_shown(value)}" for name, value in criteria.items())
    return f"expected {count}" + (f" with {wanted}" if wanted else "")


def failure(calls: Sequence[ReceivedCall], criteria: Mapping[str, Any], times: int | None) -> str:
    """Say what was expected, what came instead, and why it was answered so."""
    found = matching(calls, criteria)
    lines = [f"{expectation(criteria, times)}, got {len(found)} of {len(calls)} received"]
    if not calls:
        lines.append("  nothing was received: does the software call insi.soap_url?")
    for call in calls[-_SHOWN:]:
        lines.append(f"  {call}")
        lines += [f"      {difference}" for difference in _differences(call, criteria)]
        lines += [f"      | {line}" for line in call.explain("en")]
    if len(calls) > _SHOWN:
        lines.insert(1, f"  the last {_SHOWN}:")
    return "\n".join(lines)


def _differences(call: ReceivedCall, criteria: Mapping[str, Any]) -> list[str]:
    differences = []
    for name, wanted in criteria.items():
        got, same = _CRITERIA[name](call, wanted)
        if not same:
            differences.append(f"{name}: expected {_shown(wanted)}, got {_shown(got)}")
    return differences


def _shown(value: object) -> str:
    return value.key if isinstance(value, Person) else repr(value)


def _same_text(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one is other
    return comparison_key(one) == comparison_key(other)


def _attribute(name: str) -> Callable[[ReceivedCall, Any], tuple[Any, bool]]:
    def check(call: ReceivedCall, wanted: Any) -> tuple[Any, bool]:
        got = getattr(call, name)
        return got, got == wanted

    return check


def _trait(name: str) -> Callable[[ReceivedCall, Any], tuple[Any, bool]]:
    def check(call: ReceivedCall, wanted: Any) -> tuple[Any, bool]:
        got = None if call.traits is None else getattr(call.traits, name)
        return got, got == wanted

    return check


def _birth_name(call: ReceivedCall, wanted: Any) -> tuple[Any, bool]:
    got = None if call.traits is None else call.traits.birth_name
    return got, _same_text(got, wanted)


def _first_names(call: ReceivedCall, wanted: Any) -> tuple[Any, bool]:
    got = () if call.traits is None else call.traits.first_names
    texts = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    return got, comparison_key(" ".join(got)) == comparison_key(" ".join(texts))


def _finding(call: ReceivedCall, wanted: Any) -> tuple[Any, bool]:
    got = [finding.code for finding in call.findings]
    return got, wanted in got


def _person(call: ReceivedCall, wanted: Any) -> tuple[Any, bool]:
    return call.decision.person, call.is_about(wanted)


_CRITERIA: Final[dict[str, Callable[[ReceivedCall, Any], tuple[Any, bool]]]] = {
    **{name: _attribute(name) for name in ("operation", "code", "http_status", "message_id", "idam")},
    **{name: _trait(name) for name in ("sex", "birth_date", "birth_place")},
    "birth_name": _birth_name,
    "first_names": _first_names,
    "finding": _finding,
    "person": _person,
}
