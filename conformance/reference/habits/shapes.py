"""Habits about the shape of answers: identifiers, moments, empty fields, keys, JSON."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5

from conformance.reference.habits.front import Asked, Habit, Inner, Said, walked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Identifiers

_ROOTS = {
    "patients": "patient",
    "insi-calls": "call",
    "sendings": "sending",
    "bulk-verifications": "bulk",
    "card-readings": "reading",
}
_NESTED = {
    "patient": "patient",
    "patients": "patient",
    "call": "call",
    "documents": "document",
    "items": "item",
}


def numbered(make: Callable[[str, int], str]) -> Habit:  # noqa: C901 - a table and what looks into it
    """Give identifiers of another shape: ``make(kind, number)``; kinds are numbered apart, from 0."""
    there: dict[tuple[str, str], str] = {}
    back: dict[tuple[str, str], str] = {}

    def out(kind: str, own: Any) -> Any:
        if not isinstance(own, str) or not own:
            return own
        if (kind, own) not in there:
            shown = make(kind, sum(one == kind for one, _ in there))
            there[kind, own] = shown
            back[kind, shown] = own
        return there[kind, own]

    def kind_of_path(asked: Asked) -> str:
        last = asked.path[-1]
        if last in {"sendings", "withdrawal"}:
            return "sending"
        return _ROOTS.get(asked.path[0], "patient")

    def shown(value: Any, kind: str) -> Any:
        if isinstance(value, list):
            return [shown(one, kind) for one in value]
        if not isinstance(value, dict):
            return value
        given = {}
        for key, one in value.items():
            if key == "id":
                given[key] = out(kind, one)
            elif key.endswith("_id") and isinstance(one, str):
                given[key] = out(key.removesuffix("_id"), one)
            else:
                given[key] = shown(one, _NESTED.get(key, kind))
        return given

    def habit(asked: Asked, inner: Inner) -> Said:
        def own(kind: str, text: Any) -> Any:
            return back.get((kind, text), text) if isinstance(text, str) else text

        path = list(asked.path)
        if len(path) > 1 and path[0] in _ROOTS:
            path[1] = own(_ROOTS[path[0]], path[1])
        body = asked.body
        if isinstance(body, dict):
            body = {
                key: own(key.removesuffix("_id"), one)
                if key.endswith("_id")
                else [own("patient", each) for each in one]
                if key == "patient_ids"
                else one
                for key, one in body.items()
            }
        query = {key: own("patient", one) if key == "patient_id" else one for key, one in asked.query.items()}
        said = inner(replace(asked, path=tuple(path), body=body, query=query))
        # A file may be asked for by others, but what is handed in with the refusal bears no identifier.
        return replace(said, body=shown(said.body, kind_of_path(asked)))

    return habit


def _braces(kind: str, number: int) -> str:
    return "{" + str(uuid5(NAMESPACE_OID, f"{kind}{number}")).upper() + "}"


IDS: Mapping[str, Callable[[], Habit]] = {
    "small": lambda: numbered(lambda _kind, number: str(number)),
    "odd": lambda: numbered(lambda kind, number: f"É/{kind} {number}+%2F?a=1#z&\"'"),
    "long": lambda: numbered(lambda kind, number: f"{kind}:" + "0123456789abcdef" * 18 + str(number)),
    "braces": lambda: numbered(_braces),
    "letter-case": lambda: numbered(
        lambda _kind, number: "".join(
            letter.upper() if number >> place & 1 else letter
            for place, letter in enumerate("dossierpatients")
        )
    ),
    "like-nothing": lambda: numbered(
        lambda _kind, number: (
            ("null", "None", "undefined", "0", "false", "NaN", "-1")[number % 7] + "\u00a0" * (number // 7)
        )
    ),
    "dotted": lambda: numbered(lambda _kind, number: "." * (number + 3)),
    "shared-start": lambda: numbered(lambda _kind, number: "1" * (number + 1)),
}
"""By name: identifiers that any text may be."""

# Moments

_MARTINIQUE, _NOUMEA, _PARIS = (timezone(timedelta(hours=hours)) for hours in (-4, 11, 1))

MOMENTS: Mapping[str, Callable[[datetime], str]] = {
    "martinique": lambda at: at.astimezone(_MARTINIQUE).isoformat(),
    "noumea-nanoseconds": lambda at: at.astimezone(_NOUMEA).strftime("%Y-%m-%dT%H:%M:%S.%f789+11:00"),
    "seven-digits": lambda at: at.astimezone(_PARIS).strftime("%Y-%m-%dT%H:%M:%S.%f0+01:00"),
    "comma": lambda at: at.astimezone(_PARIS).isoformat().replace(".", ","),
    "minutes": lambda at: at.astimezone(_PARIS).strftime("%Y-%m-%dT%H:%M+01:00"),
    "basic": lambda at: at.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ"),  # noqa: UP017
    "no-colon": lambda at: at.astimezone(_PARIS).strftime("%Y-%m-%dT%H:%M:%S%z"),
    "local": lambda at: at.astimezone().replace(tzinfo=None).isoformat(),
    "blank": lambda at: at.astimezone(_PARIS).isoformat(sep=" "),
}
"""By name: other ways to write a moment in ISO 8601."""


def moments(written: Callable[[datetime], str]) -> Habit:
    """Write moments in another way."""

    def change(key: str, value: Any, _: Mapping[str, Any]) -> Any:
        if key in {"at", "recorded_at"} and isinstance(value, str) and value:
            return written(datetime.fromisoformat(value))
        return value

    return lambda asked, inner: _with_body(inner(asked), lambda body: walked(body, change))


# Empty fields

_OPTIONAL: dict[str, Any] = {
    "proof": None, "billing_number": None, "display_birth_date": None, "birth_date_uncertain": None, "locked_fields": [],
    "message": "", "alerts": [], "code": None, "patient_id": None, "mode": None, "returned": {}, "authentication": None,
    "changes": {}, "reason": "", "author": "", "candidates": [], "verification": None, "recipient": None,
    "choices": [], "value": None, "local_display": None, "insi_display": None, "start": None, "end": None, "channel": None,
    "mandatory": False, "editable": True, "always_visible": True, "recorded_by": None, "recorded_at": None,
}  # fmt: skip
"""What may be left out, with what it stands for then. A list that is the whole answer may not."""


def empty_left_out(asked: Asked, inner: Inner) -> Said:
    """Leave out whatever says nothing."""

    def left(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: left(one)
                for key, one in value.items()
                if not (key in _OPTIONAL and one == _OPTIONAL[key] and len(value) > 1)
                and not (key == "documents" and not one and "outcome" in value)
            }
        return [left(one) for one in value] if isinstance(value, list) else value

    said = inner(asked)
    return said if said.status >= 400 else _with_body(said, left)  # noqa: PLR2004


def empty_as_blank(asked: Asked, inner: Inner) -> Said:
    """Write an empty text where there is nothing."""
    texts = {
        "matricule", "oid", "used_name", "used_first_name", "first_names", "billing_number", "display_birth_date", "message",
        "code", "patient_id", "mode", "recipient", "value", "local", "insi", "local_display", "insi_display", "channel",
        "start", "end", "authentication", "author", "birth_place",
    }  # fmt: skip
    return _with_body(
        inner(asked),
        lambda body: walked(body, lambda key, one, _: "" if one is None and key in texts else one),
    )


# Keys and writing


def more_keys(asked: Asked, inner: Inner) -> Said:
    """Put keys of one's own into every object, and keys in the opposite order."""

    def fuller(value: Any) -> Any:
        if isinstance(value, list):
            return [fuller(one) for one in value]
        if not isinstance(value, dict):
            return value
        if all(isinstance(one, str) for one in value.values()) and "code" not in value:
            return value  # Settings, reasons and what a log holds are open tables.
        own = {
            "_links": {"self": {"href": "/x", "templated": False}},
            "@type": "objet",
            "etag": 17,
            "numeroInterne": "100000000000042",
            "adresse": {"rue": "1 rue de l'Église", "cp": "29000"},
            "actif": True,
            "version": None,
        }
        return own | {key: fuller(one) for key, one in reversed(value.items())}

    return _with_body(inner(asked), fuller)


def attributes_doubled(asked: Asked, inner: Inner) -> Said:
    """Say each attribute and each locked field twice."""
    twice = {"attributes", "locked_fields", "rights", "channels", "senders"}
    return _with_body(
        inner(asked),
        lambda body: walked(
            body,
            lambda key, one, _: [*reversed(one), *one] if key in twice and isinstance(one, list) else one,
        ),
    )


def own_words_of_refusal(asked: Asked, inner: Inner) -> Said:
    """Refuse with a number and a French sentence, always 409."""
    said = inner(asked)
    if said.status in {409, 422}:
        return Said(
            status=409, body={"code": "4012", "message": "Opération impossible.", "errors": [{"n": 1}]}
        )
    return said


def crossed_refusals(asked: Asked, inner: Inner) -> Said:
    """Refuse with 422 where another would with 409, and the other way round."""
    said = inner(asked)
    return replace(said, status={409: 422, 422: 409}.get(said.status, said.status))


def php(value: Any) -> bytes:
    r"""Write JSON as PHP does: ``\/`` and ``\u00e9``, many lines."""
    return json.dumps(value, ensure_ascii=True, indent=4).replace("/", "\\/").replace("\n", "\r\n").encode()


def dotnet(value: Any) -> bytes:
    """Write JSON as old .NET does: with a byte order mark, and markup signs escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return b"\xef\xbb\xbf" + re.sub("[<>&']", lambda sign: f"\\u{ord(sign[0]):04x}", text).encode()


def all_200(status: int, body: Any) -> tuple[int, Any]:
    """Answer 200 and an object whatever was done."""
    return (200, body if body is not None else {}) if status < 300 else (status, body)  # noqa: PLR2004


def all_201(status: int, body: Any) -> tuple[int, Any]:
    """Answer 201 whatever was done, ``null`` where there is nothing to say."""
    return (201, body) if status in {200, 201} else (status, body)


def _with_body(said: Said, change: Callable[[Any], Any]) -> Said:
    return replace(said, body=change(said.body))
