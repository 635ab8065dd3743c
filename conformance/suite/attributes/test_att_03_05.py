"""ATT-03 and ATT-05: douteuse and fictive leave the status provisoire and no INS, for as long as they are set."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from itertools import cycle, islice
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import DISQUALIFYING_SETS, mark, named
from conformance.suite.desk.apart import APP, RECEPTION
from conformance.suite.desk.cast import CAST
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.words import app_identity, insi_values
from conformance.suite.verification.elsewhere import receive, received
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk

FIRST = {"sans attribut": frozenset[Attribute](), "homonyme": frozenset({Attribute.HOMONYME})}
"""What the file carried before."""


@pytest.mark.rule("ATT-03")
@pytest.mark.title(
    fr="Douteuse ou fictive rend le statut provisoire, et ne change aucun autre champ que l'INS",
    en="Doubtful or fictitious gives back the status provisoire, and changes no other field than the INS",
)
@pytest.mark.parametrize("route", routes(Status.RECUP, Status.VALI, Status.QUAL), ids=str)
def test_back_to_provisional(desk: Desk, route: Route) -> None:
    parts = cycle(CAST)

    def judge(attributes: frozenset[Attribute], first: frozenset[Attribute], *, entitled: bool) -> None:
        person = desk.play(next(parts)) if entitled else desk.draw()
        patient = desk.bring(person, route)
        if first:
            mark(desk, patient, first)
        before = desk.snapshot(patient)
        mark(desk.as_super_user() if entitled else desk, patient, attributes)
        after = desk.snapshot(patient)
        moment = Moment(
            f"identité {route.status} devenue {named(attributes)}",
            f"identity {route.status} made {named(attributes)}",
        )
        expect_kept(
            after,
            before,
            moment,
            besides={
                "status": Status.PROV,
                "attributes": attributes,
                "matricule": ANYTHING,
                "oid": ANYTHING,
                "proof": ANYTHING,
            },
        )
        found = {each.id: each.status for each in desk.born_on(person.identity.traits.birth_date)}
        expect_equal(
            got=found.get(patient.id),
            expected=Status.PROV,
            fr="statut dans la recherche",
            en="status in the search",
        )

    cases = {named(kinds): partial(judge, kinds, frozenset(), entitled=False) for kinds in DISQUALIFYING_SETS}
    for kinds in DISQUALIFYING_SETS:
        cases[f"{named(kinds)}, super-utilisateur"] = partial(judge, kinds, frozenset(), entitled=True)
        if Attribute.HOMONYME in kinds:
            cases[f"homonyme→{named(kinds)}"] = partial(judge, kinds, FIRST["homonyme"], entitled=False)
    expect_each(cases)


@pytest.mark.rule("ATT-05")
@pytest.mark.title(
    fr="Douteuse ou fictive efface le matricule et l'OID, qui ne reviennent pas quand l'attribut est retiré",
    en="Doubtful or fictitious clears the matricule and the OID, which do not come back when the attribute is removed",
)
@pytest.mark.parametrize("route", routes(Status.RECUP, Status.QUAL), ids=str)
def test_ins_is_cleared(desk: Desk, route: Route) -> None:
    # Each way begins elsewhere in the cast.
    parts = islice(cycle(CAST), list(Route).index(route) * len(DISQUALIFYING_SETS), None)

    def judge(attributes: frozenset[Attribute]) -> None:
        patient = desk.bring(desk.play(next(parts)), route, **NAMES_IN_USE)
        if not patient.matricule or not patient.oid:
            raise UndecidedError(
                f"le dossier {route} n'a pas de matricule et d'OID à effacer",
                f"the file {route} has no matricule and OID to clear",
                depends_on=("RSP-02",),
            )
        mark(desk, patient, attributes)
        _expect_no_ins(
            desk, patient, f"identité devenue {named(attributes)}", f"identity made {named(attributes)}"
        )
        marked = desk.snapshot(patient)
        with suppress(RefusedError):
            desk.lgo.set_attributes(patient.id, frozenset(), actor=desk.user)
        # That nothing comes back of itself is a deduction (event E11).
        expect_kept(
            desk.snapshot(patient),
            marked,
            Moment("attribut retiré", "attribute removed"),
            besides={"attributes": ANYTHING},
            inferred=True,
        )

    expect_each({named(kinds): partial(judge, kinds) for kinds in DISQUALIFYING_SETS})


@pytest.mark.rule("ATT-05")
@pytest.mark.title(
    fr="Tant que l'identité est douteuse ou fictive, ni pièce, ni INSi, ni modification ne la sort de PROV",
    en="As long as the identity is doubtful or fictitious, neither document, INSi nor change takes it out of PROV",
)
@pytest.mark.parametrize("attributes", DISQUALIFYING_SETS, ids=named)
def test_only_provisional_is_possible(desk: Desk, attributes: frozenset[Attribute]) -> None:
    desk.bring(desk.draw(), Route.CHECKED)  # The same acts validate an ordinary identity.
    for route in (Route.TYPED, Route.CHECKED, Route.IMPORTED):
        person = desk.draw()
        patient = desk.bring(person, route, **NAMES_IN_USE)
        # Proposed before the attribute is set, accepted after it.
        pending = desk.find(patient)
        mark(desk, patient, attributes)
        with suppress(RefusedError):
            desk.lgo.decide_proposal(pending.id, accept=True, actor=desk.user)
        _expect_still_marked(
            desk,
            patient,
            attributes,
            "proposition INSi acceptée ensuite",
            "INSi proposal accepted afterwards",
        )
        for user in (desk, desk.as_super_user()):
            with suppress(RefusedError, UndecidedError):
                user.record_document(patient)
                user.lgo.validate_identity(patient.id, actor=user.user)
            _expect_still_marked(desk, patient, attributes, "contrôle sur pièce", "check against a document")
        call, _ = desk.try_call(patient)
        if not isinstance(call, RefusedError):
            desk.try_accept(call)
        _expect_still_marked(desk, patient, attributes, "appel INSi", "INSi call")
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)
        with suppress(RefusedError):
            number = {"matricule": person.identity.matricule.value, "oid": insi_values(person)["oid"]}
            desk.lgo.update_patient(
                patient.id, number, actor=desk.user if route is Route.TYPED else desk.super_user
            )
        _expect_still_marked(desk, patient, attributes, "modification", "change")


@pytest.mark.rule("ATT-05")
@pytest.mark.title(
    fr="Ni une identité reçue et confirmée, ni l'Appli carte Vitale ne sort de PROV une identité douteuse ou fictive",
    en="Neither an identity received and confirmed nor the Appli carte Vitale takes a doubtful or fictitious one out of PROV",
)
@pytest.mark.parametrize(
    "way", [pytest.param("reception", marks=RECEPTION.mark), pytest.param("app", marks=APP.mark)]
)
@pytest.mark.parametrize("attributes", DISQUALIFYING_SETS, ids=named)
def test_not_from_elsewhere(desk: Desk, attributes: frozenset[Attribute], way: str) -> None:
    for route in (Route.TYPED, Route.CHECKED, Route.IMPORTED_CHECKED):
        person = desk.draw()
        patient = desk.bring(person, route)
        mark(desk, patient, attributes)
        if way == "app":
            identity = app_identity(person)
            with suppress(RefusedError):
                desk.lgo.import_app_identity(identity, patient_id=patient.id, actor=desk.user)
        else:
            receive(desk, received(person))
        _expect_still_marked(desk, patient, attributes, f"INS reçue ({way})", f"INS received ({way})")


@pytest.mark.rule("ATT-05")
@pytest.mark.title(
    fr="Une fois l'attribut retiré, l'identité se valide et s'alimente de nouveau",
    en="Once the attribute is removed, the identity can be validated and fed again",
)
@pytest.mark.parametrize("attributes", DISQUALIFYING_SETS, ids=named)
def test_possible_again(desk: Desk, attributes: frozenset[Attribute]) -> None:
    patient = mark(desk, desk.bring(desk.draw(), Route.IMPORTED_CHECKED), attributes).patient
    mark(desk, patient, frozenset())
    expect_equal(
        got=desk.feed(patient).status,
        expected=Status.RECUP,
        inferred=True,
        fr="statut après un nouvel import INSi, attribut retiré",
        en="status after a new INSi import, attribute removed",
    )
    expect_equal(
        got=desk.check_document(patient).status,
        expected=Status.QUAL,
        inferred=True,
        fr="statut après un nouveau contrôle, attribut retiré",
        en="status after a new check, attribute removed",
    )


def _expect_still_marked(
    desk: Desk, patient: Patient, attributes: frozenset[Attribute], fr: str, en: str
) -> None:
    after = desk.read(patient)
    if after.attributes != attributes:
        raise UndecidedError(
            f"l'identité n'est plus {named(attributes)} ({fr})",
            f"the identity is no longer {named(attributes)} ({en})",
            depends_on=("ATT-01",),
        )
    expect_equal(
        got=after.status,
        expected=Status.PROV,
        fr=f"statut d'une identité {named(attributes)} ({fr})",
        en=f"status of an identity {named(attributes)} ({en})",
    )
    _expect_no_ins(
        desk, patient, f"identité {named(attributes)}, {fr}", f"identity {named(attributes)}, {en}"
    )


def _expect_no_ins(desk: Desk, patient: Patient, fr: str, en: str) -> None:
    after = desk.read(patient)
    expect(
        after.matricule is None and after.oid is None,
        fr=f"{fr} : le dossier porte le matricule {after.matricule} et l'OID {after.oid}",
        en=f"{en}: the file holds the matricule {after.matricule} and the OID {after.oid}",
    )
