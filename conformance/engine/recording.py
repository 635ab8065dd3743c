"""Proxies that note in the evidence what a check asks of the software and of the simulator."""

from __future__ import annotations

import functools
import inspect
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.lateness import Lateness
from conformance.drivers.model import Patient
from conformance.drivers.protocol import RefusedError, VerbNotSupportedError
from conformance.drivers.verbs import VERBS
from conformance.engine.deputies import OFFICE
from conformance.engine.looking import LOOKS, Looks
from conformance.record.timeline import ActEntry, Change, Plain, changes_between, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.protocol import Driver
    from conformance.engine.deputies import Deputies
    from conformance.record.timeline import Timeline
    from simulator.client import SessionClient
    from simulator.registry.person import Person

MAY_CALL_INSI = frozenset(each.name for each in VERBS.values() if each.may_call_insi)
"""Verbs after which the exchanges are fetched at once, so that they stand beside their cause."""
_SESSION_ACTS = frozenset({"install", "install_file", "add_people"})
"""What a check does to the simulator that a reader of the evidence needs to know."""


class RecordingDriver:
    """A driver that records each verb: who, what, the result, and what changed in the patient.

    It has every method of the driver it wraps.

    Args:
        driver: the software under test.
        evidence: where acts are noted.
        before: is told the name of each verb before it is done.
        after: is told the name of each verb when it has ended, however it did.
        keep: is told the answer of each verb, to keep the documents in it.
        looks: what need not be asked again.
        lateness: waits for traces that a software shows late.
        deputies: asks as the entitled user what the ordinary one may not do.
    """

    def __init__(
        self,
        driver: Driver,
        evidence: Timeline,
        *,
        before: Callable[[str], None],
        after: Callable[[str], None],
        keep: Callable[[object], None] = lambda _answer: None,
        looks: Looks | None = None,
        lateness: Lateness | None = None,
        deputies: Deputies | None = None,
    ) -> None:
        self._driver = driver
        self._evidence = evidence
        self._before = before
        self._after = after
        self._keep = keep
        self._looks = looks or Looks()
        self._lateness = lateness or Lateness()
        self._deputies = deputies
        self._known: dict[str, dict[str, Plain]] = {}

    @property
    def reserved(self) -> frozenset[str]:
        """Return the verbs that a deputy does for the ordinary user."""
        return self._deputies.reserved if self._deputies is not None else frozenset()

    def reserve(self, verb: str) -> None:
        """Have a deputy do a verb for the ordinary user from now on."""
        if self._deputies is not None:
            self._deputies.reserve(verb)

    def __getattr__(self, name: str) -> Any:
        """Return the member of the wrapped driver; a verb comes with its recording."""
        member = getattr(self._driver, name)
        if name.startswith("_") or not callable(member):
            return member
        recorded = _recorded(member, name, self._evidence, on_end=self._after, changes=self._changes)

        @functools.wraps(member)
        def ask(*args: Any, **kwargs: Any) -> Any:
            self._before(name)
            self._looks.names.note(kwargs.get("actor"))
            if self._lateness.seconds(name):
                # What came together with the file came too early.
                self._looks.forget()
            self._lateness.before(name)
            try:
                answer = recorded(*args, **kwargs)
            finally:
                self._lateness.after(name)
            self._keep(answer)
            return self._looks.names.read(answer)

        @functools.wraps(member)
        def as_deputy(*args: Any, **kwargs: Any) -> Any:
            return (
                ask(*args, **kwargs) if self._deputies is None else self._deputies.do(name, ask, args, kwargs)
            )

        asked = as_deputy if name in OFFICE else ask

        @functools.wraps(member)
        def look(*args: Any, **kwargs: Any) -> Any:
            return self._looks.look(name, asked, args, kwargs)

        @functools.wraps(member)
        def act(*args: Any, **kwargs: Any) -> Any:
            self._looks.forget()
            try:
                return asked(*args, **kwargs)
            finally:
                self._looks.forget()

        call = look if name in LOOKS else act
        # Found at once the next time.
        self.__dict__[name] = call
        return call

    def _changes(self, result: object, state: Plain) -> tuple[Change, ...]:
        """Return what differs from the state in which this check last saw the patient."""
        if not isinstance(result, Patient) or not isinstance(state, dict):
            return ()
        before = self._known.get(result.id)
        self._known[result.id] = state
        return changes_between(before, state) if before is not None else ()


class RecordingSession:
    """A simulator session that records the scenarios installed and the people added.

    Args:
        session: the session of the campaign.
        evidence: where acts are noted.
        on_scenario: is told ``True`` when a scenario is put in force, ``False`` when none is any more.
        before: is told before anything is asked of the session.
    """

    def __init__(
        self,
        session: SessionClient,
        evidence: Timeline,
        *,
        on_scenario: Callable[[bool], None] = lambda _in_force: None,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self._session = session
        self._evidence = evidence
        self._on_scenario = on_scenario
        self._before = before

    def __getattr__(self, name: str) -> Any:
        """Return the member of the wrapped session."""
        self._before()
        member = getattr(self._session, name)
        if name == "clear_scenarios":
            return self._clear
        if name not in _SESSION_ACTS:
            return member
        if name.startswith("install"):
            # Told beforehand: an installation that fails half-way has to be cleared too.
            self._on_scenario(True)  # noqa: FBT003 - as documented
        return _recorded(member, name, self._evidence)

    def _clear(self) -> None:
        self._session.clear_scenarios()
        self._on_scenario(False)  # noqa: FBT003 - as documented


def recording_draw(draw: Callable[..., Person], evidence: Timeline) -> Callable[..., Person]:
    """Return ``draw`` with its people recorded."""

    def recorded(
        *,
        where: Callable[[Person], bool] | None = None,
        shape: Callable[[Person], Person] | None = None,
        **wanted: Any,
    ) -> Person:
        # Conditions are code: what was wanted in words, and who came, are what a reader needs.
        chosen = partial(draw, where=where, shape=shape)
        person: Person = _recorded(chosen, "draw", evidence)(**wanted)
        return person

    return recorded


def _recorded(
    function: Callable[..., Any],
    name: str,
    evidence: Timeline,
    *,
    on_end: Callable[[str], None] = lambda _name: None,
    changes: Callable[[object, Plain], tuple[Change, ...]] = lambda _result, _state: (),
) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        started = datetime.now(UTC)
        actor, arguments = _arguments(function, args, kwargs)

        def note(outcome: str, result: Plain, changed: tuple[Change, ...] = ()) -> None:
            evidence.add(
                ActEntry(
                    at=started,
                    verb=name,
                    actor=actor,
                    arguments=arguments,
                    outcome=outcome,
                    result=result,
                    changes=changed,
                )
            )

        try:
            result = function(*args, **kwargs)
        except RefusedError as refusal:
            note(
                "refused", {"code": refusal.code, "message": refusal.message, "fields": list(refusal.fields)}
            )
            raise
        except VerbNotSupportedError as missing:
            note("not_supported", missing.reason)
            raise
        except Exception as error:
            note("error", f"{type(error).__name__}: {error}")
            raise
        else:
            state = plain(result)
            note("returned", state, changes(result, state))
            return result
        finally:
            on_end(name)

    return call


_NAMES: dict[object, tuple[str, ...] | None] = {}
"""By the function behind a bound method: the names of its parameters, ``None`` when it takes them in a less plain way."""
_PLAIN: Final = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def _names(function: Callable[..., Any]) -> tuple[str, ...] | None:
    key = getattr(function, "__func__", function)
    if not hasattr(key, "__code__"):
        return None
    # Reading a signature costs more than a short request.
    if key not in _NAMES:
        parameters = inspect.signature(function).parameters
        is_plain = all(each.kind in _PLAIN for each in parameters.values())
        _NAMES[key] = tuple(parameters) if is_plain else None
    return _NAMES[key]


def _arguments(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[str, dict[str, Plain]]:
    """Return the actor, if any, and the other arguments by name."""
    if (
        isinstance(function, partial) and not args
    ):  # Of a draw: what is fixed beforehand is code, the rest has names.
        return "", {name: plain(value) for name, value in kwargs.items()}
    names = _names(function)
    if names is not None and len(args) <= len(names) and kwargs.keys() <= set(names):
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        named = {name: given[name] for name in names if name in given}
    else:
        named = _bound(function, args, kwargs)
    actor = named.pop("actor", None)
    shown = f"{actor.user} ({actor.role})" if actor is not None else ""
    return shown, {name: plain(value) for name, value in named.items()}


def _bound(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    try:
        signature = inspect.signature(function)
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            is_keywords = signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD
            named.update(value if is_keywords else {name: value})
    except (TypeError, ValueError):  # Not callable so, or no signature to read: the call itself will tell.
        named = {**{str(number): value for number, value in enumerate(args)}, **kwargs}
    return named
