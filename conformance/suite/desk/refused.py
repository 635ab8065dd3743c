"""What a software refuses, it does not do all the same: after a refusal the file that is read next anyway is the one from before.

Passive: nothing is asked for it. A file that was read, then was in an act that the software refused, and is read again by
the same person with nothing done in between, is compared. Each rule that says when an act is refused would have to look at this after
each of its refusals, for each thing in a file; here it is looked at for all of them. What is found is a departure of the rules of the
check, where the act is one that they are about; elsewhere the checks of those rules say it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.errors import RefusedError
from conformance.drivers.model import CallOutcome, InsiCall, Patient, Verb
from conformance.drivers.partners import Verification, VerificationOutcome
from conformance.suite.desk.snapshot import HOMONYM_OR_SAME, Moment, Snapshot, expect_kept
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from conformance.drivers.model import Actor
    from conformance.drivers.protocol import Driver


@dataclass(frozen=True, slots=True)
class _Act:
    """An act on a file, once refused: how that is called, and the groups of rules that say what it may do."""

    fr: str
    en: str
    groups: frozenset[str]


_ACTS: Final[Mapping[str, _Act]] = MappingProxyType(
    {
        Verb.UPDATE_PATIENT: _Act(
            "modification refusée", "change refused", frozenset({"STA", "FLD", "TRT", "MAT", "RSP", "ATT"})
        ),
        Verb.RECORD_PROOF: _Act("pièce refusée", "document refused", frozenset({"PRF", "ATT", "STA"})),
        Verb.VALIDATE_IDENTITY: _Act(
            "validation refusée", "validation refused", frozenset({"STA", "ATT", "PRF"})
        ),
        Verb.SET_ATTRIBUTES: _Act("attributs refusés", "attributes refused", frozenset({"ATT", "STA"})),
        Verb.DOWNGRADE_STATUS: _Act("abaissement refusé", "downgrade refused", frozenset({"STA", "ATT"})),
        Verb.DECIDE_PROPOSAL: _Act("décision refusée", "decision refused", frozenset({"RSP", "ATT", "STA"})),
        Verb.CALL_INSI_TRAITS: _Act("appel INSi refusé", "INSi call refused", frozenset({"CAL", "ATT"})),
        Verb.VERIFY_INS: _Act("vérification refusée", "verification refused", frozenset({"VER"})),
    }
)
_ONLY_READ: Final = frozenset(
    {
        Verb.READ_STATUS_HISTORY,
        Verb.READ_INS_HISTORY,
        Verb.READ_PROPOSAL,
        Verb.READ_WORKLIST,
        Verb.READ_DOCUMENTS,
        Verb.READ_AUDIT_LOG,
        Verb.READ_FORM,
        Verb.READ_SETTINGS,
        Verb.READ_RIGHTS,
        Verb.SEARCH_PATIENTS,
        Verb.SEARCH_BY_MATRICULE,
    }
)
"""Looks, after which a file is as it was."""
_NAMES: Final = frozenset({*(verb.value for verb in Verb), "reset"})
_GRAVE: Final = (
    "status", "matricule", "oid", "birth_name", "first_names", "first_name", "birth_date", "sex", "birth_place",
)  # fmt: skip
"""What no refused act may change in the eyes of any text; of the rest that is deduced."""
_NOT_DONE: Final = frozenset({CallOutcome.BLOCKED, VerificationOutcome.BLOCKED})


class Watched:
    """A software whose refusals are watched; it has every member of the one that it wraps.

    Args:
        lgo: the software under test.
    """

    def __init__(self, lgo: Driver) -> None:
        """Begin with nothing seen."""
        self._lgo = lgo
        self._seen: dict[tuple[str, Actor | None], Patient] = {}
        self._refused: dict[str, list[str]] = {}
        self._calls: dict[str, str] = {}
        self._found: list[tuple[frozenset[str], Departure]] = []

    @property
    def unwatched(self) -> Driver:
        """The software itself: for what several checks share, whose refusals are not those of the check that comes first.

        What was seen so far is forgotten: acts are missed from now on.
        """
        self._forget()
        return self._lgo

    def tell(self, rules: Collection[str]) -> None:
        """Raise the first departure found that belongs to one of these rules, if any.

        Args:
            rules: keys of the rules of the check.

        Raises:
            Departure: a file has changed by an act that was refused.
        """
        groups = {rule.partition("-")[0] for rule in rules}
        for concerned, departure in self._found:
            if concerned & groups:
                raise departure

    def __getattr__(self, name: str) -> Any:
        """Return the member of the wrapped software; a verb comes with its watch."""
        member = getattr(self._lgo, name)
        if name not in _NAMES or name in _ONLY_READ:
            return member
        watched = self._reading(member) if name == Verb.READ_PATIENT else self._acting(name, member)
        # Found at once the next time.
        self.__dict__[name] = watched
        return watched

    def _reading(self, member: Callable[..., Patient]) -> Callable[..., Patient]:
        @functools.wraps(member)
        def read(patient_id: str, *args: Any, **named: Any) -> Patient:
            now = member(patient_id, *args, **named)
            key = (patient_id, named.get("actor"))
            before = self._seen.get(key)
            self._seen[key] = now
            if before is not None and (verbs := self._refused.get(patient_id)):
                self._compare(before, now, verbs)
            return now

        return read

    def _acting(self, name: str, member: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(member)
        def act(*args: Any, **named: Any) -> Any:
            is_refused = False
            try:
                answer = member(*args, **named)
                is_refused = isinstance(answer, (InsiCall, Verification)) and answer.outcome in _NOT_DONE
                self._note(answer)
            except RefusedError:
                is_refused = True
                raise
            finally:
                self._acted(name, args, is_refused=is_refused)
            return answer

        return act

    def _note(self, answer: object) -> None:
        if isinstance(answer, InsiCall) and answer.patient_id is not None:
            self._calls[answer.id] = answer.patient_id

    def _acted(self, name: str, args: tuple[Any, ...], *, is_refused: bool) -> None:
        """Note an act: what was seen holds no more, unless the software has refused it."""
        if not is_refused or name not in _ACTS or not args:
            self._forget()
            return
        patient_id = self._calls.get(args[0]) if name == Verb.DECIDE_PROPOSAL else args[0]
        if patient_id is not None:
            self._refused.setdefault(patient_id, []).append(name)

    def _forget(self) -> None:
        self._seen.clear()
        self._refused.clear()

    def _compare(self, before: Patient, now: Patient, verbs: Collection[str]) -> None:
        acts = [_ACTS[name] for name in dict.fromkeys(verbs)]
        moment = Moment(
            f"après {' et '.join(act.fr for act in acts)}", f"after {' and '.join(act.en for act in acts)}"
        )
        was, got = Snapshot(patient=before, history=None), Snapshot(patient=now, history=None)
        is_grave = any(was.values[name] != got.values[name] for name in _GRAVE)
        try:
            expect_kept(got, was, moment, besides={"attributes": HOMONYM_OR_SAME}, inferred=not is_grave)
        except Departure as departure:
            groups = frozenset[str]().union(*(act.groups for act in acts))
            self._found.append((groups, departure))
