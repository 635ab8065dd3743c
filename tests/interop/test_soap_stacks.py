"""Independent SOAP stacks, told nothing but the addresses of the WSDLs, complete what a vendor's client must."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

TOUSSAINT = {"NomNaissance": "ADRTROIS", "Prenom": ["TOUSSAINT"], "Sexe": "M", "DateNaissance": "1960-01-01"}
NOBODY = {"NomNaissance": "INCONNU", "Prenom": ["SOLDAT"], "Sexe": "M", "DateNaissance": "1920-11-11"}
LEONARDO = {"NomNaissance": "DE VINCI", "Prenom": ["LEONARDO"], "Sexe": "M", "DateNaissance": "2014-02-01"}
TOUSSAINT_FOUND = {
    "code": "00",
    "label": "OK",
    "matricule": "160012B020777",
    "key": "13",
    "oid": "1.2.250.1.213.1.4.10",
    "birth_name": "ADRTROIS",
    "first_names": "TOUSSAINT",
    "birth_place": "2B020",
    "history": 0,
}
ECETINSI = {
    "NomNaissance": "ECETINSI",
    "Prenom": ["PIERRE-ALAIN"],
    "Sexe": "M",
    "DateNaissance": "2009-07-14",
}


def test_a_caller_finds_one_person(caller: Any) -> None:
    assert caller.ask(traits=TOUSSAINT) == TOUSSAINT_FOUND
    assert caller.arrived() == [(caller.way, "00", [])]


def test_a_caller_is_told_that_nobody_is_known(caller: Any) -> None:
    assert caller.ask(traits=NOBODY) == {"code": "01", "label": "Aucune identite trouvee"}
    assert caller.arrived() == [(caller.way, "01", [])]


def test_several_people_are_one_when_the_place_is_given(caller: Any) -> None:
    several = caller.ask(traits=LEONARDO)
    one = caller.ask(traits=LEONARDO | {"LieuNaissance": "63220"})
    assert several == {"code": "02", "label": "Plusieurs identites trouvees"}
    assert (one["code"], one["birth_name"], one["birth_place"]) == ("00", "DE VINCI", "63220")
    assert caller.arrived() == [(caller.way, "02", []), (caller.way, "00", [])]


def test_every_former_identifier_is_read(caller: Any) -> None:
    assert caller.ask(traits=ECETINSI)["history"] == 2


def test_code_and_texts_of_a_fault_can_be_read(caller: Any) -> None:
    assert caller.ask(traits=TOUSSAINT | {"Sexe": ""}) == {
        "fault": "insi_24",
        "severity": "erreur",
        "label": "Le format du champ sexe est incorrect",
        "text": "Les données transmises au service sont incorrectes. Corrigez votre demande avant de la renouveler.",
    }
    assert caller.arrived() == [(caller.way, "insi_24", [])]


def test_a_software_certificate_needs_no_assertion(caller: Any) -> None:
    assert caller.by_certificate("insi-manu", traits=TOUSSAINT) == TOUSSAINT_FOUND
    assert caller.arrived() == [("mtls", "00", [])]


@pytest.mark.parametrize("name", ["lower-case-name", "wrong-name"])
def test_a_certificate_of_another_name_is_refused(caller: Any, name: str) -> None:
    answer = caller.by_certificate(name, traits=TOUSSAINT)
    assert (answer["fault"], answer["label"]) == ("desir_560", "Niveau d'accès insuffisant")
    assert caller.arrived() == [("mtls", "desir_560", [])]


def test_a_server_of_an_unknown_authority_is_not_called(caller: Any) -> None:
    impostor = caller.bench.pki.directory / caller.bench.pki.entry("other-authority").chain
    job = caller.job(caller.bench.https_url, "wsdl") | caller.assertion()
    # All else is as in the calls above that succeed; PHP does not tell why it could not connect.
    done = caller.stack.run(job | {"traits": TOUSSAINT, "ca": str(impostor)})
    assert done.returncode != 0
    assert caller.arrived() == []


@pytest.mark.parametrize(
    "name",
    ["zeep", pytest.param("saaj", marks=pytest.mark.slow), pytest.param("wcf", marks=pytest.mark.slow)],
)
def test_a_caller_searches_by_card(
    name: str, make_stack: Callable[[str], Any], make_caller: Callable[[Any], Any]
) -> None:
    caller = make_caller(make_stack(name))
    insured, born = "2770763220829", "1977-07-14"
    answer = caller.by_card(
        operation="rechercherInsAvecCarteVitale",
        arguments={"MatriculeOD": {"NumIdentifiant": insured}, "DateNaissance": born, "RangNaissance": "1"},
        coverage={
            "ASSURE": {"Id": {"Num": insured}},
            "BENEFICIAIRE": {"DateNai": born, "Rang": 1},
        },
        **caller.vitale("9900000001"),
    )
    assert (answer["code"], answer["matricule"], answer["first_names"]) == ("00", insured, "RUTH")
    assert caller.arrived() == [("cpx", "00", [])]


@pytest.mark.parametrize(("key", "code", "label"), [("13", "00", "OK"), ("14", "01", "KO")])
def test_an_identity_is_verified_from_the_inferred_wsdl(
    verifier: Any, make_caller: Callable[[Any], Any], key: str, code: str, label: str
) -> None:
    caller = make_caller(verifier)
    claimed = {
        "INSFourni": {
            "IdIndividu": {"NumIdentifiant": "160012B020777", "Cle": key},
            "OID": "1.2.250.1.213.1.4.10",
        },
        "TraitsIdentiteIndividu": TOUSSAINT,
    }
    answer = caller.ask(
        document="wsdl=inferred",
        operation="verifierInsAvecTraitsIdentite",
        arguments={"IndividuVerifie": claimed},
    )
    assert answer == {"code": code, "label": label}
    assert caller.arrived() == [(caller.way, code, [])]


def test_a_fault_is_read_from_the_inferred_wsdl(verifier: Any, make_caller: Callable[[Any], Any]) -> None:
    caller = make_caller(verifier)
    answer = caller.ask(
        document="wsdl=inferred",
        operation="verifierInsAvecTraitsIdentite",
        arguments={"IndividuVerifie": {"TraitsIdentiteIndividu": TOUSSAINT}},
    )
    assert (answer["fault"], answer["severity"]) == ("insi_911", "erreur")
    assert caller.arrived() == [(caller.way, "insi_911", [])]
