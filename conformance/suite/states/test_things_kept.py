"""The life of somebody who changes, seen by the rules of what a file holds: a number, a mark or a name goes by no act of others.

``test_changing_life`` holds each act to the rule of the act. Here the same life is looked at once more, by the rule of the
thing: who loses the billing number by an act that has nothing to do with it breaks the rule of the billing number too.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import IDENTITY_FIELDS
from conformance.suite.desk.apart import ATTRIBUTES, CARD
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.snapshot import Moment, Snapshot, expect_kept
from conformance.suite.states.changing_life import life, turns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.changing_life import Turned

_INS: Final = ("matricule", "oid")

THINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "ATT-01": ("attributes",),
    "FLD-01": tuple(name for name in IDENTITY_FIELDS if name not in _INS),
    "FLD-02": ("billing_number",),
    "FLD-04": tuple(NAMES_IN_USE),
    "TRT-08": ("birth_date_uncertain",),
}
"""What each rule asks to be stored."""

_PATHS: Final[Mapping[str, Apart]] = {"ATT-01": ATTRIBUTES, "FLD-02": CARD}


@pytest.mark.title(
    fr="Tout au long d'une vie, ce que la règle fait enregistrer reste au dossier, quel que soit l'acte",
    en="All through a life, what the rule has stored stays in the file, whatever the act",
)
@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(
            key, marks=[pytest.mark.rule(key), *([_PATHS[key].mark] if key in _PATHS else [])], id=key
        )
        for key in THINGS
    ],
)
def test_things_stay(desk: Desk, rule: str) -> None:
    names = THINGS[rule]

    def judge(seen: Turned) -> None:
        before = Snapshot(patient=seen.before.patient, history=None)
        others = [name for name in before.values if name not in names]
        if rule == "FLD-04":  # A name that is there may be emptied by whoever typed it: FLD-01.
            others += [name for name in names if before.values[name] is not None]
        expect_kept(
            Snapshot(patient=seen.after.patient, history=None),
            before,
            Moment(
                f"{seen.turn.fr}, identité {seen.before.patient.status}",
                f"{seen.turn.en}, identity {seen.before.patient.status}",
            ),
            besides={name: value for name, value in seen.besides.items() if name in names},
            ignoring=others,
            inferred=seen.turn.is_deduced,
        )

    _each(desk, judge)


@pytest.mark.rule("MAT-07")
@pytest.mark.title(
    fr="Tout au long d'une vie, matricule et OID sont au dossier ensemble, ou ni l'un ni l'autre",
    en="All through a life the matricule and the OID are in the file together, or neither is",
)
def test_number_and_oid_together(desk: Desk) -> None:
    def judge(seen: Turned) -> None:
        for patient in (seen.after.patient, seen.own.patient):
            expect(
                (patient.matricule is None) == (patient.oid is None),
                fr=f"{seen.turn.fr} : matricule {patient.matricule}, OID {patient.oid}",
                en=f"{seen.turn.en}: matricule {patient.matricule}, OID {patient.oid}",
            )

    _each(desk, judge)


def _each(desk: Desk, judge: Callable[[Turned], None]) -> None:
    # An act that went wrong for another reason is for its own rule; without any act, why the first could not be seen.
    seen = life(desk).turns or turns_of(life(desk))
    expect_each(
        {f"{number} {one.before.patient.status}": partial(judge, one) for number, one in enumerate(seen, 1)}
    )
