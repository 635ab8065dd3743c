"""SRC-09: a search by matricule, where there is one, wants the 15 characters and a right key before it searches."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import lift, set_attributes
from conformance.suite.desk.apart import ATTRIBUTES, CARD, DOWNGRADE
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.lowering import fallen_by_correction, lowered
from conformance.suite.desk.routes import Route
from conformance.suite.desk.steps import USERS, preparing
from conformance.verdicts import Departure, UndecidedError
from simulator.ins.matricule import Matricule

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

PEOPLE: Final[dict[str, dict[str, Any]]] = {
    "plain": {"birth_date": "1984-09-25"},
    "corsica-2a": {"birth_place": "2A004", "birth_date": "1979-06-11"},
    "corsica-2b": {"birth_place": "2B033", "birth_date": "1988-01-30"},
    "waiting-number": {"nia": True, "birth_date": "1991-07-02"},
    "abroad": {"birth_place": "99352", "birth_date": "1969-12-08"},
    "overseas": {"birth_place": "97411", "birth_date": "2004-03-19"},
}


@pytest.mark.rule("SRC-09")
@pytest.mark.title(
    fr="Le matricule entier retrouve son patient et lui seul, Corse et numéro d'attente compris",
    en="The whole matricule finds its patient and nobody else, Corsica and waiting numbers included",
)
@pytest.mark.parametrize("user", USERS)
def test_right_matricule(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    files = {key: desk.bring(desk.draw(**wish), Route.IMPORTED) for key, wish in PEOPLE.items()}
    desk.create(desk.draw(birth_date="1984-09-25"))
    with desk.if_offered(ATTRIBUTES), suppress(RefusedError):
        # A mark that changes no status hides nobody.
        marked = desk.bring(desk.draw(birth_date="1984-09-25"), Route.IMPORTED_CHECKED)
        files["homonyme"] = set_attributes(desk, marked, frozenset({Attribute.HOMONYME}))

    def judge(patient: Patient) -> None:
        found = _search(desk, patient.matricule or "")
        expect(
            {each.id for each in found} == {patient.id},
            fr=f"le matricule {patient.matricule} devait trouver son patient et lui seul, trouvés : {_named(found)}",
            en=f"the matricule {patient.matricule} had to find its patient and nobody else, found: {_named(found)}",
        )

    expect_each({key: partial(judge, patient) for key, patient in files.items()})


@pytest.mark.rule("SRC-09")
@pytest.mark.title(
    fr="Un matricule dont le mois n'en est pas un, de sexe 7 ou 8, ou de clé singulière, se cherche comme un autre",
    en="A matricule whose month is none, of sex 7 or 8, or with an odd key, is searched like any other",
)
def test_unusual_numbers(desk: Desk) -> None:
    def judge(month: str, sex: str, key: str = "", born: str = "1984-09-25") -> None:
        def shaped(person: Person) -> Person:
            number = person.identity.matricule.number
            if key:
                return replace(person, identity=replace(person.identity, matricule=_of_key(number, key)))
            digit = {"M": "7", "F": "8"}[str(person.identity.traits.sex)] if sex == "7/8" else number[0]
            matricule = Matricule.from_number(f"{digit}{number[1:3]}{month or number[3:5]}{number[5:]}")
            return replace(person, identity=replace(person.identity, matricule=matricule))

        patient = desk.bring(desk.draw(shape=shaped, birth_date=born), Route.IMPORTED)
        found = _search(desk, patient.matricule or "")
        expect(
            {each.id for each in found} == {patient.id},
            fr=f"le matricule {patient.matricule} devait trouver son patient et lui seul, trouvés : {_named(found)}",
            en=f"the matricule {patient.matricule} had to find its patient and nobody else, found: {_named(found)}",
        )
        number, right = (patient.matricule or "")[:13], (patient.matricule or "")[13:]
        wrong = f"{number}{int(right) % 97 + 1:02d}"
        # A key that is right but for a multiple of 97 is as wrong as any other.
        congruent = [f"{number}{int(right) + 97}"] if int(right) + 97 < 100 else []  # noqa: PLR2004 - two digits
        for typed in (wrong, *congruent):
            _, refusal = _try_search(desk, typed)
            expect(
                refusal is not None,
                fr=f"« {typed} », à la clé fausse, lance une recherche au lieu d'être refusé",
                en=f"“{typed}”, with a wrong key, starts a search instead of being refused",
            )

    cases = {
        "mois 20": ("20", ""),
        "mois 42": ("42", ""),
        "mois 99": ("99", ""),
        "sexe 7 ou 8": ("", "7/8"),
        "clé qui commence par 0": ("", "", "02"),
        "clé 97": ("", "", "97", "2013-05-14"),
    }
    expect_each({name: partial(judge, *case) for name, case in cases.items()})


@pytest.mark.rule("SRC-09")
@pytest.mark.title(
    fr="Une clé fausse, un numéro incomplet ou trop long sont refusés avant toute recherche, avec un message",
    en="A wrong key, an incomplete number or one too long are refused before anything is searched, with a message",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("who", ["plain", "corsica-2a", "corsica-2b"])
def test_wrong_matricule(desk: Desk, who: str, user: str) -> None:
    desk = desk.by(user)
    patient = desk.bring(desk.draw(**PEOPLE[who]), Route.IMPORTED)
    whole = patient.matricule or ""
    _prove_found(desk, patient)

    def judge(typed: str) -> None:
        (found, refusal), requests = desk.wire.repeated(lambda: _try_search(desk, typed))
        expect(
            not requests,
            fr=f"la recherche de « {typed} » a envoyé {len(requests)} requête(s) à INSi",
            en=f"the search for “{typed}” sent {len(requests)} request(s) to INSi",
        )
        expect(
            not found,
            fr=f"« {typed} » trouve {_named(found)} au lieu d'être refusé",
            en=f"“{typed}” finds {_named(found)} instead of being refused",
        )
        if refusal is None:
            raise Departure(
                f"« {typed} » lance une recherche au lieu d'être refusé",
                f"“{typed}” starts a search instead of being refused",
            )
        expect(
            refusal.message.strip(),
            fr=f"le refus de « {typed} » n'est pas expliqué",
            en=f"the refusal of “{typed}” is not explained",
        )

    cases = _wrong(whole)
    if who == "plain":
        # Fifteen characters, of which two are blanks.
        cases["13 chiffres et deux espaces"] = f"{whole[0]} {whole[1:13]} "
    expect_each({name: partial(judge, typed) for name, typed in cases.items()})


@pytest.mark.rule("SRC-09")
@pytest.mark.title(
    fr="Un matricule juste que personne ne porte ne trouve personne, et l'INS effacée ne retrouve plus son patient",
    en="A right matricule that nobody bears finds nobody, and an INS that was erased no longer finds its patient",
)
def test_nobody(desk: Desk) -> None:
    patient = desk.bring(desk.draw(birth_date="1984-09-25"), Route.IMPORTED)
    other = desk.draw(birth_date="1984-09-25").identity.matricule.value
    _prove_found(desk, patient)
    found = _search(desk, other)
    expect(
        not found,
        fr=f"un matricule que personne ne porte trouve {_named(found)}",
        en=f"a matricule that nobody bears finds {_named(found)}",
    )
    whole = patient.matricule or ""
    with preparing("poser l'attribut douteuse", "set the attribute douteuse", depends_on=("ATT-01",)):
        desk.lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=desk.user)
    if desk.read(patient).matricule:
        return  # Not erased: STA-08 and ATT-03 say that.
    found = _search(desk, whole)
    expect(
        patient.id not in {each.id for each in found},
        fr="l'INS effacée retrouve encore son patient",
        en="the INS that was erased still finds its patient",
    )
    try:
        lift(desk, patient)
        again = desk.feed(desk.read(patient))
    except (RefusedError, UndecidedError):
        return  # How an identity comes back from a doubt is for ATT-05 and the state machine.
    found = _search(desk, again.matricule or "")
    expect(
        again.id in {each.id for each in found},
        fr="l'INS importée de nouveau après avoir été effacée ne retrouve pas son patient",
        en="the INS that was imported again after it was erased does not find its patient",
    )
    for erase in (partial(lowered, to=Status.PROV), fallen_by_correction):
        with desk.if_offered(DOWNGRADE), suppress(RefusedError, UndecidedError):
            again = erase(desk, again)
            if again.matricule:
                return  # Not erased: STA-08 says that.
            found = _search(desk, whole)
            expect(
                again.id not in {each.id for each in found},
                fr="l'INS effacée, par déclassement ou par correction, retrouve encore son patient",
                en="the INS that was erased, by a downgrade or by a correction, still finds its patient",
            )


@pytest.mark.rule("SRC-09")
@pytest.mark.title(
    fr="Un numéro de facturation n'est pas un matricule INS : il ne trouve pas un dossier sans INS",
    en="A billing number is no matricule INS: it does not find a file without INS",
)
@CARD.mark
def test_billing_number(desk: Desk) -> None:
    people = family(desk.draw)
    patient = desk.create(people.insured.person)
    reading = read_card(desk, people.card())
    with preparing("rattacher la carte", "attach the card", depends_on=("FLD-02",)):
        desk.lgo.attach_card(patient.id, reading.id, people.insured.rank, actor=desk.user)
    number = people.insured.person.identity.matricule.value
    found = _search(desk, number)
    expect(
        patient.id not in {each.id for each in found},
        fr="la recherche par matricule INS trouve un dossier qui n'en a pas, par son numéro de facturation",
        en="the search by matricule INS finds a file that has none, by its billing number",
        # That the two are separate is FLD-02; that a search keeps them apart is deduced.
        inferred=True,
    )


def _wrong(whole: str) -> dict[str, str]:
    """Return matricules that must not be searched for, all near to one that is borne."""
    number, key = whole[:13], whole[13:]
    bad = f"{int(key) % 97 + 1:02d}"
    order = f"{(int(number[10:]) % 999) + 1:03d}"
    cases = {
        "clé fausse": number + bad,
        "clé 00": f"{number}00",
        "chiffres de la clé échangés": number + key[::-1],
        "premier chiffre de la clé faux": f"{number}{(int(key[0]) + 3) % 10}{key[1]}",
        "dernier chiffre de la clé faux": f"{number}{key[0]}{(int(key[1]) + 3) % 10}",
        "un chiffre faux, clé d'origine": f"{number[:10]}{order}{key}",
        "13 caractères, sans clé": number,
        "14 caractères": whole[:14],
        "12 premiers caractères": whole[:12],
        "16 caractères": f"{whole}0",
        "5 premiers caractères": whole[:5],
    }
    if "A" in number or "B" in number:
        # The key of a Corsican number read as if its département were written 20.
        cases["clé calculée comme pour 20"] = (
            number + Matricule.from_number(number[:5] + "20" + number[7:]).key
        )
    return {
        name: typed
        for name, typed in cases.items()
        if len(typed) != len(whole) or not Matricule(typed[:13], typed[13:]).is_valid
    }


def _of_key(number: str, key: str) -> Matricule:
    """Return the number with the order that gives it this key."""
    found = (Matricule.from_number(f"{number[:10]}{order:03d}") for order in range(1, 1000))
    return next(each for each in found if each.key == key)


def _prove_found(desk: Desk, patient: Patient) -> None:
    """Make sure that the right matricule finds: that a wrong one finds nobody proves something then."""
    found = _search(desk, patient.matricule or "")
    if patient.id not in {each.id for each in found}:
        raise Departure(
            f"le matricule {patient.matricule} ne trouve pas le patient qui le porte",
            f"the matricule {patient.matricule} does not find the patient who bears it",
        )


def _search(desk: Desk, matricule: str) -> list[Patient]:
    found, refusal = _try_search(desk, matricule)
    if refusal is not None:
        raise Departure(
            f"la recherche du matricule {matricule}, qui est juste, est refusée : {refusal.message}",
            f"the search for the matricule {matricule}, which is right, is refused: {refusal.message}",
        )
    return found


def _try_search(desk: Desk, typed: str) -> tuple[list[Patient], RefusedError | None]:
    search: Callable[..., list[Patient]] = desk.lgo.search_by_matricule
    try:
        return search(typed, actor=desk.user), None
    except RefusedError as refusal:
        return [], refusal


def _named(found: list[Patient]) -> str:
    return (
        ", ".join(f"{each.birth_name} {each.first_name} ({each.matricule})" for each in found) or "personne"
    )
