"""An exchange in words: each kind of decision, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.contract.messages import TraitsQuery
from simulator.contract.names import Operation
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
        "Meaning of insi_19: RECSANSVITALE without a birth name",
        "Answer: insi_19, HTTP 500",
        "Evidence level of this behaviour: reported by a third party",
    ]
    assert explain(refused, "fr")[:2] == [
        "Demande refusée : expected X, got Y",
        "Sens de insi_19 : RECSANSVITALE sans nom de naissance",
    ]


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


def test_a_search_by_card_says_which_card_and_which_place_on_it() -> None:
    twin = Considered(key="t", label="ESSAI LOUISE", excluded_by=("birth_rank",))
    missed = replace(
        exchange("01", Decision(source="registry", considered=(twin,))),
        operation=Operation.SEARCH_BY_CARD,
        traits=TraitsQuery(birth_date="2013-01-31"),
        asked={"insured_number": "2830228018902"},
    )
    assert explain(missed, "en")[:3] == [
        "Card of the insured person 2830228018902: beneficiary born 2013-01-31, rank 1",
        "Registry: 1 person(s) considered, 0 matching",
        "  - ESSAI LOUISE (t): excluded by birth rank",
    ]
    assert (
        explain(missed, "fr")[0] == "Carte de l'assuré 2830228018902 : bénéficiaire né le 2013-01-31, rang 1"
    )


@pytest.mark.parametrize(
    ("code", "said"), [("00", "00 (OK, identity verified)"), ("01", "01 (KO, identity not verified)")]
)
def test_a_verification_says_ok_or_ko(code: str, said: str) -> None:
    verified = replace(
        exchange(code, Decision(source="registry", considered=NEAR)),
        operation=Operation.VERIFY,
        asked={"number": "2830228018902", "key": "12", "oid": "1.2"},
    )
    lines = explain(verified, "en")
    assert lines[0] == "Matricule to verify: 2830228018902 12 (1.2)"
    assert f"Answer: {said}, HTTP 200" in lines


COMPARED = (
    *("birth_name", "first_names", "sex", "birth_date", "birth_place"),
    *("insured_number", "birth_rank", "individual_number"),
    *("number", "former_number", "key", "oid", "first_names_list"),
)


@pytest.mark.parametrize("trait", COMPARED)
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
