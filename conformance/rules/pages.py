"""The catalogue as Markdown pages, written from data: ``make docs`` writes ``docs/rules``.

One page per rule, French then English; an index, the state machine, and the concordance as a table and as CSV.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.rules.catalogue import load_actors, load_obstacles
from conformance.rules.concordance import FAMILIES, concordance, concordance_csv, shown_reference
from conformance.rules.coverage import STATE_NAMES, State
from conformance.rules.states import STATUSES
from conformance.rules.wording import CHANNELS, LEVELS, STRENGTHS, level_of
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from conformance.rules.coverage import Coverage, RuleCoverage
    from conformance.rules.model import Part, Rule
    from conformance.rules.states import StateCase
    from simulator.text import Lang

LANGS: Final[tuple[Lang, Lang]] = ("fr", "en")

_GENERATED: Final = "<!-- Written from conformance/rules by `make docs`: do not edit. -->\n"

_NOT_ANS: Final = Text(
    "Règle reformulée par banc-insi : ce n'est pas le texte de l'ANS. Les numéros marqués « projet » viennent de "
    "documents de travail, ceux marqués « rapporté » n'ont été lus que chez un tiers.",
    "Rule restated by banc-insi: this is not the text of ANS. Numbers marked “draft” come from working documents, "
    "those marked “reported” were only read in a third party.",
)

_HEADS: Final = {
    "asks": Text("Ce qu'elle demande", "What it asks"),
    "why": Text("Pourquoi", "Why"),
    "how": Text("Comment elle est contrôlée", "How it is checked"),
    "would": Text("Comment la contrôler", "How to check it"),
    "failure": Text("À quoi ressemble un échec", "What a failure looks like"),
    "mistakes": Text("Erreurs fréquentes", "How vendors usually get it wrong"),
    "sources": Text("D'où elle vient", "Where it comes from"),
    "strength": Text("Force", "Strength"),
    "binds": Text("Oblige", "Binds"),
    "seen": Text("Se voit", "Shows"),
    "level": Text("Niveau de preuve", "Evidence level"),
    "numbers": Text("Numéros officiels", "Official numbers"),
    "state": Text("Contrôle", "Check"),
    "group": Text("Groupe", "Group"),
    "cases": Text("Cas d'états", "Cases of the state machine"),
}

_SOFT: Final = Text(
    "Un écart est un avertissement et non un échec, sauf si le plan promeut la règle.",
    "A departure is a warning and not a failure, unless the plan promotes the rule.",
)


def rule_pages(coverage: Coverage) -> dict[str, str]:
    """Return every page by file name."""
    pages = {f"{each.rule.key}.md": _rule_page(each, coverage) for each in coverage.rules}
    catalogue = [each.rule for each in coverage.rules]
    pages["index.md"] = "".join(_index(coverage))
    pages["states.md"] = "".join(_states([each.case for each in coverage.cases]))
    pages["concordance.md"] = "".join(_concordance(catalogue))
    pages["concordance.csv"] = concordance_csv(concordance(catalogue), "fr")
    return pages


def write_pages(folder: Path, coverage: Coverage) -> int:
    """Write the pages into a folder, remove those of rules that are no more, and return how many there are.

    Raises:
        OSError: the folder cannot be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pages = rule_pages(coverage)
    for old in [*folder.glob("*.md"), *folder.glob("*.csv")]:
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return len(pages)


def _rule_page(covered: RuleCoverage, coverage: Coverage) -> str:
    rule = covered.rule
    cases = [each.case for each in coverage.cases if rule.key in each.case.event.rules]
    parts = [
        _GENERATED,
        f"# {rule.key} · {rule.title.fr}\n",
        f"\n*{rule.title.en}* · [English](#in-english)\n",
    ]
    for lang in LANGS:
        if lang == "en":
            parts.append(f"\n---\n\n## In English\n\n**{rule.title.en}**\n")
        parts += _rule_in(lang, covered, cases)
    return "".join(parts)


def _rule_in(lang: Lang, covered: RuleCoverage, cases: list[StateCase]) -> Iterator[str]:
    rule = covered.rule
    head = "##" if lang == "fr" else "###"
    actors = load_actors()
    rows = [
        ("group", rule.group_title[lang]),
        ("strength", STRENGTHS[rule.strength][lang]),
        ("binds", "; ".join(f"**{key}**, {actors[key].title[lang]}" for key in rule.binds)),
        ("seen", ", ".join(CHANNELS[each][lang] for each in rule.channels)),
        ("level", level_of(rule)[lang]),
        ("state", STATE_NAMES[covered.state][lang]),
        ("numbers", ", ".join(shown_reference(each, lang) for each in rule.references) or "–"),
    ]
    if cases:
        shown = dict.fromkeys(case.event.key for case in cases)
        rows.append(("cases", ", ".join(f"[{key}](states.md#{key.lower()})" for key in shown)))
    yield "\n| | |\n|---|---|\n"
    yield from (f"| {_HEADS[name][lang]} | {text} |\n" for name, text in rows)
    yield f"\n{head} {_HEADS['asks'][lang]}\n\n{rule.statement[lang]}\n"
    if rule.is_soft:
        yield f"\n{_SOFT[lang]}\n"
    yield f"\n{head} {_HEADS['why'][lang]}\n\n{rule.risk[lang]}\n"
    if covered.state is State.NOT_TESTED:
        # The reason first: the sentences say what the check does, and there is none yet.
        yield f"\n{head} {_HEADS['would'][lang]}\n"
        yield from _limits(lang, covered)
        yield f"\n{rule.how_checked[lang]}\n"
    else:
        yield f"\n{head} {_HEADS['how'][lang]}\n\n{rule.how_checked[lang]}\n"
        yield from _limits(lang, covered)
    yield f"\n{head} {_HEADS['failure'][lang]}\n\n{rule.failure_looks_like[lang]}\n"
    yield f"\n{head} {_HEADS['mistakes'][lang]}\n\n"
    yield from (f"- {mistake[lang]}\n" for mistake in rule.usual_mistakes)
    yield f"\n{head} {_HEADS['sources'][lang]}\n\n"
    yield from _sources(lang, rule)
    yield f"\n{_NOT_ANS[lang]}\n"


def _limits(lang: Lang, covered: RuleCoverage) -> Iterator[str]:
    """Say what is not checked, and why."""
    if covered.reason is None:
        return
    label = STATE_NAMES[covered.state][lang]
    kind = ""
    if covered.state is State.NOT_TESTED and covered.rule.obstacle:
        kind = f" ({load_obstacles()[covered.rule.obstacle][0][lang]})"
    colon = " :" if lang == "fr" else ":"
    yield f"\n> **{label[:1].upper()}{label[1:]}**{kind}{colon} {covered.reason[lang]}\n"


def _sources(lang: Lang, rule: Rule) -> Iterator[str]:
    for source in rule.sources:
        yield f"- **{source.title[lang]}** ({LEVELS[source.evidence][lang]}) – {source.what[lang]}\n"
    if rule.parts or rule.applicability:
        yield "\n" + Text("Partie par partie :", "Part by part:")[lang] + "\n\n"
        for part in [*rule.parts, *([rule.applicability] if rule.applicability else [])]:
            yield _part(lang, part)
    if rule.evidence_note:
        yield f"\n{rule.evidence_note[lang]}\n"


def _part(lang: Lang, part: Part) -> str:
    return f"- {part.part[lang]} → *{level_of(part)[lang]}*\n"


def _index(coverage: Coverage) -> Iterator[str]:
    yield _GENERATED
    yield "# Règles\n\n"
    yield (
        f"{len(coverage.rules)} règles, dont {coverage.executable} ont un contrôle. "
        "Voir aussi [la machine à états](states.md) et [la concordance des numéros](concordance.md) "
        "([CSV](concordance.csv)).\n\n"
    )
    yield (
        f"*{len(coverage.rules)} rules, {coverage.executable} of which have a check. See also "
        "[the state machine](states.md) and [the concordance of numbers](concordance.md).*\n\n"
    )
    yield f"{_NOT_ANS.fr}\n\n*{_NOT_ANS.en}*\n\n"
    yield from _actors()
    group = ""
    for each in coverage.rules:
        rule = each.rule
        if rule.group != group:
            group = rule.group
            yield f"\n## {rule.group_title.fr} · *{rule.group_title.en}*\n\n"
            yield "| Règle | Titre · *title* | Force | Niveau · *level* | Contrôle · *check* |\n|---|---|---|---|---|\n"
        yield (
            f"| [{rule.key}]({rule.key}.md) | {rule.title.fr} · *{rule.title.en}* | {rule.strength.value} | "
            f"{rule.evidence.value} | {STATE_NAMES[each.state].fr} · *{STATE_NAMES[each.state].en}* |\n"
        )


def _actors() -> Iterator[str]:
    yield "## Qui est obligé · *Who is bound*\n\n| | |\n|---|---|\n"
    for actor in load_actors().values():
        yield f"| **{actor.key}** | {actor.title.fr} · *{actor.title.en}* |\n"


def _states(cases: list[StateCase]) -> Iterator[str]:
    yield _GENERATED
    yield "# Machine à états des statuts de confiance · *State machine of the confidence statuses*\n\n"
    yield (
        "Chaque événement, à chaque statut, est un cas qui a une adresse (`E9/QUAL`). « – » : rien n'est attendu, la "
        "raison est dite plus bas. + : dossier créé. ∅ : matricule INS et OID effacés. ⇉ : propagé aux logiciels reliés.\n\n"
        "*Each event at each status is a case with an address (`E9/QUAL`). “–”: nothing is expected, the reason is "
        "below. +: file created. ∅: matricule INS and OID erased. ⇉: connected software is told.*\n\n"
    )
    yield f"| | Événement · *event* | {' | '.join(STATUSES)} |\n|---|---|{'---|' * len(STATUSES)}\n"
    by_event: dict[str, list[StateCase]] = {}
    for case in cases:
        by_event.setdefault(case.event.key, []).append(case)
    for key, row in by_event.items():
        cells = " | ".join(_cell(case) for case in row)
        yield f"| [{key}](#{key.lower()}) | {row[0].event.title.fr} | {cells} |\n"
    for key, row in by_event.items():
        yield from _event(key, row)


def _event(key: str, row: list[StateCase]) -> Iterator[str]:
    event = row[0].event
    title = event.title
    yield f'\n<a id="{key.lower()}"></a>\n\n## {key} · {title.fr}\n\n*{title.en[:1].upper()}{title.en[1:]}*\n\n'
    for lang in LANGS:
        italic = "" if lang == "fr" else "*"
        if event.guards:
            yield f"{italic}{event.guards[lang]}{italic}\n\n"
    rules = ", ".join(f"[{name}]({name}.md)" for name in event.rules)
    numbers = ", ".join(shown_reference(each, "fr") for each in event.references) or "–"
    yield f"{_HEADS['numbers'].fr} : {numbers}. Règles · *rules*: {rules}.\n\n"
    yield "| Cas · *case* | Attendu · *expected* | Niveau · *level* |\n|---|---|---|\n"
    for case in row:
        said = case.expectation or case.reason or Text.same("–")
        level = LEVELS[case.evidence] if case.expectation else Text.same("–")
        yield f"| `{case.key}` | {said.fr} · *{said.en}* | {level.fr} |\n"


def _cell(case: StateCase) -> str:
    """Return a case in a few signs."""
    if case.expectation is None:
        return "–"
    if case.refused:
        return "refusé"
    to = "/".join(case.to)
    if case.creates:
        return f"+ {to}"
    arrow = ("=" if case.to == (case.status,) else f"→ {to}") if to else ""
    return " ".join([arrow, "∅" * case.clears, "⇉" * case.propagates]).strip() or "voir"


def _concordance(catalogue: Iterable[Rule]) -> Iterator[str]:
    yield _GENERATED
    yield "# Concordance des numéros officiels · *Concordance of official numbers*\n\n"
    yield (
        "Les numéros INS de la vague 1 sont ceux des logiciels de cabinet (LGC) ; deux numéros d'officine seulement sont "
        "confirmés (LGO.INS.06 et LGO.INS.09). Les numéros INS/va1 sont des projets : certains diffèrent de la version "
        "publiée, et INS/va1.60 à .63 désignent selon le document deux exigences. Le même tableau en "
        "[CSV](concordance.csv), ou par `banc rules concordance`.\n\n"
        "*INS numbers of wave 1 are those of practice software (LGC); only two pharmacy numbers are confirmed "
        "(LGO.INS.06 and LGO.INS.09). INS/va1 numbers are drafts: some differ from the published version, and "
        "INS/va1.60 to .63 stand for two requirements depending on the document.*\n\n"
    )
    yield f"| Règle du banc | {' | '.join(name.fr for name in FAMILIES.values())} |\n|---|{'---|' * len(FAMILIES)}\n"
    for row in concordance(catalogue):
        cells = " | ".join(row.cell(family, "fr") or "–" for family in FAMILIES)
        yield f"| [{row.rule.key}]({row.rule.key}.md) | {cells} |\n"
