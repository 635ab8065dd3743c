"""What a software refuses, or is only asked, it does not do all the same, and what it does to one file it does to no other.

Passive: nothing is asked for it. A file that was read, then was in an act that the software refused or that changes nothing (a call,
an answer declined, a verification that is no KO), and is read again by the same person with nothing else done in between, is compared;
so is one that was read before and after acts on others. Each rule about an act would have to look at this after each of them, for each
thing in a file; here it is looked at for all. What is found is a departure of the rules of the check, where the act is one that they
are about; elsewhere it is told apart, under the rule that says it (``found``). The entries of whatever log is read are looked at as well (``said_in_log``).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.cards import CardReading
from conformance.drivers.errors import RefusedError
from conformance.drivers.model import IDENTITY_FIELDS, Attribute, CallOutcome, InsiCall, Patient, Verb
from conformance.drivers.partners import Document, Verification, VerificationOutcome
from conformance.suite.desk.accounts import LOOKS, Accounts, user_of
from conformance.suite.desk.found import Found, Owners, together
from conformance.suite.desk.lifted import is_lift_logged
from conformance.suite.desk.questions import may_be_asked
from conformance.suite.desk.said_in_log import Values, misplaced
from conformance.suite.desk.snapshot import ANYTHING, HOMONYM_OR_SAME, Moment, Snapshot, expect_kept
from conformance.suite.desk.subjects import VERIFYING, subject_of
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from conformance.drivers.model import Actor, AuditEntry
    from conformance.drivers.protocol import Driver
    from conformance.suite.desk.wire import Wire


@dataclass(frozen=True, slots=True)
class _Act:
    """An act on a file: how it is called, and the rules that say what it may do."""

    fr: str
    en: str
    owners: Owners


_ACTS: Final[Mapping[str, _Act]] = MappingProxyType(
    {
        Verb.UPDATE_PATIENT: _Act(
            "modification", "change", Owners("STA-12", frozenset({"STA", "FLD", "TRT", "MAT", "RSP", "ATT"}))
        ),
        Verb.RECORD_PROOF: _Act(
            "enregistrement d'une pièce",
            "recording of a document",
            Owners("PRF-01", frozenset({"PRF", "ATT", "STA"})),
        ),
        Verb.VALIDATE_IDENTITY: _Act(
            "validation", "validation", Owners("PRF-04", frozenset({"STA", "ATT", "PRF"}))
        ),
        Verb.SET_ATTRIBUTES: _Act(
            "choix des attributs", "choice of attributes", Owners("ATT-01", frozenset({"ATT", "STA"}))
        ),
        Verb.DOWNGRADE_STATUS: _Act("abaissement", "downgrade", Owners("STA-08", frozenset({"STA", "ATT"}))),
        Verb.DECIDE_PROPOSAL: _Act(
            "décision sur l'identité INSi",
            "decision on the INSi identity",
            Owners("RSP-02", frozenset({"RSP", "ATT", "STA"})),
        ),
        Verb.CALL_INSI_TRAITS: _Act("appel INSi", "INSi call", Owners("RSP-01", frozenset({"CAL", "ATT"}))),
        Verb.CALL_INSI_CARD: _Act(
            "appel INSi par carte", "INSi call by card", Owners("RSP-01", frozenset({"CAL", "ATT"}))
        ),
        Verb.VERIFY_INS: _Act("vérification", "verification", Owners("VER-05", frozenset({"VER"}))),
    }
)
_CHANGES_NOTHING: Final[Mapping[object, Owners]] = MappingProxyType(
    {
        CallOutcome.FOUND: Owners("RSP-01"),
        CallOutcome.NOT_FOUND: Owners("RSP-12"),
        CallOutcome.SEVERAL: Owners("RSP-13"),
        CallOutcome.REJECTED: Owners("ERR-04", frozenset({"RSP-08", "RSP-09", "ERR-02"})),
        CallOutcome.ERROR: Owners("ERR-02", frozenset({"ERR-01", "ERR-04", "ERR-06"})),
        VerificationOutcome.OK: Owners("VER-05", frozenset({"VER"})),
        VerificationOutcome.ERROR: Owners("ERR-02", frozenset({"VER"})),
    }
)
"""What an act may end with that changes no file, and the rules that say so."""
_HOMONYM: Final = frozenset({Attribute.HOMONYME})
_DECLINED: Final = Owners("RSP-01")
_OF_ONE_FILE: Final = frozenset(
    {
        Verb.UPDATE_PATIENT,
        Verb.RECORD_PROOF,
        Verb.VALIDATE_IDENTITY,
        Verb.SET_ATTRIBUTES,
        Verb.DOWNGRADE_STATUS,
    }
)
"""Acts that are over with their own file; an INS that INSi gives or denies may be one that another file holds."""
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
_LAST: Final = 40
"""Entries of a log that are looked at when it is read."""
_OF_A_CALL: Final = frozenset({Verb.DECIDE_PROPOSAL, Verb.READ_PROPOSAL, Verb.READ_INSI_CALL})
"""Acts that name a call in the place of a file."""
_NOT_DONE: Final = frozenset({CallOutcome.BLOCKED, VerificationOutcome.BLOCKED})


@dataclass(frozen=True, slots=True)
class _Done:
    """An act after which a file has to be as it was, and the rules that say so."""

    act: _Act
    owners: Owners
    is_quiet: bool = False
    """It was done, and changes nothing by its nature."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A reading of a file, and how many such acts there were before it."""

    patient: Patient
    refused: int
    elsewhere: int


class Watched:
    """A software whose refusals and files are watched; it has every member of the one that it wraps.

    Args:
        lgo: the software under test.
        wire: what INSi received; ``None``: its answers are not known.
    """

    def __init__(self, lgo: Driver, wire: Wire | None = None) -> None:
        """Begin with nothing seen."""
        self._lgo, self._wire = lgo, wire
        self._accounts = Accounts(wire)
        self._seen: dict[tuple[str, Actor | None], _Seen] = {}
        self._refused: dict[str, list[_Done]] = {}
        self._elsewhere: dict[str, list[_Done]] = {}
        self._calls: dict[str, str] = {}
        self._proposed: set[str] = set()
        self._cards: dict[str, tuple[Mapping[str, Any], ...]] = {}
        self._values, self._users = Values(), set[str]()
        self._found: list[Found] = []
        self._adopted: list[Found] = []

    def apart(self) -> Watched:
        """Return the same software with a watch of its own, for what several checks share.

        What was seen so far is forgotten: acts are missed from now on.
        """
        self._forget()
        self._accounts.forget()
        return Watched(self._lgo, self._wire)

    @property
    def found(self) -> tuple[Found, ...]:
        """The departures found so far."""
        on_the_wire = self._wire.found if self._wire is not None else ()
        return (*self._adopted, *self._found, *self._accounts.found, *on_the_wire)

    def adopt(self, found: Collection[Found]) -> None:
        """Take over what was found while something was prepared that this check shares with others."""
        self._adopted.extend(each for each in found if each not in self._adopted)

    def first(self, rules: Collection[str]) -> Found | None:
        """Return the first departure found that belongs to one of these rules, if any."""
        return next((found for found in self.found if found.owners.concern(rules)), None)

    def __getattr__(self, name: str) -> Any:
        """Return the member of the wrapped software; a verb comes with its watch."""
        member = getattr(self._lgo, name)
        watch = self._watch_of(name)
        if watch is None:
            return member
        # Found at once the next time.
        self.__dict__[name] = watched = watch(name, member)
        return watched

    def _watch_of(self, name: str) -> Callable[[str, Callable[..., Any]], Callable[..., Any]] | None:
        if name == Verb.READ_PATIENT:
            return self._reading
        if name == Verb.READ_AUDIT_LOG:
            return self._reading_log
        if name in LOOKS:
            return self._looking
        if name not in _NAMES:
            return None
        return self._showing if name in _ONLY_READ else self._acting

    def _showing(self, name: str, member: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(member)
        def show(*args: Any, **named: Any) -> Any:
            answer = member(*args, **named)
            self._note_whom(name, args, named, answer)
            return answer

        return show

    def _note_whom(self, name: str, args: tuple[Any, ...], named: Mapping[str, Any], answer: object) -> None:
        """Tell the wire whom an act was about."""
        if self._wire is None:
            return
        self._wire.files.handed.extend(each.content for each in args if isinstance(each, Document))
        told = subject_of(name, args, named, answer, self._cards)
        if isinstance(answer, CardReading):
            self._cards[answer.id] = told.traits
        if isinstance(answer, Patient):
            self._wire.files.hold(answer)
        files = {*told.files, self._calls.get(args[0], "")} if name in _OF_A_CALL else told.files
        self._wire.acting(*files, traits=told.traits, is_open=told.is_open, is_answered=told.is_answered)

    def _reading(self, _name: str, member: Callable[..., Patient]) -> Callable[..., Patient]:
        @functools.wraps(member)
        def read(patient_id: str, *args: Any, **named: Any) -> Patient:
            now = member(patient_id, *args, **named)
            self._note_denied(now)
            self._note_whom(Verb.READ_PATIENT, (patient_id,), named, now)
            self._accounts.read(now, named)
            self._values.hold(now.id, identity_of(now))
            key = (patient_id, named.get("actor"))
            before = self._seen.get(key)
            refused, elsewhere = self._refused.get(now.id, ()), self._elsewhere.get(now.id, ())
            self._seen[key] = _Seen(now, len(refused), len(elsewhere))
            if before is not None and before.patient != now:
                self._compare(before, now)
            return now

        return read

    def _note_denied(self, now: Patient) -> None:
        """Forget a file that has lost its INS because the software had it verified by itself: what INSi denies goes."""
        if self._wire is None or now.matricule:
            return
        number = self._wire.files.number_of(now.id) or self._accounts.number_of(now.id)
        if number and self._wire.denied(number):
            self._accounts.forget_file(now.id)
            self._seen = {key: seen for key, seen in self._seen.items() if key[0] != now.id}

    def _looking(self, name: str, member: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(member)
        def look(*args: Any, **named: Any) -> Any:
            answer = member(*args, **named)
            self._note_whom(name, args, named, answer)
            self._accounts.looked(name, args, named, answer)
            return answer

        return look

    def _acting(self, name: str, member: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(member)
        def act(*args: Any, **named: Any) -> Any:
            if name == Verb.UPDATE_PATIENT and len(args) > 1:
                self._values.type(*args[:2])
            self._users.add(user_of(named))
            is_refused, answer = False, None
            try:
                answer = self._accounts.asking(name, self._told(name, member), args, named)
                is_refused = isinstance(answer, (InsiCall, Verification)) and answer.outcome in _NOT_DONE
                self._note(answer)
                self._accounts.done(name, args, named, answer, _ACTS[name].owners if name in _ACTS else None)
            except RefusedError:
                is_refused = True
                raise
            finally:
                if isinstance(answer, InsiCall):
                    args = (answer.patient_id or "",)
                self._acted(name, args, is_refused=is_refused, quiet=_quiet(answer, named))
            return answer

        return act

    def _told(self, name: str, member: Callable[..., Any]) -> Callable[..., Any]:
        """Return a verb that tells the wire whom it was about, and which verifications it was meant to make."""
        wire = self._wire
        if wire is None:
            return member

        def tell(*args: Any, **named: Any) -> Any:
            def act() -> Any:
                answer = None
                try:
                    answer = self._confirmed(name, functools.partial(member, *args, **named), args, named)
                finally:
                    self._note_whom(name, args, named, answer)
                return answer

            return wire.asking(act) if name in VERIFYING else act()

        return tell

    def _confirmed(
        self, name: str, act: Callable[[], Any], args: tuple[Any, ...], named: Mapping[str, Any]
    ) -> Any:
        """Do an act, and once more where the refusal may be a question to the user: the same act then says yes."""
        try:
            return act()
        except RefusedError:
            is_accepted = name == Verb.DECIDE_PROPOSAL and named.get("accept") and args[0] in self._proposed
            if not is_accepted and not may_be_asked(name, args, named, self._file(args)):
                raise
        return act()

    def _file(self, args: tuple[Any, ...]) -> Patient | None:
        """Return the file that an act names, as it was shown last."""
        return (
            self._wire.files.shown.get(args[0]) if self._wire and args and isinstance(args[0], str) else None
        )

    def _reading_log(
        self, name: str, member: Callable[..., list[AuditEntry]]
    ) -> Callable[..., list[AuditEntry]]:
        @functools.wraps(member)
        def read(*args: Any, **named: Any) -> list[AuditEntry]:
            entries = member(*args, **named)
            self._note_whom(name, args, named, entries)
            # The last ones: those of this check.
            for entry in entries[-_LAST:]:
                self._found.extend(misplaced(entry, self._values, self._users))
            self._accounts.read_log(entries, named)
            return entries

        return read

    def _note(self, answer: object) -> None:
        if isinstance(answer, InsiCall) and answer.outcome is CallOutcome.FOUND:
            self._proposed.add(answer.id)
        if isinstance(answer, InsiCall) and answer.patient_id is not None:
            self._calls[answer.id] = answer.patient_id
        if isinstance(answer, Patient):
            self._values.hold(answer.id, identity_of(answer))

    def _acted(self, name: str, args: tuple[Any, ...], *, is_refused: bool, quiet: Owners | None) -> None:
        """Note an act: what was seen holds no more, unless the software has refused it, it changes nothing or is about another file.

        Args:
            name: of the verb.
            args: of the verb, the file or the call first.
            is_refused: by the software.
            quiet: the rules that say that it changes nothing; ``None``: it may change something.
        """
        if not args or name not in (_ACTS if is_refused or quiet is not None else _OF_ONE_FILE):
            self._forget()
            return
        patient_id: str = args[0]
        if name == Verb.DECIDE_PROPOSAL:
            # Of a call that is for no file yet there is nothing to compare.
            patient_id = self._calls.get(patient_id, "")
        if is_refused or quiet is not None:
            act = _ACTS[name]
            owners = act.owners if quiet is None or is_refused else quiet
            done = _Done(act, owners, is_quiet=not is_refused)
            self._refused.setdefault(patient_id, []).append(done)
            return
        self._seen = {key: seen for key, seen in self._seen.items() if key[0] != patient_id}
        self._refused.pop(patient_id, None)
        self._elsewhere.pop(patient_id, None)
        for other, _ in self._seen:
            self._elsewhere.setdefault(other, []).append(_Done(_ACTS[name], _ACTS[name].owners))

    def _forget(self) -> None:
        self._seen.clear()
        self._refused.clear()
        self._elsewhere.clear()

    def _compare(self, seen: _Seen, now: Patient) -> None:
        """Note a file that has changed, though nothing was done to it."""
        before = seen.patient
        done = self._refused.get(now.id, [])[seen.refused :]
        attributes: object = HOMONYM_OR_SAME
        if not done:
            done = self._elsewhere.get(now.id, [])[seen.elsewhere :]
            attributes = ANYTHING  # A double may be noted on both.
        if not done or (attributes is ANYTHING and now.attributes - before.attributes):
            return
        if self._is_lifted(before, now, done):
            return
        acts = list(dict.fromkeys(each.act for each in done))
        moment = _moment(acts, of_another=attributes is ANYTHING)
        was, got = Snapshot(patient=before, history=None), Snapshot(patient=now, history=None)
        is_grave = any(was.values[name] != got.values[name] for name in _GRAVE)
        try:
            expect_kept(got, was, moment, besides={"attributes": attributes}, inferred=not is_grave)
        except Departure as departure:
            # Of several acts the one that was done may have done it; who refuses it afterwards did nothing more.
            blamed = [each for each in done if each.is_quiet] or done
            self._found.append(Found(together([each.owners for each in reversed(blamed)]), departure))

    def _is_lifted(self, before: Patient, now: Patient, done: Collection[_Done]) -> bool:
        """Return whether nothing but the mark of a homonym has gone, taken away after a verification."""
        if (
            replace(now, attributes=before.attributes) != before
            or before.attributes - now.attributes != _HOMONYM
        ):
            return False
        reader = next((key[1] for key in self._seen if key[0] == now.id), None)
        is_verified = any(each.act is _ACTS[Verb.VERIFY_INS] for each in done)
        return is_verified and reader is not None and is_lift_logged(self._lgo, now.id, reader)


def _quiet(answer: object, named: Mapping[str, Any]) -> Owners | None:
    """Return the rules that say that an act has changed no file; ``None``: it may have."""
    if isinstance(answer, (InsiCall, Verification)):
        return _CHANGES_NOTHING.get(answer.outcome)
    return _DECLINED if named.get("accept") is False else None


def identity_of(patient: Patient) -> dict[str, str | None]:
    """Return the identity fields of a file."""
    return {name: getattr(patient, name) for name in IDENTITY_FIELDS}


def _moment(acts: Collection[_Act], *, of_another: bool) -> Moment:
    fr, en = " et ".join(act.fr for act in acts), " and ".join(act.en for act in acts)
    if of_another:
        return Moment(f"après {fr} d'un autre dossier", f"after the {en} of another file")
    return Moment(f"après {fr}, qui n'y change rien", f"after the {en}, which changes nothing in it")
