"""Attributes of an identity: homonyme, douteuse, fictive."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_equal, expect_refused
from conformance.suite.desk.steps import preparing
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk

DISQUALIFYING = (Attribute.DOUTEUSE, Attribute.FICTIVE)
"""The attributes that leave PROV as the only possible status (Règle 25)."""


def _names(attributes: Collection[Attribute]) -> str:
    return "+".join(sorted(attributes))


@pytest.mark.rule("ATT-01")
@pytest.mark.title(
    fr="L'attribut posé est relu dans le dossier", en="The attribute set is read back from the file"
)
@pytest.mark.parametrize("attribute", Attribute)
def test_attribute_is_kept(desk: Desk, attribute: Attribute) -> None:
    patient = desk.create(desk.draw())
    _need_no_attribute(patient)
    desk.lgo.set_attributes(patient.id, frozenset({attribute}), actor=desk.user)
    expect_equal(
        got=desk.read(patient).attributes,
        expected=frozenset({attribute}),
        fr="attributs relus",
        en="attributes",
    )


@pytest.mark.rule("ATT-02")
@pytest.mark.title(
    fr="Douteuse et homonyme se posent ensemble", en="Doubtful and homonym can be set together"
)
def test_doubtful_and_homonym(desk: Desk) -> None:
    both = frozenset({Attribute.DOUTEUSE, Attribute.HOMONYME})
    patient = desk.create(desk.draw())
    desk.lgo.set_attributes(patient.id, both, actor=desk.user)
    expect_equal(got=desk.read(patient).attributes, expected=both, fr="attributs relus", en="attributes")


@pytest.mark.rule("ATT-02")
@pytest.mark.title(
    fr="Fictive, qui se pose seul, ne se pose avec aucun autre attribut",
    en="Fictitious, which can be set alone, cannot be set with any other attribute",
)
@pytest.mark.parametrize(
    "others",
    [{Attribute.DOUTEUSE}, {Attribute.HOMONYME}, {Attribute.DOUTEUSE, Attribute.HOMONYME}],
    ids=_names,
)
def test_fictitious_is_alone(desk: Desk, others: set[Attribute]) -> None:
    alone, combined = desk.create(desk.draw()), desk.create(desk.draw())
    with preparing("poser l'attribut fictive seul", "set the attribute fictitious alone"):
        desk.lgo.set_attributes(alone.id, frozenset({Attribute.FICTIVE}), actor=desk.user)
    with suppress(RefusedError):
        desk.lgo.set_attributes(combined.id, frozenset({Attribute.FICTIVE, *others}), actor=desk.user)
    got = desk.read(combined).attributes
    expect(
        Attribute.FICTIVE not in got or len(got) == 1,
        fr=f"le dossier porte ensemble {_names(got)}",
        en=f"the file carries {_names(got)} together",
    )


@pytest.mark.rule("ATT-03")
@pytest.mark.title(
    fr="Douteuse ou fictive rend le statut provisoire",
    en="Doubtful or fictitious gives back the status provisoire",
)
@pytest.mark.parametrize("attribute", DISQUALIFYING)
@pytest.mark.parametrize("status", [Status.RECUP, Status.VALI, Status.QUAL])
def test_back_to_provisional(desk: Desk, status: Status, attribute: Attribute) -> None:
    after = _marked(desk, desk.bring(desk.draw(), status), attribute)
    expect_equal(
        got=after.status,
        expected=Status.PROV,
        fr=f"statut d'une identité {status} devenue {attribute.lower()}",
        en=f"status of an identity {status} made {attribute.lower()}",
    )


@pytest.mark.rule("ATT-05")
@pytest.mark.title(
    fr="Douteuse ou fictive efface le matricule et l'OID",
    en="Doubtful or fictitious clears the matricule and the OID",
)
@pytest.mark.parametrize("attribute", DISQUALIFYING)
@pytest.mark.parametrize("status", [Status.RECUP, Status.QUAL])
def test_ins_is_cleared(desk: Desk, status: Status, attribute: Attribute) -> None:
    before = desk.bring(desk.draw(), status)
    if not before.matricule:
        raise UndecidedError(
            f"le dossier {status} n'a pas de matricule à effacer",
            f"the file {status} has no matricule to clear",
        )
    after = _marked(desk, before, attribute)
    expect(
        after.matricule is None and after.oid is None,
        fr=f"l'identité {attribute.lower()} garde le matricule {after.matricule} et l'OID {after.oid}",
        en=f"the identity {attribute.lower()} keeps the matricule {after.matricule} and the OID {after.oid}",
    )


@pytest.mark.rule("ATT-05")
@pytest.mark.title(
    fr="Une identité douteuse ou fictive contrôlée sur pièce reste provisoire",
    en="A doubtful or fictitious identity checked against a document stays provisoire",
)
@pytest.mark.parametrize("attribute", DISQUALIFYING)
def test_only_provisional_is_possible(desk: Desk, attribute: Attribute) -> None:
    desk.bring(desk.draw(), Status.VALI)  # The same acts validate an ordinary identity.
    patient = _marked(desk, desk.create(desk.draw()), attribute)
    with suppress(RefusedError, UndecidedError):
        desk.record_document(patient)
        desk.lgo.validate_identity(patient.id, actor=desk.user)
    expect_equal(
        got=desk.read(patient).status,
        expected=Status.PROV,
        fr=f"statut d'une identité {attribute.lower()} contrôlée sur pièce",
        en=f"status of an identity {attribute.lower()} checked against a document",
    )


@pytest.mark.rule("ATT-06")
@pytest.mark.title(
    fr="La validation d'une identité douteuse ou fictive est refusée",
    en="Validating a doubtful or fictitious identity is refused",
)
@pytest.mark.parametrize("attribute", DISQUALIFYING)
def test_validation_is_refused(desk: Desk, attribute: Attribute) -> None:
    desk.bring(desk.draw(), Status.VALI)  # The same acts validate an ordinary identity.
    patient = desk.create(desk.draw())
    desk.record_document(patient)
    _marked(desk, patient, attribute)
    expect_refused(
        lambda: desk.lgo.validate_identity(patient.id, actor=desk.user),
        fr=f"une identité {attribute.lower()} a été validée",
        en=f"an identity {attribute.lower()} was validated",
    )


def _marked(desk: Desk, patient: Patient, attribute: Attribute) -> Patient:
    """Set one attribute and return the file, which has to carry it."""
    with preparing(f"poser l'attribut {attribute}", f"set the attribute {attribute}"):
        desk.lgo.set_attributes(patient.id, frozenset({attribute}), actor=desk.user)
    after = desk.read(patient)
    if attribute not in after.attributes:
        raise UndecidedError(
            f"l'attribut {attribute} n'est pas enregistré", f"the attribute {attribute} is not stored"
        )
    return after


def _need_no_attribute(patient: Patient) -> None:
    if patient.attributes:
        raise UndecidedError(
            f"le dossier neuf porte déjà {_names(patient.attributes)}",
            f"the new file already carries {_names(patient.attributes)}",
        )
