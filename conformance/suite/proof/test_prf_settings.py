"""PRF-02, PRF-03, PRF-05: the screen, the automatic validation and INSi go by the list of the site, as it is now."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers import site
from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import ATTRIBUTES, SCREENS, SETTINGS, NotOfferedError
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.people import NAMES_IN_USE, adult
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.proof.kinds import NEW_KIND
from conformance.suite.proof.lists import may_set
from conformance.suite.proof.screens import choices_offered, expect_not_selected
from conformance.suite.site.settings import parts, restored, setting, switch
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.drivers.screens import FormField
    from conformance.suite.desk.steps import Desk

LISTS: Final = (site.HIGH_CONFIDENCE_PROOFS, site.LOW_CONFIDENCE_PROOFS)

Screens = tuple[list["FormField"], list["FormField"], list["FormField"]]
"""The screen on which a document is chosen: as delivered, with one more on the list, and after a refused validation."""


@pytest.mark.rule("PRF-02")
@SCREENS.mark
@SETTINGS.mark
@pytest.mark.title(
    fr="Une pièce que le site ajoute à sa liste est proposée à l'écran",
    en="A document that the site adds to its list is offered on the screen",
)
def test_offered_as_set(desk: Desk) -> None:
    before, after, _ = desk.once("proof-screens", _look)
    offered, now = choices_offered(before), choices_offered(after)
    expect(
        not offered or len(now) > len(offered),
        fr=f"une pièce étant ajoutée à la liste du site, l'écran en propose toujours {len(now)}",
        en=f"with one more document on the list of the site, the screen still offers {len(now)}",
        # How a screen names them, and whether it can be told what it offers, is the software's own.
        inferred=True,
    )


@pytest.mark.rule("PRF-03")
@SCREENS.mark
@SETTINGS.mark
@pytest.mark.title(
    fr="Ni une liste changée par le site ni une validation refusée ne choisit une pièce d'avance",
    en="Neither a list that the site changed nor a refused validation chooses a document beforehand",
)
def test_nothing_selected_later(desk: Desk) -> None:
    for fields in desk.once("proof-screens", _look):
        expect_not_selected(fields)


def _look(desk: Desk) -> Screens:
    patient = desk.create(adult(desk))

    def screen() -> list[FormField]:
        return desk.lgo.read_form(Form.PROOF, patient_id=patient.id, actor=desk.user)

    known = desk.lgo.read_settings()
    if any(name not in known for name in LISTS):
        raise NotOfferedError(
            SETTINGS,
            "le pilote ne règle pas la liste des pièces : à constater à l'écran",
            "the driver does not set the list of documents: to be seen on the screen",
        )
    before = screen()
    with restored(desk, *LISTS):
        # First of all: a screen that takes the head of a list that was changed shows it.
        may_set(desk, site.HIGH_CONFIDENCE_PROOFS, [NEW_KIND, *parts(known[site.HIGH_CONFIDENCE_PROOFS])])
        after = screen()
        with suppress(RefusedError):
            desk.lgo.validate_identity(patient.id, actor=desk.user)
        return before, after, screen()


@pytest.mark.rule("PRF-05")
@pytest.mark.title(
    fr="La validation automatique suit les niveaux du site, ne change rien d'autre, et cesse une fois coupée",
    en="The automatic validation follows the levels of the site, changes nothing else, and ends once switched off",
)
def test_automatic_as_set(desk: Desk) -> None:
    known = desk.lgo.read_settings()
    high = parts(known.get(site.HIGH_CONFIDENCE_PROOFS))
    if known.get(site.AUTOMATIC_VALIDATION) is None or len(high) < 2:  # noqa: PLR2004 - one to lower, one to leave
        return  # There is none to switch on: another check looks whether that is true.
    low = parts(known.get(site.LOW_CONFIDENCE_PROOFS))
    lowered, left = high[0], high[1]
    patient = desk.create(adult(desk), **NAMES_IN_USE)
    with desk.if_offered(ATTRIBUTES):
        set_attributes(desk, patient, {Attribute.HOMONYME})
    with restored(desk, site.AUTOMATIC_VALIDATION, *LISTS):
        switch(desk, site.ON)
        if may_set(desk, site.HIGH_CONFIDENCE_PROOFS, high[1:]) and may_set(desk, LISTS[1], [*low, lowered]):
            _expect_after(
                desk, patient, lowered, Status.PROV, Text("abaissée par le site", "lowered by the site")
            )
        _expect_after(desk, patient, left, ANYTHING, Text("restée à haut niveau", "left at high confidence"))
        switch(desk, site.OFF)
        other = desk.create(adult(desk))
        _expect_after(desk, other, left, Status.PROV, Text("validation coupée", "validation switched off"))


def _expect_after(desk: Desk, patient: Patient, kind: str, status: object, moment: Text) -> None:
    """Record a document and check what it makes of the status, and that it changes nothing else."""
    before = desk.snapshot(patient)
    with suppress(RefusedError):
        desk.lgo.record_proof(patient.id, kind, actor=desk.user)
    expect_kept(
        desk.snapshot(patient),
        before,
        Moment(f"{kind} enregistrée, {moment.fr}", f"{kind} recorded, {moment.en}"),
        besides={"proof": ANYTHING, "status": status},
    )


@pytest.mark.rule("STA-05")
@SETTINGS.mark
@pytest.mark.title(
    fr="Validée sur une pièce que le site a ajoutée, l'identité est qualifiée par l'import INSi",
    en="Validated on a document that the site added, an identity is qualifiée by the INSi import",
)
def test_qualified_by_an_added_kind(desk: Desk) -> None:
    high = setting(desk, site.HIGH_CONFIDENCE_PROOFS)
    if high is None:
        return  # The list is no setting of the driver: the ordinary documents decide.
    with restored(desk, site.HIGH_CONFIDENCE_PROOFS):
        if not may_set(desk, site.HIGH_CONFIDENCE_PROOFS, [*parts(high), NEW_KIND]):
            return  # For PRF-02.
        patient = desk.create(adult(desk))
        with suppress(RefusedError):
            desk.lgo.record_proof(patient.id, NEW_KIND, actor=desk.user)
            desk.lgo.validate_identity(patient.id, actor=desk.user)
        if desk.read(patient).status is not Status.VALI:
            return  # For PRF-02.
        expect_equal(
            got=desk.feed(patient).status,
            expected=Status.QUAL,
            fr=f"statut après l'import INSi d'une identité validée avec {NEW_KIND}",
            en=f"status after the INSi import of an identity validated with {NEW_KIND}",
        )
