"""VER-04, VER-06 to VER-10 once more, for identities that stand in real messages instead of being handed over."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Status
from conformance.drivers.partners import Reception
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import DOCUMENTS, MESSAGES, WORKLIST
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.mailbox import ALL
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.wire import UNKNOWN_PLACE
from conformance.suite.incoming.arriving import (
    Arrival,
    deliver,
    expect_identity_kept,
    expect_not_in,
    expect_noticed,
    expect_others_kept,
    forms_taken,
    need_form,
)
from conformance.suite.incoming.forms import Form, written
from conformance.suite.incoming.letter import Letter, with_names_in_use
from conformance.suite.verification.elsewhere import SENDER, answering, as_values, nobody, received
from conformance.suite.verification.traces import watch
from conformance.suite.verification.wire import (
    KO,
    Said,
    claims_of,
    expect_claims,
    need_verified,
    verifications,
)

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.drivers.partners import ReceivedIdentity
    from conformance.suite.desk.steps import Desk

_UNKNOWN: Final = {
    Form.MAIL: "hyphens-leading-zero-29-february",
    Form.CDA: "double-hyphen-abroad-summer",
    Form.ORU: "hyphens-leading-zero-29-february",
    Form.MDM: "waiting-number-four-first-names",
    Form.FHIR: "child-several-separators",
}
"""Who is not known here, by the form of the message: people whose names, days and places are easily misread."""

FORMS: Final = pytest.mark.parametrize("form", Form, ids=str)


@pytest.mark.rule("VER-04")
@pytest.mark.title(
    fr="L'INS d'un inconnu, dans un message, est vérifiée une fois, avec les traits du message ; celle d'un dossier récupéré ou qualifié ne l'est pas",
    en="The INS of an unknown patient, in a message, is verified once, with the traits of the message; that of a file récupéré or qualifié is not",
)
@FORMS
@MESSAGES.mark
@DOCUMENTS.mark
@WORKLIST.mark
def test_verified_once(desk: Desk, form: Form) -> None:
    need_form(desk, form)
    told = received(desk.play(PARTS[_UNKNOWN[form]]))
    arrival = _arrives(desk, told, form)
    moment = Moment(f"inconnu, dans un message ({form})", f"unknown, in a message ({form})")
    found = verifications(arrival.exchanges)
    expect_equal(
        got=len(found),
        expected=1,
        fr=f"{moment.fr}, vérifications reçues par INSi",
        en=f"{moment.en}, verifications received by INSi",
    )
    for claimed in claims_of(found[0]):
        expect_claims(claimed, as_values(told), moment)
    for route in (Route.IMPORTED, Route.IMPORTED_CHECKED):
        person = desk.draw()
        patient = desk.bring(person, route)
        arrival = _arrives(desk, received(person), form, patient)
        expect(
            not verifications(arrival.exchanges),
            fr=f"INS déjà {patient.status} ici, vérifiée de nouveau à la réception d'un message ({form})",
            en=f"INS already {patient.status} here, verified again on the reception of a message ({form})",
        )


@pytest.mark.rule("VER-02")
@pytest.mark.title(
    fr="La vérification faite pour un message laisse une trace avec son résultat, quelle que soit la forme du message",
    en="The verification made for a message leaves an entry with its result, whatever the form of the message",
)
@MESSAGES.mark
def test_traced(desk: Desk) -> None:
    taken = forms_taken(desk)

    def judge(form: Form, ending: str | None) -> None:
        seen = watch(desk)
        message = written(Letter(identity=received(desk.draw())), form)

        def act() -> None:
            with suppress(RefusedError):
                desk.lgo.receive_message(message, sender=SENDER, actor=desk.user)

        with answering(desk, ending):
            _, exchanges = desk.during(act)
        seen.sent += need_verified(exchanges)
        seen.expect(
            Moment(
                f"vérification faite pour un message ({form})", f"verification made for a message ({form})"
            )
        )

    # Each form once, OK and KO in turn.
    cases = enumerate(form for form in sorted(taken) if not (form is Form.MAIL and desk.memory.get(ALL)))
    expect_each({str(form): partial(judge, form, KO if number % 2 else None) for number, form in cases})


@pytest.mark.rule("VER-06")
@pytest.mark.title(
    fr="Un message dont l'identité est démentie ne change rien au dossier du patient connu",
    en="A message whose identity is denied changes nothing in the file of the known patient",
)
@FORMS
@MESSAGES.mark
@DOCUMENTS.mark
@WORKLIST.mark
def test_known_and_ko(desk: Desk, form: Form) -> None:
    need_form(desk, form)

    def judge(route: Route) -> None:
        # At one status people whose names are easily misread; at another what the file does not know stays unknown.
        person = (
            desk.play(PARTS[_UNKNOWN[form]]) if route is Route.CHECKED else desk.draw(first_names_count=2)
        )
        unknown = {"birth_place": UNKNOWN_PLACE, "first_names": None} if route is Route.TYPED else {}
        patient = desk.bring(person, route, **unknown)
        desk.lgo.update_patient(patient.id, NAMES_IN_USE, actor=desk.user)
        other = {"matricule": nobody(desk, person)} if route.status in {Status.RECUP, Status.QUAL} else {}
        with answering(desk, KO):
            arrival = _arrives(desk, received(person, **other), form, patient)
        need_verified(arrival.exchanges, Said.KO)
        moment = Moment(f"message, KO ({form}, {route})", f"message, KO ({form}, {route})")
        expect_identity_kept(arrival, patient, moment)
        expect_others_kept(arrival, patient, moment)

    routes = (Route.TYPED, Route.CHECKED, Route.IMPORTED, Route.IMPORTED_CHECKED)
    expect_each({str(route): partial(judge, route) for route in routes})


@pytest.mark.rule("VER-07")
@pytest.mark.rule("VER-08")
@pytest.mark.title(
    fr="Un inconnu que dément INSi : pas d'INS, pas de document rangé, et quelqu'un est prévenu",
    en="An unknown patient whom INSi denies: no INS, no document filed, and somebody is told",
)
@FORMS
@MESSAGES.mark
@DOCUMENTS.mark
@WORKLIST.mark
def test_unknown_and_ko(desk: Desk, form: Form) -> None:
    need_form(desk, form)
    told = received(desk.play(PARTS[_UNKNOWN[form]]))
    with answering(desk, KO):
        arrival = _arrives(desk, told, form)
    need_verified(arrival.exchanges, Said.KO)
    moment = Moment(f"message d'un inconnu, KO ({form})", f"message of an unknown patient, KO ({form})")
    for patient in arrival.created:
        expect(
            not patient.matricule and not patient.oid,
            fr=f"{moment.fr}, le dossier créé porte {patient.matricule} ({patient.oid})",
            en=f"{moment.en}, the file created holds {patient.matricule} ({patient.oid})",
        )
        expect_not_in(arrival, patient, moment)
    expect_noticed(arrival, moment)
    verified = isinstance(arrival.said, Reception) and arrival.said.verification
    texts = [*arrival.texts, verified.message if verified else ""]
    expect(
        (form is Form.MAIL and desk.memory.get(ALL))
        or any(any(letter.isalpha() for letter in text) for text in texts),
        fr=f"{moment.fr}, aucune alerte n'informe l'utilisateur qui l'a fait entrer",
        en=f"{moment.en}, no alert tells the user who let it in",
        # What a software treats later, by itself, it can tell on the worklist only.
        inferred=True,
    )
    expect(
        arrival.items or arrival.is_queued,
        fr=f"{moment.fr}, rien ne figure dans la liste à traiter",
        en=f"{moment.en}, nothing is on the worklist",
    )


@pytest.mark.rule("VER-09")
@pytest.mark.title(
    fr="Un message qui dit l'identité qualifiée, ou validée, ne la qualifie pas ici, même confirmée par INSi",
    en="A message that calls the identity qualifiée, or validée, does not make it so here, even confirmed by INSi",
)
@FORMS
@MESSAGES.mark
@DOCUMENTS.mark
@WORKLIST.mark
def test_not_transitive(desk: Desk, form: Form) -> None:
    need_form(desk, form)

    def judge(status: str, route: Route | None) -> None:
        person = desk.draw()
        known = [desk.bring(person, route)] if route else []
        arrival = _arrives(desk, received(person, status=status), form, *known)
        for snapshot in arrival.after.files.values():
            patient = snapshot.patient
            if route is Route.CHECKED:
                # Checked here before: validée without the INS, or qualifiée with it (E21).
                expect(
                    patient.status not in {Status.PROV, Status.VALI} or not patient.matricule,
                    fr=f"message confirmé ({form}) : le dossier validé ici est {patient.status} et porte l'INS",
                    en=f"confirmed message ({form}): the file validé here is {patient.status} and holds the INS",
                )
                continue
            expect(
                patient.status not in {Status.QUAL, Status.VALI},
                fr=f"message qui annonce {status} ({form}) : l'identité est {patient.status}",
                en=f"message that announces {status} ({form}): the identity is {patient.status}",
            )

    expect_each(
        {
            f"{status}, {route or 'inconnu'}": partial(judge, status, route)
            for status in ("QUAL", "VALI")
            for route in (None, Route.TYPED, Route.IMPORTED if status == "QUAL" else Route.CHECKED)
        }
    )


@pytest.mark.rule("VER-10")
@pytest.mark.title(
    fr="Dans un message aussi, seul l'émetteur sous contrat peut faire qualifier",
    en="In a message too, only a sender under contract may make an identity qualifiée",
)
@FORMS
@MESSAGES.mark
@DOCUMENTS.mark
@WORKLIST.mark
def test_contract(desk: Desk, form: Form) -> None:
    need_form(desk, form)
    with preparing("fixer les contrats de confiance", "set the trust contracts"):
        desk.lgo.write_trusted_senders(frozenset({"LABO-10"}), actor=desk.user)
    # One that is alike by its beginning or its end, and one that is not.
    for sender in ("LABO-1" if form in _TELLING else "LABO-100", "CLINIQUE-KVORLAN"):
        arrival = _arrives(desk, received(desk.draw()), form, sender=sender)
        for patient in arrival.created:
            expect(
                patient.status is not Status.QUAL,
                fr=f"émetteur {sender}, sans contrat ({form}) : l'identité est qualifiée",
                en=f"sender {sender}, without a contract ({form}): the identity is qualifiée",
            )
    if form in _TELLING:
        arrival = _arrives(desk, received(desk.draw(), status="PROV"), form, sender="LABO-10")
        expect(
            all(patient.status is not Status.QUAL for patient in arrival.created),
            fr=f"sous contrat, un message qui dit l'identité provisoire ({form}) la fait qualifiée ici",
            en=f"under a contract, a message that calls the identity provisoire ({form}) makes it qualifiée here",
            # As for identities handed over: what a contract covers is deduced.
            inferred=True,
        )


_TELLING: Final = frozenset({Form.ORU, Form.MDM, Form.FHIR})
"""The forms that say the status of the identity."""


def _arrives(
    desk: Desk, told: ReceivedIdentity, form: Form, *patients: Patient, sender: str = "LABO-VOISIN"
) -> Arrival:
    return deliver(
        desk,
        written(with_names_in_use(told), form),
        *patients,
        days=[told.birth_date],
        sender=sender,
    )
