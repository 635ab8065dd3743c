"""An independent SOAP client on the two WSDLs: WS_INS1 on the published one, WS_INS3 on the inferred one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import requests
import zeep
import zeep.exceptions
from zeep.transports import Transport

from simulator.contract.names import SIRAM
from simulator.population.families import families

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.client import SessionClient

RUTH = "2770763220829"


@pytest.fixture(scope="module")
def session(server: Any) -> Iterator[SessionClient]:
    created = server.client.create_session()
    yield created
    created.delete()


def client_of(address: str) -> Any:
    http = requests.Session()
    http.trust_env = False
    return zeep.Client(address, transport=Transport(session=http))  # type: ignore[no-untyped-call] # zeep has no types


@pytest.fixture(scope="module")
def published(session: SessionClient) -> Any:
    return client_of(f"{session.soap_url}?wsdl")


@pytest.fixture(scope="module")
def inferred(session: SessionClient) -> Any:
    return client_of(f"{session.soap_url}?wsdl=inferred")


def headers(coverage: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the header parts, by part name."""
    now = datetime.now(UTC)
    software = {"IDAM": {"_value_1": "750000000001", "R": "4"}, "Version": "01.00", "Nom": "urn:lps:BANC:1.0"}
    return {
        "NO1_ContexteBAM": {
            "Id": str(uuid4()),
            "Temps": now,
            "COUVERTURE": coverage or {},
            "Version": "01_02",
        },
        "NO1_ContexteLPS": {"Id": str(uuid4()), "Temps": now, "LPS": software, "Version": "01_00"},
        "NO1_MessageID": f"uuid:{uuid4()}",
    }


def search(
    client: Any, insured: str, birth_date: str, *, coverage: dict[str, Any] | None = None, **more: str
) -> Any:
    return client.service.rechercherInsAvecCarteVitale(
        MatriculeOD={"NumIdentifiant": insured},
        DateNaissance=birth_date,
        **more,
        _soapheaders=headers(coverage),
    )


def test_the_beneficiary_of_a_card_is_found(published: Any) -> None:
    answer = search(published, RUTH, "2012-06-21")
    assert (answer.CR.CodeCR, answer.INDIVIDU.TIQ.ListePrenom) == ("00", "DONATELLO")


def test_twins_are_told_apart(published: Any) -> None:
    twins = [person for person in families(1) if person.key.startswith("family/1/1/")][1:]
    found = []
    for twin in twins:
        assert twin.card is not None
        place = (twin.card.insured_number, twin.identity.traits.birth_date)
        found.append(search(published, *place, RangNaissance=twin.card.birth_rank))
    assert [answer.INDIVIDU.TIQ.ListePrenom for answer in found] == [
        twin.identity.traits.first_names for twin in twins
    ]


def test_a_beneficiary_and_a_card_that_disagree_are_a_fault(published: Any) -> None:
    coverage = {"ASSURE": {"Id": {"Num": RUTH}}, "BENEFICIAIRE": {"DateNai": "1977-07-14", "Rang": 1}}
    assert search(published, RUTH, "1977-07-14", coverage=coverage).CR.CodeCR == "00"
    with pytest.raises(zeep.exceptions.Fault) as caught:
        search(published, RUTH, "2012-06-21", coverage=coverage)
    assert caught.value.detail.find(f".//{{{SIRAM}}}Erreur").get("code") == "desir_9107"


def verify(client: Any, **changed: Any) -> Any:
    traits = {
        "NomNaissance": "NESSI",
        "Prenom": ["RUTH"],
        "Sexe": "F",
        "DateNaissance": "1977-07-14",
        "LieuNaissance": "63220",
    }
    identifier = {"IdIndividu": {"NumIdentifiant": RUTH, "Cle": "10"}, "OID": "1.2.250.1.213.1.4.10"}
    individual = {"INSFourni": identifier, "TraitsIdentiteIndividu": traits | changed}
    return client.service.verifierInsAvecTraitsIdentite(IndividuVerifie=individual, _soapheaders=headers())


# zeep gives the one element of a type as the result itself, so the CR comes alone.
@pytest.mark.parametrize(("changed", "answer"), [({}, ("00", "OK")), ({"Sexe": "M"}, ("01", "KO"))])
def test_an_identity_is_verified(inferred: Any, changed: dict[str, str], answer: tuple[str, str]) -> None:
    report = verify(inferred, **changed)
    assert (report.CodeCR, report.LibelleCR) == answer


def test_a_verification_without_sex_is_a_fault(inferred: Any) -> None:
    with pytest.raises(zeep.exceptions.Fault) as caught:
        verify(inferred, Sexe=None)
    assert caught.value.detail.find(f".//{{{SIRAM}}}Erreur").get("code") == "insi_913"


def test_the_published_document_does_not_know_the_verification(published: Any) -> None:
    assert sorted(published.service._operations) == [
        "rechercherInsAvecCarteVitale",
        "rechercherInsAvecTraitsIdentite",
    ]
