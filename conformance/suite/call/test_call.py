"""The call to INSi: what is sent, and when nothing may be sent."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.people import PLAIN, accented, typed
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.wire import asked, need_request
from simulator.ins import comparison_key, starts_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import InsiCall
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView

SENDABLE = re.compile(r"[A-Z' -]*[A-Z][A-Z' -]*")
"""Upper-case letters, apostrophe, space, hyphen."""

SHAPES = {
    "plain": PLAIN,
    "hyphen": {"hyphen_name": True},
    "apostrophe": {"apostrophe_name": True},
    "space": {"space_name": True},
    "compound-first-name": {"compound_first_name": True, "first_names_count": 3},
}
"""Shapes of names that a pharmacy meets."""


@pytest.mark.rule("CAL-06")
@pytest.mark.title(
    fr="Les noms et le sexe envoyés ne contiennent que ce qu'INSi admet",
    en="The names and the sex sent hold nothing but what INSi admits",
)
@pytest.mark.parametrize("wanted", SHAPES.values(), ids=SHAPES.keys())
def test_criteria_are_sendable(desk: Desk, wanted: dict[str, object]) -> None:
    patient = desk.create(desk.draw(**wanted))
    _, requests = desk.call(patient)
    need_request(requests)
    _expect_sendable(requests)


@pytest.mark.rule("CAL-06")
@pytest.mark.title(
    fr="Un nom saisi avec minuscule, accent ou ligature ne part jamais tel quel à INSi",
    en="A name typed with lower case, accent or ligature never goes to INSi as it is",
)
@pytest.mark.parametrize("fault", ["lower-case", "accent", "ligature"])
def test_faulty_typing_is_not_sent(desk: Desk, fault: str) -> None:
    person = desk.draw(**PLAIN)
    name = person.identity.traits.birth_name
    faulty = {"lower-case": name.capitalize(), "accent": accented(name), "ligature": f"BŒUF {name}"}[fault]

    # The refusal may come with the creation or with the call; what counts is what leaves.
    def create_and_call() -> None:
        try:
            patient = desk.lgo.create_patient(typed(person, birth_name=faulty), actor=desk.user)
            desk.lgo.call_insi_traits(patient.id, actor=desk.user)
        except RefusedError:
            pass

    _, requests = desk.during(create_and_call)
    _expect_sendable(requests)

    # Shown with the name written well: the silence above was not that of a software that never calls.
    other = desk.create(desk.draw(**PLAIN))
    _, requests = desk.call(other)
    need_request(requests)


@pytest.mark.rule("CAL-06")
@pytest.mark.title(
    fr="Une identité d'un autre sexe que M ou F ne donne lieu à aucun appel, et l'utilisateur en est averti",
    en="An identity of another sex than M or F leads to no call, and the user is told",
)
def test_other_sex_is_not_sent(desk: Desk) -> None:
    known = desk.create(desk.draw())
    _, requests = desk.call(known)
    need_request(requests)
    traits = typed(desk.draw())
    patient = desk.try_create(replace(traits, sex="I"), control=traits)
    if isinstance(patient, RefusedError) or patient.sex in {"M", "F"}:
        return  # The software knows no other sex: there is nothing that it could send.
    _expect_blocked(desk, patient.id, fr=f"de sexe {patient.sex}", en=f"of sex {patient.sex}")


@pytest.mark.rule("CAL-08")
@pytest.mark.title(
    fr="L'appel porte le nom de naissance, le 1er prénom, le sexe et la date de naissance, jamais les noms utilisés",
    en="The call carries birth name, first name, sex and birth date, never the names in use",
)
def test_traits_sent(desk: Desk) -> None:
    person = desk.draw(first_names_count=3)
    traits = person.identity.traits
    other = desk.draw_where(
        lambda other: (
            other.identity.traits.birth_name != traits.birth_name
            and other.first_name not in traits.first_names.split()
        ),
    )
    patient = desk.create(
        person, used_name=other.identity.traits.birth_name, used_first_name=other.first_name
    )
    _, requests = desk.call(patient)
    need_request(requests)
    for request in requests:
        sent = asked(request)
        expect_equal(
            got=comparison_key(sent["birth_name"]),
            expected=comparison_key(traits.birth_name),
            fr="NomNaissance envoyé",
            en="NomNaissance sent",
        )
        expect_equal(got=sent["sex"], expected=traits.sex, fr="Sexe envoyé", en="Sexe sent")
        expect_equal(
            got=sent["birth_date"],
            expected=traits.birth_date,
            fr="DateNaissance envoyée",
            en="DateNaissance sent",
        )
        expect(
            sent["birth_place"] in {None, "", traits.birth_place},
            fr=f"LieuNaissance envoyé : {sent['birth_place']} au lieu de {traits.birth_place}",
            en=f"LieuNaissance sent: {sent['birth_place']} instead of {traits.birth_place}",
        )
        expect(
            other.first_name not in sent["first_names"],
            fr=f"Prenom envoyé : le prénom utilisé « {other.first_name} »",
            en=f"Prenom sent: the used first name “{other.first_name}”",
        )
    first_sent = " ".join(asked(requests[0])["first_names"])
    expect(
        starts_list(first_sent, traits.first_names),
        fr=f"la première requête porte le prénom « {first_sent} », qui n'est pas le début de « {traits.first_names} »",
        en=f"the first request carries the first name “{first_sent}”, not the start of “{traits.first_names}”",
    )


@pytest.mark.rule("CAL-11")
@pytest.mark.title(
    fr="L'appel qui partait ne part plus dès que l'identité est douteuse ou fictive",
    en="The call that used to leave no longer does once the identity is doubtful or fictitious",
)
@pytest.mark.parametrize(
    "attributes",
    [{Attribute.DOUTEUSE}, {Attribute.FICTIVE}, {Attribute.DOUTEUSE, Attribute.HOMONYME}],
    ids=lambda attributes: "+".join(sorted(attributes)),
)
def test_no_call_for_a_doubtful_or_fictitious_identity(desk: Desk, attributes: set[Attribute]) -> None:
    patient = desk.create(desk.draw())
    call, requests = desk.during(lambda: desk.find(patient))
    need_request(requests)
    desk.decide(call, accept=False)
    with preparing("poser l'attribut", "set the attribute"):
        desk.lgo.set_attributes(patient.id, frozenset(attributes), actor=desk.user)
    named = " + ".join(sorted(attributes))
    _expect_blocked(desk, patient.id, fr=f"d'attribut {named}", en=f"with the attribute {named}")
    expect_equal(
        got=desk.read(patient).matricule,
        expected=None,
        fr="matricule après l'appel",
        en="matricule after the call",
    )


def _expect_blocked(desk: Desk, patient_id: str, *, fr: str, en: str) -> None:
    """Call INSi for an identity for which no request may leave; the user has to be told."""

    def call() -> InsiCall | RefusedError:
        try:
            return desk.lgo.call_insi_traits(patient_id, actor=desk.user)
        except RefusedError as refusal:
            return refusal

    answer, requests = desk.during(call)
    expect(
        not requests,
        fr=f"{len(requests)} requête(s) sont parties à INSi pour une identité {fr}",
        en=f"{len(requests)} request(s) went to INSi for an identity {en}",
    )
    if isinstance(answer, RefusedError):
        return
    expect_equal(
        got=answer.outcome,
        expected=CallOutcome.BLOCKED,
        fr=f"issue annoncée de l'appel pour une identité {fr}",
        en=f"outcome announced for the call of an identity {en}",
    )
    expect(
        answer.message.strip() or answer.alerts,
        fr=f"aucun message n'explique que l'appel est bloqué pour une identité {fr}",
        en=f"no message tells that the call is blocked for an identity {en}",
    )


def _expect_sendable(requests: Sequence[ExchangeView]) -> None:
    for request in requests:
        sent = asked(request)
        for label, text in (
            ("NomNaissance", sent["birth_name"]),
            *(("Prenom", p) for p in sent["first_names"]),
        ):
            expect(
                SENDABLE.fullmatch(text or ""),
                fr=f"{label} envoyé « {text} » : attendu des lettres A à Z majuscules, espace, apostrophe, tiret",
                en=f"{label} sent “{text}”: expected upper-case letters A to Z, space, apostrophe, hyphen",
            )
        expect(
            sent["sex"] in {"M", "F"},
            fr=f"Sexe envoyé « {sent['sex']} » : attendu M ou F",
            en=f"Sexe sent “{sent['sex']}”: expected M or F",
        )
