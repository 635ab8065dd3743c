"""Which acts are done on which files, and whether anybody looks afterwards."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.errors import RefusedError
from conformance.drivers.model import Actor, Attribute, Patient, PatientTraits, Proof, Role, Status, Verb
from conformance.drivers.verbs import VERBS
from conformance.matrix.walked.conditions import conditions_of
from conformance.matrix.walked.table import missed, table
from conformance.matrix.walked.watching import Visit, Watcher
from conformance.reference.acts import Acts
from conformance.reference.lgo import Lgo
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from conformance.drivers.verbs import Declaration

USER = Actor(user="pharmacienne", role=Role.USER)
TRAITS = PatientTraits(
    birth_name="KVORLAN", first_name="NALROVK", birth_date="1984-09-25", sex="F", birth_place="2A004"
)


class InMemory:
    """Carries what a driver asks to a reference LGO of this process."""

    def __init__(self, lgo: Lgo) -> None:
        self._acts = Acts(lgo)

    def carry(self, declaration: Declaration, actor: Actor | None, arguments: Mapping[str, Any]) -> Any:
        act = self._acts._acts[declaration.verb]  # type: ignore[index] # a verb that it has
        return act(*arguments.values(), actor)


@pytest.fixture
def watcher(tmp_path: Path) -> Iterator[Watcher]:
    with closing(Lgo(tmp_path / "lgo.sqlite")) as lgo:
        watching = Watcher(lgo)
        watching.driver = watching.watched(InMemory(lgo))  # type: ignore[arg-type, attr-defined] # carries alike
        yield watching


def _do(watcher: Watcher, verb: Verb, **arguments: Any) -> Any:
    return watcher.driver.carry(VERBS[verb], USER, arguments)  # type: ignore[attr-defined]


def test_an_act_is_noted_with_the_file_as_it_was_and_what_is_read_until_the_next(watcher: Watcher) -> None:
    patient = _do(watcher, Verb.CREATE_PATIENT, traits=TRAITS)
    marks = frozenset({Attribute.HOMONYME})
    _do(watcher, Verb.SET_ATTRIBUTES, patient_id=patient.id, attributes=marks)
    _do(watcher, Verb.READ_PATIENT, patient_id=patient.id)
    _do(watcher, Verb.UPDATE_PATIENT, patient_id=patient.id, changes={"used_name": "ZELBRUC"})
    _do(watcher, Verb.READ_STATUS_HISTORY, patient_id=patient.id)
    made, marked, named = watcher.visits
    assert [one.act for one in watcher.visits] == [
        "create_patient:done:new",
        "set_attributes:HOMONYME:done",
        "update_patient:used_name:done",
    ]
    assert {"woman", "born-corsica", "no-ins", "PROV", "time-1", "by-USER"} <= made.conditions
    assert "no-attribute" in marked.conditions
    assert {"HOMONYME", "no-used-name"} <= named.conditions
    assert (made.looked_at, marked.looked_at, named.looked_at) == (set(), {"file"}, {"status-history"})
    assert made.later == marked.later == {"file", "status-history"}


def test_a_refusal_is_an_act_of_its_own(watcher: Watcher) -> None:
    patient = _do(watcher, Verb.CREATE_PATIENT, traits=TRAITS)
    with pytest.raises(RefusedError):
        _do(watcher, Verb.VALIDATE_IDENTITY, patient_id=patient.id)
    assert watcher.visits[-1].act == "validate_identity:refused"


def test_conditions_of_a_file() -> None:
    patient = Patient(
        id="1", status=Status.QUAL, matricule="784093502911111", oid=InsOid.NIA, birth_name="L'" + "K" * 30,
        first_names="A B C D", first_name="A B", birth_date="1912-10-03", sex="M", birth_place="97411",
        used_name="ZELBRUC", attributes=frozenset({Attribute.HOMONYME}), proof=Proof(kind="VITALE_CARD"),
        billing_number="284093502911111", birth_date_uncertain=True,
    )  # fmt: skip
    assert conditions_of(patient, 2) == {
        *("man", "over-100", "incomplete-date", "born-overseas", "name-apostrophe", "name-long"),
        *("first-name-compound", "first-names-many", "used-name", "no-used-first-name", "nia"),
        *("billing-other", "QUAL", "HOMONYME", "former-more", "proof-low"),
        *("homonyme-former", "homonyme-used", "homonyme-proof", "former-used", "proof-former"),
    }


def test_a_pair_that_is_met_and_not_looked_at_is_missed() -> None:
    def visit(condition: str, *looked: str) -> Visit:
        return Visit(
            check="one", act="act", patient_id="1", role="USER", conditions={condition}, later=set(looked)
        )

    visits = [visit("nia"), visit("HOMONYME", "file")]
    pairs = missed(visits, "file")
    assert ("act", "nia") in pairs
    assert ("act", "HOMONYME") not in pairs
    assert "never: act × nia" in table(visits, "file")
    assert "nia 0/1" in table(visits, "file")
