"""Environment profiles: the known differences, each with how sure it is (insi-contract §3.4)."""

from __future__ import annotations

from simulator.contract.faults import fault_catalogue
from simulator.contract.render import DIALECTS, LABELS
from simulator.sessions.profiles import profiles


def test_production_comes_first_and_is_the_default() -> None:
    assert next(iter(profiles())) == "production"


def test_what_each_environment_answers_for_an_unknown_person() -> None:
    answers = {
        name: (profile.unknown_person, profile.dialect, profile.evidence.value)
        for name, profile in profiles().items()
    }
    assert answers == {
        "production": ("01", "live-2026", "reported"),
        "qualification-2022": ("insi_102", "live-2022", "observed"),
        "qualification-2023": ("desir_1020", "live-2023", "observed"),
        "qualification-2026": ("01", "live-2026", "observed"),
    }


def test_each_names_a_dialect_and_an_answer_that_exist() -> None:
    for profile in profiles().values():
        assert profile.dialect in DIALECTS
        assert profile.unknown_person in {*LABELS, *fault_catalogue()}


def test_each_is_described_in_both_languages_with_its_source() -> None:
    for profile in profiles().values():
        assert profile.source
        assert profile.description_fr != profile.description_en
