"""An exchange in words: each kind of decision, in both languages."""

from __future__ import annotations

import pytest

from simulator.journal.exchange import Considered, Decision, Exchange
from simulator.journal.explain import Language, explain


def exchange(code: str, decision: Decision, status: int = 200) -> Exchange:
    return Exchange(
        session="default",
        at="",
        operation=None,
        code=code,
        http_status=status,
        path="/lps",
        request_headers={},
        request=b"",
        response_headers={},
        response=b"",
        decision=decision,
    )


LANGUAGES: tuple[Language, ...] = ("fr", "en")
NEAR = (
    Considered(key="a", label="ESSAI ANNE", excluded_by=("sex", "birth_date")),
    Considered(key="b", label="ESSAI LOUISE", excluded_by=()),
)


def test_a_refusal_tells_its_cause() -> None:
    refused = exchange(
        "insi_19", Decision(source="fault", cause="expected X, got Y", evidence="reported"), 500
    )
    assert explain(refused, "en") == [
        "Request refused: expected X, got Y",
        "Answer: insi_19, HTTP 500",
        "Evidence level of this behaviour: reported by a third party",
    ]
    assert explain(refused, "fr")[0] == "Demande refusée : expected X, got Y"


def test_a_scenario_is_named_with_its_rule_counted_from_one() -> None:
    scripted = exchange("02", Decision(source="scenario", scenario="tests/one", rule=0, evidence="inferred"))
    assert explain(scripted, "en") == [
        "Answer dictated by scenario tests/one, rule 1",
        "Answer: 02 (several identities found), HTTP 200",
        "Evidence level of this behaviour: INFERRED by the bench, not established",
    ]


def test_the_registry_lists_everybody_considered() -> None:
    found = exchange("00", Decision(source="registry", considered=NEAR, evidence="observed"))
    assert explain(found, "en") == [
        "Registry: 2 person(s) considered, 1 matching",
        "  - ESSAI ANNE (a): excluded by sex, birth date",
        "  - ESSAI LOUISE (b): matches",
        "Answer: 00 (one identity found), HTTP 200",
        "Evidence level of this behaviour: observed on the real service",
    ]


def test_the_same_in_french_by_default() -> None:
    found = exchange("00", Decision(source="registry", considered=NEAR, evidence="official"))
    assert explain(found) == [
        "Registre : 2 personne(s) considérée(s), 1 retenue(s)",
        "  - ESSAI ANNE (a) : écartée par sexe, date de naissance",
        "  - ESSAI LOUISE (b) : retenue",
        "Réponse : 00 (une identité trouvée), HTTP 200",
        "Niveau de preuve de ce comportement : contrat publié",
    ]


def test_a_profile_that_answers_a_fault_for_nobody_is_named() -> None:
    decision = Decision(source="registry", profile="qualification-2022", evidence="observed")
    lines = explain(exchange("insi_102", decision, 500), "en")
    assert "Profile qualification-2022 answers insi_102 for an unknown person" in lines


@pytest.mark.parametrize("trait", ["birth_name", "first_names", "sex", "birth_date", "birth_place"])
def test_every_trait_has_a_name_in_both_languages(trait: str) -> None:
    near = (Considered(key="a", label="ESSAI", excluded_by=(trait,)),)
    missed = exchange("01", Decision(source="registry", considered=near))
    names = {
        explain(missed, lang)[1].rpartition(" by " if lang == "en" else " par ")[2] for lang in LANGUAGES
    }
    assert len(names) == 2
    assert not any("_" in name for name in names)


def test_without_evidence_none_is_claimed() -> None:
    assert not any("vidence" in line for line in explain(exchange("01", Decision(source="registry")), "en"))
