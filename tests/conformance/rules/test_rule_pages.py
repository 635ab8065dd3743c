"""docs/rules says what the catalogue and the suite say, because it is written from them."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from conformance.commands.rules import suite_coverage
from conformance.rules import load_catalogue
from conformance.rules.coverage import cover
from conformance.rules.pages import rule_pages, write_pages

FOLDER = Path(__file__).parents[3] / "docs" / "rules"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return rule_pages(suite_coverage())


def test_the_pages_are_up_to_date(pages: dict[str, str]) -> None:
    there = {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()}
    stale = sorted(name for name in there.keys() | pages.keys() if there.get(name) != pages.get(name))
    assert stale == [], "run: make docs"


def test_there_is_a_page_per_rule(pages: dict[str, str]) -> None:
    assert {f"{key}.md" for key in load_catalogue()} < set(pages)


@pytest.mark.parametrize("key", ["SRC-01", "RSP-08", "MAT-01", "CRE-08", "TRA-18"])
def test_a_page_says_all_that_the_catalogue_says_in_both_languages(pages: dict[str, str], key: str) -> None:
    rule, page = load_catalogue()[key], pages[f"{key}.md"]
    french, english = page.split("## In English")
    for text in (
        rule.title,
        rule.statement,
        rule.risk,
        rule.how_checked,
        rule.failure_looks_like,
        *rule.usual_mistakes,
    ):
        assert text.fr in french
        assert text.en in english
    for reference in rule.references:
        assert reference.tag in french
    for source in rule.sources:
        assert source.title.fr in french
    for part in rule.parts:
        assert part.part.fr in french


def test_a_page_marks_drafts_and_second_hand_numbers(pages: dict[str, str]) -> None:
    assert "INS/va1.02.01 (projet), EXI ID 17 (rapporté)" in pages["SRC-01.md"]
    assert "Niveau de preuve | rapporté par un tiers : Kit d'audit Convergence" in pages["CAL-14.md"]
    assert (
        "Niveau de preuve | déduit par banc-insi (de mémoire, texte non relu : à vérifier)"
        in pages["CRE-08.md"]
    )


def test_a_rule_that_only_a_person_judges_says_so(pages: dict[str, str]) -> None:
    reason = load_catalogue()["PRF-12"].not_tested_reason
    assert reason is not None
    page = pages["PRF-12.md"]
    assert f"> **Jugée au comptoir** : {reason.fr}" in page
    assert page.index("## Comment elle est contrôlée") < page.index("Jugée au comptoir** :")


def test_a_rule_that_is_not_tested_says_why() -> None:
    rule = load_catalogue()["PRF-12"]
    assert rule.not_tested_reason is not None
    page = rule_pages(cover({rule.key: rule}, {}, {}))[f"{rule.key}.md"]
    said = f"> **Non testée** (relève de l'organisation) : {rule.not_tested_reason.fr}"
    assert "## Comment elle est contrôlée" not in page
    assert (
        page.index("## Comment la contrôler")
        < page.index(said)
        < page.index("Une personne juge la documentation")
    )


def test_every_link_leads_to_a_page_or_an_anchor(pages: dict[str, str]) -> None:
    dead = [
        (name, target)
        for name, page in pages.items()
        for target in re.findall(r"\]\(([^)]+)\)", page)
        for file, _, anchor in [target.partition("#")]
        if (file and file not in pages)
        or (file == "states.md" and anchor and f'id="{anchor}"' not in pages[file])
    ]
    assert dead == []


def test_tables_keep_their_columns(pages: dict[str, str]) -> None:
    for name in ("index.md", "states.md", "concordance.md"):
        width = 0
        for line in pages[name].splitlines():
            width = (width or line.count("|")) if line.startswith("|") else 0
            assert line.count("|") == width, f"{name}: {line}"


def test_the_concordance_has_one_line_per_rule(pages: dict[str, str]) -> None:
    rows = list(csv.reader(io.StringIO(pages["concordance.csv"])))
    assert rows[0][3:] == [
        "Règle (Guide v2)",
        "LGC/LGO.INS (vague 1)",
        "INS/va1 (projet)",
        "EXI (Guide v3, RNIV)",
        "Autres",
    ]
    assert [row[0] for row in rows[1:]] == list(load_catalogue())
    src01 = next(row for row in rows if row[0] == "SRC-01")
    assert src01[3:] == [
        "Règle 17",
        "LGC.INS.07, LGO.INS.06",
        "INS/va1.02.01 (projet)",
        "EXI ID 17 (rapporté)",
        "",
    ]


def test_writing_removes_the_pages_of_rules_that_are_no_more(tmp_path: Path, pages: dict[str, str]) -> None:
    (tmp_path / "OLD-01.md").write_text("old", encoding="utf-8")
    (tmp_path / "kept.png").write_bytes(b"picture")
    assert write_pages(tmp_path, suite_coverage()) == len(pages)
    assert {path.name for path in tmp_path.iterdir()} == {*pages, "kept.png"}
