"""TRA-18 and the cases E24 to E26: software that is no identity reference follows the messages of its own domain."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Status
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import adult
from conformance.suite.desk.routes import WITH_INS
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.words import expect_values
from conformance.suite.transmission.feeding import NONE, fed, told_of
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

DAY: Final = "1958-03-14"
"""Somebody of age."""
_SENT: Final = (
    "hyphens-leading-zero-29-february",
    "apostrophe-1912",
    "particle-corsica-2b",
    "double-hyphen-abroad-summer",
    "long-names-overseas-new-year-eve",
)
"""Whose identity a message brings: what it may lose on the way, they have."""
UNCHECKED: Final = ("PROV", "VIDE", "DOUT", "")
"""PID-32 of an identity that its reference does not vouch for (table 0445)."""


@pytest.mark.rule("TRA-18")
@pytest.mark.title(
    fr="Validée par son référentiel, l'INS est enregistrée, à la lettre, et l'identité qualifiée",
    en="Checked by its reference, the INS is stored, to the letter, and the identity qualifiée",
)
@pytest.mark.parametrize("address", [pytest.param("E24/PROV", id="E24/PROV")])
def test_ins_is_stored(desk: Desk, address: str) -> None:
    del address
    with fed(desk) as feed:

        def judge(person: Person, *, known: bool) -> None:
            if known:
                _expect_without_ins(feed.send(person, "PROV"), "PROV")
            after = feed.send(person, "VALI", event="A31" if known else "A28")
            expect_values(
                after,
                told_of(person),
                fr="le dossier n'est pas l'identité que le référentiel a envoyée",
                en="the file is not the identity that the reference has sent",
            )
            expect_equal(
                got=after.status,
                expected=Status.QUAL,
                fr="statut d'une identité validée par son référentiel, avec INS",
                en="status of an identity checked by its reference, with an INS",
            )

        cases = {key: partial(judge, desk.play(PARTS[key]), known=False) for key in _SENT}
        expect_each({**cases, "déjà connue, provisoire": partial(judge, adult(desk), known=True)})


@pytest.mark.rule("TRA-18")
@pytest.mark.title(
    fr="Non validée par son référentiel, l'identité est enregistrée sans son INS, et perd celle qu'elle avait",
    en="Not checked by its reference, the identity is stored without its INS, and loses the one it had",
)
@pytest.mark.parametrize("address", [pytest.param("E25/PROV", id="E25/PROV")])
def test_ins_is_dropped(desk: Desk, address: str) -> None:
    del address
    with fed(desk) as feed:

        def judge(status: str, *, after_qualified: bool) -> None:
            person = adult(desk)
            if after_qualified:
                _need_ins(feed.send(person, "VALI"))
            patient = feed.send(person, status, event="A31" if after_qualified else "A28")
            _expect_without_ins(patient, status)
            expect_values(
                patient,
                {name: value for name, value in told_of(person).items() if name not in NONE},
                fr="l'identité envoyée n'est pas enregistrée",
                en="the identity sent is not stored",
            )

        cases = {status or "vide": partial(judge, status, after_qualified=False) for status in UNCHECKED}
        expect_each({**cases, "après VALI": partial(judge, "PROV", after_qualified=True)})
        # Checked, and nothing more: without an INS nothing is qualifié.
        _expect_without_ins(feed.send(adult(desk), "VALI", with_ins=False), "VALI")


@pytest.mark.rule("TRA-18")
@pytest.mark.title(
    fr="Le message de suppression efface l'INS du dossier, et de lui seul",
    en="The deletion message erases the INS of the file, and of it alone",
)
@pytest.mark.parametrize(
    "address", [pytest.param(f"E26/{status}", id=f"E26/{status}") for status in ("RECUP", "QUAL")]
)
def test_ins_is_erased(desk: Desk, address: str) -> None:
    status = Status(address.partition("/")[2])
    with fed(desk) as feed:
        # A waiting number is erased as any other.
        person, other = desk.draw(nia=status is Status.QUAL, birth_date=DAY), adult(desk)
        neighbour = feed.send(other, "VALI")
        _need_ins(neighbour)
        if status is Status.QUAL:
            # The file is known by the number of the reference, wherever that stands among the identifiers.
            _need_ins(feed.send(person, "VALI", ins_first=True))
        else:
            # A slave that calls INSi itself.
            with preparing("appeler INSi", "call INSi", depends_on=("STA-03",)):
                _need_ins(desk.feed(feed.send(person, "PROV")))
        _expect_without_ins(feed.remove_ins(person), "A47, A31")
        expect(
            desk.read(neighbour) == neighbour,
            fr="le dossier d'un autre a changé",
            en="the file of somebody else has changed",
        )


def _need_ins(patient: Patient) -> None:
    if patient.status not in WITH_INS or not patient.matricule:
        raise UndecidedError(
            f"préparation impossible : le dossier est {patient.status}, il n'a pas d'INS à perdre",
            f"could not be prepared: the file is {patient.status}, it has no INS to lose",
            depends_on=("TRA-18",),
        )


def _expect_without_ins(patient: Patient, status: str) -> None:
    expect_values(
        patient,
        NONE,
        fr=f"l'INS est dans le dossier (PID-32 {status or 'vide'})",
        en=f"the INS is in the file (PID-32 {status or 'empty'})",
    )
    expect(
        patient.status not in WITH_INS,
        fr=f"le dossier est {patient.status} (PID-32 {status or 'vide'})",
        en=f"the file is {patient.status} (PID-32 {status or 'empty'})",
    )
