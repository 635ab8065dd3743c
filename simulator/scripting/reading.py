"""From scenario data, already of the right form, to a scenario as values."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, Final

from simulator.chaos.catalogue import read_steps
from simulator.contract.evidence import EvidenceLevel
from simulator.registry.person import from_json
from simulator.scripting.alterations import ALTERATIONS
from simulator.scripting.model import (
    CallCount,
    FormerEntry,
    History,
    Pick,
    Raw,
    Rule,
    Scenario,
    Stage,
    Step,
    Take,
    TextTest,
    Then,
    TimeWindow,
    Weighted,
    When,
)
from simulator.scripting.sinks import sink_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TEXT_GROUPS: Final = ("traits", "headers", "certificate", "lps", "document", "mail")
_NUMBER_LENGTH: Final = 13


def scenario_of(data: Mapping[str, Any]) -> Scenario:
    """Return the scenario that data says; ``data`` satisfies the schema and the checks of the loader."""
    people = data.get("people", ())
    picks = {role: _pick(given) for role, given in people.items()} if isinstance(people, dict) else {}
    stage = data.get("stage", Stage.AFTER)
    expected = data.get("expected", {})
    return Scenario(
        id=data["id"],
        title_fr=data["title"]["fr"],
        title_en=data["title"]["en"],
        purpose_fr=data["purpose"]["fr"],
        purpose_en=data["purpose"]["en"],
        source=data["source"],
        evidence=EvidenceLevel(data["evidence"]),
        expected_fr=expected.get("fr"),
        expected_en=expected.get("en"),
        people=tuple(people),
        picks=picks,
        rules=tuple(
            Rule(
                when=when_of(rule["when"]),
                then=then_of(rule["then"]),
                stage=Stage(rule.get("stage", stage)),
            )
            for rule in data["rules"]
        ),
        outcome=tuple(_step(step) for step in data.get("outcome", ())),
    )


def when_of(data: Mapping[str, Any]) -> When:
    """Return conditions."""
    operation = data.get("operation", ())
    return When(
        operations=(operation,) if isinstance(operation, str) else tuple(operation),
        person=data.get("person"),
        birth_name=data.get("birth_name"),
        texts=tuple(_texts(data)),
        elements=tuple(data.get("elements", {}).items()),
        call=CallCount(**data["call"]) if "call" in data else None,
        state=tuple(data.get("state", {}).items()),
        time=_window(data["time"]) if "time" in data else None,
        all_of=tuple(map(when_of, data.get("all", ()))),
        any_of=tuple(map(when_of, data.get("any", ()))),
        none_of=when_of(data["not"]) if "not" in data else None,
    )


def then_of(data: Mapping[str, Any]) -> Then:
    """Return what to answer."""
    fault, other, weighted = data.get("fault"), data.get("other_person"), data.get("weighted")
    return Then(
        code=data.get("code"),
        fault=fault["code"] if isinstance(fault, dict) else fault,
        fault_texts={name: text for name, text in fault.items() if name != "code"}
        if isinstance(fault, dict)
        else None,
        person=data.get("person"),
        alter=_fields(data["alter"]) if "alter" in data else None,
        other_person=other["role"] if isinstance(other, dict) else other,
        take=Take(other.get("take", Take.ALL)) if isinstance(other, dict) else Take.ALL,
        history=_history(data["history"]) if "history" in data else None,
        raw=_raw(data["raw"]) if "raw" in data else None,
        set=data.get("set"),
        sequence=tuple(map(then_of, data.get("sequence", ()))),
        cycle=tuple(map(then_of, data.get("cycle", ()))),
        weighted=Weighted(
            seed=weighted["seed"],
            weights=tuple(entry["weight"] for entry in weighted["of"]),
            entries=tuple(then_of(entry["then"]) for entry in weighted["of"]),
        )
        if weighted
        else None,
        chaos=read_steps(data["chaos"]) if "chaos" in data else (),
        sink=sink_answer(data),
    )


def instant(text: str) -> datetime:
    """Return an ISO 8601 date and time with its zone, in UTC.

    Raises:
        ValueError: it is none, or has no zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return moment.astimezone(UTC)


def _texts(data: Mapping[str, Any]) -> Iterator[tuple[str, TextTest]]:
    for group in _TEXT_GROUPS:
        for name, test in data.get(group, {}).items():
            yield f"{group}.{name.lower() if group == 'headers' else name}", _test(test)
    matricule = data.get("matricule", {})
    if isinstance(matricule, str):
        matricule = {"number": matricule}
    for name, test in matricule.items():
        yield f"matricule.{name}", _test(test)
    assertion = data.get("assertion", {})
    for name in ("name_id", "qualifier"):
        if name in assertion:
            yield f"assertion.{name}", _test(assertion[name])
    for name, test in assertion.get("attributes", {}).items():
        yield f"assertion.attributes.{name}", _test(test)
    if "user" in data:
        yield "user", _test(data["user"])


def _test(data: Any) -> TextTest:
    return TextTest(exact=data) if isinstance(data, str) else TextTest(**data)


def _window(data: Mapping[str, Any]) -> TimeWindow:
    daily = data.get("daily")
    return TimeWindow(
        start=instant(data["from"]) if "from" in data else None,
        end=instant(data["to"]) if "to" in data else None,
        from_hour=time.fromisoformat(daily["from"]) if daily else None,
        to_hour=time.fromisoformat(daily["to"]) if daily else None,
    )


def _fields(alter: Any) -> dict[str, str | None]:
    """Return the fields that alterations come to, the later ones winning."""
    fields: dict[str, str | None] = {}
    for entry in alter if isinstance(alter, list) else [alter]:
        fields |= ALTERATIONS[entry].fields if isinstance(entry, str) else entry
    return fields


def _history(data: Any) -> History:
    if isinstance(data, int):
        return History(made_up=data)
    if isinstance(data, str):
        return History(repeats_active=True)
    return History(
        own="own" in data,
        repeats_active="active" in data,
        entries=tuple(
            FormerEntry(
                number=entry["matricule"][:_NUMBER_LENGTH],
                key=entry["matricule"][_NUMBER_LENGTH:] or None,
                oid=entry.get("oid", "{oid}"),
                date_from=entry.get("date_from"),
                date_to=entry.get("date_to"),
                dates_first=entry.get("dates_first", False),
            )
            for entry in data
            if isinstance(entry, dict)
        ),
    )


def _raw(data: Mapping[str, Any]) -> Raw:
    body = base64.b64decode(data["base64"]) if "base64" in data else data.get("text", "").encode()
    given = {name: data[name] for name in ("status", "content_type") if name in data}
    return Raw(body=body, origin=data.get("file", "inline"), **given)


def _pick(data: Mapping[str, Any] | None) -> Pick:
    given = dict(data or {})
    if "person" in given:
        given["person"] = from_json(given["person"])
    return Pick(**given)


def _step(data: Mapping[str, Any]) -> Step:
    expect = {name: value for name, value in data.items() if name not in {"ask", "times"}}
    return Step(ask=data["ask"], expect=expect, times=data.get("times", 1))
