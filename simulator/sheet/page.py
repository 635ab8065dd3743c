"""The sheet as one HTML page that needs nothing from elsewhere, to be shown or printed on A4 or A5."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import jinja2

from simulator.datafile import load_yaml
from simulator.ins import BirthDate, InsOid, cog
from simulator.ins.matricule import grouped
from simulator.sheet.answers import expected_answers
from simulator.version import VERSION

if TYPE_CHECKING:
    from simulator.registry.person import Person
    from simulator.registry.protocol import Registry
    from simulator.text import Lang


_TEXT: dict[str, Any] = {
    "type": "object",
    "required": ["fr", "en"],
    "additionalProperties": False,
    "properties": {"fr": {"type": "string"}, "en": {"type": "string"}},
}
_TEXTS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["page", "kinds", "codes", "evidence", "tags"],
    "additionalProperties": {"type": "object", "additionalProperties": _TEXT},
}


def person_sheet(person: Person, registry: Registry, lang: Lang = "fr") -> str:
    """Return the page of a person; what each call must answer is asked from the registry."""
    texts = {
        group: {name: text[lang] for name, text in entries.items()} for group, entries in _texts().items()
    }
    identity = person.identity
    return (
        _environment()
        .get_template("sheet.html")
        .render(
            lang=lang,
            t=texts["page"],
            kinds=texts["kinds"],
            codes=texts["codes"],
            levels=texts["evidence"],
            person=person,
            traits=identity.traits,
            matricule=grouped(identity.matricule.value),
            nature=_nature(identity.oid, texts["page"]),
            oid=str(identity.oid),
            born=_date(identity.traits.birth_date, lang),
            place=_place(identity.traits.birth_place, identity.traits.birth_date),
            tags=[(tag, texts["tags"].get(tag, "")) for tag in person.tags],
            history=[
                (grouped(old.matricule.value), old.oid, old.date_from, old.date_to)
                for old in identity.history
            ],
            answers=expected_answers(person, registry),
            grouped=grouped,
            today=date.today().isoformat(),  # noqa: DTZ011 - a date for people, on their own clock
            version=VERSION,
        )
    )


def _nature(oid: str, page: dict[str, str]) -> str:
    try:
        known = InsOid(oid)
    except ValueError:
        return ""
    return f"INS-{known.nature} {page['test'] if known.is_test else page['real_oid']}"


def _date(text: str, lang: Lang) -> str:
    birth = BirthDate.parse_iso(text)
    if birth.month and birth.day:
        return f"{birth.day:02d}/{birth.month:02d}/{birth.year}"
    unknown = "incomplète" if lang == "fr" else "incomplete"
    return f"{birth.day:02d}/{birth.month:02d}/{birth.year} ({unknown})"


def _place(code: str | None, birth_date: str) -> str:
    if code is None:
        return ""
    at = BirthDate.parse_iso(birth_date).complete().to_date()
    place = cog().at(code, at) or cog().at(code, None)
    return place.name if place else ""


@cache
def _texts() -> dict[str, dict[str, dict[str, str]]]:
    data: dict[str, dict[str, dict[str, str]]] = load_yaml(
        resources.files("simulator.sheet") / "texts.yaml", _TEXTS_SCHEMA
    )
    return data


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("simulator.sheet"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
