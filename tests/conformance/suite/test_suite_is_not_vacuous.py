"""Software that does nothing, or cannot do something, or always shows the same patient, gets no PASS for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.model import CallOutcome, InsiCall, Patient, Status, Verb
from conformance.drivers.protocol import VerbNotSupportedError
from conformance.engine.context import Limits
from conformance.rules import load_catalogue
from conformance.verdicts import Verdict

from .sparing import first_case_of_each, passed

if TYPE_CHECKING:
    from conformance.drivers.http import HttpDriver
    from conformance.engine import SuiteRun
    from conformance.matrix.running import Rig

METHODS = {verb.value: verb for verb in Verb}

ABOUT_INSI = {
    # That of CAL-21 is about what other organisations send.
    key
    for key in load_catalogue()
    if key.startswith(("CAL-", "RSP-", "SEC-")) and key != "CAL-21"
} | {
    *("FLD-01", "CRE-04", "STA-01", "STA-03", "STA-05", "STA-06", "STA-08", "STA-09", "STA-12"),
    *("ATT-03", "ATT-05", "ERR-02", "ERR-04", "PRF-04", "PRF-08"),
}
"""Rules that cannot be verified without an INSi call."""

NEEDED_BY = {
    Verb.CREATE_PATIENT: {"FLD-01", "TRT-01", "SRC-01", "CRE-01", "CAL-06", "RSP-12", "STA-03", "SEC-02"},
    Verb.SEARCH_PATIENTS: {"SRC-01", "SRC-02", "SRC-03", "SRC-04", "CRE-01", "RSP-01", "STA-01"},
    Verb.READ_PATIENT: {"FLD-01", "CRE-05", "RSP-02", "RSP-08", "STA-03", "STA-04", "ATT-01", "PRF-01"},
    Verb.UPDATE_PATIENT: {"RSP-06", "STA-08", "STA-09", "STA-12", "ERR-02"},
    Verb.CALL_INSI_TRAITS: {"CAL-06", "CAL-08", "CAL-11", "RSP-08", "RSP-12", "STA-03", "SEC-02", "SEC-06"},
    Verb.READ_PROPOSAL: {"RSP-01", "RSP-05", "RSP-06"},
    Verb.DECIDE_PROPOSAL: {"FLD-01", "RSP-01", "RSP-02", "RSP-03", "STA-03", "STA-05", "STA-06"},
    Verb.RECORD_PROOF: {"STA-04", "STA-05", "STA-06", "STA-07", "PRF-01", "PRF-04", "PRF-08", "ATT-06"},
    Verb.VALIDATE_IDENTITY: {"STA-04", "STA-05", "STA-06", "STA-07", "PRF-04", "PRF-08", "ATT-05", "ATT-06"},
    Verb.SET_ATTRIBUTES: {"ATT-01", "ATT-02", "ATT-03", "ATT-05", "ATT-06", "CAL-11", "STA-07"},
    Verb.READ_STATUS_HISTORY: {"STA-07"},
    Verb.READ_AUDIT_LOG: {"RSP-14", "SEC-02", "SEC-06"},
    Verb.READ_CARD: {"CAL-01", "CAL-02", "CAL-03", "CAL-04", "CAL-05", "FLD-02", "FLD-03"},
    Verb.CALL_INSI_CARD: {"CAL-01", "CAL-02", "CAL-03", "CAL-04", "CAL-05"},
    Verb.SWAP_CARD: {"CAL-05"},
    Verb.SET_CLOCK: {"CAL-04"},
    Verb.ATTACH_CARD: {"FLD-02", "FLD-03"},
    Verb.READ_FORM: {"FLD-02"},
    Verb.SEARCH_BY_MATRICULE: {"SRC-09"},
    Verb.READ_INS_HISTORY: {"RSP-15"},
    Verb.IMPORT_APP_IDENTITY: {"CRE-07"},
    Verb.CHOOSE_AUTHENTICATION: {"CAL-15", "CAL-18"},
}


@dataclass
class Without:
    """A software that declares that it cannot do some verbs."""

    driver: HttpDriver
    verbs: frozenset[Verb]

    def __getattr__(self, name: str) -> Any:
        verb = METHODS.get(name)
        if verb not in self.verbs:
            return getattr(self.driver, name)

        def refuse(*_: object, **__: object) -> None:
            raise VerbNotSupportedError(verb, "sans objet dans cette version")

        return refuse


@dataclass
class Silent:
    """A software that calls nobody and says that all is well."""

    driver: HttpDriver

    def __getattr__(self, name: str) -> Any:
        return getattr(self.driver, name)

    def call_insi_traits(self, patient_id: str, **_: object) -> InsiCall:
        return InsiCall(id="1", outcome=CallOutcome.BLOCKED, patient_id=patient_id, message="rien à signaler")

    def search_insi(self, *_: object, **__: object) -> InsiCall:
        return InsiCall(id="1", outcome=CallOutcome.NOT_FOUND, message="rien à signaler")

    def call_insi_card(
        self, _reading_id: str, _rank: str, *, patient_id: str | None = None, **_: object
    ) -> InsiCall:
        return InsiCall(id="1", outcome=CallOutcome.BLOCKED, patient_id=patient_id, message="rien à signaler")


@dataclass
class SamePatient:
    """A software that was made for the published test patient: it shows him whoever was typed."""

    driver: HttpDriver

    def __getattr__(self, name: str) -> Any:
        return getattr(self.driver, name)

    def read_patient(self, patient_id: str, **_: object) -> Patient:
        return Patient(
            id=patient_id,
            status=Status.RECUP,
            matricule="160012B02077713",
            oid="1.2.250.1.213.1.4.10",
            birth_name="ADRTROIS",
            first_names="TOUSSAINT",
            first_name="TOUSSAINT",
            birth_date="1960-01-01",
            sex="M",
            birth_place="2B020",
            display_birth_date="01/01/1960",
        )


@pytest.fixture(scope="module")
def some(campaigns: Rig) -> Limits:
    return Limits(only=first_case_of_each(campaigns))


def verdicts(run: SuiteRun) -> dict[str, Verdict]:
    return {result.rule.key: result.verdict for result in run.rules}


@pytest.mark.parametrize("verb", NEEDED_BY)
def test_a_rule_whose_verb_is_missing_is_not_tested(campaigns: Rig, verb: Verb, some: Limits) -> None:
    rules = NEEDED_BY[verb]
    run = campaigns.run(rules=rules, wrap=partial(Without, verbs=frozenset({verb})), limits=some)
    assert verdicts(run) == dict.fromkeys(rules, Verdict.NOT_TESTED)
    assert all("sans objet dans cette version" in result.reason.fr for result in run.rules)


@pytest.mark.parametrize(
    ("verb", "rules"),
    [
        (Verb.SEARCH_INSI, ("CRE-04", "RSP-02", "STA-03", "TRA-11")),
        (Verb.DOWNGRADE_STATUS, ("STA-08",)),
        (Verb.READ_CARD, ("SEC-06",)),
        (Verb.READ_STATUS_HISTORY, ("CAL-11",)),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
def test_a_rule_is_judged_on_its_other_paths_and_says_which_was_not_tested(
    campaigns: Rig, verb: Verb, rules: tuple[str, ...]
) -> None:
    run = campaigns.run(rules=rules, wrap=partial(Without, verbs=frozenset({verb})))
    assert verdicts(run) == dict.fromkeys(rules, Verdict.PASS)
    for result in run.rules:
        assert {missed.verb for missed in result.paths_not_tested} == {verb.value}
        assert f"testée en partie, voie absente : {result.paths_not_tested[0].path.fr}" in result.reason.fr


FIRST = frozenset({Verb.CREATE_PATIENT, Verb.READ_PATIENT})
"""The verbs of the documented first campaign (docs/first-campaign.md)."""


def test_two_verbs_are_enough_for_a_first_verdict(campaigns: Rig) -> None:
    run = campaigns.run(rules=["CRE-05"], wrap=partial(Without, verbs=frozenset(Verb) - FIRST))
    assert verdicts(run) == {"CRE-05": Verdict.PASS}
    assert run.rules[0].paths_not_tested


@pytest.mark.slow
@pytest.mark.parametrize(
    "more", [frozenset(), frozenset({Verb.SEARCH_PATIENTS, Verb.CALL_INSI_TRAITS})], ids=len
)
def test_a_driver_that_grows_is_never_inconclusive(
    campaigns: Rig, more: frozenset[Verb], some: Limits
) -> None:
    run = campaigns.run(wrap=partial(Without, verbs=frozenset(Verb) - FIRST - more), limits=some)
    assert {result.verdict for result in run.rules} >= {Verdict.PASS, Verdict.NOT_TESTED}
    assert [(key, verdict) for key, verdict in verdicts(run).items() if verdict is Verdict.INCONCLUSIVE] == []


def test_a_software_without_any_verb_has_nothing_tested(campaigns: Rig) -> None:
    run = campaigns.run(wrap=partial(Without, verbs=frozenset(Verb)))
    assert set(verdicts(run).values()) == {Verdict.NOT_TESTED}


def test_correct_software_passes_what_is_told_in_short(campaigns: Rig) -> None:
    assert passed(campaigns, ["SRC-11", "CAL-12"], lambda driver: driver) == ["SRC-11", "CAL-12"]


def test_a_software_that_never_calls_passes_no_rule_about_insi(campaigns: Rig) -> None:
    assert passed(campaigns, ABOUT_INSI, Silent) == []


def test_a_software_that_always_shows_one_patient_passes_no_rule_that_reads_the_file(
    campaigns: Rig,
) -> None:
    # These are kept by refusing what is typed, or by what is sent: no file is read.
    reading = set(load_catalogue()) - {"TRT-01", "TRT-02", "CRE-01", "CAL-13"}
    assert passed(campaigns, reading, SamePatient) == []
