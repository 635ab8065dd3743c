"""PRF-02: the list of what proves the identity of a minor is the site's too, where the software sets one."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from conformance.drivers import site
from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import SETTINGS
from conformance.suite.desk.expect import expect
from conformance.suite.proof.kinds import NEW_KIND
from conformance.suite.proof.lists import may_set
from conformance.suite.site.settings import parts, restored, setting
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

BORN = "2015-03-19"
"""A child for years to come."""


@pytest.mark.rule("PRF-02")
@SETTINGS.mark
@pytest.mark.title(
    fr="La liste des pièces des mineurs suit le site : ajoutée, une pièce valide un enfant ; retirée, elle n'en valide plus",
    en="The list of documents of minors follows the site: added, a document validates a child; taken off, it does not any more",
)
def test_list_of_minors(desk: Desk) -> None:
    known = parts(setting(desk, site.MINOR_PROOFS))
    if len(known) < 2:  # noqa: PLR2004 - one to take off, one to leave
        return  # No setting of this software: what holds for everybody decides.
    taken, *left = known
    with restored(desk, site.MINOR_PROOFS):
        status = _validated(desk, taken)
        if status is not Status.VALI:
            raise UndecidedError(
                f"{taken} ne valide pas un enfant avant que le site ne change sa liste ({status})",
                f"{taken} does not validate a child before the site changes its list ({status})",
                depends_on=("PRF-09",),
            )
        if may_set(desk, site.MINOR_PROOFS, left):
            _expect(
                desk, taken, Status.PROV, "retirée de la liste des mineurs", "taken off the list of minors"
            )
            _expect(
                desk, left[0], Status.VALI, "restée sur la liste des mineurs", "left on the list of minors"
            )
        if may_set(desk, site.MINOR_PROOFS, [*known, NEW_KIND]):
            _expect(
                desk, NEW_KIND, Status.VALI, "ajoutée à la liste des mineurs", "added to the list of minors"
            )


def _validated(desk: Desk, kind: str) -> Status:
    patient = desk.create(desk.draw(birth_date=BORN))
    with suppress(RefusedError):
        desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        desk.lgo.validate_identity(patient.id, actor=desk.user)
    return desk.read(patient).status


def _expect(desk: Desk, kind: str, expected: Status, fr: str, en: str) -> None:
    status = _validated(desk, kind)
    expect(
        status is expected,
        fr=f"{kind} {fr} : l'identité d'un enfant contrôlée avec elle est {status}, non {expected}",
        en=f"{kind} {en}: the identity of a child checked with it is {status}, not {expected}",
        # The text asks for a list that the site sets; that the one of minors is part of it is our reading.
        inferred=True,
    )
