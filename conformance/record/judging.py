"""From how the checks ended to the verdict of each rule: the one place where rules are judged, live or from a record."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from conformance.record.asides import told_asides
from conformance.record.events import Outcome
from conformance.record.results import CheckResult, RuleResult, WaiverState, deciding
from conformance.verdicts import Verdict, combine
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from conformance.record.ends import CheckEnd
    from conformance.record.missed import Missed
    from conformance.record.results import Waiver
    from conformance.rules.catalogue import Rule
    from conformance.verdicts import Aside

NO_CHECK: Final = Text(
    "Aucun contrôle n'existe pour cette règle dans cette version du banc.",
    "No check exists for this rule in this version of the bench.",
)
INTERRUPTED: Final = Outcome(
    verdict=Verdict.NOT_TESTED,
    reason=Text(
        "Campagne interrompue avant la fin de ce contrôle.",
        "The campaign was interrupted before the end of this check.",
    ),
)


def verdict_for(outcome: Outcome, rule: Rule) -> Verdict:
    """Return what an outcome means for ``rule``: a soft rule can be departed from, not broken."""
    softened = outcome.verdict is Verdict.FAIL and (rule.is_soft or outcome.inferred)
    return Verdict.WARNING if softened else outcome.verdict


def judge_rules(
    catalogue: Mapping[str, Rule],
    rules: Iterable[str],
    ends: Sequence[CheckEnd],
    *,
    not_applicable: Mapping[str, Text],
    waivers: Sequence[Waiver] = (),
    today: date | None = None,
) -> tuple[RuleResult, ...]:
    """Return the result of each of ``rules``, in the order of the catalogue.

    Args:
        catalogue: rules by key.
        rules: keys of the rules that were to be verified.
        ends: how their checks ended, in the order of the suite.
        not_applicable: reason by key of the rules declared not applicable.
        waivers: who answers for which departure.
        today: the day of the campaign, which decides whether a waiver has expired; needed when there is one.
    """
    wanted = set(rules)
    results = [
        _not_applicable(rule, not_applicable[key]) if key in not_applicable else _result(rule, ends)
        for key, rule in catalogue.items()
        if key in wanted
    ]
    told = told_asides(results, ends)
    results = [
        _result(result.rule, ends, told[key]) if (key := result.rule.key) in told else result
        for result in results
    ]
    departed = {result.rule.key for result in results if result.is_departed}
    depends = {end.id: end.outcome.depends_on for end in ends}
    by_rule = {waiver.rule: waiver for waiver in waivers}
    return tuple(
        _with_waiver(_with_also(_with_causes(result, departed, depends)), by_rule.get(result.rule.key), today)
        for result in results
    )


def rule_digest(rule: Rule) -> str:
    """Return the SHA-256 of what a rule says: statement, strength, whom it binds and how we know of it."""
    text: list[Any] = [
        rule.key,
        [rule.title.fr, rule.title.en],
        [rule.statement.fr, rule.statement.en],
        rule.strength.value,
        list(rule.binds),
        rule.evidence.value,
        [[reference.tag, reference.draft] for reference in rule.references],
    ]
    return hashlib.sha256(json.dumps(text, ensure_ascii=False).encode()).hexdigest()


def _not_applicable(rule: Rule, reason: Text) -> RuleResult:
    return RuleResult(rule=rule, verdict=Verdict.NOT_APPLICABLE, reason=reason)


def _result(
    rule: Rule, ends: Sequence[CheckEnd], asides: Mapping[str, Aside] = MappingProxyType({})
) -> RuleResult:
    """Return the result of a rule from its own checks, and from what others saw of it, by their ids."""
    checks = tuple(
        _check_result(rule, end, asides.get(end.id))
        for end in ends
        if rule.key in end.rules or end.id in asides
    )
    if not checks:
        return RuleResult(rule=rule, verdict=Verdict.NOT_TESTED, reason=rule.not_tested_reason or NO_CHECK)
    these = deciding(checks)
    verdict = combine(check.verdict for check in these)
    result = RuleResult(rule=rule, verdict=verdict, reason=_reason(verdict, these), checks=checks)
    return _in_part(result)


def _in_part(result: RuleResult) -> RuleResult:
    """Say in the reason which paths were not tested."""
    said = said_of_paths(result.paths_not_tested)
    if said is None:
        return result
    why = result.reason
    return replace(
        result, reason=Text(f"{why.fr.rstrip('.')} ; {said.fr}.", f"{why.en.rstrip('.')}; {said.en}.")
    )


def said_of_paths(missed: Sequence[Missed]) -> Text | None:
    """Return ``testée en partie : par carte (read_card manque)``, or ``None`` when every path was tested."""
    if not missed:
        return None
    fr, en = (", ".join(dict.fromkeys(each.shown(lang) for each in missed)) for lang in ("fr", "en"))
    return Text(f"testée en partie, voie absente : {fr}", f"tested in part, path not offered: {en}")


def _check_result(rule: Rule, end: CheckEnd, aside: Aside | None = None) -> CheckResult:
    if aside is not None:
        return _seen_aside(rule, end, aside)
    return CheckResult(
        id=end.id,
        title=end.title,
        verdict=verdict_for(end.outcome, rule),
        reason=end.outcome.reason,
        hint=end.outcome.hint,
        evidence=end.evidence,
        duration=end.duration,
        is_apart=end.outcome.is_apart,
        missed=end.outcome.missed,
    )


def _seen_aside(rule: Rule, end: CheckEnd, aside: Aside) -> CheckResult:
    """Return a check with the departure from a rule that it saw on its way."""
    outcome = Outcome(verdict=Verdict.FAIL, reason=aside.reason, inferred=aside.inferred)
    is_own = rule.key in end.rules
    reason = (
        aside.reason
        if is_own
        else Text(
            f"Vu pendant un contrôle d'une autre règle : {aside.reason.fr}",
            f"Seen during a check of another rule: {aside.reason.en}",
        )
    )
    return CheckResult(
        id=end.id,
        title=end.title,
        verdict=verdict_for(outcome, rule),
        reason=reason,
        evidence=end.evidence,
        duration=end.duration if is_own else 0.0,
        missed=end.outcome.missed if is_own else (),
    )


def _reason(verdict: Verdict, among: Sequence[CheckResult]) -> Text:
    """Return one line of why: the first check that decided, and how many others did."""
    these = [check for check in among if check.verdict is verdict]
    if verdict is Verdict.PASS:
        count = len(these)
        fr = "1 contrôle réussi" if count == 1 else f"{count} contrôles réussis"
        en = "1 check passed" if count == 1 else f"{count} checks passed"
        decided = next((check.reason for check in these if check.reason.fr), None)
        if decided is not None:
            fr, en = f"{fr} ; {decided.fr}", f"{en}; {decided.en}"
        return Text(fr + ("" if fr.endswith(".") else "."), en + ("" if en.endswith(".") else "."))
    first, others = these[0].reason, len(these) - 1
    if not others:
        return first
    return Text(
        f"{first.fr} (et {others} autre{'s' if others > 1 else ''})", f"{first.en} (and {others} more)"
    )


def _with_causes(
    result: RuleResult, departed: set[str], depends: Mapping[str, tuple[str, ...]]
) -> RuleResult:
    """Name the departures that explain why checks of a rule could not be prepared."""
    checks = tuple(_caused(check, result.rule.key, departed, depends) for check in result.checks)
    causes = tuple(dict.fromkeys(key for check in checks for key in check.consequence_of))
    if not causes:
        return result
    reason = result.reason
    if result.verdict is Verdict.INCONCLUSIVE:
        first = next(check for check in checks if check.verdict is Verdict.INCONCLUSIVE)
        reason = first.reason if first.consequence_of else reason
    return replace(result, checks=checks, reason=reason)


def _caused(
    check: CheckResult, key: str, departed: set[str], depends: Mapping[str, tuple[str, ...]]
) -> CheckResult:
    if check.verdict is not Verdict.INCONCLUSIVE:
        return check
    causes = tuple(other for other in depends[check.id] if other in departed and other != key)
    if not causes:
        return check
    names_fr, names_en = " et de ".join(causes), " and ".join(causes)
    return replace(
        check,
        consequence_of=causes,
        reason=Text(
            f"Conséquence de {names_fr} : {check.reason.fr}", f"Consequence of {names_en}: {check.reason.en}"
        ),
        hint=Text(
            f"Corrigez d'abord {names_fr}, puis relancez : ce contrôle n'a pas pu être préparé.",
            f"Mend {names_en} first, then run again: this check could not be prepared.",
        ),
    )


def _with_also(result: RuleResult) -> RuleResult:
    """Say in the reason what the verdict does not tell: one check that failed must not hide the others, nor be hidden."""
    if not result.also:
        return result
    first, others, why = result.also[0], len(result.also) - 1, result.reason
    more = (
        Text(f" (et {others} autre{'s' if others > 1 else ''})", f" (and {others} more)")
        if others
        else Text("", "")
    )
    reason = Text(
        f"{why.fr.rstrip('.')} ; mais aussi {first.verdict} : {first.reason.fr}{more.fr}",
        f"{why.en.rstrip('.')}; but also {first.verdict}: {first.reason.en}{more.en}",
    )
    return replace(result, reason=reason)


def _with_waiver(result: RuleResult, waiver: Waiver | None, today: date | None) -> RuleResult:
    if waiver is None:
        return result
    if not result.is_departed:
        state = WaiverState.NOT_NEEDED
    elif today is None or waiver.expires < today:
        state = WaiverState.EXPIRED
    else:
        state = WaiverState.HOLDS
    return replace(result, waiver=waiver, waiver_state=state)
