"""Acts that only look at a file, or tell others of it: a screen, a list, a log, a page, a message. None of them writes into it.

A printing routine that puts the names right before it prints them, a screen that saves itself when it closes, a message that
takes a mark away once it was told: each changes the file of somebody who was only looked at.

Two files are looked at in every way that the software offers, once a campaign; the rule of each field judges it.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from conformance.drivers.errors import DriverError, Fault
from conformance.drivers.model import Attribute, SearchCriteria, Verb
from conformance.drivers.partners import Channel, MessageFormat
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import (
    ATTRIBUTES,
    BY_MATRICULE,
    DASHBOARD,
    DOCUMENTS,
    EXPORTS,
    HISTORY,
    INS_HISTORY,
    LOG,
    SCREENS,
    SEARCH,
    SENDINGS,
    SETTINGS,
    WORKLIST,
    path,
)
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.full import bring_full
from conformance.suite.desk.routes import Route

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conformance.drivers.model import Patient
    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk

FULL, BARE = "plein", "nu"
"""A file with something in every field, and one of the traits alone."""
PAGES: Final = path("impression", "printing", Verb.RENDER_DOCUMENT)
WHOLE_EXPORT: Final = path("export des dossiers", "export of the files", Verb.EXPORT_PATIENTS)
KINDS: Final = "document_kinds"
RECIPIENT: Final = "medecin@exemple.mssante.fr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One way of looking, and both files before and after."""

    way: Apart
    before: Mapping[str, Snapshot]
    after: Mapping[str, Snapshot]


def looked(desk: Desk) -> list[Looked]:
    """Return what was seen of both files; looked at once a campaign.

    Raises:
        Ending: they could not be made, or the software offers none of the ways.
    """
    return desk.once("looked-at", _look)


def _look(desk: Desk) -> list[Looked]:
    full = bring_full(desk, desk.play(PARTS["double-hyphen-abroad-summer"]), Route.IMPORTED_CHECKED)
    with desk.if_offered(ATTRIBUTES), suppress(RefusedError):
        set_attributes(desk, full, frozenset({Attribute.HOMONYME}))
    files = {FULL: full, BARE: desk.create(desk.play(PARTS["child-several-separators"]))}
    state = [_seen(desk, files)]
    kinds = _kinds(desk)

    def look(way: Apart, act: Callable[[Patient], object]) -> Looked:
        for patient in files.values():
            with suppress(RefusedError), _failing_apart():
                act(patient)
        state.append(_seen(desk.as_super_user(), files))
        return Looked(way=way, before=state[-2], after=state[-1])

    return desk.each_offered({way: partial(look, way, act) for way, act in _ways(desk, kinds)})


@contextmanager
def _failing_apart() -> Iterator[None]:
    """Leave a screen or a page that fails to the rules about it: what it did to the file is looked at all the same."""
    try:
        yield
    except DriverError as error:
        if error.fault is not Fault.FAILED:
            raise


def _seen(desk: Desk, files: Mapping[str, Patient]) -> dict[str, Snapshot]:
    return {key: desk.snapshot(patient) for key, patient in files.items()}


def _kinds(desk: Desk) -> list[str]:
    """Return the kinds of documents that the software says it prints."""
    with desk.if_offered(SETTINGS), suppress(RefusedError):
        return [kind for kind in desk.lgo.read_settings().get(KINDS, "").split(",") if kind]
    return []


def _ways(desk: Desk, kinds: list[str]) -> Iterator[tuple[Apart, Callable[[Patient], object]]]:
    lgo, user = desk.lgo, desk.user

    def screens(patient: Patient) -> None:
        for form in (Form.PATIENT, Form.PROOF):
            lgo.read_form(form, patient_id=patient.id, actor=user)

    def messages(patient: Patient) -> None:
        for form in (MessageFormat.HL7V2, MessageFormat.FHIR, MessageFormat.CDA, MessageFormat.MSSANTE):
            with suppress(RefusedError):
                lgo.export_message(patient.id, form, actor=user)

    def by_number(patient: Patient) -> None:
        if patient.matricule:
            lgo.search_by_matricule(patient.matricule, actor=user)

    yield SEARCH, lambda one: lgo.search_patients(SearchCriteria(birth_date=one.birth_date), actor=user)
    yield BY_MATRICULE, by_number
    yield HISTORY, lambda one: lgo.read_status_history(one.id, actor=user)
    yield INS_HISTORY, lambda one: lgo.read_ins_history(one.id, actor=user)
    yield LOG, lambda one: lgo.read_audit_log(actor=user, patient_id=one.id)
    yield DASHBOARD, lambda _: lgo.read_dashboard(actor=user)
    yield WORKLIST, lambda _: lgo.read_worklist(actor=user)
    yield DOCUMENTS, lambda one: lgo.read_documents(one.id, actor=user)
    yield SCREENS, screens
    yield EXPORTS, messages
    yield WHOLE_EXPORT, lambda _: lgo.export_patients(actor=user)
    if kinds:
        yield PAGES, lambda one: lgo.render_document(one.id, kinds[0], actor=user)
        yield (
            SENDINGS,
            lambda one: lgo.send_document(
                one.id, kinds[-1], Channel.MSSANTE, recipient=RECIPIENT, actor=user
            ),
        )
