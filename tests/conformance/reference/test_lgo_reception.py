"""Which file a received identity is about, and what is done with it: decisions without a database."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.drivers.model import Attribute, Patient, Status
from conformance.drivers.partners import ReceivedIdentity
from conformance.reference.claims import Result, claim_of
from conformance.reference.reception import Act, Match, Standing, decide, match, values_of

VALUES = {
    "matricule": "160012B02077713",
    "oid": "1.2.250.1.213.1.4.10",
    "birth_name": "ADRTROIS",
    "first_names": "TOUSSAINT LOUIS",
    "first_name": "TOUSSAINT",
    "birth_date": "1960-01-01",
    "sex": "M",
    "birth_place": "2B020",
}


def file(status: Status = Status.PROV, **changes: Any) -> Patient:
    values: dict[str, Any] = {**VALUES, "id": "1", "status": status, **changes}
    if status not in {Status.RECUP, Status.QUAL}:
        values |= {"matricule": None, "oid": None}
    return Patient(**values)


@pytest.mark.parametrize("status", [Status.PROV, Status.VALI])
def test_the_one_file_with_all_traits_is_known(status: Status) -> None:
    assert match(VALUES, [file(status)]) == Match(standing=Standing.SAME_TRAITS, patient=file(status))


@pytest.mark.parametrize("status", [Status.RECUP, Status.QUAL])
def test_the_holder_of_the_ins_is_exempt(status: Status) -> None:
    assert match(VALUES, [file(status)]).standing is Standing.SAME_INS


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_name": "ADRTROISKV"},
        {"birth_date": "1960-01-02"},
        {"sex": "F"},
        {"birth_place": "2A004"},
        {"first_names": "TOUSSAINT"},
        {"first_names": None, "first_name": "LOUIS"},
    ],
)
def test_a_homonym_is_nobody(changes: dict[str, Any]) -> None:
    assert match(VALUES, [file(**changes)]) == Match(standing=Standing.UNKNOWN)


@pytest.mark.parametrize(
    "near",
    [
        [file(), file(Status.VALI, id="2")],
        [file(birth_place="99999")],
        [file(attributes=frozenset({Attribute.DOUTEUSE}))],
        [file(Status.QUAL, oid="1.2.250.1.213.1.4.9")],
        [file(Status.QUAL, birth_name="AUTRE")],
    ],
    ids=["twice", "place not known", "doubtful", "other INS", "other name"],
)
def test_what_is_not_sure_is_left_to_a_person(near: list[Patient]) -> None:
    found = match(VALUES, near)
    assert found.standing is Standing.UNCLEAR
    plan = decide(found, Result.OK, is_trusted=True)
    assert (plan.act, plan.queues, plan.files_document) == (Act.NOTHING, "IDENTITY_TO_COMPARE", False)


UNKNOWN = Match(standing=Standing.UNKNOWN)


@pytest.mark.parametrize(
    ("result", "is_trusted", "act", "status"),
    [
        (Result.OK, False, Act.CREATE, Status.RECUP),
        (Result.OK, True, Act.CREATE, Status.QUAL),
        (Result.KO, False, Act.CREATE, Status.PROV),
        (Result.KO, True, Act.CREATE, Status.PROV),
        (Result.ERROR, False, Act.QUEUE, None),
        (Result.ERROR, True, Act.QUEUE, None),
    ],
)
def test_an_unknown_person(result: Result, act: Act, status: Status | None, *, is_trusted: bool) -> None:
    plan = decide(UNKNOWN, result, is_trusted=is_trusted)
    assert (plan.act, plan.status, plan.with_ins) == (act, status, result is Result.OK)
    assert not plan.files_document


@pytest.mark.parametrize("result", [Result.KO, Result.ERROR])
@pytest.mark.parametrize("status", list(Status))
def test_a_known_file_is_not_touched_without_an_ok(result: Result, status: Status) -> None:
    found = Match(standing=Standing.SAME_TRAITS, patient=file(status))
    assert decide(found, result, is_trusted=True).act is Act.NOTHING


@pytest.mark.parametrize(("status", "after"), [(Status.PROV, Status.RECUP), (Status.VALI, Status.QUAL)])
def test_a_known_file_takes_a_verified_ins(status: Status, after: Status) -> None:
    plan = decide(Match(standing=Standing.SAME_TRAITS, patient=file(status)), Result.OK, is_trusted=True)
    assert (plan.act, plan.status, plan.files_document) == (Act.UPDATE, after, after is Status.QUAL)


def test_the_first_name_is_that_of_the_list_when_it_is_not_told() -> None:
    received = ReceivedIdentity(sender="LABO", first_names="TOUSSAINT LOUIS")
    assert values_of(received)["first_name"] == "TOUSSAINT"


def test_the_given_name_verified_is_that_of_the_list() -> None:
    # The 1er prénom may be written otherwise (RSP-06): a right INS would be denied for a hyphen.
    claim = claim_of({**VALUES, "first_names": "JEAN CHRISTOPHE", "first_name": "JEAN-CHRISTOPHE"})
    assert claim is not None
    assert claim.first_name == "JEAN"


@pytest.mark.parametrize("missing", ["matricule", "oid", "birth_name", "birth_date", "sex"])
def test_nothing_is_verified_without_its_parts(missing: str) -> None:
    assert claim_of({**VALUES, missing: None}) is None
