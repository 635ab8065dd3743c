"""DIS-03: whether the INS is qualifiée is told by the screen of a file, in words, without a click."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pytest

from conformance.drivers import site
from conformance.drivers.model import IDENTITY_FIELDS, Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.suite.desk.apart import (
    APP,
    ATTRIBUTES,
    DOWNGRADE,
    FROM_INSI,
    RECEPTION,
    SCAN,
    SETTINGS,
    VERIFICATION,
)
from conformance.suite.desk.expect import expect
from conformance.suite.desk.full import bring_full
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.desk.words import app_identity
from conformance.suite.journeys.pasts import opened_by_scan
from conformance.suite.site.settings import restored, setting
from conformance.suite.verification.elsewhere import answering, received, verify
from conformance.suite.verification.wire import ERRORS
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Patient
    from conformance.drivers.screens import FormField
    from conformance.suite.desk.steps import Desk

_K = TypeVar("_K")
_NOT_ABOUT: Final = frozenset({*IDENTITY_FIELDS, "billing_number", "proof", "kind"})
"""Fields that hold data of the patient: that a matricule is there is no word on its status."""


@pytest.mark.rule("DIS-03")
@pytest.mark.title(
    fr="Ce que l'écran d'une identité qualifiée dit sans cliquer, aucun autre statut ne le dit, pour aucun utilisateur",
    en="What the screen of an identité qualifiée says without a click is said of no other status, for any user",
)
@pytest.mark.parametrize("user", USERS)
@FROM_INSI.mark
def test_words_of_their_own(desk: Desk, user: str) -> None:
    at = desk.by(user)
    # Whoever has a waiting number, or one with a letter in it, is qualifié like anybody else.
    corsican = {Route.IMPORTED_CHECKED: {"birth_place": "2B033"}}
    files = {
        route: bring_full(
            desk, desk.draw(nia=route is Route.CHECKED_IMPORTED, **corsican.get(route, {})), route
        )
        for route in routes()
    }
    with desk.if_at_hand(ATTRIBUTES), suppress(RefusedError):
        # Whoever has a homonym is qualifié all the same.
        desk.lgo.set_attributes(
            files[Route.CHECKED_IMPORTED].id, frozenset({Attribute.HOMONYME}), actor=desk.user
        )
    _asked_about(desk, files)
    # Whether a status stays what it is then is for other rules.
    files = {route: each for route, each in files.items() if desk.read(each).status is route.status}
    said = _without_empty({route: _words(at, patient) for route, patient in files.items()})
    _need_words(said)
    qualified = [words for route, words in said.items() if route.status is Status.QUAL]
    with desk.if_at_hand(APP), suppress(RefusedError):
        handed = desk.lgo.import_app_identity(app_identity(desk.draw()), actor=desk.user)
        if handed.status is Status.QUAL:
            qualified.append(_words(at, handed))
    brought = _received_and_checked if user == USERS[0] else _scanned_and_checked
    qualified += [_words(at, patient) for patient in brought(desk)]
    common = frozenset.intersection(*qualified)
    others = {route: words for route, words in said.items() if route.status is not Status.QUAL}
    for route, words in others.items():
        expect(
            common - words,
            fr=f"l'écran dit d'une identité {route.status} ce qu'il dit d'une identité qualifiée : {_listed(words)}",
            en=f"the screen says of an identité {route.status} what it says of an identité qualifiée: {_listed(words)}",
        )
    expect(
        all(set(words) - set(frozenset.union(*others.values())) for words in qualified),
        fr=f"l'écran ne dit rien d'une identité qualifiée qu'il ne dise aussi d'une autre : {_listed(common)}",
        en=f"the screen says nothing of an identité qualifiée that it does not say of another one: {_listed(common)}",
    )
    with desk.if_at_hand(SETTINGS), suppress(RefusedError):
        if setting(desk, site.DISPLAYED_FIELDS) is not None:
            own = common - frozenset.union(*others.values())
            _expect_words_beside_nothing(at, files[Route.IMPORTED_CHECKED], own)


def _received_and_checked(desk: Desk) -> list[Patient]:
    """Return who came from another domain and was checked here, if they are qualifiés then: as any other (Règle 30)."""
    with desk.if_at_hand(RECEPTION), suppress(RefusedError, UndecidedError):
        said = desk.lgo.receive_identity(received(desk.draw()), actor=desk.user)
        if said.patient_id is not None:
            checked = desk.check_document(desk.lgo.read_patient(said.patient_id, actor=desk.user))
            return [checked] if checked.status is Status.QUAL else []
    return []


def _scanned_and_checked(desk: Desk) -> list[Patient]:
    """Return who was scanned in, fed and checked, if they are qualifiés then."""
    with desk.if_at_hand(SCAN), suppress(RefusedError, UndecidedError):
        subject = opened_by_scan(desk, lambda *_: None, [])
        return [subject.patient] if subject is not None and subject.is_qualified else []
    return []


def _asked_about(desk: Desk, files: Mapping[Route, Patient]) -> None:
    """Have INSi confirm an identity that nobody has checked, and say nothing of qualified ones: no status changes."""
    with desk.if_at_hand(VERIFICATION):
        verify(desk, files[Route.IMPORTED])
        with answering(desk, ERRORS[0]):
            verify(desk, files[Route.IMPORTED_CHECKED])
    with suppress(UndecidedError), desk.answered_by("answers/not-found"):
        desk.try_call(files[Route.ARRIVED_CHECKED])


def _expect_words_beside_nothing(desk: Desk, patient: Patient, own: frozenset[tuple[str, str]]) -> None:
    """Check that the line of the status stays where the site shows none of the data that it may hide."""

    def lines() -> set[tuple[str, str]]:
        fields = desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=desk.user)
        # Where the number itself says that it is qualifié, the site hides the one with the other.
        apart = [one for one in fields if one.always_visible and one.name not in _NOT_ABOUT]
        return {line for one in apart if (line := _line(one)) in own and line}

    if before := lines():
        with restored(desk, site.DISPLAYED_FIELDS):
            desk.lgo.write_settings({site.DISPLAYED_FIELDS: ""})
            expect(
                lines(),
                fr=f"le site n'affiche que les quatre traits, et l'écran ne dit plus : {_listed(frozenset(before))}",
                en=f"the site shows the four traits only, and the screen no longer says: {_listed(frozenset(before))}",
            )


@pytest.mark.rule("DIS-03")
@pytest.mark.title(
    fr="Le même dossier change de mention quand il devient qualifié, puis quand il ne l'est plus",
    en="The same file changes its words when it becomes qualifié, and when it no longer is",
)
@pytest.mark.parametrize("way", [Route.IMPORTED_CHECKED, Route.CHECKED_IMPORTED], ids=str)
@pytest.mark.parametrize("end", ["DOUTEUSE", "PROV"])
@DOWNGRADE.mark
@ATTRIBUTES.mark
def test_follows_the_status(desk: Desk, way: Route, end: str) -> None:
    patient = desk.create(desk.draw())
    seen = {"PROV": _words(desk, patient)}
    if way is Route.IMPORTED_CHECKED:
        patient = desk.feed(patient)
        seen["RECUP"] = _words(desk, patient)
        patient = desk.check_document(patient)
    else:
        patient = desk.check_document(patient)
        seen["VALI"] = _words(desk, patient)
        patient = desk.feed(patient)
    if patient.status is not Status.QUAL:
        raise UndecidedError(
            f"préparation impossible, le dossier est {patient.status}",
            f"could not be prepared, the file is {patient.status}",
            depends_on=("STA-05", "STA-06"),
        )
    qualified = _words(desk, patient)
    with preparing("déclasser une identité", "lower an identity", depends_on=("STA-08", "ATT-03")):
        if end == "PROV":
            lowered_by(desk, patient, Status.PROV, desk.super_user)
        else:
            desk.lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=desk.user)
    seen["après déclassement"] = _words(desk, patient)
    seen = _without_empty({**seen, "QUAL": qualified})
    qualified = seen.pop("QUAL")
    _need_words({**seen, "QUAL": qualified})
    for when, words in seen.items():
        expect(
            qualified - words,
            fr=f"la mention de l'écran est la même à l'état {when} et une fois l'identité qualifiée : {_listed(words)}",
            en=f"the words of the screen are the same at {when} and once the identity is qualifiée: {_listed(words)}",
        )


def _words(desk: Desk, patient: Patient) -> frozenset[tuple[str, str]]:
    """Return what is seen without a click beside the data of the patient; a line counts when it has words.

    The label of the number counts too, without its value: «Matricule INS (qualifié)» is a way to say it.

    Raises:
        Departure: the status is told, and only behind a click.
    """
    fields = desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=desk.user)
    seen = {line for field in fields if field.always_visible and (line := _line(field))}
    folded = {line for field in fields if not field.always_visible and (line := _line(field))}
    expect(
        seen or not folded,
        fr=f"ce que l'écran dit du statut ne se voit qu'au clic : {_listed(frozenset(folded))}",
        en=f"what the screen says of the status is seen on a click only: {_listed(frozenset(folded))}",
    )
    return frozenset(seen)


def _without_empty(said: Mapping[_K, frozenset[tuple[str, str]]]) -> dict[_K, frozenset[tuple[str, str]]]:
    """Return the lines without those that are empty here and tell something elsewhere: a label before nothing is no word."""
    telling = {label for lines in said.values() for label, value in lines if value}
    return {
        key: frozenset(line for line in lines if line[1] or line[0] not in telling)
        for key, lines in said.items()
    }


def _line(field: FormField) -> tuple[str, str] | None:
    """Return label and value of a line that may tell the status; that a number is there tells récupérée and qualifiée alike."""
    if field.name not in _NOT_ABOUT:
        # Dates and counts differ from file to file and say nothing of the status.
        line = (field.label.strip(), re.sub(r"[\d/:.-]+", " ", field.value or "").strip())
        return line if any(map(str.isalpha, "".join(line))) else None
    is_said = field.name in {"matricule", "oid"} and re.search("qualifi", field.label, re.IGNORECASE)
    return (field.label.strip(), "") if is_said else None


def _need_words(said: Mapping[Any, frozenset[tuple[str, str]]]) -> None:
    """Make sure that the driver tells of the status at all.

    Raises:
        UndecidedError: it shows nothing but traits; REVIEW: a person has to look at the screen.
    """
    if not any(said.values()):
        raise UndecidedError(
            "le pilote ne rend de l'écran que les traits : une personne doit regarder s'il dit le statut",
            "the driver gives nothing of the screen but traits: a person has to look whether it tells the status",
            verdict=Verdict.REVIEW,
        )


def _listed(words: frozenset[tuple[str, str]]) -> str:
    return " ; ".join(sorted(f"{label} {value}".strip() for label, value in words)) or "-"
