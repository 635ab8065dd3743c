"""Users are the same people however a software spells them in its log."""

from __future__ import annotations

import pytest

from conformance.drivers.model import Actor, AuditEntry, Patient, Proof, Status, StatusChange
from conformance.engine.naming import Names


@pytest.fixture
def names() -> Names:
    known = Names()
    known.note(Actor(user="pharmacien.banc"))
    return known


@pytest.mark.parametrize(
    "spelt",
    [
        "PHARMACIEN.BANC",
        "Pharmacien.Banc",
        " pharmacien.banc ",
        "OFFICINE\\pharmacien.banc",
        "Camille Martin (pharmacien.banc)",
        "pharmacien.banc@officine.example",
    ],
)
def test_whoever_acted_is_known_again(names: Names, spelt: str) -> None:
    proof = Proof(kind="CNI", recorded_by=spelt)
    answers = names.read(
        [
            AuditEntry(action="INSI_CALL", user=spelt),
            StatusChange(previous=None, status=Status.PROV, author=spelt),
            Patient(id="1", status=Status.VALI, proof=proof),
        ]
    )
    assert [answers[0].user, answers[1].author, answers[2].proof.recorded_by] == ["pharmacien.banc"] * 3


def test_somebody_else_stays_somebody_else(names: Names) -> None:
    entries = [
        AuditEntry(action="INSI_CALL", user=user)
        for user in ("système", "", "pharmacien.banc2", "le pharmacien")
    ]
    assert names.read(entries) == entries


def test_what_names_two_users_is_neither(names: Names) -> None:
    names.note(Actor(user="titulaire"))
    entry = AuditEntry(action="INSI_CALL", user="pharmacien.banc (titulaire)")
    assert names.read(entry) is entry


def test_what_names_nobody_passes_as_it_is(names: Names) -> None:
    patient = Patient(id="1", status=Status.PROV)
    assert names.read(patient) is patient
    assert names.read(None) is None
