"""An exchange in words: what was asked, what was answered, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from simulator.contract.faults import fault_catalogue
from simulator.contract.names import Operation
from simulator.journal.exchange import MSSANTE

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
    "insured_number": ("carte d'un autre assuré", "card of another insured person"),
    "birth_rank": ("rang de naissance", "birth rank"),
    "individual_number": ("matricule du bénéficiaire", "matricule of the beneficiary"),
    "number": ("numéro du matricule", "number of the matricule"),
    "former_number": ("matricule ancien, plus actif", "former matricule, no longer active"),
    "key": ("clé", "key"),
    "oid": ("OID", "OID code"),
    "first_names_list": ("liste des prénoms", "list of first names"),
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


_VERIFICATION: Final = {
    "00": ("OK, identité vérifiée", "OK, identity verified"),
    "01": ("KO, identité non vérifiée", "KO, identity not verified"),
}


_AUTHENTICATION: Final = {
    "none": ("appel sans preuve d'identité de l'appelant", "call without proof of who calls"),
    "mtls": ("certificat logiciel (TLS mutuel)", "software certificate (mutual TLS)"),
    "cpx": ("assertion signée par une carte (CPx)", "assertion signed by a card (CPx)"),
    "psc": ("Pro Santé Connect", "Pro Santé Connect"),
    "vihf": ("VIHF dont la signature tient", "VIHF whose signature holds"),
}
_STAGES: Final = {
    "read": ("lecture", "read"),
    "authenticate": ("authentification", "authenticate"),
    "decide": ("décision", "decide"),
    "render": ("rédaction", "render"),
    "write": ("journal", "journal"),
}


def explain(exchange: Exchange, lang: Language = "fr", *, with_timings: bool = False) -> list[str]:
    """Return the decision as lines of text in French or English; ``with_timings``: also where the time went."""
    number = 0 if lang == "fr" else 1
    lines = list(_lines(exchange, number))
    if with_timings and exchange.timings:
        lines.append(_timings_line(exchange, number))
    return lines


def _timings_line(exchange: Exchange, lang: int) -> str:
    told = ", ".join(
        f"{names[lang]} {exchange.timings[stage]}"
        for stage, names in _STAGES.items()
        if stage in exchange.timings
    )
    return (f"Durées (µs) : {told}", f"Times (µs): {told}")[lang]


def _lines(exchange: Exchange, lang: int) -> Iterator[str]:
    decision = exchange.decision
    if exchange.authentication is not None:
        mode = _AUTHENTICATION.get(exchange.authentication, (exchange.authentication,) * 2)[lang]
        yield (f"Appelant : {mode}", f"Caller: {mode}")[lang]
    if decision.source == "fault":
        yield (f"Demande refusée : {decision.cause}", f"Request refused: {decision.cause}")[lang]
        fault = fault_catalogue().get(exchange.code)
        if fault is not None:
            yield (
                f"Sens de {exchange.code} : {fault.when_fr}",
                f"Meaning of {exchange.code}: {fault.when_en}",
            )[lang]
    elif decision.source == "scenario":
        rule = (decision.rule or 0) + 1
        yield (
            f"Réponse dictée par le scénario {decision.scenario}, règle {rule}",
            f"Answer dictated by scenario {decision.scenario}, rule {rule}",
        )[lang]
    elif decision.source == "registry":
        yield from _asked_lines(exchange, lang)
        yield from _registry_lines(decision.considered, lang)
        if exchange.code not in _MEANING:
            yield (
                f"Le profil {decision.profile} répond {exchange.code} pour une personne inconnue",
                f"Profile {decision.profile} answers {exchange.code} for an unknown person",
            )[lang]
    yield from (remark[lang] for remark in decision.remarks)
    if exchange.service == MSSANTE:
        yield (f"Réponse : {exchange.code}", f"Answer: {exchange.code}")[lang]
        yield from _ending_lines(exchange, lang)
        return
    meanings = _VERIFICATION if exchange.operation == Operation.VERIFY else _MEANING
    meaning = None if decision.source == "lot" else meanings.get(exchange.code)
    answered = f"{exchange.code} ({meaning[lang]})" if meaning else exchange.code
    yield (
        f"Réponse : {answered}, HTTP {exchange.http_status}",
        f"Answer: {answered}, HTTP {exchange.http_status}",
    )[lang]
    yield from _ending_lines(exchange, lang)


def _ending_lines(exchange: Exchange, lang: int) -> Iterator[str]:
    """Say what was done to the answer on its way, and how sure the behaviour is."""
    if exchange.chaos:
        names = ", ".join(exchange.chaos)
        yield (f"Réponse perturbée : {names}", f"Answer disturbed: {names}")[lang]
    if exchange.decision.evidence:
        level = _EVIDENCE[exchange.decision.evidence][lang]
        yield (
            f"Niveau de preuve de ce comportement : {level}",
            f"Evidence level of this behaviour: {level}",
        )[lang]


def _asked_lines(exchange: Exchange, lang: int) -> Iterator[str]:
    """Say what the people below were compared with, when that is more than traits."""
    asked, traits = exchange.asked, exchange.traits
    if exchange.operation == Operation.SEARCH_BY_CARD and traits is not None:
        insured, rank = asked.get("insured_number"), asked.get("birth_rank") or "1"
        yield (
            f"Carte de l'assuré {insured} : bénéficiaire né le {traits.birth_date}, rang {rank}",
            f"Card of the insured person {insured}: beneficiary born {traits.birth_date}, rank {rank}",
        )[lang]
    elif exchange.operation == Operation.VERIFY:
        claimed = f"{asked.get('number')} {asked.get('key')} ({asked.get('oid')})"
        yield (f"Matricule à vérifier : {claimed}", f"Matricule to verify: {claimed}")[lang]


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
