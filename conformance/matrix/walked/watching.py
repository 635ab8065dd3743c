"""Watches what a campaign asks of the reference LGO: every act, the file it is done on, and what is read of it until the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.errors import DriverError, RefusedError
from conformance.drivers.model import InsiCall, Patient
from conformance.drivers.partners import BulkVerification, Reception, Sending, Verification
from conformance.engine.events import CheckStarted
from conformance.matrix.walked.conditions import conditions_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from conformance.drivers.http import HttpDriver
    from conformance.drivers.model import Actor
    from conformance.drivers.verbs import Declaration
    from conformance.engine.events import Event
    from conformance.reference.lgo import Lgo

_LOOKING: Final = {
    "read_patient": "file",
    "read_status_history": "status-history",
    "read_audit_log": "log",
    "read_ins_history": "former",
    "read_documents": "documents",
    "read_transmissions": "transmissions",
    "read_form": "screen",
}
"""The verbs that look at one file, and what of it."""

_NO_ACTS: Final = frozenset({
    *("capabilities", "reset", "search_patients", "search_by_matricule", "read_settings", "read_rights", "read_dashboard"),
    *("write_settings", "write_rights", "write_trusted_senders", "choose_authentication", "read_worklist", "read_proposal"),
    *("set_clock", "read_card", "swap_card"),
})  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Visit:
    """An act done on a file, and what was looked at before the next."""

    check: str
    act: str
    patient_id: str
    role: str
    conditions: AbstractSet[str]
    looked_at: set[str] = field(default_factory=set)
    """What was looked at before the next act on this file."""
    later: set[str] = field(default_factory=set)
    """What was looked at then or later: a loss is seen there, unless an act in between hides it."""


class Watcher:
    """Notes the visits of a campaign.

    Args:
        lgo: the software that is driven, in this process.
    """

    def __init__(self, lgo: Lgo) -> None:
        """Watch a software."""
        self._store = lgo._store  # noqa: SLF001 - the bench looks into its own software
        self.visits: list[Visit] = []
        self._check = ""
        self._paid: dict[str, list[Visit]] = {}
        self._told: set[tuple[str, str]] = set()
        self._latest_file: str | None = None

    def hear(self, event: Event) -> None:
        """Note which check runs."""
        if isinstance(event, CheckStarted):
            self._check = event.id

    def watched(self, driver: HttpDriver) -> HttpDriver:
        """Return the driver, with all that it carries noted."""
        carry = driver.carry

        def noting(declaration: Declaration, actor: Actor | None, arguments: Mapping[str, Any]) -> Any:
            name = declaration.name
            if name == "reset":
                self._paid, self._latest_file = {}, None
            if name in _NO_ACTS:
                return carry(declaration, actor, arguments)
            if name in _LOOKING:
                if paid := self._paid.get(str(arguments.get("patient_id"))):
                    paid[-1].looked_at.add(_LOOKING[name])
                    for one in paid:
                        one.later.add(_LOOKING[name])
                return carry(declaration, actor, arguments)
            before = {each.id: self._state(each) for each in self._concerned(arguments)}
            try:
                answer = carry(declaration, actor, arguments)
            except (DriverError, RefusedError) as error:
                refused = _name(name, arguments, type(error).__name__.removesuffix("Error").lower())
                self._note([(refused, one) for one in before], before, actor)
                raise
            self._note([*self._outcomes(name, arguments, answer, before)], before, actor)
            return answer

        driver.carry = noting  # type: ignore[method-assign]
        return driver

    def _state(self, patient: Patient) -> frozenset[str]:
        return conditions_of(patient, len(self._store.former(patient.id)))

    def _patient(self, patient_id: str | None) -> Patient | None:
        try:
            return None if patient_id is None else self._store.patient(patient_id)
        except LookupError:
            return None

    def _concerned(self, arguments: Mapping[str, Any]) -> Iterator[Patient]:
        """Yield the files that an act is asked for; all of them where that is not said."""
        if call_id := arguments.get("call_id"):
            try:
                asked = [self._store.call(call_id).call.patient_id]
            except LookupError:
                asked = []
        elif "patient_ids" in arguments:
            asked = list(arguments["patient_ids"])
        elif arguments.get("patient_id"):
            asked = [arguments["patient_id"]]
        else:
            yield from self._store.patients()
            return
        for one in asked:
            if (patient := self._patient(one)) is not None:
                yield patient

    def _outcomes(
        self, name: str, arguments: Mapping[str, Any], answer: Any, before: Mapping[str, frozenset[str]]
    ) -> Iterator[tuple[str, str]]:
        """Yield what was done, and the file that it was done on."""
        several = answer if isinstance(answer, list) else [answer]
        for one in several:
            if isinstance(one, BulkVerification):
                for line in one.results:
                    if line.patient_id and (told := (one.id, line.patient_id)) not in self._told:
                        if line.outcome != "PENDING":
                            self._told.add(told)
                        yield f"lot:{line.outcome}", line.patient_id
                continue
            target = one.id if isinstance(one, Patient) else getattr(one, "patient_id", None)
            target = target or arguments.get("patient_id")
            if target is None:
                continue
            is_new = "" if target in before else ":new"
            yield _name(name, arguments, _outcome(one)) + is_new, target

    def _note(
        self, acts: list[tuple[str, str]], before: Mapping[str, frozenset[str]], actor: Actor | None
    ) -> None:
        for act, patient_id in acts:
            if (conditions := before.get(patient_id)) is None:
                patient = self._patient(patient_id)
                conditions = self._state(patient) if patient else frozenset()
            same = sum(one.act == act for one in self._paid.get(patient_id, ()))
            role = str(actor.role) if actor else ""
            others = {f"time-{min(same + 1, 3)}", f"by-{role}"}
            if self._latest_file not in {None, patient_id}:
                others.add("after-another-file")
            visit = Visit(
                check=self._check, act=act, patient_id=patient_id, role=role, conditions=conditions | others
            )
            self.visits.append(visit)
            self._paid.setdefault(patient_id, []).append(visit)
        if acts:
            self._latest_file = acts[-1][1]


def _outcome(answer: Any) -> str:
    if isinstance(answer, InsiCall):
        return f"{answer.outcome}/{answer.code}" if answer.outcome == "ERROR" else str(answer.outcome)
    if isinstance(answer, Reception):
        verified = f"/{answer.verification.outcome}" if answer.verification else ""
        return f"{answer.outcome}{verified}"
    return str(answer.outcome) if isinstance(answer, Sending | Verification) else "done"


def _name(name: str, arguments: Mapping[str, Any], outcome: str) -> str:
    """Return an act with what it was done with, and how it ended."""
    with_what = ""
    if name == "update_patient":
        changes = arguments["changes"]
        with_what = next(iter(changes)) if len(changes) == 1 else "several"
    elif name == "set_attributes":
        with_what = "+".join(sorted(arguments["attributes"])) or "none"
    elif name == "decide_proposal":
        with_what = "accept" if arguments["accept"] else "decline"
    elif name == "receive_message":
        with_what = str(arguments["message"].format)
    elif name == "send_document":
        with_what = str(arguments["channel"])
    elif name == "export_message":
        with_what = str(arguments["format"])
    elif name in {"record_proof", "render_document"}:
        with_what = str(arguments["kind"])
    elif name == "downgrade_status":
        with_what = str(arguments["status"])
    return ":".join(part for part in (name, with_what, outcome) if part)
