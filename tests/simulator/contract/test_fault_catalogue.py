"""The fault catalogue against the table of insi-contract §3.3, cell by cell."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import NamedTuple

import pytest

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.faults import HTTP_STATUS, FaultError, fault_catalogue
from simulator.datafile import load_yaml

BUSY = (
    "Le service est temporairement inaccessible. Veuillez renouveler votre demande ultérieurement. Si le problème persiste, "
    "contactez l'éditeur du progiciel ou votre responsable informatique."
)


class Row(NamedTuple):
    """A row of the table; ``None`` where it says "?" or names no source."""

    code: str
    siram: str | None
    soap: str | None
    severity: str | None
    label: str | None
    reason: str | None
    evidence: str


TABLE = (
    Row(
        "insi_19",
        "siram_10",
        "Sender",
        "erreur",
        "Le champ nom de naissance est obligatoire",
        None,
        "reported",
    ),
    Row("insi_24", None, None, None, "Le format du champ sexe est incorrect", None, "observed"),
    Row("insi_101", None, None, None, None, None, "reported"),
    Row(
        "insi_102",
        "siram_40",
        "Receiver",
        "fatal",
        "L'appel au service de recherche avec les traits d'identité renvoie une erreur technique.",
        BUSY,
        "observed",
    ),
    Row("insi_111", "siram_40", "Receiver", "fatale", "Indisponibilité des téléservices", None, "reported"),
    Row(
        "desir_550",
        "siram_100",
        "Sender",
        "erreur",
        "Numéro d'autorisation du logiciel inconnu.",
        "L'accès par ce progiciel au service n'est pas autorisé. Contactez l'éditeur du progiciel ou votre "
        "responsable informatique.",
        "observed",
    ),
    Row("desir_560", None, None, None, "Niveau d'accès insuffisant", None, "observed"),
    Row(
        "desir_1020",
        "siram_40",
        "Sender",
        "fatale",
        "Le service appelé est temporairement indisponible",
        BUSY,
        "observed",
    ),
)
PUBLISHED = {row.code for row in TABLE}
ids = [row.code for row in TABLE]


@pytest.mark.parametrize("row", TABLE, ids=ids)
def test_a_published_fault_has_the_facts_of_the_table(row: Row) -> None:
    fault = fault_catalogue()[row.code]
    facts = {
        name: value
        for name, value in row._asdict().items()
        if value is not None and name not in {"code", "evidence"}
    }
    assert {name: getattr(fault, name) for name in facts} == facts


@pytest.mark.parametrize("row", TABLE, ids=ids)
def test_a_published_fault_says_which_fields_no_source_gives(row: Row) -> None:
    fault = fault_catalogue()[row.code]
    unknown = {
        name for name in ("siram", "soap", "severity", "label", "reason") if getattr(row, name) is None
    }
    given_by_a_second_text = {"reason"} if row.code == "desir_560" else set()
    assert set(fault.unsure) - {"shape"} == unknown - given_by_a_second_text


@pytest.mark.parametrize("row", TABLE, ids=ids)
def test_a_published_fault_has_the_evidence_level_of_its_source(row: Row) -> None:
    assert fault_catalogue()[row.code].evidence.value == row.evidence


def test_a_code_that_nobody_published_is_in_our_own_range_and_says_inferred() -> None:
    for code, fault in fault_catalogue().items():
        if code in PUBLISHED:
            continue
        assert re.fullmatch(r"insi_9\d\d|desir_9\d\d\d", code), code
        assert fault.evidence is EvidenceLevel.INFERRED, code
        assert {"code", "label", "reason"} <= set(fault.unsure), code


def test_the_prefix_of_a_code_is_its_family() -> None:
    for code, fault in fault_catalogue().items():
        assert fault.family == {"insi": "application", "desir": "gateway"}[code.partition("_")[0]], code


def test_each_code_is_listed_once() -> None:
    here = files("simulator.contract")
    data = load_yaml(here / "faults.yaml", json.loads((here / "faults.schema.json").read_text("utf-8")))
    codes = [entry["code"] for entry in data["faults"]]
    assert len(codes) == len(set(codes)) == len(fault_catalogue())


def test_each_fault_says_in_both_languages_when_it_comes() -> None:
    for code, fault in fault_catalogue().items():
        assert fault.when_fr, code
        assert fault.when_en, code
        assert fault.when_fr != fault.when_en, code
        assert fault.source, code


def test_the_siram_families_are_the_ones_known() -> None:
    assert {fault.siram for fault in fault_catalogue().values()} == {"siram_10", "siram_40", "siram_100"}


def test_every_fault_travels_with_http_500() -> None:
    assert HTTP_STATUS == 500


def test_an_unknown_code_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        FaultError("insi_20", "no such code")


def test_the_error_reads_as_code_and_cause() -> None:
    assert str(FaultError("insi_19", "expected NomNaissance")) == "insi_19: expected NomNaissance"
