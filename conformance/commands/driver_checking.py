"""Goes over a driver in seconds: what is wrong with it, which verbs it has, what to write next."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from conformance.doctor.contract import ContractProbe
from conformance.drivers.model import Verb
from conformance.drivers.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.doctor.contract import DriverProblem
    from conformance.drivers.http import HttpDriver
    from conformance.drivers.model import Capabilities
    from conformance.drivers.raw import RawExchange
    from conformance.drivers.subprocess import SubprocessDriver
    from simulator.text import Lang

_NOWHERE = "http://127.0.0.1:9/banc-driver-check"
"""Where INSi is said to be: nobody listens there, so no call can go wrong silently."""
_SHOWN_RULES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverCheck:
    """What was found."""

    software: Capabilities | None
    problems: tuple[DriverProblem, ...]
    tried: tuple[Verb, ...]
    """Verbs that were called."""
    present: tuple[Verb, ...]
    missing: tuple[Verb, ...]
    unlocks: Mapping[Verb, tuple[str, ...]]
    """For each missing verb, the rules that use it."""
    next_verb: Verb | None
    """The missing verb that most rules wait for, of those that the software does not say it cannot do."""


def check_driver(driver: HttpDriver | SubprocessDriver, *, read_only: bool = False) -> DriverCheck:
    """Call what a driver declares, as far as that needs no INSi, and tell everything that is wrong.

    Args:
        driver: opened.
        read_only: ask only for the capabilities.

    Raises:
        DriverError: the driver cannot be reached at all.
    """
    probe = ContractProbe(driver, insi_url=_NOWHERE)
    software = probe.call("capabilities", driver.capabilities)
    if software is not None and not read_only:
        probe.walk(software)
    present = tuple(verb for verb in Verb if software is not None and verb in software.verbs)
    missing = tuple(verb for verb in Verb if verb not in present)
    unlocks = {verb: rules for verb in missing if (rules := rules_by_verb().get(verb))}
    declined = software.not_supported if software is not None else {}
    return DriverCheck(
        software=software,
        problems=tuple(probe.problems),
        tried=tuple(verb for verb in Verb if verb.value in probe.tried),
        present=present,
        missing=missing,
        unlocks=unlocks,
        next_verb=max(
            (verb for verb in unlocks if verb not in declined),
            key=lambda verb: len(unlocks[verb]),
            default=None,
        ),
    )


@cache
def rules_by_verb() -> Mapping[Verb, tuple[str, ...]]:
    """Return the rules that wait for each verb (``verb_map.py`` says how that is known)."""
    data: dict[str, list[str]] = json.loads(
        (files("conformance.commands") / "verb_map.json").read_text("utf-8")
    )
    found = {verb: tuple(key for key, verbs in data.items() if verb.value in verbs) for verb in Verb}
    return {verb: rules for verb, rules in found.items() if rules}


def as_text(result: DriverCheck, lang: Lang) -> str:
    """Return the result for a terminal."""
    fr = lang == "fr"
    lines = []
    if result.software is not None:
        lines.append(f"{_visible(result.software.name)} {_visible(result.software.version)}")
    shown: RawExchange | None = None
    for each in result.problems:
        lines.append(f"\n✗ {each.verb} : {_visible(each.text[lang])}")
        if each.hint:
            lines.append(f"  → {_visible(each.hint[lang])}")
        if each.exchange is not None and each.exchange != shown:
            shown = each.exchange
            lines += [f"    > {_visible(line)}" for line in each.exchange.sent.splitlines()]
            lines += [f"    < {_visible(line)[:300]}" for line in each.exchange.received.splitlines()[:30]]
    if not result.problems:
        lines.append(
            f"✓ aucun écart à l'API de pilotage ({len(result.tried)} verbes essayés)"
            if fr
            else f"✓ nothing departs from the driver API ({len(result.tried)} verbs tried)"
        )
    lines.append("")
    lines.append(
        f"{'Verbes présents' if fr else 'Verbs present'} ({len(result.present)}/{len(VERBS)}) : {', '.join(result.present) or '-'}"
    )
    if result.unlocks:
        lines.append(
            "Verbes qui manquent, et les règles qu'ils ouvriraient :"
            if fr
            else "Missing verbs, and the rules that each would unlock:"
        )
        for verb, rules in sorted(result.unlocks.items(), key=lambda entry: -len(entry[1])):
            more = f" … (+{len(rules) - _SHOWN_RULES})" if len(rules) > _SHOWN_RULES else ""
            lines.append(f"  {verb.value:<22} {len(rules):>3}  {' '.join(rules[:_SHOWN_RULES])}{more}")
    without = [verb.value for verb in result.missing if verb not in result.unlocks]
    if without:
        lines.append(
            f"{'Sans contrôle qui les emploie encore' if fr else 'No check uses these yet'} : {', '.join(without)}"
        )
    if result.next_verb is not None:
        declared = VERBS[result.next_verb]
        lines.append(
            f"{'À écrire ensuite' if fr else 'To write next'} : {declared.name} ({declared.title[lang]}), {declared.method} {declared.path}"
        )
    return "\n".join(lines)


def as_json(result: DriverCheck, lang: Lang) -> dict[str, Any]:
    """Return the result as JSON data."""
    software = result.software
    return {
        "reachable": True,
        "software": None if software is None else {"name": software.name, "version": software.version},
        "problems": [
            {
                "verb": each.verb,
                "problem": each.text[lang],
                "hint": each.hint[lang] if each.hint else None,
                "sent": each.exchange.sent if each.exchange else None,
                "received": each.exchange.received if each.exchange else None,
            }
            for each in result.problems
        ],
        "tried": list(result.tried),
        "present": list(result.present),
        "missing": {verb.value: list(result.unlocks.get(verb, ())) for verb in result.missing},
        "next": result.next_verb.value if result.next_verb else None,
    }


def _visible(text: str) -> str:
    """Return a text of the software with what would move the cursor made visible."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else repr(letter)[1:-1] for letter in text
    )
