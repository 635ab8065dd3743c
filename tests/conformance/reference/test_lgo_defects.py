"""Each defect of the catalogue really misbehaves, and the correct LGO does not.

A probe does at driver level what a check of the rule would do, and says whether it saw the mistake.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.model import (
    Actor,
    Attribute,
    CallOutcome,
    Patient,
    PatientTraits,
    Role,
    SearchCriteria,
    Status,
)
from conformance.drivers.protocol import RefusedError
from conformance.reference.defects import UnknownDefectError, catalogue, find, meant_for, select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.drivers.http import HttpDriver

USER = Actor(user="dupond")
SUPER = Actor(user="durand", role=Role.SUPER_USER)
TRAITS = PatientTraits(
    birth_name="ADRTROIS",
    first_name="TOUSSAINT",
    birth_date="1960-01-01",
    sex="M",
    birth_place="99999",
    used_name="MARTIN-DUPRE",
    used_first_name="ANTOINE",
)


@dataclass
class Bench:
    """An LGO, the INSi it calls, and the steps that probes share."""

    lgo: HttpDriver
    insi: Any

    def create(self, **changes: str | None) -> Patient:
        return self.lgo.create_patient(replace(TRAITS, **changes), actor=USER)

    def read(self, patient: Patient) -> Patient:
        return self.lgo.read_patient(patient.id, actor=USER)

    def call(self, patient: Patient) -> Any:
        return self.lgo.call_insi_traits(patient.id, actor=USER)

    def accept(self, patient: Patient) -> Patient:
        self.lgo.decide_proposal(self.call(patient).id, accept=True, actor=USER)
        return self.read(patient)

    def validate(self, patient: Patient, kind: str = "CNI") -> Patient:
        self.lgo.record_proof(patient.id, kind, actor=USER)
        return self.lgo.validate_identity(patient.id, actor=USER)

    def recovered(self) -> Patient:
        return self.accept(self.create())

    def mark(self, patient: Patient, *attributes: Attribute) -> Patient:
        return self.lgo.set_attributes(patient.id, frozenset(attributes), actor=USER)

    def finds(self, patient: Patient, **criteria: str) -> bool:
        found = self.lgo.search_patients(SearchCriteria(birth_date="1960-01-01", **criteria), actor=USER)
        return patient.id in [other.id for other in found]

    def imports(self, **answer: str | None) -> bool:
        """Tell whether an answer that must be filtered changes the file."""
        self.insi.script(self.insi.found(**answer))
        before = self.create()
        call = self.call(before)
        if call.outcome is CallOutcome.FOUND:
            self.lgo.decide_proposal(call.id, accept=True, actor=USER)
        return self.read(before) != before

    def alerts(self, first_name: str, first_names: str) -> list[str]:
        self.insi.script(self.insi.found(ListePrenom=first_names))
        return [alert.code for alert in self.call(self.create(first_name=first_name)).alerts]

    def insi_calls(self) -> list[Any]:
        return [entry for entry in self.lgo.read_audit_log(actor=USER) if entry.action == "INSI_CALL"]

    def is_refused(self, act: Callable[[], object]) -> bool:
        with refusals() as seen:
            act()
        return bool(seen)

    def calls_when_marked(self, attribute: Attribute) -> bool:
        patient = self.create()
        self.mark(patient, attribute)
        self.call(patient)
        return bool(self.insi.bodies)


@contextmanager
def refusals() -> Iterator[list[RefusedError]]:
    seen: list[RefusedError] = []
    try:
        yield seen
    except RefusedError as error:
        seen.append(error)


def searches_like(bench: Bench, typed: str) -> bool:
    return not bench.finds(bench.create(birth_name="L'HERMITE--DUPRE"), name_prefix=typed)


def edit(bench: Bench, actor: Actor, **changes: str) -> Patient | None:
    patient = bench.recovered()
    with refusals():
        return bench.lgo.update_patient(patient.id, changes, actor=actor)
    return None


def proposal_lines(bench: Bench) -> list[Any]:
    return list(bench.lgo.read_proposal(bench.call(bench.create()).id, actor=USER).fields)


def changed_without_accept(bench: Bench) -> bool:
    before = bench.create()
    bench.call(before)
    return bench.read(before) != before


def changed_by_refusal(bench: Bench) -> bool:
    before = bench.create()
    bench.lgo.decide_proposal(bench.call(before).id, accept=False, actor=USER)
    return bench.read(before) != before


def answer(bench: Bench, *codes: str) -> None:
    bench.insi.script(*[bench.insi.fault(code) if "_" in code else bench.insi.code(code) for code in codes])


def changed_by_not_found(bench: Bench) -> bool:
    answer(bench, "01")
    return changed_without_accept(bench)


def changed_by_fault(bench: Bench) -> bool:
    before = bench.recovered()
    answer(bench, "insi_102")
    bench.call(before)
    return bench.read(before) != before


def silent_call(bench: Bench) -> Any:
    patient = bench.create()
    bench.lgo.write_settings({"insi_timeout_seconds": "0.2"})
    bench.insi.script(replace(bench.insi.found(), delay=1.0))
    return bench.call(patient)


def found_in(bench: Bench, spoil: Callable[[bytes], bytes]) -> bool:
    """Tell whether an identity is proposed from an answer 00 that was spoiled."""
    whole = bench.insi.found()
    spoiled = spoil(whole.content)
    assert spoiled != whole.content
    bench.insi.script(replace(whole, content=spoiled))
    return bench.call(bench.create()).outcome is CallOutcome.FOUND


def lists_candidates(bench: Bench) -> bool:
    answer(bench, "02")
    return bool(bench.call(bench.create()).candidates)


def logs_less_than_sent(bench: Bench, *codes: str) -> bool:
    answer(bench, *codes)
    bench.call(bench.create(first_names="TOUSSAINT PAUL"))
    return len(bench.insi_calls()) != len(bench.insi.bodies)


def logs_nothing_returned(bench: Bench) -> bool:
    bench.call(bench.create())
    return bench.insi_calls()[0].returned.get("matricule") is None


def calls_with(bench: Bench, **changes: str | None) -> dict[str, str]:
    bench.call(bench.create(**changes))
    asked: dict[str, str] = bench.insi.asked[0] if bench.insi.asked else {}
    return asked


PROBES: dict[str, Callable[[Bench], bool]] = {
    "used-first-name-not-stored": lambda b: b.read(b.create()).used_first_name is None,
    "oid-not-stored": lambda b: b.recovered().oid is None,
    "lower-case-accepted": lambda b: not b.is_refused(lambda: b.create(birth_name="Adrtrois")),
    "accents-accepted": lambda b: not b.is_refused(lambda: b.create(birth_name="DUPRÉ")),
    "names-cut-short": lambda b: b.create(birth_name="A" * 54).birth_name != "A" * 54,
    "search-by-date-alone-refused": lambda b: b.is_refused(lambda: b.finds(b.create())),
    "search-ignores-used-name": lambda b: not b.finds(b.create(), name_prefix="MAR"),
    "search-first-name-list-only": lambda b: not b.finds(b.create(), first_name_prefix="ANT"),
    "search-hyphen-sensitive": lambda b: searches_like(b, "L HERMITE DU"),
    "search-accent-sensitive": lambda b: searches_like(b, "L'HERMITE--DUPRÉ"),
    "birth-place-optional-at-creation": lambda b: not b.is_refused(lambda: b.create(birth_place=None)),
    "unknown-place-refused": lambda b: b.is_refused(lambda: b.create(birth_place="99999")),
    "used-name-mandatory": lambda b: b.is_refused(lambda: b.create(used_name=None)),
    "birth-place-required-for-call": lambda b: not calls_with(b, birth_place="99999"),
    "created-as-validated": lambda b: b.create().status is not Status.PROV,
    "lower-case-sent": lambda b: calls_with(b)["NomNaissance"] != "ADRTROIS",
    "indeterminate-sex-sent": lambda b: calls_with(b, sex="I") != {},
    "usage-name-sent-as-birth-name": lambda b: calls_with(b)["NomNaissance"] == "MARTIN-DUPRE",
    "used-first-name-sent": lambda b: calls_with(b)["Prenom"] == "ANTOINE",
    "call-for-doubtful": lambda b: b.calls_when_marked(Attribute.DOUTEUSE),
    "call-for-fictive": lambda b: b.calls_when_marked(Attribute.FICTIVE),
    "accept-without-confirmation": changed_without_accept,
    "refused-import-still-written": changed_by_refusal,
    "differences-not-flagged": lambda b: not any(line.different for line in proposal_lines(b)),
    "insi-birth-place-ignored": lambda b: b.recovered().birth_place != "2B020",
    "prenom-element-used": lambda b: (
        b.insi.script(b.insi.found(Prenom="TOUSSAINT", ListePrenom="TOUSSAINT PAUL"))
        or b.recovered().first_names != "TOUSSAINT PAUL"
    ),
    "date-shown-iso": lambda b: b.create().display_birth_date != "01/01/1960",
    "first-name-overwritten": lambda b: (
        b.insi.script(b.insi.found(ListePrenom="PAUL TOUSSAINT")) or b.recovered().first_name != "TOUSSAINT"
    ),
    "first-name-alert-missing": lambda b: not b.alerts("TOUSSAINT", "PAUL TOUSSAINT"),
    "first-name-compared-by-characters": lambda b: not b.alerts("JEAN", "JEANNE"),
    "hyphen-breaks-first-name-check": lambda b: bool(b.alerts("JEAN-CHRISTOPHE", "JEAN CHRISTOPHE PIERRE")),
    "lunar-date-imported": lambda b: b.imports(DateNaissance="1960-00-00"),
    "empty-name-imported": lambda b: b.imports(NomNaissance=""),
    "empty-first-names-imported": lambda b: b.imports(ListePrenom=""),
    "empty-sex-imported": lambda b: b.imports(Sexe=""),
    "status-raised-on-not-found": changed_by_not_found,
    "candidates-listed-on-several": lists_candidates,
    "import-sets-validated": lambda b: b.recovered().status is not Status.RECUP,
    "validation-qualifies-without-insi": lambda b: b.validate(b.create()).status is not Status.VALI,
    "import-forgets-validation": lambda b: (
        (b.validate(p := b.create()), b.accept(p).status)[1] is not Status.QUAL
    ),
    "recovered-validated-not-qualified": lambda b: b.validate(b.recovered()).status is not Status.QUAL,
    "qualified-status-missing": lambda b: b.validate(b.recovered()).status is not Status.QUAL,
    "no-history": lambda b: b.lgo.read_status_history(b.recovered().id, actor=USER) == [],
    "history-without-author": lambda b: (
        {change.author for change in b.lgo.read_status_history(b.recovered().id, actor=USER)} != {"dupond"}
    ),
    "matricule-kept-after-downgrade": lambda b: (
        b.lgo.downgrade_status(b.recovered().id, Status.PROV, actor=USER).matricule is not None
    ),
    "status-kept-after-super-user-edit": lambda b: (
        (edited := edit(b, SUPER, birth_name="ADRQUATRE")) is None or edited.status is not Status.PROV
    ),
    "locked-field-editable": lambda b: edit(b, USER, birth_name="ADRQUATRE") is not None,
    "birth-place-not-locked": lambda b: edit(b, USER, birth_place="63220") is not None,
    "homonyme-not-stored": lambda b: b.mark(b.create(), Attribute.HOMONYME).attributes == frozenset(),
    "fictive-combined": lambda b: (
        not b.is_refused(lambda: b.mark(b.create(), Attribute.FICTIVE, Attribute.HOMONYME))
    ),
    "doubtful-keeps-status": lambda b: b.mark(b.recovered(), Attribute.DOUTEUSE).status is not Status.PROV,
    "fictive-keeps-status": lambda b: b.mark(b.recovered(), Attribute.FICTIVE).status is not Status.PROV,
    "doubtful-keeps-matricule": lambda b: b.mark(b.recovered(), Attribute.DOUTEUSE).matricule is not None,
    "proof-not-recorded": lambda b: b.lgo.record_proof(b.create().id, "CNI", actor=USER).proof is None,
    "vitale-card-validates": lambda b: not b.is_refused(lambda: b.validate(b.create(), "VITALE_CARD")),
    "time-out-taken-for-not-found": lambda b: silent_call(b).outcome is CallOutcome.NOT_FOUND,
    "fault-lowers-status": changed_by_fault,
    "broken-xml-repaired": lambda b: found_in(b, lambda text: text.replace(b">OK<", b">O & K<")),
    "unknown-code-imported": lambda b: found_in(b, lambda text: text.replace(b">00<", b">99<")),
    "matricule-key-unchecked": lambda b: b.imports(key="14"),
    "unknown-oid-imported": lambda b: b.imports(oid="1.2.3"),
    "call-log-without-user": lambda b: (
        b.recovered() is not None and {entry.user for entry in b.insi_calls()} != {"dupond"}
    ),
    "failed-calls-not-logged": lambda b: logs_less_than_sent(b, "insi_102"),
    "retries-not-logged": lambda b: logs_less_than_sent(b, "01"),
    "returned-data-not-logged": logs_nothing_returned,
}


@pytest.mark.parametrize("name", list(PROBES))
def test_defect_misbehaves(name: str, defective: Callable[[str], HttpDriver], insi: Any) -> None:
    assert PROBES[name](Bench(defective(name), insi))


@pytest.mark.parametrize("name", list(PROBES))
def test_correct_lgo_does_not(name: str, lgo: HttpDriver, insi: Any) -> None:
    assert not PROBES[name](Bench(lgo, insi))


def test_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UnknownDefectError, match="lunar-date-imported"):
        select(["lunar-date-import"])


def test_a_defect_is_found_in_its_file_as_in_the_whole_catalogue() -> None:
    one_of_each_file = {defect.caught_by: defect for defect in catalogue().values()}.values()
    assert len(one_of_each_file) > 100
    for defect in one_of_each_file:
        assert find(defect.name) == defect


def test_the_defects_meant_for_a_rule_are_those_of_the_whole_catalogue() -> None:
    every = list(catalogue().values())
    assert meant_for([], []) == every
    assert meant_for(["STA-03"], []) == [one for one in every if "STA-03" in one.caught_by]
    of_group = [one for one in every if any(key.startswith("BLK-") for key in one.caught_by)]
    assert meant_for(["STA-03"], ["BLK"]) == [
        one for one in every if one in of_group or "STA-03" in one.caught_by
    ]


def test_a_defect_is_found_by_its_name_alone() -> None:
    assert find("import-sets-validated").caught_by[0] == "STA-03"
    assert find("import-sets-validated") in meant_for(["STA-03"], [])
    assert find("refusal-writes-birth-name").name == "refusal-writes-birth-name"
