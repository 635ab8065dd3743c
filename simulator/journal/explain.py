"""An exchange in words: what was asked, what was answered, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.journal.exchange import Considered, Exchange

Language = Literal["fr", "en"]

_TRAITS: Final = {
    "birth_name": ("nom de naissance", "birth name"),
    "first_names": ("prénom(s) de naissance", "first name(s)"),
    "sex": ("sexe", "sex"),
    "birth_date": ("date de naissance", "birth date"),
    "birth_place": ("lieu de naissance", "birth place"),
}
_EVIDENCE: Final = {
    "official": ("contrat publié", "published contract"),
    "observed": ("observé sur le service réel", "observed on the real service"),
    "reported": ("rapporté par un tiers", "reported by a third party"),
    "inferred": ("DÉDUIT par le banc, non établi", "INFERRED by the bench, not established"),
}
_MEANING: Final = {
    "00": ("une identité trouvée", "one identity found"),
    "01": ("aucune identité trouvée", "no identity found"),
    "02": ("plusieurs identités trouvées", "several identities found"),
}


def explain(exchange: Exchange, lang: Language = "fr") -> list[str]:
    """Return the decision as lines of text in French or English."""
    return list(_lines(exchange, 0 if lang == "fr" else 1))


def _lines(exchange: Exchange, lang: int) -> Iterator[str]:
    decision = exchange.decision
    if decision.source == "fault":
        yield (f"Demande refusée : {decision.cause}", f"Request refused: {decision.cause}")[lang]
    elif decision.source == "scenario":
        rule = (decision.rule or 0) + 1
        yield (
            f"Réponse dictée par le scénario {decision.scenario}, règle {rule}",
            f"Answer dictated by scenario {decision.scenario}, rule {rule}",
        )[lang]
    else:
        yield from _registry_lines(decision.considered, lang)
        if exchange.code not in _MEANING:
            yield (
                f"Le profil {decision.profile} répond {exchange.code} pour une personne inconnue",
                f"Profile {decision.profile} answers {exchange.code} for an unknown person",
            )[lang]
    meaning = _MEANING.get(exchange.code)
    answered = f"{exchange.code} ({meaning[lang]})" if meaning else exchange.code
    yield (
        f"Réponse : {answered}, HTTP {exchange.http_status}",
        f"Answer: {answered}, HTTP {exchange.http_status}",
    )[lang]
    if decision.evidence:
        level = _EVIDENCE[decision.evidence][lang]
        yield (
            f"Niveau de preuve de ce comportement : {level}",
            f"Evidence level of this behaviour: {level}",
        )[lang]


def _registry_lines(considered: tuple[Considered, ...], lang: int) -> Iterator[str]:
    matching = [entry for entry in considered if not entry.excluded_by]
    yield (
        f"Registre : {len(considered)} personne(s) considérée(s), {len(matching)} retenue(s)",
        f"Registry: {len(considered)} person(s) considered, {len(matching)} matching",
    )[lang]
    for entry in considered:
        if entry.excluded_by:
            names = ", ".join(_TRAITS[name][lang] for name in entry.excluded_by)
            yield (
                f"  - {entry.label} ({entry.key}) : écartée par {names}",
                f"  - {entry.label} ({entry.key}): excluded by {names}",
            )[lang]
        else:
            yield (f"  - {entry.label} ({entry.key}) : retenue", f"  - {entry.label} ({entry.key}): matches")[
                lang
            ]
