"""Which tolerated variants one software can have at once, so that one campaign judges them all.

Two variants stand together when neither can hide the other: they change different things, and one that stops an act
(refuses it, drops it, hands out less) shares no rule with the others, which it might keep from being seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.reference.defects.model import SeamFault
    from conformance.reference.variants import Variant

LARGEST = 24
"""How many variants share a campaign at most: more save little, and make one that is accused longer to find."""

_STOPPING = frozenset({"refuse", "drop", "limit"})
_OF_FIELDS = frozenset({"set", "change"})


def parties(variants: Iterable[Variant], *, largest: int = LARGEST) -> list[tuple[Variant, ...]]:
    """Return the variants in groups that one software can show at once; the same variants give the same groups.

    Those that come near to the same rules are put together first, because a campaign takes as long as its rules.
    """
    groups: list[list[Variant]] = []
    for variant in sorted(variants, key=lambda one: (sorted(one.rules), one.name)):
        fitting = [
            group
            for group in groups
            if len(group) < largest and all(stand_together(variant, one) for one in group)
        ]
        if fitting:
            min(fitting, key=lambda group: _rules_added(variant, group)).append(variant)
        else:
            groups.append([variant])
    return [tuple(group) for group in groups]


def stand_together(one: Variant, other: Variant) -> bool:
    """Tell whether neither variant can hide the other."""
    if (_stops(one) or _stops(other)) and set(one.rules) & set(other.rules):
        return False
    return all(_apart(fault, beside) for fault in one.faults for beside in other.faults)


def _rules_added(variant: Variant, group: list[Variant]) -> tuple[int, int]:
    there = {rule for one in group for rule in one.rules}
    return len(set(variant.rules) - there), -len(set(variant.rules) & there)


def _stops(variant: Variant) -> bool:
    return any(_STOPPING & fault.effect.keys() for fault in variant.faults)


def _apart(one: SeamFault, other: SeamFault) -> bool:
    """Tell whether two faults never meet: on other seams, in other cases, or on other fields of the same records."""
    if one.seam != other.seam:
        return True
    if any(_never_both(one.when[name], other.when[name]) for name in one.when.keys() & other.when.keys()):
        return True
    if not (one.effect.keys() <= _OF_FIELDS and other.effect.keys() <= _OF_FIELDS):
        return False
    if _empties(one) and _empties(other):
        return False  # What one says in this field the other says in that: emptying both says nothing.
    changed, beside = _changed(one), _changed(other)
    return not (changed & (beside | _looked_at(other)) or beside & _looked_at(one))


def _empties(fault: SeamFault) -> bool:
    return any(not value for effect in fault.effect.values() for value in effect.values())


def _changed(fault: SeamFault) -> set[str]:
    return {name.partition(".")[0] for effect in fault.effect.values() for name in effect}


def _looked_at(fault: SeamFault) -> set[str]:
    return {name.partition(".")[0] for name in (*fault.when, *fault.unless)}


def _never_both(expected: Any, other: Any) -> bool:
    """Tell whether no value meets both expectations; patterns (``*``, ``~…``, ``!…``, ``@…``) may always."""
    values, others = _values(expected), _values(other)
    plain = all(
        not (isinstance(value, str) and value[:1] in {"*", "~", "!", "@"}) for value in values | others
    )
    return plain and not values & others


def _values(expected: Any) -> set[Any]:
    return set(expected) if isinstance(expected, list) else {expected}
