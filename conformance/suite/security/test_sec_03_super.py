"""SEC-03 and STA-12: a right given is what counts, not the role that the user claims, nor that of the day before."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import IDENTITY_FIELDS, Role, SearchCriteria, Status, Verb
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form, Right
from conformance.suite.desk.apart import path
from conformance.suite.desk.expect import expect
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.security.profiles import INS, ORDINARY, Profile, expect_hidden, need_withheld, profile
from conformance.verdicts import Departure
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk


RIGHTS: Final = path("droits par utilisateur", "rights of each user", Verb.WRITE_RIGHTS)


@pytest.mark.rule("SEC-03")
@pytest.mark.title(
    fr="Le droit de modifier les traits stricts ne donne pas celui de voir l'INS",
    en="The right to change strict traits does not give the right to see the INS",
)
@pytest.mark.parametrize("role", [Role.USER, Role.SUPER_USER], ids=str)
def test_entitled_and_blind(desk: Desk, role: Role) -> None:
    patient = desk.bring(desk.draw(), Route.IMPORTED_CHECKED)
    who = profile(desk, frozenset(Right) - {Right.READ_INS}, name="habilite-sans-ins", role=role)
    who = need_withheld(desk, who, Right.READ_INS)
    blind = Text("un utilisateur habilité sans droit sur l'INS", "an entitled user without right on the INS")
    expect_hidden(desk, _acts(desk, who, patient), patient, INS, blind)


@pytest.mark.rule("SEC-03")
@pytest.mark.title(
    fr="Sans droit de voir les patients, répéter l'acte, ou en faire un autre, ne montre rien de plus",
    en="Without the right to see patients, doing the act again, or another one, shows no more",
)
def test_refused_again_and_again(desk: Desk) -> None:
    patient = desk.bring(desk.draw(), Route.IMPORTED_CHECKED, used_name="ZELBRUC")
    stranger = Text("un profil sans aucun droit, qui insiste", "a profile without any right, who insists")
    for rights in (frozenset[Right](), frozenset(Right) - {Right.READ_IDENTITY, Right.READ_INS}):
        try:
            who = profile(desk, rights, name=f"insistant-{len(rights)}")
        except Departure:
            if rights:
                continue  # Which rights go together is the software's choice.
            raise
        if Right.READ_IDENTITY in who.rights:
            continue
        for _ in range(2):
            expect_hidden(desk, _acts(desk, who, patient), patient, IDENTITY_FIELDS, stranger)


@pytest.mark.rule("STA-12")
@pytest.mark.title(
    fr="Le droit de modifier les traits stricts se donne à un utilisateur, et se retire",
    en="The right to change strict traits is given to a user, and withdrawn",
)
@RIGHTS.mark
def test_entitlement_comes_and_goes(desk: Desk) -> None:
    before = desk.snapshot(desk.bring(desk.draw(), Route.IMPORTED_CHECKED))
    patient = before.patient
    plain = profile(desk, ORDINARY, name="habilitation", role=Role.SUPER_USER)
    if Right.CHANGE_STRICT_TRAITS not in plain.rights:
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {"birth_place": "99999"}, actor=plain.actor)
        moment = Moment(
            "modification par un utilisateur dont l'habilitation est retirée",
            "change by a user whose entitlement was withdrawn",
        )
        expect_kept(desk.snapshot(patient), before, moment)
    entitled = profile(desk, frozenset(Right), name="habilitation")
    if Right.CHANGE_STRICT_TRAITS not in entitled.rights:
        return
    try:
        after = desk.lgo.update_patient(patient.id, {"birth_place": "99999"}, actor=entitled.actor)
    except RefusedError as refusal:
        raise Departure(
            f"un utilisateur à qui l'habilitation est donnée ne peut pas modifier un trait strict : {refusal.message}",
            f"a user who was given the entitlement cannot change a strict trait: {refusal.message}",
        ) from refusal
    expect(
        after.birth_place == "99999" and after.status in {Status.VALI, Status.PROV},
        fr=f"la modification n'a pas l'effet attendu : {after.birth_place}, {after.status}",
        en=f"the change does not have the effect expected: {after.birth_place}, {after.status}",
    )


def _acts(desk: Desk, who: Profile, patient: Patient) -> Mapping[str, Callable[[], Any]]:
    """Return acts that give a file back, by what a reason calls them; none of them changes more than a name in use."""
    lgo, actor = desk.lgo, who.actor
    day = patient.birth_date or ""
    return {
        "le dossier": lambda: lgo.read_patient(patient.id, actor=actor),
        "la recherche": lambda: lgo.search_patients(SearchCriteria(birth_date=day), actor=actor),
        "l'écran du dossier": lambda: lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=actor),
        "l'historique de l'INS": lambda: lgo.read_ins_history(patient.id, actor=actor),
        "l'historique des statuts": lambda: lgo.read_status_history(patient.id, actor=actor),
        "la liste de travail": lambda: lgo.read_worklist(actor=actor),
        "le journal du dossier": lambda: lgo.read_audit_log(actor=actor, patient_id=patient.id),
        "l'export": lambda: lgo.export_patients(actor=actor),
        "les documents": lambda: lgo.read_documents(patient.id, actor=actor),
        "le nom utilisé": lambda: lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=actor),
        "les attributs": lambda: lgo.set_attributes(patient.id, patient.attributes, actor=actor),
        "la pièce": lambda: lgo.record_proof(patient.id, "VITALE_CARD", actor=actor),
        "la validation": lambda: lgo.validate_identity(patient.id, actor=actor),
    }
