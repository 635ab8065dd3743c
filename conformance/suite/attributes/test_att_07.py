"""ATT-07: statuses and attributes in PID-32."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.documents.record import Format, Trait
from conformance.drivers.model import Attribute, Status
from conformance.drivers.partners import MessageFormat
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import EXPORTS, NotOfferedError
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.papers import Artefact, Subject, expect_right, expected_of, owned_by
from conformance.suite.desk.routes import DISQUALIFYING, Route
from conformance.suite.desk.steps import preparing
from conformance.suite.journeys.papers import told
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

_STATUS: Final = {"PROV": "PROV", "RECUP": "PROV", "VALI": "VALI", "QUAL": "VALI"}
"""The two statuses that travel, by the status of the file."""
_RNIV: Final = frozenset({"QUAL", "RECUP"})
_CODES: Final = {
    Attribute.FICTIVE: ("FICT",),
    Attribute.DOUTEUSE: ("DOUT", "DOUB", "DOUA"),
    Attribute.HOMONYME: ("HOMA", "HOMD"),
}
"""Codes of table 0445 that tell an attribute; where two say it, both are in order."""
_CASES: Final = (
    # First, while the status is what it was: the others lower it.
    frozenset({Attribute.HOMONYME}),
    frozenset({Attribute.FICTIVE}),
    frozenset({Attribute.DOUTEUSE}),
    frozenset({Attribute.DOUTEUSE, Attribute.HOMONYME}),
    frozenset[Attribute](),
)


@pytest.mark.rule("ATT-07")
@pytest.mark.title(
    fr="PID-32 à chaque statut : un code de la table 0445, PROV ou VALI, celui du dossier",
    en="PID-32 at each status: a code of table 0445, PROV or VALI, that of the file",
)
def test_status_code(desk: Desk) -> None:
    found = [
        (subject, artefact)
        for subject in told(desk)
        for artefact in subject.artefacts
        if artefact.read.format is Format.HL7V2
    ]
    for subject, artefact in found:
        codes, wanted = _codes(artefact), _STATUS[subject.patient.status.value]
        other = {"PROV", "VALI"} - {wanted}
        expect(
            wanted in codes and not other & codes,
            fr=f"[{subject.key}] PID-32 : {wanted} attendu, {'~'.join(sorted(codes)) or 'rien'} trouvé",
            en=f"[{subject.key}] PID-32: expected {wanted}, got {'~'.join(sorted(codes)) or 'nothing'}",
            # That récupérée and qualifiée do not travel is reported, and profiles being prepared list them.
            inferred=not codes or bool(codes & _RNIV),
        )
    expect_right(found, owned_by("ATT-07"), nothing=("aucun message HL7 v2", "no HL7 v2 message"))


@pytest.mark.rule("ATT-07")
@pytest.mark.title(
    fr="PID-32 porte le code de chaque attribut, répété s'il y en a deux, et plus aucun une fois retirés",
    en="PID-32 holds the code of each attribute, repeated when there are two, and none once they are taken away",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED_CHECKED], ids=str)
def test_attribute_codes(desk: Desk, route: Route) -> None:
    person = desk.draw()
    patient = desk.bring(person, route)

    def judge(attributes: frozenset[Attribute]) -> None:
        with preparing("donner les attributs", "set the attributes", depends_on=("ATT-01", "ATT-02")):
            set_attributes(desk, patient, attributes)
        now = desk.read(patient)
        try:
            document = desk.lgo.export_message(patient.id, MessageFormat.HL7V2, actor=desk.user)
        except RefusedError as refusal:
            if DISQUALIFYING & now.attributes:
                return  # Nothing need leave about somebody who is in doubt, or who does not exist.
            if now.status is Status.QUAL:
                raise
            # Nor about somebody who is not qualifiée.
            raise NotOfferedError(
                EXPORTS,
                f"[{now.status}] message HL7 v2 refusé : {refusal.message}",
                f"[{now.status}] HL7 v2 message refused: {refusal.message}",
            ) from refusal
        artefact = Artefact(label="HL7V2", document=document, expected=expected_of(person, now))
        codes = _codes(artefact)
        for attribute, ways in _CODES.items():
            expect(
                bool(codes & set(ways)) is (attribute in attributes),
                fr=f"PID-32 ({'~'.join(sorted(codes))}) : {' ou '.join(ways)} "
                f"{'attendu' if attribute in attributes else 'en trop'} pour {attribute}",
                en=f"PID-32 ({'~'.join(sorted(codes))}): {' or '.join(ways)} "
                f"{'expected' if attribute in attributes else 'too much'} for {attribute}",
                # That the codes exist and repeat is read; that an attribute has to travel is not.
                inferred=attribute in attributes,
            )
        subject = Subject(key=str(now.status), person=person, patient=now)
        expect_right([(subject, artefact)], owned_by("ATT-07"))

    cases = {"+".join(sorted(case)) or "none": partial(judge, case) for case in _CASES}
    expect_each(cases, desk=desk, paths=(EXPORTS,))


def _codes(artefact: Artefact) -> set[str]:
    if not artefact.read.records:
        raise UndecidedError(
            "le message HL7 v2 ne se lit pas", "the HL7 v2 message cannot be read", verdict=Verdict.REVIEW
        )
    return {value.normal for value in artefact.read.records[0].of(Trait.STATUS)}
