from __future__ import annotations

import pytest

from conformance.drivers.model import Patient, SearchCriteria, Status
from conformance.drivers.protocol import RefusedError
from conformance.reference.lookup import search

PATIENT = Patient(
    id="1",
    status=Status.PROV,
    birth_name="L'HERMITE--DUPRE",
    first_names="MARIE-ANNE LOUISE",
    first_name="MARIE-ANNE",
    birth_date="1984-02-29",
    used_name="FRANCOIS",
    used_first_name="NINA",
)


def finds(**criteria: str) -> bool:
    return search([PATIENT], SearchCriteria(**criteria)) == [PATIENT]


def test_birth_date_alone_finds() -> None:
    assert finds(birth_date="1984-02-29")


def test_another_birth_date_does_not() -> None:
    assert not finds(birth_date="1984-02-28", name_prefix="L")


@pytest.mark.parametrize(
    "typed",
    [
        "L",
        "L'HER",
        "LHER",
        "L HER",
        "l’hermite",
        "L'HERMITE-DUPRE",
        "L'HERMITE DUPRE",
        "LHERMITEDUPRÉ",
        "FRAN",
        "FRANÇ",
    ],
)
def test_surname_is_found_however_it_is_typed(typed: str) -> None:
    assert finds(birth_date="1984-02-29", name_prefix=typed)


@pytest.mark.parametrize("typed", ["HERMITE", "DUPRE", "NINA", "MARIE"])
def test_surname_is_a_prefix_of_a_surname(typed: str) -> None:
    assert not finds(birth_date="1984-02-29", name_prefix=typed)


@pytest.mark.parametrize(
    "typed", ["MAR", "MARIE ANNE", "MARIEANNE", "marie-anne", "LOU", "NI", "MARIE--ANNE"]
)
def test_given_name_is_found_in_list_first_name_and_used_first_name(typed: str) -> None:
    assert finds(birth_date="1984-02-29", first_name_prefix=typed)


@pytest.mark.parametrize("typed", ["ANNE", "FRAN", "X"])
def test_given_name_is_a_prefix_of_a_given_name(typed: str) -> None:
    assert not finds(birth_date="1984-02-29", first_name_prefix=typed)


def test_criteria_are_combined() -> None:
    assert not finds(birth_date="1984-02-29", name_prefix="L", first_name_prefix="ZOE")


def test_no_criterion_is_refused() -> None:
    with pytest.raises(RefusedError):
        search([PATIENT], SearchCriteria())


def test_empty_fields_match_nothing() -> None:
    bare = Patient(id="2", status=Status.PROV, birth_date="1984-02-29")
    criteria = SearchCriteria(birth_date="1984-02-29", name_prefix="L")
    assert search([bare], criteria) == []
