"""PRF-04 and PRF-08: the user validates by an explicit act, and only a high-confidence document allows it."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, LOW_CONFIDENCE_PROOFS, Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import ATTRIBUTES, DOWNGRADE, VERIFICATION
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.lowering import lowered
from conformance.suite.desk.people import adult, holder
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.steps import USERS
from conformance.suite.proof.kinds import kinds_known
from conformance.suite.verification.elsewhere import verify
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

CHECKED = frozenset({Status.VALI, Status.QUAL})
"""The statuses that say that a document was checked."""

UNCHECKED = routes(Status.PROV, Status.RECUP)

OVERSEAS = "long-names-overseas-new-year-eve"

_NOTHING = [pytest.mark.rule("STA-17", "PRF-04")]

AFTER = {Status.PROV: Status.VALI, Status.RECUP: Status.QUAL}


@pytest.mark.rule("PRF-04")
@pytest.mark.title(
    fr="L'utilisateur valide par une action explicite : ni avant elle, ni sans pièce, l'identité n'est validée",
    en="The user validates by an explicit act: neither before it nor without a document is the identity validated",
)
@pytest.mark.parametrize("route", UNCHECKED, ids=str)
def test_explicit_validation(desk: Desk, route: Route) -> None:
    def judge(kind: str, *, entitled: bool) -> None:
        user = desk.as_super_user() if entitled else desk
        patient = desk.bring(holder(desk, kind), route)
        user.lgo.record_proof(patient.id, kind, actor=user.user)
        recorded = desk.snapshot(patient)
        expect(
            recorded.patient.status not in CHECKED,
            fr=f"avant l'action « valider », l'identité {route.status} est déjà {recorded.patient.status}",
            en=f"before the action “validate”, the identity {route.status} already is {recorded.patient.status}",
        )
        user.lgo.validate_identity(patient.id, actor=user.user)
        after = desk.snapshot(patient)
        expect(
            after.patient.status in CHECKED,
            fr=f"après l'action « valider », une identité {route.status} contrôlée avec {kind} est {after.patient.status}",
            en=f"after the action “validate”, an identity {route.status} checked with {kind} is {after.patient.status}",
        )
        expect_kept(
            after,
            recorded,
            Moment("après l'action « valider »", "after the action “validate”"),
            besides={"status": ANYTHING},
        )

    high = [kind for kind in kinds_known(desk) if kind in HIGH_CONFIDENCE_PROOFS]
    if not high:
        raise UndecidedError(
            "le logiciel n'enregistre aucun dispositif à haut niveau de confiance",
            "the software records no high-confidence document",
            depends_on=("PRF-01",),
        )
    waiting = desk.bring(adult(desk), route)
    desk.record_document(waiting)
    # Opened before the first, and with a document too: it is not this one that is validated.
    before = desk.snapshot(waiting)
    cases = {kind: partial(judge, kind, entitled=False) for kind in high}
    expect_each({**cases, f"{high[0]}, super-utilisateur": partial(judge, high[0], entitled=True)})
    expect_kept(
        desk.snapshot(waiting),
        before,
        Moment("après la validation d'autres identités", "after other identities were validated"),
    )


@pytest.mark.rule("PRF-04")
@pytest.mark.title(
    fr="Pièce enregistrée, aucun autre acte que « valider » ne valide : ni modification, ni appel, ni seconde pièce, ni lecture",
    en="With a document recorded no act but “validate” validates: neither change, call, second document nor reading",
)
@pytest.mark.parametrize("user", USERS)
def test_no_other_act_validates(desk: Desk, user: str) -> None:
    worker = desk.by(user)
    patient = desk.create(desk.draw())
    lgo, actor = worker.lgo, worker.user
    acts: dict[str, Callable[[], object]] = {
        "pièce enregistrée": lambda: worker.record_document(patient),
        "seconde pièce": lambda: worker.record_document(patient),
        "lecture": lambda: worker.read(patient),
        "recherche": lambda: worker.born_on(str(patient.birth_date)),
        "modification": lambda: lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=actor),
        "trait modifié": lambda: lgo.update_patient(patient.id, {"birth_place": "99999"}, actor=actor),
        "homonyme": lambda: lgo.set_attributes(patient.id, frozenset({Attribute.HOMONYME}), actor=actor),
        "douteuse": lambda: lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=actor),
        "doute levé": lambda: lgo.set_attributes(patient.id, frozenset(), actor=actor),
        "appel INSi refusé": lambda: worker.try_call(patient),
    }
    for name, act in acts.items():
        with suppress(RefusedError):
            act()
        status = desk.read(patient).status
        expect(
            status is Status.PROV,
            fr=f"{name} : l'identité dont la pièce est enregistrée est devenue {status} sans l'action « valider »",
            en=f"{case_text(name).en}: the identity whose document is recorded became {status} without the act “validate”",
        )


@pytest.mark.rule("PRF-04")
@pytest.mark.title(
    fr="Sans aucune pièce enregistrée, l'action « valider » ne valide rien, pour personne",
    en="With no document recorded, the action “validate” validates nothing, for anybody",
)
@pytest.mark.parametrize("route", UNCHECKED, ids=str)
def test_nothing_to_check(desk: Desk, route: Route) -> None:
    patient = desk.bring(desk.draw(), route)
    other = desk.create(adult(desk))
    desk.record_document(other)
    before = desk.snapshot(patient)
    for user in (desk.user, desk.super_user):
        # The document of the file looked at last is none of this one.
        desk.read(other, user)
        with suppress(RefusedError):
            desk.lgo.validate_identity(patient.id, actor=user)
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment(
                "après l'action « valider » sans pièce enregistrée",
                "after the action “validate” with no document recorded",
            ),
        )
    if desk.check_document(patient).status is before.patient.status:
        raise UndecidedError(
            "aucune pièce ne valide cette identité : le contrôle ne prouve rien",
            "no document validates this identity: the check proves nothing",
            depends_on=("PRF-04",),
        )


@pytest.mark.parametrize(
    ("shown", "fall"),
    [
        pytest.param((), Status.PROV, marks=[*_NOTHING, DOWNGRADE.mark], id="nothing"),
        pytest.param((), Attribute.DOUTEUSE, marks=[*_NOTHING, ATTRIBUTES.mark], id="nothing-doubtful"),
        pytest.param(
            LOW_CONFIDENCE_PROOFS,
            Status.PROV,
            marks=[pytest.mark.rule("PRF-08"), DOWNGRADE.mark],
            id="weak",
        ),
    ],
)
@pytest.mark.title(
    fr="Validée une fois puis abaissée, l'identité ne se revalide ni sans pièce ni sur une pièce faible",
    en="Validated once and then lowered, the identity is validated again neither without a document nor on a weak one",
)
def test_validated_once(desk: Desk, shown: tuple[str, ...], fall: Status | Attribute) -> None:
    patient = lowered(desk, desk.bring(adult(desk), Route.CHECKED), fall)
    if fall is Attribute.DOUTEUSE:
        with suppress(RefusedError):
            desk.lgo.set_attributes(patient.id, frozenset(), actor=desk.user)
    for kind in shown or (None,):
        if kind is not None:
            with suppress(RefusedError):
                desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        before = desk.snapshot(patient)
        held = before.patient.proof.kind if before.patient.proof else None
        if before.patient.status is not Status.PROV or held != kind:
            return  # What becomes of the document that was checked is in no text: while it is there, it may be used.
        for actor in (desk.user, desk.super_user):
            with suppress(RefusedError):
                desk.lgo.validate_identity(patient.id, actor=actor)
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment(
                "validation d'une identité validée autrefois",
                "validation of an identity that was validated once",
            ),
        )


@pytest.mark.rule("PRF-08")
@pytest.mark.title(
    fr="Ce dispositif ne valide pas l'identité d'un adulte, une pièce à haut niveau de confiance ensuite la valide",
    en="This document does not validate the identity of an adult, a high-confidence one afterwards does",
)
@pytest.mark.parametrize("route", UNCHECKED, ids=str)
@pytest.mark.parametrize("kind", LOW_CONFIDENCE_PROOFS)
def test_low_confidence_document(desk: Desk, kind: str, route: Route) -> None:
    def judge(person: Person, *, entitled: bool) -> None:
        user = desk.as_super_user() if entitled else desk
        patient = desk.bring(person, route)
        if entitled:
            _say_what_insi_says(desk, patient)
        before = desk.snapshot(patient)
        with suppress(RefusedError):
            user.lgo.record_proof(patient.id, kind, actor=user.user)
        with suppress(RefusedError):
            user.lgo.validate_identity(patient.id, actor=user.user)
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment(f"contrôle avec {kind} seul", f"check with {kind} alone"),
            besides={"proof": ANYTHING},
        )
        try:
            validated = desk.check_document(patient)
        except UndecidedError as refusal:
            # Where nobody can be validated, that is for PRF-04.
            desk.check_document(desk.bring(adult(desk), route))
            raise Departure(
                f"{kind} ayant été présenté d'abord, une pièce à haut niveau de confiance ne valide plus : {refusal.text.fr}",
                f"{kind} having been shown first, a high-confidence document validates no more: {refusal.text.en}",
            ) from refusal
        expect_equal(
            got=validated.status,
            expected=AFTER[route.status],
            fr=f"statut après une pièce à haut niveau de confiance, {kind} ayant été présenté d'abord",
            en=f"status after a high-confidence document, {kind} having been shown first",
        )

    # The card of a child is no better than that of an adult; the other documents may be a part of a proof for minors (PRF-09).
    anybody = desk.draw() if kind == "VITALE_CARD" else adult(desk)
    cases = {"super-utilisateur": partial(judge, anybody, entitled=True)}
    if route is not Route.ARRIVED:  # Who they are is the same, however the file was fed.
        # Whether the document is enough depends neither on the age nor on the place.
        cases |= {
            "utilisateur, né en 1912": partial(judge, desk.play(PARTS["apostrophe-1912"]), entitled=False),
            "utilisateur, né outre-mer": partial(judge, desk.play(PARTS[OVERSEAS]), entitled=False),
        }
    expect_each(cases)


def _say_what_insi_says(desk: Desk, patient: Patient) -> None:
    """Have INSi confirm the identity: neither an answer that waits nor a verification stands in for a document."""
    if patient.status is Status.PROV:
        with suppress(UndecidedError):  # The rule is about what follows.
            desk.try_call(patient)
        return
    with desk.if_offered(VERIFICATION):
        verify(desk, patient)


@pytest.mark.rule("PRF-08")
@pytest.mark.title(
    fr="Présenté après coup, ce dispositif n'ajoute rien à une identité déjà contrôlée et ne lui retire rien",
    en="Shown afterwards, this document adds nothing to an identity already checked and takes nothing from it",
)
@pytest.mark.parametrize("route", routes(Status.VALI, Status.QUAL), ids=str)
def test_low_confidence_document_afterwards(desk: Desk, route: Route) -> None:
    patient = desk.bring(adult(desk), route)
    before = desk.snapshot(patient)
    for kind in LOW_CONFIDENCE_PROOFS:
        with suppress(RefusedError):
            desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        # That the status then stays is a deduction (event E8).
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment(f"{kind} présenté après coup", f"{kind} shown afterwards"),
            besides={"proof": ANYTHING},
            inferred=True,
        )
