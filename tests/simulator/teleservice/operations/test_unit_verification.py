"""Unit verification: OK for an identity equal in every part, KO for anything else, never a trait in the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator.journal.explain import explain
from simulator.registry.person import to_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange

    Verify = Callable[..., Exchange]

CATARINA: dict[str, Any] = {
    "number": "2360663220836",
    "key": "56",
    "oid": "1.2.250.1.213.1.4.10",
    "birth_name": "TCHITCHI",
    "first_names": ("CATARINA",),
    "first_names_list": "CATARINA BELLA",
    "sex": "F",
    "birth_date": "1936-06-21",
    "birth_place": "63220",
}


def test_an_identity_equal_in_every_part_is_ok(verify: Verify) -> None:
    exchange = verify(**CATARINA)
    assert (exchange.code, exchange.http_status) == ("00", 200)
    assert exchange.decision.person == "cnda/tchitchi-catarina"
    assert b"<CodeCR>00</CodeCR><LibelleCR>OK</LibelleCR>" in exchange.response


@pytest.mark.parametrize(
    "changed",
    [
        {"first_names": ("CATARINA", "BELLA")},
        {"first_names": ()},
        {"first_names_list": None},
        {"birth_place": None},
        {"birth_place": ""},
        {"kind": "NIR"},
    ],
    ids=str,
)
def test_parts_that_may_be_left_out_are_not_compared(verify: Verify, changed: dict[str, Any]) -> None:
    assert verify(**CATARINA | changed).code == "00"


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({"key": "57"}, ("key",)),
        ({"oid": "1.2.250.1.213.1.4.8"}, ("oid",)),
        ({"oid": "1.2.250.1.213.1.4.9"}, ("oid",)),
        ({"birth_name": "TCHITCHO"}, ("birth_name",)),
        ({"first_names": ("BELLA",)}, ("first_names",)),
        ({"first_names": ("CATARIN",)}, ("first_names",)),
        ({"first_names": ("CATARINA", "BELLA", "ANNE")}, ("first_names",)),
        ({"first_names_list": "CATARINA"}, ("first_names_list",)),
        ({"first_names_list": "BELLA CATARINA"}, ("first_names_list",)),
        ({"first_names_list": "CATARINA-BELLA"}, ("first_names_list",)),
        ({"sex": "M"}, ("sex",)),
        ({"birth_date": "1936-06-22"}, ("birth_date",)),
        ({"birth_date": "1936-06-00"}, ("birth_date",)),
        ({"birth_place": "63113"}, ("birth_place",)),
        ({"number": "2360663220837"}, ("number",)),
    ],
    ids=str,
)
def test_a_single_altered_part_is_ko_and_named(
    verify: Verify, changed: dict[str, Any], reasons: tuple[str, ...]
) -> None:
    exchange = verify(**CATARINA | changed)
    assert (exchange.code, exchange.http_status, exchange.decision.person) == ("01", 200, None)
    assert b"<CodeCR>01</CodeCR><LibelleCR>KO</LibelleCR>" in exchange.response
    assert [entry.excluded_by for entry in exchange.decision.considered] == [reasons]


ECETINSI: dict[str, Any] = {
    "number": "1090763220834",
    "key": "89",
    "birth_name": "ECETINSI",
    "first_names": ("PIERRE-ALAIN",),
    "sex": "M",
    "birth_date": "2009-07-14",
}


def test_a_former_matricule_is_ko_and_said_to_be_one(verify: Verify) -> None:
    assert verify(**ECETINSI).code == "00"
    exchange = verify(**ECETINSI | {"number": "2090763220834", "key": "39"})
    assert exchange.code == "01"
    assert exchange.decision.considered[0].excluded_by == ("former_number", "key")
    assert "former matricule" in "".join(explain(exchange, "en"))


def test_names_are_compared_without_normalisation(verify: Verify) -> None:
    assert verify(**ECETINSI | {"first_names": ("PIERRE ALAIN",)}).code == "01"


def test_a_key_that_is_wrong_in_the_registry_is_verified_as_it_is(verify: Verify) -> None:
    gatien = {
        "number": "1810363220456",
        "birth_name": "HERMANN",
        "first_names": ("GATIEN",),
        "sex": "M",
        "birth_date": "1981-03-24",
    }
    assert [verify(**gatien, key=key).code for key in ("60", "76")] == ["00", "01"]


def test_a_nia_is_verified_with_its_oid(verify: Verify) -> None:
    nia = {
        "number": "1090763220888",
        "key": "35",
        "birth_name": "PROVISOIRE",
        "first_names": ("MATRICULE",),
        "sex": "M",
        "birth_date": "2009-07-01",
    }
    assert verify(**nia, oid="1.2.250.1.213.1.4.9").code == "00"
    assert verify(**nia).code == "01"


def test_nobody_is_ko_in_every_profile(bench: Bench, verify: Verify) -> None:
    session = bench.sessions.create(profile="qualification-2022").id
    exchange = verify(**CATARINA | {"number": "2360663220837", "birth_name": "PERSONNE"}, session=session)
    assert (exchange.code, exchange.decision.considered) == ("01", ())


@pytest.mark.parametrize("changed", [{}, {"sex": "M"}])
def test_no_trait_and_no_matricule_is_ever_answered(verify: Verify, changed: dict[str, Any]) -> None:
    response = verify(**CATARINA | changed).response
    assert not any(text in response for text in (b"TCHITCHI", b"CATARINA", b"2360663220836", b"1936"))


def test_every_answer_says_that_it_is_inferred(verify: Verify) -> None:
    for exchange in (
        verify(**CATARINA),
        verify(**CATARINA | {"sex": "M"}),
        verify(**CATARINA | {"sex": None}),
    ):
        assert exchange.decision.evidence == "inferred"
        assert "INFERRED" in explain(exchange, "en")[-1]


def test_the_explanation_names_what_was_claimed(verify: Verify) -> None:
    lines = explain(verify(**CATARINA), "en")
    assert lines[1] == "Matricule to verify: 2360663220836 56 (1.2.250.1.213.1.4.10)"
    assert "Answer: 00 (OK, identity verified), HTTP 200" in lines


class TestRefusals:
    @pytest.mark.parametrize(
        ("changed", "code", "named"),
        [
            ({"number": None}, "insi_911", "NumIdentifiant"),
            ({"number": ""}, "insi_911", "NumIdentifiant"),
            ({"key": None}, "insi_911", "Cle"),
            ({"oid": None}, "insi_912", "OID"),
            ({"birth_name": None}, "insi_913", "NomNaissance"),
            ({"first_names": (), "first_names_list": None}, "insi_913", "Prenom or ListePrenom"),
            ({"first_names": ("",), "first_names_list": ""}, "insi_913", "Prenom or ListePrenom"),
            ({"sex": ""}, "insi_913", "Sexe"),
            ({"birth_date": None}, "insi_913", "DateNaissance"),
            ({"number": "236066322083"}, "insi_914", "NumIdentifiant"),
            ({"key": "5"}, "insi_914", "Cle"),
            ({"birth_name": "Tchitchi"}, "insi_914", "NomNaissance"),
            ({"first_names": ("CATARINA", "")}, "insi_914", "Prenom"),
            ({"first_names_list": "CATARINA,BELLA"}, "insi_914", "ListePrenom"),
            ({"sex": "X"}, "insi_914", "Sexe"),
            ({"birth_date": "21/06/1936"}, "insi_914", "DateNaissance"),
            ({"birth_place": "6322"}, "insi_914", "LieuNaissance"),
        ],
        ids=str,
    )
    def test_a_missing_or_badly_formed_part(
        self, verify: Verify, changed: dict[str, Any], code: str, named: str
    ) -> None:
        exchange = verify(**CATARINA | changed)
        assert (exchange.code, exchange.http_status) == (code, 500)
        assert named in exchange.decision.cause

    def test_an_empty_request(self, verify: Verify) -> None:
        assert verify(number=None, oid=None).code == "insi_911"


class TestScenarios:
    def install(self, bench: Bench, **then: Any) -> str:
        text = {"fr": "x", "en": "x"}
        data = {
            "id": "tests/verify",
            "title": text,
            "purpose": text,
            "source": "x",
            "evidence": "inferred",
            "people": ["p"],
            "rules": [{"when": {"operation": "verifierInsAvecTraitsIdentite", "person": "p"}, "then": then}],
        }
        person = bench.registry.by_key("cnda/tchitchi-catarina")
        assert person is not None
        session = bench.sessions.create().id
        bench.installer.install(session, data, {"p": to_json(person)})
        return session

    @pytest.mark.parametrize(
        ("then", "code"),
        [
            ({"code": "00", "person": "p"}, "00"),
            ({"code": "01"}, "01"),
            ({"code": "02"}, "01"),
            ({"fault": "insi_111"}, "insi_111"),
        ],
        ids=str,
    )
    def test_a_role_is_recognised_by_its_matricule_whatever_the_traits(
        self, bench: Bench, verify: Verify, then: dict[str, str], code: str
    ) -> None:
        session = self.install(bench, **then)
        exchange = verify(**CATARINA | {"sex": "M"}, session=session)
        assert (exchange.code, exchange.decision.source) == (code, "scenario")
        assert verify(**ECETINSI, session=session).decision.source == "registry"
