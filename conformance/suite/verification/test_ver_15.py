"""VER-15: of a document about somebody unknown here, a reduced file is proposed, with an identité provisoire."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.drivers.partners import Reception
from conformance.suite.desk.apart import CONTRACTS
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.cast import CAST, PARTS
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.desk.wire import UNKNOWN_PLACE
from conformance.suite.incoming.arriving import (
    Arrival,
    deliver,
    expect_code,
    expect_on_the_list,
    expect_others_kept,
    need_form,
)
from conformance.suite.incoming.forms import Form, written
from conformance.suite.incoming.letter import IN_USE, Letter, with_names_in_use
from conformance.suite.verification.elsewhere import TRAITS, answering, received
from conformance.suite.verification.homonyms import homonyms, person_with_homonyms
from conformance.suite.verification.wire import (
    ERRORS,
    KO,
    Said,
    numbers_of,
    said_by,
    verifications,
)
from simulator.ins.traits import starts_list

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.drivers.partners import ReceivedIdentity
    from conformance.suite.desk.steps import Desk

_PROPOSES = re.compile(
    r"\bcré|\bouvr|dossier réduit|nouveau dossier|propos|creat|open|new file", re.IGNORECASE
)
"""Words by which a refusal («patient inconnu») proposes to open a file."""


@pytest.mark.rule("VER-15")
@pytest.mark.title(
    fr="D'un patient inconnu, un dossier réduit est proposé ou ouvert, provisoire, avec les traits du document et sans INS non vérifiée",
    en="Of an unknown patient a reduced file is proposed or opened, provisoire, with the traits of the document and no unverified INS",
)
@pytest.mark.parametrize("form", Form, ids=str)
@pytest.mark.parametrize("user", USERS)
def test_unknown(desk: Desk, form: Form, user: str) -> None:
    need_form(desk, form)
    desk = desk.by(user)

    def judge(status: str | None) -> None:
        told = received(desk.draw(first_names_count=2), status=status)
        moment = Moment(
            f"patient inconnu, annoncé {status} ({form})", f"unknown patient, announced as {status} ({form})"
        )
        _expect_proposed(desk, told, form, moment)

    statuses = ("QUAL", "VALI", "PROV", None) if user == USERS[0] else ("QUAL", None)
    expect_each({str(status): partial(judge, status) for status in statuses})


@pytest.mark.rule("VER-15")
@pytest.mark.title(
    fr="Quand INSi dément ou ne répond pas, le dossier réduit est provisoire et sans INS",
    en="When INSi denies or does not answer, the reduced file is provisoire and without INS",
)
@pytest.mark.parametrize("form", [Form.MAIL, Form.ORU], ids=str)
def test_not_confirmed(desk: Desk, form: Form) -> None:
    need_form(desk, form)

    def judge(answer: str) -> None:
        told = received(desk.draw(first_names_count=2))
        moment = Moment(f"patient inconnu, {answer} ({form})", f"unknown patient, {answer} ({form})")
        with answering(desk, answer):
            _expect_proposed(desk, told, form, moment)

    expect_each({answer: partial(judge, answer) for answer in (KO, *ERRORS)})


@pytest.mark.rule("VER-15")
@pytest.mark.title(
    fr="Pour chaque personne de la distribution, le dossier réduit porte les traits du document, à la lettre",
    en="For each person of the cast, the reduced file holds the traits of the document, to the letter",
)
@pytest.mark.parametrize("form", [Form.MAIL, Form.ORU], ids=str)
def test_cast(desk: Desk, form: Form) -> None:
    need_form(desk, form)

    def judge(key: str) -> None:
        moment = Moment(f"patient inconnu ({form})", f"unknown patient ({form})")
        opened[key] = _expect_proposed(desk, received(desk.play(PARTS[key])), form, moment)

    opened: dict[str, bool] = {}
    expect_each({part.key: partial(judge, part.key) for part in CAST})
    left_out = [key for key, is_opened in opened.items() if not is_opened]
    # One file or the other may be left to a person; that this hangs on a name or a place is in no text.
    expect(
        not 0 < len(left_out) <= len(opened) // 3,
        fr=f"un dossier est ouvert pour chaque inconnu, sauf pour {', '.join(left_out)} ({form})",
        en=f"a file is opened for every unknown patient, but not for {', '.join(left_out)} ({form})",
        inferred=True,
    )


@pytest.mark.rule("VER-15")
@pytest.mark.title(
    fr="Le document d'un inconnu n'est pas rattaché au plus ressemblant, quel que soit son statut",
    en="The document of an unknown person is not attached to the most similar one, whatever the status",
)
@pytest.mark.parametrize("form", [Form.MAIL, Form.ORU], ids=str)
def test_most_similar(desk: Desk, form: Form) -> None:
    need_form(desk, form)
    person = person_with_homonyms(desk)
    near = [one.patient for one in homonyms(desk, person, Route.CHECKED).values()]
    of_the_day = desk.draw(birth_date=person.identity.traits.birth_date, sex=person.identity.traits.sex)
    near.append(desk.bring(of_the_day, Status.QUAL))
    moment = Moment(f"patient inconnu, homonymes ({form})", f"unknown patient, homonyms ({form})")
    _expect_proposed(desk, received(person), form, moment, *near)


@pytest.mark.rule("VER-15")
@pytest.mark.title(
    fr="Reçu deux fois, il ne fait pas deux dossiers",
    en="Received twice, it does not make two files",
)
@Form.MAIL.apart.mark
def test_twice(desk: Desk) -> None:
    need_form(desk, Form.MAIL)
    told = received(desk.draw())
    document = written(Letter(identity=told), Form.MAIL)
    for _ in range(2):
        arrival = deliver(desk, document, days=[told.birth_date])
    theirs = [
        one.patient for one in arrival.after.files.values() if one.patient.birth_name == told.birth_name
    ]
    expect(
        len(theirs) <= 1,
        fr=f"le même document reçu deux fois fait {len(theirs)} dossiers",
        en=f"the same document received twice makes {len(theirs)} files",
        inferred=True,
    )


@pytest.mark.rule("VER-15")
@pytest.mark.title(
    fr="Le dossier réduit, contrôlé sur pièce, ne devient pas qualifié sans INSi",
    en="The reduced file, checked against a document, does not become qualifié without INSi",
)
@pytest.mark.parametrize("answer", [None, KO, "fault-insi-102"], ids=["true-insi", "ko", "fault"])
@Form.MAIL.apart.mark
def test_checked_afterwards(desk: Desk, answer: str | None) -> None:
    need_form(desk, Form.MAIL)
    told = received(desk.draw())
    with answering(desk, answer):
        arrival = deliver(desk, written(Letter(identity=told), Form.MAIL), days=[told.birth_date])
    for patient in arrival.created:
        if patient.attributes or not all(getattr(patient, name) for name in TRAITS):
            continue  # A software may doubt such an identity; it is then not validated.
        if patient.status is Status.RECUP and _said(arrival) is Said.OK:
            continue  # From INSi, then checked: qualifiée, and rightly so.
        after = desk.check_document(patient)
        expect(
            after.status is not Status.QUAL and not after.matricule,
            fr=f"le dossier réduit, une fois contrôlé sur pièce, est {after.status} et porte {after.matricule or 'aucune INS'}",
            en=f"the reduced file, once checked against a document, is {after.status} and holds {after.matricule or 'no INS'}",
        )


@pytest.mark.rule("VER-15")
@pytest.mark.title(
    fr="Un document d'un inconnu sans INS, ou sans tous ses traits, n'est pas perdu et ne donne aucune INS",
    en="A document of an unknown person without INS, or without all its traits, is not lost and gives no INS",
)
@pytest.mark.parametrize("form", Form, ids=str)
def test_incomplete(desk: Desk, form: Form) -> None:
    need_form(desk, form)
    # Somebody else each time, the one with an INS first: what one message lacks is not in the one before.
    cases: dict[str, tuple[dict[str, None], tuple[str, ...]]] = {
        "sans nom (905)": ({"birth_name": None}, ("905", "902")),
        "sans lieu ni liste (905)": ({"first_names": None, "birth_place": None}, ("905", "902")),
        "sans INS (903)": ({"matricule": None, "oid": None}, ("903", "902")),
    }

    def judge(name: str, left_out: dict[str, None], codes: tuple[str, ...]) -> None:
        right = received(desk.draw(first_names_count=2))
        told = replace(right, **left_out)  # type: ignore[arg-type] # nothing but None
        moment = Moment(f"inconnu, {name} ({form})", f"unknown, {case_text(name).en} ({form})")
        arrival = deliver(desk, written(Letter(identity=told), form), days=[right.birth_date])
        for patient in arrival.created:
            is_verified = patient.status is Status.RECUP and _said(arrival) is Said.OK
            expect(
                (patient.status is Status.PROV and not patient.matricule) or is_verified,
                fr=f"{moment.fr}, le dossier créé est {patient.status} et porte {patient.matricule or 'aucune INS'}",
                en=f"{moment.en}, the file created is {patient.status} and holds {patient.matricule or 'no INS'}",
            )
        _expect_own(arrival, right, moment)
        expect(
            arrival.created or arrival.is_noticed,
            fr=f"{moment.fr}, rien n'est créé et personne n'est prévenu",
            en=f"{moment.en}, nothing is created and nobody is told",
            inferred=True,
        )
        expect_on_the_list(arrival, moment)
        expect_code(arrival, *codes, moment=moment)

    expect_each({name: partial(judge, name, *case) for name, case in cases.items()})


def _expect_own(arrival: Arrival, right: ReceivedIdentity, moment: Moment) -> None:
    """Check that no file and no verification holds what is neither in the message nor this person's."""
    claimed = numbers_of(verifications(arrival.exchanges))
    expect(
        claimed <= {right.matricule},
        fr=f"{moment.fr}, INSi a vérifié l'INS de quelqu'un d'autre : {sorted(filter(None, claimed))}",
        en=f"{moment.en}, INSi verified the INS of somebody else: {sorted(filter(None, claimed))}",
    )
    for patient in arrival.created:
        names = set((right.first_names or "").split())
        strange = set((patient.first_names or "").split()) - names or {patient.birth_place} - {
            right.birth_place, UNKNOWN_PLACE, None, "",
        }  # fmt: skip
        expect(
            not strange,
            fr=f"{moment.fr}, le dossier créé porte ce que le message ne dit pas : {', '.join(map(str, strange))}",
            en=f"{moment.en}, the file created holds what the message does not say: {', '.join(map(str, strange))}",
        )


@pytest.mark.rule("VER-15")
@pytest.mark.title(
    fr="L'émetteur sous contrat d'un autre ne fait pas qualifier l'inconnu",
    en="A trust contract with another sender does not make the unknown patient qualifié",
)
@Form.MAIL.apart.mark
@CONTRACTS.mark
def test_contract_of_another(desk: Desk) -> None:
    need_form(desk, Form.MAIL)
    with preparing("fixer les contrats de confiance", "set the trust contracts"):
        desk.lgo.write_trusted_senders(frozenset({"LABO-10"}), actor=desk.user)
    for sender in ("LABO-1", "LABO-100", "LABO-VOISIN"):
        told = received(desk.draw(), sender=sender)
        moment = Moment(f"émetteur {sender}, sans contrat", f"sender {sender}, without a contract")
        _expect_proposed(desk, told, Form.MAIL, moment, sender=sender)


def _expect_proposed(
    desk: Desk,
    told: ReceivedIdentity,
    form: Form,
    moment: Moment,
    *near: Patient,
    sender: str = "LABO-VOISIN",
) -> bool:
    """Have a document of somebody unknown arrive: one reduced file is there, or is proposed, and nobody else is touched.

    Returns:
        Whether a file was opened.
    """
    arrival = deliver(
        desk, written(with_names_in_use(told), form), *near, days=[told.birth_date], sender=sender
    )
    expect_others_kept(arrival, None, moment)
    for patient in arrival.created:
        _expect_reduced(arrival, patient, told, moment)
    expect(
        len(arrival.created) <= 1,
        fr=f"{moment.fr}, {len(arrival.created)} dossiers sont créés",
        en=f"{moment.en}, {len(arrival.created)} files are created",
        inferred=True,
    )
    # Left to a person: on the worklist, where that can be seen.
    is_queued = arrival.is_queued and arrival.after.known_items is None
    is_said = isinstance(arrival.said, Reception) or any(map(_PROPOSES.search, arrival.texts))
    is_said = is_said and any(any(map(str.isalpha, one)) for one in arrival.texts)
    expect(
        arrival.created or is_queued or arrival.items or is_said,
        fr=f"{moment.fr}, aucun dossier n'est ouvert et rien n'est proposé",
        en=f"{moment.en}, no file is opened and nothing is proposed",
    )
    expect_code(arrival, "902", moment=moment)
    return bool(arrival.created)


def _expect_reduced(arrival: Arrival, patient: Patient, told: ReceivedIdentity, moment: Moment) -> None:
    """Check a file opened for a document: provisoire without INS, or récupérée when INSi confirmed it (Règles 30 and 52)."""
    said = _said(arrival)
    is_fed = patient.status is Status.RECUP and said is Said.OK
    expect(
        patient.status is Status.PROV or is_fed,
        fr=f"{moment.fr}, le dossier créé est {patient.status} (vérification : {said or 'aucune'})",
        en=f"{moment.en}, the file created is {patient.status} (verification: {said or 'none'})",
    )
    held = (patient.matricule, patient.oid)
    expect(
        held == (None, None) or (is_fed and held == (told.matricule, told.oid)),
        fr=f"{moment.fr}, le dossier créé ({patient.status}) porte l'INS {patient.matricule} ({patient.oid})",
        en=f"{moment.en}, the file created ({patient.status}) holds the INS {patient.matricule} ({patient.oid})",
    )
    wrong = [
        name
        for name in TRAITS
        if getattr(patient, name) is not None and getattr(patient, name) != getattr(told, name)
    ]
    # The 1er prénom may be the one told, or any start of the list (RSP-06).
    first = patient.first_name
    if first not in {None, told.first_name} and not starts_list(first or "", told.first_names or ""):
        wrong.append("first_name")
    expect(
        not wrong,
        fr=f"{moment.fr}, le dossier créé ne porte pas les traits du document ({', '.join(wrong)})",
        en=f"{moment.en}, the file created does not hold the traits of the document ({', '.join(wrong)})",
    )
    written_there = {None, "", *IN_USE.values()}
    made_up = [
        name
        for name in ("used_name", "used_first_name", "proof")
        if getattr(patient, name) not in written_there
    ]
    expect(
        not made_up,
        fr=f"{moment.fr}, le dossier créé contient ce que le document ne dit pas ({', '.join(made_up)})",
        en=f"{moment.en}, the file created holds what the document does not say ({', '.join(made_up)})",
        inferred=True,
    )


def _said(arrival: Arrival) -> Said | None:
    found = verifications(arrival.exchanges)
    return said_by(found[-1]) if found else None
