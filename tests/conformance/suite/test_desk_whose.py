"""Which of the requests that leave during an act are those of another file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.drivers.model import Attribute, Patient, Status
from conformance.suite.desk.wire import Wire
from simulator.client import ExchangeView

if TYPE_CHECKING:
    from collections.abc import Callable

ONE = Patient(
    id="1", status=Status.PROV, birth_name="LE GALL", first_name="ANNE", birth_date="1984-01-01", sex="F"
)
OTHER = Patient(
    id="2", status=Status.PROV, birth_name="ROUX", first_name="PAUL", birth_date="1971-02-03", sex="M"
)


def request(number: int, patient: Patient, **changed: str) -> ExchangeView:
    """Return a search for somebody, with some traits changed."""
    traits: dict[str, Any] = {name: getattr(patient, name) for name in ("birth_name", "birth_date", "sex")}
    return ExchangeView(
        id=number, at="", operation="rechercherInsAvecTraitsIdentite", code="00", http_status=200, request_xml="<a/>",
        response_xml="<a/>", traits={**traits, "first_names": [patient.first_name], **changed}, idam=None, findings=(), decision={},
    )  # fmt: skip


def sent(
    *exchanges: ExchangeView, files: tuple[Patient, ...] = (ONE, OTHER), **noted: Any
) -> tuple[list[int], Wire]:
    """Return the numbers of the requests that an act on the first file is taken to have sent, and the wire."""

    def during(act: Callable[[], object]) -> tuple[object, list[ExchangeView]]:
        return act(), list(exchanges)

    wire = Wire(during)
    for patient in files:
        wire.files.hold(patient)
    _, own = wire.during(lambda: wire.acting(ONE.id, **noted))
    return [each.id for each in own], wire


def test_a_request_for_another_file_is_put_apart() -> None:
    own, wire = sent(request(1, ONE), request(2, OTHER), is_answered=True)
    assert own == [1]
    assert list(wire.others) == [2]


def test_what_is_nobodys_stays() -> None:
    assert sent(request(1, ONE), request(2, OTHER, birth_name="ROU"))[0] == [1, 2]


def test_an_act_that_was_answered_and_sent_nothing_of_its_own_has_sent_what_there_is() -> None:
    assert sent(request(2, OTHER), is_answered=True)[0] == [2]
    assert sent(request(2, OTHER))[0] == []


def test_an_act_that_may_be_about_anybody_has_sent_all() -> None:
    assert sent(request(1, ONE), request(2, OTHER), is_open=True)[0] == [1, 2]


def test_whose_act_it_is_decides_between_two_files_of_one_person() -> None:
    twin = replace(ONE, id="3")
    assert sent(request(1, ONE), files=(ONE, twin))[0] == [1]


def test_another_first_name_is_another_person() -> None:
    assert sent(request(1, ONE), request(2, ONE, first_names=["JEANNE"]))[0] == [1, 2]


def test_a_doubtful_file_is_not_asked_for_meanwhile_either() -> None:
    marked = replace(OTHER, attributes=frozenset({Attribute.DOUTEUSE}))
    _, wire = sent(request(1, ONE), request(2, marked), files=(ONE, marked))
    assert [found.owners.main for found in wire.found] == ["CAL-11"]
    assert not sent(request(1, ONE), request(2, OTHER))[1].found
