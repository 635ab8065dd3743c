"""An independent SOAP client that knows nothing but the address of the WSDL (insi-contract §1.7)."""

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

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.client import SessionClient

TOUSSAINT = {"NomNaissance": "ADRTROIS", "Prenom": ["TOUSSAINT"], "Sexe": "M", "DateNaissance": "1960-01-01"}
NOBODY = {"NomNaissance": "INCONNU", "Prenom": ["SOLDAT"], "Sexe": "M", "DateNaissance": "1920-11-11"}
LEONARDO = {"NomNaissance": "DE VINCI", "Prenom": ["LEONARDO"], "Sexe": "M", "DateNaissance": "2014-02-01"}


@pytest.fixture(scope="module")
def session(server: Any) -> Iterator[SessionClient]:
    created = server.client.create_session()
    yield created
    created.delete()


def client_of(soap_url: str) -> Any:
    http = requests.Session()
    http.trust_env = False
    return zeep.Client(f"{soap_url}?wsdl", transport=Transport(session=http))  # type: ignore[no-untyped-call] # zeep has no types


@pytest.fixture(scope="module")
def client(session: SessionClient) -> Any:
    return client_of(session.soap_url)


def headers(idam: str | None = "750000000001") -> dict[str, Any]:
    """Return the header parts, by part name."""
    now = datetime.now(UTC)
    return {
        "NO1_ContexteBAM": {"Id": str(uuid4()), "Temps": now, "COUVERTURE": {}, "Version": "01_02"},
        "NO1_ContexteLPS": {
            "Id": str(uuid4()),
            "Temps": now,
            "LPS": {
                "IDAM": {"_value_1": idam, "R": "4"},
                "Version": "01.00",
                "Instance": str(uuid4()),
                "Nom": "urn:lps:BANC:1.0",
            },
            "Nature": "CTXLPS",
            "Version": "01_00",
        },
        "NO1_MessageID": f"uuid:{uuid4()}",
    }


def search(client: Any, traits: Mapping[str, object], **more: object) -> Any:
    return client.service.rechercherInsAvecTraitsIdentite(**traits, **more, _soapheaders=headers())


def test_it_finds_adrtrois_toussaint(client: Any) -> None:
    answer = search(client, TOUSSAINT)
    assert (answer.CR.CodeCR, answer.CR.LibelleCR) == ("00", "OK")
    active = answer.INDIVIDU.INSACTIF
    assert (active.IdIndividu.NumIdentifiant, active.IdIndividu.Cle) == ("160012B020777", "13")
    assert active.OID == "1.2.250.1.213.1.4.10"
    assert answer.INDIVIDU.TIQ.LieuNaissance == "2B020"
    assert answer.INDIVIDU.INSHISTO == []


def test_it_is_told_that_nobody_is_known(client: Any) -> None:
    answer = search(client, NOBODY)
    assert (answer.CR.CodeCR, answer.CR.LibelleCR) == ("01", "Aucune identite trouvee")
    assert answer.INDIVIDU is None


def test_leonardo_is_several_until_the_place_is_given(client: Any) -> None:
    several = search(client, LEONARDO)
    assert (several.CR.CodeCR, several.INDIVIDU) == ("02", None)
    found = search(client, LEONARDO, LieuNaissance="63220")
    assert (found.CR.CodeCR, found.INDIVIDU.TIQ.LieuNaissance) == ("00", "63220")


def test_history_comes_as_a_list_with_dates(client: Any) -> None:
    traits = {
        "NomNaissance": "ECETINSI",
        "Prenom": ["PIERRE-ALAIN"],
        "Sexe": "M",
        "DateNaissance": "2009-07-14",
    }
    former = search(client, traits).INDIVIDU.INSHISTO
    assert [entry.IdIndividu.NumIdentifiant for entry in former] == ["2090763220834", "2090663220123"]
    assert former[0].DateDeb.isoformat() == "2019-03-01"


def test_several_first_names_are_several_elements(client: Any, session: SessionClient) -> None:
    traits = {
        "NomNaissance": "TCHITCHI",
        "Prenom": ["CATARINA", "BELLA"],
        "Sexe": "F",
        "DateNaissance": "1936-06-21",
    }
    assert search(client, traits).CR.CodeCR == "00"
    told = session.exchanges()[-1].traits
    assert told is not None
    assert told["first_names"] == ["CATARINA", "BELLA"]


@pytest.mark.parametrize(
    ("traits", "code", "siram"),
    [
        (TOUSSAINT | {"NomNaissance": ""}, "insi_19", "siram_10"),
        (TOUSSAINT | {"Sexe": "X"}, "insi_24", "siram_10"),
    ],
)
def test_a_fault_of_the_service_is_a_fault_of_the_client(
    client: Any, traits: Mapping[str, object], code: str, siram: str
) -> None:
    with pytest.raises(zeep.exceptions.Fault) as caught:
        search(client, traits)
    error = caught.value.detail.find(f".//{{{SIRAM}}}Erreur")
    assert (error.get("code"), error.get("severite")) == (code, "erreur")
    assert [subcode.localname for subcode in caught.value.subcodes] == [siram]
    assert caught.value.message


def test_a_fault_of_the_gateway_too(server: Any) -> None:
    session = server.client.create_session(idams=["750000000009"])
    with pytest.raises(zeep.exceptions.Fault) as caught:
        search(client_of(session.soap_url), TOUSSAINT)
    error = caught.value.detail.find(f".//{{{SIRAM}}}Erreur")
    assert error.get("code") == "desir_550"
    assert error.get("messageID").startswith("uuid:")
    assert [subcode.localname for subcode in caught.value.subcodes] == ["siram_100"]
    session.delete()


@pytest.mark.parametrize("profile", ["qualification-2022", "qualification-2023"])
def test_every_dialect_can_be_read(server: Any, profile: str) -> None:
    session = server.client.create_session(profile=profile)
    client = client_of(session.soap_url)
    assert search(client, TOUSSAINT).INDIVIDU.TIQ.NomNaissance == "ADRTROIS"
    with pytest.raises(zeep.exceptions.Fault):
        search(client, NOBODY)
    session.delete()


def test_what_it_sends_departs_only_by_the_missing_action_and_assertion(
    client: Any, session: SessionClient
) -> None:
    search(client, TOUSSAINT)
    findings = session.exchanges()[-1].findings
    assert [finding["code"] for finding in findings] == ["wsa-action-missing", "assertion-missing"]


def test_its_plain_answers_are_valid_in_strict_mode(client: Any) -> None:
    assert client.settings.strict
    assert search(client, TOUSSAINT).CR.CodeCR == "00"
