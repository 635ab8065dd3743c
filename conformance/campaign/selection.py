"""Which rules a plan verifies, and which do not bind the software."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.rules.catalogue import find_rule
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.plan import Plan
    from conformance.rules.catalogue import Rule


class SelectionError(TextError, LookupError):
    """A plan names a group that does not exist, or leaves no rule; the message names what there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a plan makes of the catalogue."""

    catalogue: Mapping[str, Rule]
    """All rules, those that the plan promotes promoted."""
    rules: tuple[str, ...]
    """Keys of those to verify, in the order of the catalogue; those not applicable included."""
    not_applicable: Mapping[str, Text]
    """Why, by key."""
    is_partial: bool
    """Rules were left out on purpose."""


def select(plan: Plan, catalogue: Mapping[str, Rule]) -> Selection:
    """Return what ``plan`` makes of the catalogue.

    Raises:
        UnknownRuleError: the plan names a rule that does not exist.
        SelectionError: it names a group that does not exist, or leaves no rule.
        OptionalRuleError: it promotes an optional rule.
    """
    promoted = {find_rule(catalogue, key).key for key in plan.promote}
    catalogue = {key: rule.promote() if key in promoted else rule for key, rule in catalogue.items()}
    for waiver in plan.waivers:
        find_rule(catalogue, waiver.rule)
    wanted = {find_rule(catalogue, key).key for key in plan.rules} | _of_groups(plan.groups, catalogue)
    without = {find_rule(catalogue, key).key for key in plan.without_rules}
    without |= _of_groups(plan.without_groups, catalogue)
    rules = tuple(key for key in catalogue if (not wanted or key in wanted) and key not in without)
    if not rules:
        raise SelectionError(
            Text(
                "le plan ne laisse aucune règle à vérifier : regardez rules, groups et without",
                "the plan leaves no rule to verify: look at rules, groups and without",
            )
        )
    reasons = {
        find_rule(catalogue, key).key: Text.same(reason) for key, reason in plan.not_applicable.items()
    }
    actors = plan.software.actors
    if actors:
        for key in rules:
            if not catalogue[key].applies_to(actors):
                reasons.setdefault(key, _binds_others(catalogue[key], actors))
    return Selection(
        catalogue=catalogue,
        rules=rules,
        not_applicable={key: reasons[key] for key in rules if key in reasons},
        is_partial=len(rules) < len(catalogue),
    )


def _of_groups(groups: tuple[str, ...], catalogue: Mapping[str, Rule]) -> set[str]:
    known = {key.partition("-")[0] for key in catalogue}
    found: set[str] = set()
    for group in groups:
        name = group.strip().upper()
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            listed = ", ".join(sorted(known))
            hint = (
                Text(f"voulez-vous dire {close[0]} ?", f"did you mean {close[0]}?")
                if close
                else Text(f"il y a {listed}", f"there are {listed}")
            )
            raise SelectionError(
                Text(f"groupe inconnu : {group!r} ; {hint.fr}", f"unknown group {group!r}; {hint.en}")
            )
        found |= {key for key in catalogue if key.partition("-")[0] == name}
    return found


def _binds_others(rule: Rule, actors: tuple[str, ...]) -> Text:
    binds, ours = ", ".join(rule.binds), ", ".join(actors)
    return Text(f"Lie {binds} ; le plan déclare {ours}.", f"Binds {binds}; the plan declares {ours}.")
