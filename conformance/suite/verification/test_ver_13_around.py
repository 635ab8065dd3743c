"""VER-13: what comes around a document (its envelope, its sender, what it replaces) puts it into no file either."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import CONTRACTS
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import PLAIN
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.words import label
from conformance.suite.incoming import mail
from conformance.suite.incoming.arriving import (
    deliver,
    expect_filed_rightly,
    expect_identity_kept,
    expect_not_in,
    expect_on_the_list,
    expect_others_kept,
    need_form,
)
from conformance.suite.incoming.forms import Form, mailed, results_of_two, written
from conformance.suite.incoming.kinds import Incoming, letter
from conformance.suite.incoming.letter import Act, Letter
from conformance.suite.verification.elsewhere import one_wrong, received, spoilt

if TYPE_CHECKING:
    from conformance.drivers.partners import ReceivedIdentity
    from conformance.suite.desk.steps import Desk

TYPICAL = Route.IMPORTED_CHECKED
NOT_MAIL = [form for form in Form if form is not Form.MAIL]


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Quand l'enveloppe et le document désignent deux patients, le document n'entre pas dans le dossier de celui qui n'est que sur l'enveloppe",
    en="When the envelope and the document name two patients, the document does not join the file of the one on the envelope only",
)
@pytest.mark.parametrize("form", [Form.MAIL, Form.ORU, Form.MDM, Form.FHIR], ids=str)
def test_envelope_of_another(desk: Desk, form: Form) -> None:
    need_form(desk, form)
    inside, outside = desk.draw(), desk.draw()
    theirs, others = desk.bring(inside, Status.QUAL), desk.bring(outside, Status.QUAL)
    told = Letter(identity=received(inside), envelope=received(outside))
    moment = Moment(f"enveloppe d'un autre patient ({form})", f"envelope of another patient ({form})")
    arrival = deliver(desk, written(told, form), theirs, others)
    expect_not_in(arrival, others, moment)
    for patient in (theirs, others):
        expect_identity_kept(arrival, patient, moment)
    # The header of the document is right: that its envelope has to be believed as well is deduced.
    expect_not_in(arrival, theirs, moment, inferred=True)
    if form is Form.FHIR:
        told = Letter(
            identity=received(inside), beside=received(outside), title="Compte rendu KVORLAN à deux"
        )
        arrival = deliver(desk, written(told, form), theirs, others)
        moment = Moment("un autre patient dans le même lot FHIR", "another patient in the same FHIR bundle")
        expect_not_in(arrival, others, moment)


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Quand l'enveloppe contredit le document par un seul trait, ou par le matricule, le document ne se range pas de lui-même",
    en="When the envelope contradicts the document by one trait only, or by the matricule, the document is not filed by itself",
)
@pytest.mark.parametrize("form", [Form.MAIL, Form.ORU, Form.FHIR], ids=str)
def test_envelope_differs_by_one_part(desk: Desk, form: Form) -> None:
    need_form(desk, form)
    person = desk.draw(first_names_count=2, **PLAIN)
    patient = desk.bring(person, Status.QUAL)
    right = received(person)

    parts = ["birth_name", "birth_date", "sex", "matricule", "oid"]
    if form is not Form.MAIL:  # The metadata of an archive say neither.
        parts += ["first_names", "birth_place"]
    wrong = {part: spoilt(desk, person, part) for part in parts}
    wrong["first_name"] = received(person, first_name=f"{right.first_name}KV")

    def judge(part: str, envelope: ReceivedIdentity) -> None:
        told = Letter(identity=right, envelope=envelope, title=f"Compte rendu KVORLAN {part}")
        moment = Moment(
            f"enveloppe qui ne diffère que par : {label(part).fr} ({form})",
            f"envelope that differs only by: {label(part).en} ({form})",
        )
        arrival = deliver(desk, written(told, form), patient)
        expect_identity_kept(arrival, patient, moment)
        # The header of the document is right: that its envelope has to be believed as well is deduced.
        expect_not_in(arrival, patient, moment, inferred=True)

    expect_each({part: partial(judge, part, envelope) for part, envelope in wrong.items()})


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Ni l'objet d'un courriel, ni le nom d'un PDF, ni le document voisin ne désignent un dossier",
    en="Neither the subject of a mail, nor the name of a PDF, nor the document beside it designates a file",
)
@Form.MAIL.apart.mark
def test_other_mails(desk: Desk) -> None:
    need_form(desk, Form.MAIL)
    person, other = desk.draw(), desk.draw()
    patient, neighbour = desk.bring(person, Status.QUAL), desk.bring(other, Status.RECUP)

    def pdf_only() -> None:
        moment = Moment("courriel avec un PDF seul", "mail with a PDF alone")
        arrival = deliver(desk, mailed(mail.plain(Letter(identity=received(person)))), patient, neighbour)
        expect_not_in(arrival, patient, moment)
        expect_on_the_list(arrival, moment)
        expect_others_kept(arrival, patient, moment)

    def two_patients() -> None:
        second = Letter(identity=received(other), title="Compte rendu KVORLAN du second")
        moment = Moment("deux patients dans un courriel", "two patients in one mail")
        arrival = deliver(
            desk, mailed(mail.write(Letter(identity=received(person)), second)), patient, neighbour
        )
        held = [one for one, _ in arrival.filed if one.id == patient.id]
        expect(
            len(held) <= 1 or all(second.title not in one.name for _, one in arrival.filed),
            fr=f"{moment.fr}, les deux documents sont dans le dossier du premier",
            en=f"{moment.en}, both documents are in the file of the first",
        )
        expect_on_the_list(arrival, moment)
        expect_others_kept(arrival, patient, moment)

    expect_each({"un PDF seul": pdf_only, "deux patients": two_patients})


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="D'un message aux résultats de deux patients, aucun document n'entre dans le dossier de l'autre ni ne se perd sans bruit",
    en="Of a message with the results of two patients no document joins the file of the other, nor is one lost without a word",
)
@Form.ORU.apart.mark
def test_results_of_two(desk: Desk) -> None:
    need_form(desk, Form.ORU)
    people = (desk.draw(), desk.draw())
    patients = [desk.bring(person, Status.QUAL) for person in people]
    letters = [
        Letter(identity=received(person), title=f"Compte rendu KVORLAN de {name}")
        for person, name in zip(people, ("ALPHA", "BRAVO"), strict=True)
    ]
    moment = Moment("résultats de deux patients dans un message", "results of two patients in one message")
    arrival = deliver(desk, results_of_two(*letters), *patients)
    for told, patient in zip(letters, patients, strict=True):
        expect(
            not any(each.id != patient.id and told.title in one.name for each, one in arrival.filed),
            fr=f"{moment.fr}, le document de l'un est dans le dossier de l'autre",
            en=f"{moment.en}, the document of one is in the file of the other",
        )
        expect_identity_kept(arrival, patient, moment)
    expect(
        arrival.is_noticed or len(arrival.filed) >= len(patients),
        fr=f"{moment.fr}, {len(arrival.filed)} document(s) rangé(s) sur {len(patients)}, et personne n'est prévenu",
        en=f"{moment.en}, {len(arrival.filed)} of {len(patients)} documents filed, and nobody is told",
        # That nothing is lost on the way is deduced.
        inferred=True,
    )


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Le numéro de dossier de l'émetteur, une fois rapproché, n'emporte pas les documents suivants",
    en="The file number of the sender, once matched, does not carry the documents that follow",
)
@pytest.mark.parametrize("form", [Form.MAIL, Form.ORU], ids=str)
def test_sender_reuses_its_number(desk: Desk, form: Form) -> None:
    need_form(desk, form)
    person, other = desk.draw(), desk.draw()
    patient = desk.bring(person, Status.QUAL)
    deliver(desk, written(Letter(identity=received(person)), form), patient)
    moment = Moment(
        f"même numéro de dossier chez l'émetteur, autre patient ({form})",
        f"same file number at the sender, another patient ({form})",
    )
    for told in (
        Letter(identity=received(other), title="Compte rendu KVORLAN suivant"),
        Letter(identity=received(other, matricule=None, oid=None), title="Compte rendu KVORLAN sans INS"),
    ):
        arrival = deliver(desk, written(told, form), patient, days=[told.identity.birth_date])
        expect_not_in(arrival, patient, moment)
        expect_identity_kept(arrival, patient, moment)


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Un contrat de confiance ne dispense pas de la concordance",
    en="A trust contract does not dispense with the match",
)
@Form.MAIL.apart.mark
@CONTRACTS.mark
def test_trusted_sender(desk: Desk) -> None:
    need_form(desk, Form.MAIL)
    with preparing("fixer les contrats de confiance", "set the trust contracts"):
        desk.lgo.write_trusted_senders(frozenset({"LABO-10"}), actor=desk.user)
    person = desk.draw(first_names_count=2, **PLAIN)
    patient = desk.bring(person, Status.QUAL)

    def judge(name: str, wrong: ReceivedIdentity) -> None:
        moment = Moment(
            f"sous contrat, document avec {name}", f"under contract, document with {case_text(name).en}"
        )
        arrival = deliver(
            desk,
            written(Letter(identity=wrong), Form.MAIL),
            patient,
            days=[wrong.birth_date],
            sender="LABO-10",
        )
        expect_not_in(arrival, patient, moment)
        expect_identity_kept(arrival, patient, moment)

    try:
        expect_each({name: partial(judge, name, wrong) for name, wrong in one_wrong(desk, person).items()})
    finally:
        with suppress(RefusedError):
            desk.lgo.write_trusted_senders(frozenset(), actor=desk.user)


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Ce qui remplace ou supprime un document sous l'identité d'un autre ne touche pas au dossier où il est",
    en="What replaces or deletes a document under the identity of another does not touch the file that holds it",
)
@pytest.mark.parametrize("form", [Form.MAIL, Form.MDM, Form.FHIR], ids=str)
def test_replacement_of_another(desk: Desk, form: Form) -> None:
    need_form(desk, form)
    person, other = desk.draw(), desk.draw()
    patient, neighbour = desk.bring(person, Status.QUAL), desk.bring(other, Status.QUAL)
    first = Letter(identity=received(person))
    deliver(desk, written(first, form), patient, neighbour)

    def judge(act: Act) -> None:
        told = Letter(
            identity=received(other), act=act, former=first.document_id, title="Compte rendu KVORLAN corrigé"
        )
        moment = Moment(
            f"document d'un autre qui en remplace ou supprime un ({act.name}, {form})",
            f"document of another that replaces or deletes one ({act.name}, {form})",
        )
        arrival = deliver(desk, written(told, form), patient, neighbour)
        expect_filed_rightly(arrival, received(other), moment)
        expect_not_in(arrival, patient, moment)
        expect_identity_kept(arrival, patient, moment)
        expect_identity_kept(arrival, neighbour, moment)
        expect(
            len(arrival.after.documents[patient.id]) == len(arrival.before.documents[patient.id]),
            fr=f"{moment.fr}, le document du premier patient n'est plus dans son dossier",
            en=f"{moment.en}, the document of the first patient is no longer in the file",
            inferred=True,
        )

    expect_each({act.name: partial(judge, act) for act in (Act.REPLACES, Act.DELETES)})


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Un document corrigé ou supprimé par son émetteur ne change ni l'identité ni les autres documents",
    en="A document corrected or deleted by its sender changes neither the identity nor the other documents",
)
@pytest.mark.parametrize("kind", [Incoming.REPLACEMENT, Incoming.DELETION], ids=str)
@pytest.mark.parametrize("form", [Form.MAIL, Form.MDM, Form.FHIR], ids=str)
def test_replacement(desk: Desk, form: Form, kind: Incoming) -> None:
    need_form(desk, form)
    person = desk.draw()
    patient = desk.bring(person, Status.QUAL)
    right = received(person)
    first, second = Letter(identity=right), Letter(identity=right, title="Compte rendu NALROVK")
    for one in (first, second):
        deliver(desk, written(one, form), patient)
    told = letter(kind, right, right, first.document_id)
    moment = Moment(f"{kind.words.fr} ({form})", f"{kind.words.en} ({form})")
    arrival = deliver(desk, written(told, form), patient)
    expect_filed_rightly(arrival, right, moment)
    expect_identity_kept(arrival, patient, moment)
    expect(
        kind is not Incoming.DELETION or not arrival.filed,
        fr=f"{moment.fr}, ce qui supprime un document est rangé comme un document de plus",
        en=f"{moment.en}, what deletes a document is filed as one document more",
        inferred=True,
    )
    before, after = (
        [one for one in world.documents[patient.id] if "NALROVK" in one.name]
        for world in (arrival.before, arrival.after)
    )
    expect(
        len(after) >= len(before),
        fr=f"{moment.fr}, un autre document a disparu du dossier",
        en=f"{moment.en}, another document is gone from the file",
        inferred=True,
    )
