"""One rule, or one case of the state machine, as sections for a terminal and as data for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.rules.catalogue import load_actors, load_obstacles
from conformance.rules.concordance import shown_reference
from conformance.rules.states import STATUSES
from conformance.rules.wording import CHANNELS, LEVELS, STRENGTHS, level_of
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.rules.model import Part, Reference, Rule
    from conformance.rules.states import StateCase
    from simulator.text import Lang

_ASKS = Text("Ce qu'elle demande", "What it asks")
_BINDS = Text("Qui elle oblige", "Whom it binds")
_RISK = Text("Ce que risque un patient", "What a patient risks")
_HOW = Text("Comment elle est contrôlée", "How it is checked")
_WOULD = Text("Comment la contrôler", "How to check it")
_FAILURE = Text("À quoi ressemble un échec", "What a failure looks like")
_MISTAKES = Text("Erreurs fréquentes", "Usual mistakes")
_PARTIAL = Text("Ce que le contrôle ne voit pas", "What the check does not see")
_NOT_TESTED = Text("En l'absence de contrôle", "Where there is no check")
_LEVEL = Text("Niveau de preuve", "Evidence level")
_REFERENCES = Text("Numéros officiels", "Official numbers")
_SOURCES = Text("Sources", "Sources")
_EXPECTED = Text("Ce qui est attendu", "What is expected")
_NOTHING = Text("Pourquoi rien n'est attendu", "Why nothing is expected")
_GUARDS = Text("Conditions et effets", "Conditions and effects")
_RULES = Text("Règles qui en jugent", "Rules that judge it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is shown of one rule or one case."""

    heading: str
    lines: tuple[tuple[str, str], ...]
    """Label and text of each section."""


def rule_sheet(rule: Rule, lang: Lang) -> Sheet:
    """Return the sections of a rule."""
    actors = load_actors()
    level = level_of(rule)[lang]
    origin = [level[:1].upper() + level[1:]]
    origin += [f"- {each.part[lang]} [{level_of(each)[lang]}]" for each in rule.parts]
    if rule.applicability:
        origin.append(f"- {rule.applicability.part[lang]} [{level_of(rule.applicability)[lang]}]")
    if rule.evidence_note:
        origin.append(rule.evidence_note[lang])
    lines = [
        (_ASKS[lang], rule.statement[lang]),
        (
            _BINDS[lang],
            "\n".join(
                [
                    f"{STRENGTHS[rule.strength][lang]} · {', '.join(CHANNELS[each][lang] for each in rule.channels)}",
                    *(f"{key}: {actors[key].title[lang]}" for key in rule.binds),
                ]
            ),
        ),
        (_RISK[lang], rule.risk[lang]),
        ((_WOULD if rule.not_tested_reason else _HOW)[lang], rule.how_checked[lang]),
        (_FAILURE[lang], rule.failure_looks_like[lang]),
        (_MISTAKES[lang], "\n".join(f"- {each[lang]}" for each in rule.usual_mistakes)),
    ]
    if rule.partial:
        lines.append((_PARTIAL[lang], rule.partial[lang]))
    if rule.not_tested_reason and rule.obstacle:
        kind = load_obstacles()[rule.obstacle][0]
        lines.append((_NOT_TESTED[lang], f"{rule.not_tested_reason[lang]} ({kind[lang]})"))
    lines += [
        (_LEVEL[lang], "\n".join(origin)),
        (_REFERENCES[lang], _numbers(rule.references, lang)),
        (_SOURCES[lang], ", ".join(source.title[lang] for source in rule.sources)),
    ]
    return Sheet(heading=f"{rule.key}  {rule.title[lang]}", lines=tuple(lines))


def rule_data(rule: Rule, lang: Lang) -> dict[str, Any]:
    """Return a rule as JSON-like data, its sentences in one language."""
    return {
        "key": rule.key,
        "group": rule.group,
        "title": rule.title[lang],
        "statement": rule.statement[lang],
        "strength": rule.strength.value,
        "binds": list(rule.binds),
        "channels": list(rule.channels),
        "references": [_reference_data(each) for each in rule.references],
        "evidence": rule.evidence.value,
        "memory": rule.memory,
        "soft": rule.is_soft,
        "evidence_note": rule.evidence_note[lang] if rule.evidence_note else None,
        "parts": [_part_data(each, lang) for each in rule.parts],
        "applicability": _part_data(rule.applicability, lang) if rule.applicability else None,
        "sources": [source.name for source in rule.sources],
        "risk": rule.risk[lang],
        "how_checked": rule.how_checked[lang],
        "failure_looks_like": rule.failure_looks_like[lang],
        "usual_mistakes": [each[lang] for each in rule.usual_mistakes],
        "partial": rule.partial[lang] if rule.partial else None,
        "obstacle": rule.obstacle.value if rule.obstacle else None,
        "not_tested_reason": rule.not_tested_reason[lang] if rule.not_tested_reason else None,
    }


def case_sheet(case: StateCase, lang: Lang) -> Sheet:
    """Return the sections of a case."""
    level = LEVELS[case.evidence][lang]
    lines: list[tuple[str, str]] = []
    if case.expectation:
        lines.append((_EXPECTED[lang], case.expectation[lang]))
    if case.reason:
        lines.append((_NOTHING[lang], case.reason[lang]))
    if case.event.guards:
        lines.append((_GUARDS[lang], case.event.guards[lang]))
    lines += [
        (_LEVEL[lang], level[:1].upper() + level[1:]),
        (_REFERENCES[lang], _numbers(case.event.references, lang)),
        (_RULES[lang], ", ".join(case.event.rules)),
        (_SOURCES[lang], ", ".join(source.title[lang] for source in case.event.sources)),
    ]
    return Sheet(
        heading=f"{case.key}  {case.event.title[lang]} · {STATUSES[case.status][lang]}", lines=tuple(lines)
    )


def case_data(case: StateCase, lang: Lang) -> dict[str, Any]:
    """Return a case as JSON-like data, its sentences in one language."""
    return {
        "case": case.key,
        "event": case.event.key,
        "title": case.event.title[lang],
        "status": case.status,
        "to": list(case.to),
        "creates": case.creates,
        "clears": case.clears,
        "propagates": case.propagates,
        "refused": case.refused,
        "expectation": case.expectation[lang] if case.expectation else None,
        "reason": case.reason[lang] if case.reason else None,
        "guards": case.event.guards[lang] if case.event.guards else None,
        "evidence": case.evidence.value,
        "references": [_reference_data(each) for each in case.event.references],
        "rules": list(case.event.rules),
        "sources": [source.name for source in case.event.sources],
    }


def _numbers(references: tuple[Reference, ...], lang: Lang) -> str:
    return ", ".join(shown_reference(each, lang) for each in references) or "-"


def _reference_data(reference: Reference) -> dict[str, Any]:
    return {"tag": reference.tag, "draft": reference.draft, "evidence": reference.evidence.value}


def _part_data(part: Part, lang: Lang) -> dict[str, Any]:
    return {
        "part": part.part[lang],
        "evidence": part.evidence.value,
        "memory": part.memory,
        "sources": [source.name for source in part.sources],
    }
