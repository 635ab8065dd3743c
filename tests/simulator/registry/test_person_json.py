"""The JSON form of a person: what is kept, what is refused."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from simulator.population.cnda import load_cnda
from simulator.population.generate import draw
from simulator.registry.person import Person, PersonError, from_json, to_json

GOOD: dict[str, Any] = {
    "key": "mine/1",
    "birth_name": "LE GOFF",
    "first_names": "ANNE-MARIE LOUISE",
    "sex": "F",
    "birth_date": "1961-05-30",
    "birth_place": "29005",
    "matricule": "261052900595055",
    "oid": "1.2.250.1.213.1.4.10",
    "history": [
        {
            "matricule": "161052900595008",
            "oid": "1.2.250.1.213.1.4.10",
            "date_from": "2019-03-01",
            "date_to": None,
        }
    ],
    "card": {"insured": "2610529005950", "rank": "2", "serial": "9000000017"},
    "tags": ["mine"],
    "note": None,
}


@pytest.mark.parametrize("person", [*load_cnda(), *draw(200, 11, nia=None)], ids=lambda person: person.key)
def test_a_person_survives_the_round_trip(person: Person) -> None:
    assert from_json(json.loads(json.dumps(to_json(person)))) == person


def test_json_has_every_field_always_in_the_same_order() -> None:
    assert list(to_json(draw(1, 1)[0])) == list(GOOD)


def test_a_wrong_key_is_kept_as_it_came() -> None:
    person = from_json({**GOOD, "matricule": "181036322045660"})
    assert person.identity.matricule.value == "181036322045660"


def test_an_incomplete_birth_date_is_kept() -> None:
    assert from_json({**GOOD, "birth_date": "1961-00-00"}).identity.traits.birth_date == "1961-00-00"


def test_a_place_in_no_list_is_kept() -> None:
    assert from_json({**GOOD, "birth_place": "2A020"}).identity.traits.birth_place == "2A020"


@pytest.mark.parametrize("field", ["key", "birth_place", "history", "card", "tags", "note"])
def test_a_field_that_may_be_left_out_is_empty_then(field: str) -> None:
    read = to_json(from_json({name: value for name, value in GOOD.items() if name != field}))
    left = {"key": f"added/{GOOD['matricule']}", "history": [], "tags": []}
    assert read == {**GOOD, field: left.get(field)}


@pytest.mark.parametrize("field", ["birth_name", "first_names", "sex", "birth_date", "matricule", "oid"])
def test_a_missing_field_is_named(field: str) -> None:
    with pytest.raises(PersonError) as caught:
        from_json({name: value for name, value in GOOD.items() if name != field})
    assert (caught.value.field, caught.value.got) == (field, "nothing")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("birth_name", "", "at least one letter"),
        ("birth_name", "Le Goff", "expected E, got 'e'"),
        ("birth_name", "D'ÆION", "AE"),
        ("birth_name", 12, "expected text"),
        ("first_names", "ANNE--MARIE", "hyphen"),
        ("sex", "I", "M or F"),
        ("birth_date", "30/05/1961", "AAAA-MM-JJ"),
        ("birth_date", "1961-02-30", "01 to 28 in 1961-02"),
        ("birth_place", "2C004", "2A or 2B"),
        ("birth_place", "29", "five digits"),
        ("matricule", "2610529005950", "length"),
        ("matricule", "261052900595O29", "characters"),
        ("matricule", "561052900595029", "sex"),
        ("matricule", "2610529005950AB", "key"),
        ("oid", "1.2.250.1.213.1.4.2", "INS-C"),
        ("history", "none", "a list"),
        ("tags", "mine", "a list"),
        ("card", "9000000017", "an object"),
    ],
)
def test_a_wrong_value_is_refused_with_its_field(field: str, value: object, said: str) -> None:
    with pytest.raises(PersonError) as caught:
        from_json({**GOOD, field: value})
    assert caught.value.field == field
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("history", "field"),
    [
        ([{"matricule": "1", "oid": "1.2.250.1.213.1.4.10"}], "history[0].matricule"),
        ([GOOD["history"][0], {"matricule": "161052900595008", "oid": "?"}], "history[1].oid"),
        ([{**GOOD["history"][0], "date_from": "2019"}], "history[0].date_from"),
        ([{**GOOD["history"][0], "since": "2019"}], "history[0].since"),
        (["161052900595008"], "history[0]"),
    ],
)
def test_a_wrong_former_matricule_is_refused_with_its_place(history: list[object], field: str) -> None:
    with pytest.raises(PersonError) as caught:
        from_json({**GOOD, "history": history})
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"insured": "261052900595"}, "card.insured"),
        ({"insured": "561052900595O"}, "card.insured"),
        ({"insured": None}, "card.insured"),
        ({"rank": "0"}, "card.rank"),
        ({"rank": "10"}, "card.rank"),
        ({"serial": ""}, "card.serial"),
        ({"serial": "1-2"}, "card.serial"),
        ({"colour": "green"}, "card.colour"),
    ],
)
def test_a_wrong_card_is_refused_with_its_field(changed: dict[str, object], field: str) -> None:
    with pytest.raises(PersonError) as caught:
        from_json({**GOOD, "card": {**GOOD["card"], **changed}})
    assert caught.value.field == field


def test_a_rank_left_out_is_the_first() -> None:
    card = from_json({**GOOD, "card": {"insured": "2610529005950", "serial": "A1"}}).card
    assert card is not None
    assert card.birth_rank == "1"


def test_an_unknown_field_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        PersonError, match=r"^name: expected one of the fields birth_date, birth_name"
    ) as caught:
        from_json({**GOOD, "name": "LE GOFF"})
    assert caught.value.field == "name"


def test_something_else_than_an_object_is_refused() -> None:
    with pytest.raises(PersonError, match=r"^person: expected an object"):
        from_json([GOOD])  # type: ignore[arg-type] # wrong on purpose


def test_first_name_is_the_first_of_the_list_compound_whole() -> None:
    assert from_json(GOOD).first_name == "ANNE-MARIE"


def test_the_error_survives_a_trip_between_processes() -> None:
    error = PersonError("sex", "M or F", "'I'")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own bytes
