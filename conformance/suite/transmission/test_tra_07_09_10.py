"""TRA-07, TRA-09 and TRA-10: MSSanté mails, the address of a patient, and mails between professionals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.documents.record import Format
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.papers import (
    BEFORE_QUALIFIED,
    expect_no_ins,
    expect_right,
    need_statuses,
    owned_by,
    owners,
)
from conformance.suite.desk.routes import DISQUALIFYING
from conformance.suite.desk.sinks import MAIL
from conformance.suite.journeys.papers import PROFESSIONAL, sent
from conformance.suite.transmission.produced import everything, sendings
from conformance.verdicts import Departure, UndecidedError, Verdict
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.documents.mail.headers import MailFacts
    from conformance.suite.desk.papers import Artefact, Subject
    from conformance.suite.desk.steps import Desk

_PROFESSIONAL, _PATIENT = "MSSANTE", "MSSANTE_PATIENT"


@pytest.mark.rule("TRA-07")
@pytest.mark.title(
    fr="X-MSS-INS est celui que donne le CDA joint, qualifiée ou non ; METADATA.XML nomme le patient",
    en="X-MSS-INS is what the CDA attached gives, qualifiée or not; METADATA.XML names the patient",
)
def test_mail_headers(desk: Desk) -> None:
    found = [
        one
        for one in [*sendings(desk, _PROFESSIONAL), *sendings(desk, _PATIENT)]
        if one[1].read.format is Format.MAIL
    ]
    expect_right(found, owned_by("TRA-07"), nothing=("aucun courriel MSSanté", "no MSSanté mail"))
    need_statuses(found, "QUAL")
    for subject, artefact in found:
        facts: MailFacts = artefact.read.facts
        archives = artefact.inside(Format.XDM)
        if subject.is_qualified and archives:
            records = [record for archive in archives for record in archive.records]
            expect(
                any(record.has_ins for record in records),
                fr=f"[{subject.key}, {artefact.label}] METADATA.XML ne porte pas l'identifiant du patient",
                en=f"[{subject.key}, {artefact.label}] METADATA.XML does not hold the identifier of the patient",
            )
        if subject.is_qualified and archives and any(one.format is Format.CDA for one in artefact.parts):
            expect_equal(
                got=facts.header("X-MSS-INS"),
                expected="O",
                fr=f"[{subject.key}, {artefact.label}] X-MSS-INS d'une identité qualifiée",
                en=f"[{subject.key}, {artefact.label}] X-MSS-INS of an identité qualifiée",
            )


@pytest.mark.rule("TRA-09")
@pytest.mark.title(
    fr="Courriel au patient : à matricule@patient.mssante.fr pour une identité qualifiée, aucun envoi autrement",
    en="Mail to the patient: to matricule@patient.mssante.fr for an identité qualifiée, no sending otherwise",
)
def test_address_of_patient(desk: Desk) -> None:
    subjects = sent(desk)
    found = sendings(desk, _PATIENT)
    for subject in subjects:
        for label, recipient in subject.went.items():
            if label.startswith(f"{_PATIENT} ") and not subject.is_qualified:
                raise Departure(
                    f"[{subject.key}] un courriel part au patient ({recipient}) alors que son identité n'est pas qualifiée",
                    f"[{subject.key}] a mail goes to the patient ({recipient}) although the identity is not qualified",
                )
    if not found:
        reasons = [why for one in subjects if one.is_qualified for why in _why_not(one)]
        raise UndecidedError(
            f"aucun courriel ne part au patient, même qualifié : {'; '.join(reasons[:1]) or '-'}",
            f"no mail goes to the patient, not even a qualified one: {'; '.join(reasons[:1]) or '-'}",
            verdict=Verdict.NOT_TESTED,
        )
    for subject, artefact in found:
        _expect_addressed(subject, artefact)
    expect_right(found, owned_by("TRA-09"))
    reached = {subject.key for subject, _ in found}
    for subject in subjects:
        expect(
            not subject.is_qualified or subject.may_be_held or subject.key in reached,
            fr=f"[{subject.key}] identité qualifiée, et le courriel au patient ne part pas : {', '.join(_why_not(subject))}",
            en=f"[{subject.key}] identity qualified, and the mail to the patient does not leave: {', '.join(_why_not(subject))}",
        )
    _expect_all_reached(subjects)


def _expect_all_reached(subjects: Sequence[Subject]) -> None:
    """Check that no mail to a patient is said to be sent and never comes, where those to others do."""
    reached = {
        (subject.key, label): (subject, came)
        for subject in subjects
        for label, came in subject.reached.items()
        if label.startswith(f"{_PATIENT} ")
    }
    if not any(came for _, came in reached.values()):
        return  # Nothing shows where they go.
    # One that a queue holds comes beside what is sent next.
    late = [
        one.recipient or ""
        for subject in subjects
        for one in subject.artefacts
        if one.label.endswith(f"({MAIL})")
    ]
    for (key, label), (subject, came) in reached.items():
        number = subject.person.identity.matricule.value
        expect(
            came or any(number in one for one in late),
            fr=f"[{key}, {label}] le logiciel dit le courriel envoyé, et il n'arrive pas, alors que d'autres arrivent",
            en=f"[{key}, {label}] the software says that the mail is sent, and it does not come, although others do",
            # That what is said to be sent leaves is in no text.
            inferred=True,
        )


@pytest.mark.rule("TRA-09")
@pytest.mark.title(
    fr="Aucune adresse de patient dans ce qui est produit pour une identité non qualifiée, ou pour un autre patient",
    en="No address of a patient in what is produced for an identity not qualified, or for another patient",
)
def test_no_address_elsewhere(desk: Desk) -> None:
    found = [one for is_qualified in (True, False) for one in everything(desk, qualified=is_qualified)]
    expect_right(found, lambda problem, artefact: "TRA-09" in owners(problem, artefact))


@pytest.mark.rule("TRA-10")
@pytest.mark.title(
    fr="Courriel entre professionnels : il part à chaque statut ; sans identité qualifiée, les traits y sont, l'INS non",
    en="Mail between professionals: it leaves at each status; without identité qualifiée it holds the traits, not the INS",
)
def test_mail_between_professionals(desk: Desk) -> None:
    gone = {label for subject in sent(desk) if subject.is_qualified for label in subject.went}
    for subject in sent(desk):
        if DISQUALIFYING & subject.patient.attributes:
            continue  # Nothing need leave about somebody who is in doubt, or who does not exist.
        for label, why in [
            *subject.not_sent.items(),
            *((key, one.message) for key, one in subject.refused.items()),
        ]:
            if label.startswith(f"{_PROFESSIONAL} ") and not subject.is_qualified:
                raise Departure(
                    f"[{subject.key}] l'envoi entre professionnels est bloqué ({why}) alors qu'il ne demande pas d'identité qualifiée",
                    f"[{subject.key}] the sending between professionals is blocked ({why}) although it needs no identité qualifiée",
                )
            expect(
                not (label.startswith(f"{_PROFESSIONAL} ") and label in gone and subject.is_qualified),
                fr=f"[{subject.key}] identité qualifiée, l'envoi à un professionnel est bloqué ({why}) ; celui d'un autre patient part",
                en=f"[{subject.key}] identité qualifiée, the sending to a professional is blocked ({why}); that of another patient leaves",
                # What has to be sent of whom is in no text; that one patient is treated otherwise is a mistake.
                inferred=True,
            )
    reached = [
        came
        for subject in sent(desk)
        for label, came in subject.reached.items()
        if label.startswith(f"{_PROFESSIONAL} ")
    ]
    expect(
        any(reached) or not reached,
        fr=f"le logiciel dit {len(reached)} courriels envoyés, et aucun n'arrive au serveur que nomme son paramètre mssante_smtp",
        en=f"the software says that {len(reached)} mails are sent, and none reaches the server that its setting mssante_smtp names",
        # That what is said to be sent leaves is in no text; how a software is pointed to a server is ours.
        inferred=True,
    )
    found = sendings(desk, _PROFESSIONAL, qualified=False)
    expect_right(found, lambda problem, artefact: bool({"TRA-01", "DOC-05"} & owners(problem, artefact)))
    expect_no_ins(found)
    need_statuses(found, *BEFORE_QUALIFIED)
    told: dict[tuple[str, str], str] = {}
    for subject, artefact in found:
        words = " ".join(part.text for part in artefact.parts)
        together = (subject.key, artefact.label)
        told[together] = f"{told.get(together, '')} {words}"
    for subject, artefact in found:
        # What a driver hands over beside the mail, such as the journal of the connection, need not name anybody.
        key = f" {comparison_key(told[subject.key, artefact.label])} "
        name = subject.patient.birth_name or ""
        expect(
            f" {comparison_key(name)} " in key,
            fr=f"[{subject.key}, {artefact.label}] le nom de naissance « {name} » n'est nulle part dans le courriel",
            en=f"[{subject.key}, {artefact.label}] the birth name “{name}” is nowhere in the mail",
        )
        if artefact.recipient is not None:
            expect_equal(
                got=artefact.recipient,
                expected=PROFESSIONAL,
                fr=f"[{subject.key}, {artefact.label}] destinataire",
                en=f"[{subject.key}, {artefact.label}] recipient",
            )


def _expect_addressed(subject: Subject, artefact: Artefact) -> None:
    address = f"{subject.person.identity.matricule.value}@patient.mssante.fr"
    if artefact.recipient is not None:
        expect_equal(
            got=artefact.recipient,
            expected=address,
            fr=f"[{subject.key}] destinataire déclaré",
            en=f"[{subject.key}] recipient declared",
        )
    if artefact.read.format is Format.MAIL:
        facts: MailFacts = artefact.read.facts
        expect(
            address in (facts.header("To") or ""),
            fr=f"[{subject.key}] en-tête To : « {address} » attendu, « {facts.header('To')} » trouvé",
            en=f"[{subject.key}] header To: expected “{address}”, got “{facts.header('To')}”",
        )


def _why_not(subject: Subject) -> list[str]:
    told = [why for label, why in subject.not_sent.items() if label.startswith(f"{_PATIENT} ")]
    return told + [one.message for label, one in subject.refused.items() if label.startswith(f"{_PATIENT} ")]
