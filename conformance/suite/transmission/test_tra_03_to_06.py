"""TRA-03 to TRA-06: where each format holds the identity, for people whose names, places and numbers are awkward."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.documents.record import Format, Trait
from conformance.suite.desk.expect import expect
from conformance.suite.desk.papers import expect_right, owned_by
from conformance.suite.transmission.produced import everything, messages, sendings

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
