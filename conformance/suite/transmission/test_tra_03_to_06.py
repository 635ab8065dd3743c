"""TRA-03 to TRA-06: where each format holds the identity, for people whose names, places and numbers are awkward."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from conformance.documents import read_document
from conformance.documents.checking import patients
from conformance.documents.record import Format, Trait
from conformance.drivers.partners import MessageFormat
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import EXPORTS
from conformance.suite.desk.expect import expect
from conformance.suite.desk.papers import expect_right, owned_by
from conformance.suite.transmission.produced import everything, messages, sendings
from conformance.suite.transmission.third_sex import expect_names_told, expect_not_guessed, of_third_sex

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("TRA-03")
@pytest.mark.title(
    fr="En-tête CDA : identifiants, nom, prénoms, sexe, date et lieu de naissance à leur place et tels qu'INSi les a rendus",
    en="CDA header: identifiers, name, first names, sex, date and place of birth in their place and as INSi returned them",
)
def test_cda_header(desk: Desk) -> None:
    found = [
        one
        for qualified in (True, False)
        for one in everything(desk, qualified=qualified)
        if one[1].inside(Format.CDA)
    ]
    expect_right(found, owned_by("TRA-03"), nothing=("aucun CDA n'est produit", "no CDA is produced"))


@pytest.mark.rule("TRA-04")
@pytest.mark.title(
    fr="HL7 v2 : PID-3, PID-5, PID-7, PID-8, PID-11 et PID-32, à chaque statut",
    en="HL7 v2: PID-3, PID-5, PID-7, PID-8, PID-11 and PID-32, at each status",
)
def test_hl7_pid(desk: Desk) -> None:
    found = [one for one in messages(desk) if one[1].read.format is Format.HL7V2]
    for subject, artefact in found:
        told = {one.normal for record in artefact.read.records for one in record.of(Trait.STATUS)}
        expect(
            not (subject.is_qualified and told) or "VALI" in told,
            fr=f"[{subject.key}] PID-32 : VALI attendu pour une identité qualifiée, « {'~'.join(sorted(told))} » trouvé",
            en=f"[{subject.key}] PID-32: expected VALI for an identité qualifiée, got “{'~'.join(sorted(told))}”",
            # Newer lists than table 0445 have codes for récupérée and qualifiée.
            inferred=True,
        )
    expect_right(found, owned_by("TRA-04"), nothing=("aucun message HL7 v2", "no HL7 v2 message"))
    expect_right([one for one in found if one[0].is_qualified], owned_by("ATT-07"))


@pytest.mark.rule("TRA-05")
@pytest.mark.title(
    fr="Métadonnées XDS et IHE_XDM : patientId, empreinte, taille et traits d'une identité qualifiée",
    en="XDS and IHE_XDM metadata: patientId, hash, size and traits of an identité qualifiée",
)
def test_xds_metadata(desk: Desk) -> None:
    found = [
        one
        for one in sendings(desk, qualified=True)
        if one[1].inside(Format.XDS) or one[1].inside(Format.XDM)
    ]
    expect_right(
        found, owned_by("TRA-05"), nothing=("aucun lot XDS ni IHE_XDM", "no XDS or IHE_XDM submission")
    )


@pytest.mark.rule("TRA-06")
@pytest.mark.title(
    fr="Ressource FHIR Patient : identifiants, nom officiel, liste des prénoms, sexe, date et lieu, à chaque statut",
    en="FHIR Patient resource: identifiers, official name, list of first names, sex, date and place, at each status",
)
def test_fhir_patient(desk: Desk) -> None:
    found = [one for one in messages(desk) if one[1].read.format is Format.FHIR]
    expect_right(found, owned_by("TRA-06"), nothing=("aucune ressource FHIR", "no FHIR resource"))
    # A status that only an INS gives is wrong without one, whoever lost it or never had it.
    expect_right(found, lambda problem, _: problem.code == "fhir-qual-without-ins")


@pytest.mark.rule("TRA-03")
@pytest.mark.title(
    fr="CDA : d'un sexe qui n'est ni M ni F, aucun des deux n'est deviné, et un nom d'une lettre est dit",
    en="CDA: of a sex that is neither M nor F, neither is guessed, and a name of one letter is told",
)
@EXPORTS.mark
def test_cda_third_sex(desk: Desk) -> None:
    _expect_no_sex_guessed(desk, MessageFormat.CDA)


@pytest.mark.rule("TRA-04")
@pytest.mark.title(
    fr="HL7 v2 : d'un sexe qui n'est ni M ni F, aucun des deux n'est deviné, et un nom d'une lettre est dit",
    en="HL7 v2: of a sex that is neither M nor F, neither is guessed, and a name of one letter is told",
)
@EXPORTS.mark
def test_hl7_third_sex(desk: Desk) -> None:
    _expect_no_sex_guessed(desk, MessageFormat.HL7V2)


@pytest.mark.rule("TRA-06")
@pytest.mark.title(
    fr="FHIR : d'un sexe qui n'est ni M ni F, aucun des deux n'est deviné, et un nom d'une lettre est dit",
    en="FHIR: of a sex that is neither M nor F, neither is guessed, and a name of one letter is told",
)
@EXPORTS.mark
def test_fhir_third_sex(desk: Desk) -> None:
    _expect_no_sex_guessed(desk, MessageFormat.FHIR)


def _expect_no_sex_guessed(desk: Desk, form: MessageFormat) -> None:
    """Check that a message about a file of another sex says neither M nor F: that it may be had at all is in no text (TRT-12)."""
    patient = of_third_sex(desk)
    if patient is None:
        return
    with suppress(RefusedError):
        told = desk.lgo.export_message(patient.id, form, actor=desk.user)
        records = list(patients(read_document(told.content, told.name)))
        expect_not_guessed(patient, records)
        expect_names_told(patient, records)
