"""Between two acts of one rule something else is done: a change while an answer waits, a document while in doubt, a second look."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers import site
from conformance.drivers.model import Attribute, Status, Verb
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Right
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import APP, ATTRIBUTES, BESIDE, CHECKED, FROM_INSI, path
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect, expect_each, expect_equal, refused_to_allow
from conformance.suite.desk.people import NAMES_IN_USE, another_value, typed
from conformance.suite.desk.routes import WITH_INS, Route
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.steps import preparing, while_waiting
from conformance.suite.desk.words import insi_values
from conformance.suite.security.profiles import ORDINARY, need_withheld, profile
from conformance.suite.site.settings import restored, setting, switch
from conformance.suite.states.changing_acts import Cast, import_app
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Actor, Patient
    from conformance.suite.desk.steps import Desk

RIGHTS: Final = path("droits par utilisateur", "rights of each user", Verb.WRITE_RIGHTS)


@pytest.mark.rule("RSP-02")
@pytest.mark.title(
    fr="Des traits modifiés pendant qu'une réponse attend : acceptée, elle écrit tout ce qu'INSi a rendu",
    en="Traits changed while an answer waits: once accepted it writes all that INSi returned",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
@BESIDE.mark
def test_traits_changed_before_acceptance(desk: Desk, route: Route) -> None:
    def judge(*fields: str) -> None:
        person = desk.draw(first_names_count=2)
        patient = desk.bring(person, route)
        call = desk.find(patient)
        changes: dict[str, str | None] = {name: another_value(desk, person, name) for name in fields}
        with while_waiting():
            desk.lgo.update_patient(patient.id, changes, actor=desk.super_user)
        before = desk.snapshot(patient)
        refused = isinstance(desk.try_accept(call), RefusedError)
        after = desk.snapshot(patient)
        if refused or after.values == before.values:
            return  # A proposal that is out of date may be refused, or dropped.
        expect_kept(
            after,
            before,
            Moment("réponse acceptée après une modification", "answer accepted after a change"),
            # A document that checked other traits may have to be looked at again.
            besides={
                **insi_values(person),
                **dict.fromkeys(("status", "proof", "birth_date_uncertain"), ANYTHING),
            },
        )

    expect_each(
        {
            "lieu": partial(judge, "birth_place"),
            "nom, liste, date et sexe": partial(judge, "birth_name", "first_names", "birth_date", "sex"),
        }
    )


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="La comparaison se rouvre, par le même utilisateur et par un autre, et dit la même chose",
    en="The comparison can be opened again, by the same user and by another, and says the same",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_second_look(desk: Desk, route: Route) -> None:
    person = desk.draw(first_names_count=2, birth_place="75114", birth_date="1984-09-25")
    patient = desk.bring(person, route, birth_place="99999", first_names=None)
    call = desk.find(patient)
    before = desk.snapshot(patient)

    def lines(actor: Actor) -> dict[str, tuple[str | None, str | None, bool]]:
        shown = desk.lgo.read_proposal(call.id, actor=actor).fields
        return {line.field: (line.local, line.insi, line.different) for line in shown}

    first = lines(desk.user)
    for actor in (desk.user, desk.super_user, desk.user):
        try:
            again = lines(actor)
        except RefusedError:
            continue  # It may be left to whoever called, and be closed by closing it.
        expect_equal(
            got=again,
            expected=first,
            fr="comparaison rouverte",
            en="comparison opened again",
        )
    expect_kept(desk.snapshot(patient), before, Moment("comparaison rouverte", "comparison opened again"))


@pytest.mark.rule("CRE-05")
@pytest.mark.title(
    fr="Créée à la main pendant qu'une réponse d'INSi attend pour elle, une identité est provisoire, sans INS",
    en="Created by hand while an answer of INSi waits for it, an identity is provisoire, without INS",
)
@FROM_INSI.mark
def test_created_beside_an_answer(desk: Desk) -> None:
    person = desk.draw()
    desk.find_by(typed(person))
    with suppress(RefusedError):  # A software may have it decided first.
        made = desk.read(desk.lgo.create_patient(typed(person), actor=desk.user))
        expect(
            made.status is Status.PROV and not made.matricule and not made.oid,
            fr=f"identité {made.status}, matricule {made.matricule or '-'}, sans que la réponse soit acceptée",
            en=f"identity {made.status}, matricule {made.matricule or '-'}, without the answer being accepted",
        )


@pytest.mark.rule("STA-08")
@pytest.mark.title(
    fr="Tombée, une identité ne retrouve son INS ni par un refus, ni par un appel vain, ni par une pièce, ni par une saisie",
    en="Once fallen an identity gets its INS back neither by declining, nor by a vain call, nor by a document, nor by typing",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
def test_lost_is_lost(desk: Desk, route: Route) -> None:
    person = desk.draw(first_names_count=2)
    patient = desk.bring(person, route, **NAMES_IN_USE)
    place = another_value(desk, person, "birth_place")
    with preparing("modifier un trait strict", "change a strict trait", depends_on=("STA-09",)):
        desk.lgo.update_patient(patient.id, {"birth_place": place}, actor=desk.super_user)
    fallen = desk.read(patient)
    if fallen.status in WITH_INS or fallen.matricule:
        raise UndecidedError(
            f"trait modifié, l'identité est restée {fallen.status}",
            f"trait changed, the identity has stayed {fallen.status}",
            depends_on=("STA-09",),
        )

    def vain(scenario: str) -> None:
        about = {"patient": person} if scenario.startswith("safety/") else {}
        with desk.answered_by(scenario, **about):
            desk.try_call(patient)

    acts: dict[str, Callable[[], object]] = {
        "01": lambda: vain("answers/not-found"),
        "02": lambda: vain("answers/several"),
        "erreur": lambda: vain("faults/insi-102"),
        "date incomplète": lambda: vain("safety/lunar-both"),
        "réponse refusée": lambda: desk.decide(desk.find(patient), accept=False),
        "permis": lambda: desk.lgo.record_proof(patient.id, "DRIVING_LICENCE", actor=desk.user),
        "nom utilisé": lambda: desk.lgo.update_patient(patient.id, {"used_name": "ZELBRUC"}, actor=desk.user),
        "pièce": lambda: desk.record_document(patient),
        "validation": lambda: desk.lgo.validate_identity(patient.id, actor=desk.user),
        "lieu rétabli": lambda: desk.lgo.update_patient(
            patient.id, {"birth_place": person.identity.traits.birth_place}, actor=desk.super_user
        ),
    }
    for name, act in acts.items():
        with desk.if_offered(CHECKED), suppress(RefusedError, UndecidedError):
            act()
        _expect_without_ins(desk.read(patient), name)
    with desk.if_offered(ATTRIBUTES), suppress(RefusedError):
        set_attributes(desk, patient, {Attribute.HOMONYME})
        set_attributes(desk, patient, ())
        _expect_without_ins(desk.read(patient), "homonyme")


def _expect_without_ins(patient: Patient, act: str) -> None:
    expect(
        patient.status not in WITH_INS and not patient.matricule and not patient.oid,
        fr=f"tombée, puis {act} : identité {patient.status}, matricule {patient.matricule or '-'}",
        en=f"fallen, then {act}: identity {patient.status}, matricule {patient.matricule or '-'}",
    )


@pytest.mark.rule("PRF-01")
@pytest.mark.title(
    fr="Un dispositif enregistré pendant qu'un attribut est posé est au dossier aussi",
    en="A document recorded while an attribute is set is in the file as well",
)
@ATTRIBUTES.mark
def test_document_of_the_marked(desk: Desk) -> None:
    def judge(attribute: Attribute) -> None:
        patient = desk.create(desk.draw(birth_date="1984-09-25"))
        with preparing("poser l'attribut", "set the attribute", depends_on=("ATT-01",)):
            set_attributes(desk, patient, frozenset({attribute}))
        before = desk.snapshot(patient)
        with suppress(RefusedError):  # A software may want the doubt lifted first.
            desk.lgo.record_proof(patient.id, "PASSPORT", actor=desk.user)
            moment = Moment(f"passeport enregistré, identité {attribute}", f"passport recorded, {attribute}")
            expect_kept(desk.snapshot(patient), before, moment, besides={"proof": "PASSPORT"})

    expect_each({each: partial(judge, each) for each in Attribute})


@pytest.mark.rule("STA-09")
@pytest.mark.title(
    fr="La liste et le 1er prénom, corrigés ensemble par un utilisateur habilité, le sont tous deux",
    en="The list and the 1er prénom, corrected together by an entitled user, both are",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
def test_both_first_names(desk: Desk, route: Route) -> None:
    patient = desk.bring(desk.draw(first_names_count=2), route)
    changes: dict[str, str | None] = {"first_names": "QOLVIN HUZBERT", "first_name": "QOLVIN"}
    before = desk.snapshot(patient)
    try:
        desk.lgo.update_patient(patient.id, changes, actor=desk.super_user)
    except RefusedError as refusal:
        refused = refused_to_allow(refusal)
        # One after the other may be what a software wants.
        raise Departure(refused.text.fr, refused.text.en, inferred=True) from refusal
    expect_kept(
        desk.snapshot(patient),
        before,
        Moment("liste et 1er prénom corrigés ensemble", "list and 1er prénom corrected together"),
        besides={**changes, "status": ANYTHING, "matricule": None, "oid": None, "proof": ANYTHING},
    )


@pytest.mark.rule("CRE-03", "PRF-04")
@pytest.mark.title(
    fr="Créé avec les cinq traits seuls, un dossier se modifie, se contrôle et s'alimente sans qu'on en demande d'autres",
    en="Created with the five traits alone, a file can be changed, checked and fed without more being demanded",
)
@CHECKED.mark
def test_bare_file_lives(desk: Desk) -> None:
    person = desk.draw()
    patient = desk.create(person, first_names=None)

    def change() -> None:
        for name, value in (("used_first_name", "DRIMVAL"), ("used_first_name", None)):
            desk.lgo.update_patient(patient.id, {name: value}, actor=desk.user)

    def check() -> None:
        desk.record_document(patient)
        desk.lgo.validate_identity(patient.id, actor=desk.user)

    for act in (change, check):
        try:
            act()
        except RefusedError as refusal:
            refused = refused_to_allow(refusal)
            # The rule speaks of the creation; what comes after is deduced.
            raise Departure(refused.text.fr, refused.text.en, inferred=True) from refusal


@pytest.mark.rule("CRE-07")
@pytest.mark.title(
    fr="Qualifiée par l'application, une identité le reste quand elle est modifiée, confirmée ou relue sur INSi",
    en="Qualified by the app, an identity stays so when it is changed, confirmed or taken from INSi again",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED], ids=str)
@APP.mark
def test_refreshed_after_the_app(desk: Desk, route: Route) -> None:
    people = family(desk.draw)
    cast = Cast(people=people, earlier=people.insured.person)
    patient = desk.bring(people.insured.person, route)
    with preparing("reprendre l'identité de l'application", "take the identity of the app"):
        import_app(desk, cast, desk.snapshot(patient))
    before = desk.snapshot(patient)
    if before.patient.status is not Status.QUAL:
        raise UndecidedError(
            f"l'application a rendu l'identité {before.patient.status}",
            f"the app has made the identity {before.patient.status}",
            depends_on=("CRE-07",),
        )

    def again() -> None:
        call, _ = desk.try_call(patient)
        if not isinstance(call, RefusedError):
            desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)

    def checked() -> None:
        desk.record_document(patient)
        desk.lgo.validate_identity(patient.id, actor=desk.user)

    def renamed() -> None:
        desk.lgo.update_patient(patient.id, {"used_name": "ZELBRUC"}, actor=desk.user)

    for fr, en, act in (
        ("nom utilisé modifié", "used name changed", renamed),
        ("relue sur INSi", "taken from INSi again", again),
        ("pièce contrôlée", "document checked", checked),
    ):
        with desk.if_offered(CHECKED), suppress(RefusedError, UndecidedError):
            act()
        expect_equal(
            got=desk.read(patient).status,
            expected=Status.QUAL,
            fr=f"statut d'une identité de l'application, {fr}",
            en=f"status of an identity of the app, {en}",
            inferred=True,
        )


@pytest.mark.rule("STA-14")
@pytest.mark.title(
    fr="Un nom utilisé enregistré par qui ne voit pas l'INS la laisse où elle est",
    en="A used name saved by somebody who may not see the INS leaves it where it is",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
@RIGHTS.mark
def test_saved_without_seeing(desk: Desk, route: Route) -> None:
    patient = desk.bring(desk.draw(), route)
    who = profile(desk, ORDINARY - {Right.READ_INS}, name="sans-ins")
    who = need_withheld(desk, who, Right.READ_INS)
    before = desk.snapshot(patient)
    with suppress(RefusedError):
        desk.lgo.read_patient(patient.id, actor=who.actor)
    acts: dict[str, Callable[[], object]] = {
        "used_name": lambda: desk.lgo.update_patient(patient.id, {"used_name": "ZELBRUC"}, actor=who.actor),
        "proof": lambda: desk.lgo.record_proof(patient.id, "DRIVING_LICENCE", actor=who.actor),
        "attributes": lambda: desk.lgo.set_attributes(
            patient.id, frozenset({Attribute.HOMONYME}), actor=who.actor
        ),
    }
    for act in acts.values():
        # That such a user may do any of this is in no text; nor need a software have attributes.
        with desk.if_offered(ATTRIBUTES), desk.if_offered(CHECKED), suppress(RefusedError):
            act()
    expect_kept(
        desk.snapshot(patient),
        before,
        Moment(
            "nom utilisé saisi par qui ne voit pas l'INS",
            "used name typed by somebody who may not see the INS",
        ),
        besides=dict.fromkeys(acts, ANYTHING),
    )


@pytest.mark.rule("STA-12")
@pytest.mark.title(
    fr="Ce qu'un utilisateur habilité a modifié ne déverrouille rien à d'autres, et un droit retiré ne sert plus",
    en="What an entitled user has changed unlocks nothing for others, and a right taken away serves no more",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
def test_entitled_before(desk: Desk, route: Route) -> None:
    person = desk.draw(first_names_count=2)
    patient, other = desk.bring(person, route), desk.bring(desk.draw(), route)
    with preparing("modifier un nom utilisé", "change a name in use", depends_on=("STA-14",)):
        desk.lgo.update_patient(patient.id, {"used_name": "ZELBRUC"}, actor=desk.super_user)
    change: dict[str, str | None] = {"birth_place": another_value(desk, person, "birth_place")}

    def try_on(which: Patient, worker: Actor) -> None:
        before = desk.snapshot(which)
        with suppress(RefusedError):
            desk.lgo.update_patient(which.id, dict(change), actor=worker)
        moment = Moment(
            "lieu modifié après le passage d'un utilisateur habilité",
            "place changed after an entitled user had been there",
        )
        expect_kept(desk.snapshot(which), before, moment)

    try_on(patient, desk.user)
    with preparing("modifier un nom utilisé", "change a name in use", depends_on=("STA-14",)):
        desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.super_user)
    try_on(other, desk.user)
    # Which rights a software gives together is its own.
    with desk.if_offered(RIGHTS), suppress(UndecidedError):
        who = profile(desk, frozenset(Right), name="habilite-un-jour")
        with suppress(RefusedError):
            third = desk.bring(desk.draw(), route)
            desk.lgo.update_patient(third.id, dict(change), actor=who.actor)
        lesser = profile(desk, ORDINARY, name="habilite-un-jour")
        if Right.CHANGE_STRICT_TRAITS not in lesser.rights:
            try_on(other, lesser.actor)


@pytest.mark.rule("PRF-05")
@pytest.mark.title(
    fr="Activer la validation automatique ne valide pas les dossiers qui n'ont qu'un dispositif insuffisant",
    en="Switching automatic validation on validates no file that has only a document which is not enough",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED], ids=str)
def test_switched_on_later(desk: Desk, route: Route) -> None:
    if setting(desk, site.AUTOMATIC_VALIDATION) is None:
        return  # There is none to switch on.
    with restored(desk, site.AUTOMATIC_VALIDATION):
        patient = desk.bring(desk.draw(birth_date="1984-09-25"), route)
        with suppress(RefusedError):
            desk.lgo.record_proof(patient.id, "DRIVING_LICENCE", actor=desk.user)
        before = desk.snapshot(patient)
        switch(desk, site.ON)
        moment = Moment(
            "validation automatique activée ensuite", "automatic validation switched on afterwards"
        )
        expect_kept(desk.snapshot(patient), before, moment)
