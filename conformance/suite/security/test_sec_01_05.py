"""SEC-01 and SEC-05: who opened a file and who changed it is in the log."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.documents import read_document
from conformance.documents.datamatrix.payload import payload_of
from conformance.drivers.model import Attribute, SearchCriteria, Verb
from conformance.drivers.partners import MessageFormat
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.suite.desk.added import added
from conformance.suite.desk.apart import (
    BY_MATRICULE,
    CHECKED,
    EXPORTS,
    INS_HISTORY,
    SCAN,
    SCREENS,
    SEARCH,
    path,
)
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import typed
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.steps import preparing
from conformance.suite.journeys.papers import LABEL, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.drivers.model import Actor, AuditEntry, Patient
    from conformance.drivers.partners import Document
    from conformance.suite.desk.steps import Desk


PAGES: Final = path("document imprimé", "printed document", Verb.RENDER_DOCUMENT)


ROUNDED: Final = timedelta(seconds=2)
"""What two ways of rounding a time may differ by."""

PAGE: Final = 10
"""How many results a first page may hold."""


@pytest.mark.rule("SEC-01")
@pytest.mark.title(
    fr="Chaque ouverture du dossier laisse une trace au nom de celui qui l'a ouvert, avec date et heure, à chaque statut",
    en="Each opening of the file leaves an entry under the name of who opened it, with date and time, at each status",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_opening_is_logged(desk: Desk, route: Route) -> None:
    patient = desk.bring(desk.draw(), route)
    for user in (desk.user, desk.super_user, desk.user):
        new = _during(desk, patient, partial(desk.read, patient, user))
        _expect_entry(new, user, "l'ouverture du dossier", "the opening of the file")
    if route is Route.IMPORTED:
        # Nor does what is at hand from the import open without a trace.
        other = desk.create(desk.draw())
        desk.decide(desk.find(other), accept=True)
        new = _during(desk, other, partial(desk.read, other, desk.user))
        _expect_entry(
            new, desk.user, "la première ouverture après l'import", "the first opening after the import"
        )
        with desk.if_offered(CHECKED), suppress(RefusedError):
            desk.record_document(other)
            desk.lgo.validate_identity(other.id, actor=desk.user)
            new = _during(desk, other, partial(desk.read, other, desk.user))
            _expect_entry(
                new, desk.user, "l'ouverture après la validation", "the opening after the validation"
            )


@pytest.mark.rule("SEC-01")
@pytest.mark.title(
    fr="Quel que soit l'écran qui montre l'INS, l'accès est tracé : recherche, matricule, écran du dossier, historique",
    en="Whichever the screen that shows the INS, the access is logged: search, matricule, screen of the file, history",
)
@pytest.mark.parametrize(
    "way",
    [
        pytest.param("search", marks=SEARCH.mark),
        pytest.param("matricule", marks=BY_MATRICULE.mark),
        pytest.param("screen", marks=SCREENS.mark),
        pytest.param("history", marks=INS_HISTORY.mark),
        pytest.param("message", marks=EXPORTS.mark),
        pytest.param("page", marks=PAGES.mark),
    ],
)
def test_each_screen_is_logged(desk: Desk, way: str) -> None:
    person = desk.play(PARTS["one-former-number-corsica-2a"])
    if way == "search":  # Of a long list, what comes after the first page is looked at too.
        for _ in range(PAGE):
            namesake = desk.draw(birth_date=person.identity.traits.birth_date)
            desk.lgo.create_patient(typed(namesake), actor=desk.user)
    patient = desk.bring(person, Route.IMPORTED_CHECKED)
    numbers = [patient.matricule or "", *(former.matricule.value for former in person.identity.history)]
    number, day = patient.matricule or "", str(patient.birth_date)
    if way == "search":  # Of a list of several, each is looked at.
        desk.create(desk.draw(birth_date=day))
    ways: dict[str, Callable[[Actor], object]] = {
        "search": lambda actor: desk.lgo.search_patients(SearchCriteria(birth_date=day), actor=actor),
        "matricule": lambda actor: desk.lgo.search_by_matricule(number, actor=actor),
        "screen": lambda actor: desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=actor),
        "history": lambda actor: desk.lgo.read_ins_history(patient.id, actor=actor),
        "message": lambda actor: (
            desk.lgo.export_message(patient.id, MessageFormat.HL7V2, actor=actor).content
        ),
        "page": lambda actor: _said_by(
            desk.lgo.render_document(patient.id, kind_of(desk, LABEL), actor=actor)
        ),
    }

    def judge(user: Actor) -> None:
        answer: list[object] = []
        new = _during(desk, patient, lambda: answer.append(ways[way](user)))
        text = re.sub(r"[\s.-]", "", str(answer))
        if any(each and each in text for each in numbers):  # What does not show the INS is no access to it.
            if way == "history" and {entry.user for entry in new} == {desk.super_user.user}:
                return  # It is kept to the entitled user, who looked in the place of this one.
            _expect_entry(
                new,
                user,
                f"l'accès à l'INS ({way})",
                f"the access to the INS ({way})",
                # That what leaves the software shows the INS to whoever has it made is our reading.
                inferred=way in {"message", "page"},
            )

    cases = {"utilisateur": partial(judge, desk.user), "super-utilisateur": partial(judge, desk.super_user)}
    if way not in {"message", "page"}:  # The same look once more is another access.
        cases["utilisateur, une seconde fois"] = partial(judge, desk.user)
    expect_each(cases)


@pytest.mark.rule("SEC-05")
@pytest.mark.title(
    fr="Chaque modification d'une identité laisse une trace au nom de celui qui l'a faite, avec date, heure et nature",
    en="Each change of an identity leaves an entry under the name of who made it, with date, time and kind",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
def test_change_is_logged(desk: Desk, user: str) -> None:
    actor = desk.super_user if user == "super-user" else desk.user

    def judge(route: Route, act: Callable[[Patient], object]) -> None:
        _changed(desk.bring(desk.draw(), route), act)

    def _changed(patient: Patient, act: Callable[[Patient], object]) -> None:
        # What opening a file logs is no trace of a change.
        usual = {entry.action for entry in _during(desk, patient, lambda: desk.read(patient, actor))}
        with preparing("faire cette modification", "make this change"):
            new = _during(desk, patient, lambda: act(patient))
        changes = [entry for entry in new if entry.action not in usual]
        _expect_entry(changes, actor, "la modification", "the change")

    lgo = desk.lgo
    with desk.if_offered(SCAN), suppress(RefusedError):
        scanned = lgo.scan_datamatrix(payload_of(desk.draw().identity), actor=desk.user).patient_id
        if scanned is not None:
            _changed(
                lgo.read_patient(scanned, actor=desk.user),
                lambda patient: lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=actor),
            )
    expect_each(
        {
            "trait strict": partial(
                judge,
                Route.TYPED,
                lambda patient: lgo.update_patient(patient.id, {"birth_name": "KVORLAN"}, actor=actor),
            ),
            "nom utilisé": partial(
                judge,
                Route.TYPED,
                lambda patient: lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=actor),
            ),
            "nom utilisé, qualifiée": partial(
                judge,
                Route.IMPORTED_CHECKED,
                lambda patient: lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=actor),
            ),
            "attribut": partial(
                judge,
                Route.CHECKED,
                lambda patient: lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=actor),
            ),
        }
    )


def _during(desk: Desk, patient: Patient, act: Callable[[], object]) -> list[AuditEntry]:
    """Return the entries about a patient that an act adds to the log."""
    before = desk.lgo.read_audit_log(actor=desk.user)
    act()
    new = added(before, desk.lgo.read_audit_log(actor=desk.user))
    own = [entry for entry in new if entry.patient_id == patient.id and entry.action != "INSI_CALL"]
    _expect_in_time([entry for entry in before if entry.patient_id == patient.id], own)
    return own


def _expect_in_time(before: Iterable[AuditEntry], new: Iterable[AuditEntry]) -> None:
    """Check that what was just done is not dated before what had been done to the same file already."""
    earlier, now = _moments(before), _moments(new)
    if all(each.second == 0 for each in now):  # Written without seconds.
        earlier = [each.replace(second=0, microsecond=0) for each in earlier]
    expect(
        not earlier or not now or max(now) >= max(earlier) - ROUNDED,
        fr="l'heure tracée d'un accès ou d'une modification précède celle d'actes antérieurs sur le même dossier",
        en="the time logged of an access or a change comes before that of earlier acts on the same file",
        # The text asks for the time; that it is the time of the act is deduced.
        inferred=True,
    )


def _moments(entries: Iterable[AuditEntry]) -> list[datetime]:
    """Return the times of entries that have a time and a zone; those written otherwise are not compared."""
    found = []
    for entry in entries:
        with suppress(ValueError):
            at = datetime.fromisoformat(entry.at)
            if at.tzinfo is not None and len(entry.at) > len("AAAA-MM-JJ"):
                found.append(at)
    return found


def _said_by(document: Document) -> str:
    return " ".join(part.text for part in read_document(document.content, document.name).walk())


def _expect_entry(
    entries: list[AuditEntry], user: Actor, fr: str, en: str, *, inferred: bool = False
) -> None:
    own = [entry for entry in entries if entry.user == user.user]
    names = ", ".join(sorted({entry.user for entry in entries})) or "-"
    expect(
        own,
        fr=f"{fr} par {user.user} n'est pas tracée à son nom (tracé : {names})",
        en=f"{en} by {user.user} is not logged under their name (logged: {names})",
        inferred=inferred,
    )
    expect(
        all(len(entry.at) > len("AAAA-MM-JJ") for entry in own),
        fr=f"la trace de {fr} n'a pas de date et heure",
        en=f"the entry of {en} has no date and time",
    )
