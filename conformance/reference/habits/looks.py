"""Habits of screens and lists: rows, words, names of fields, and what they start from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.habits.front import Asked, Inner, Said, walked
from conformance.reference.habits.order import done, is_for
from conformance.reference.habits.strict import file_now
from simulator.ins.places import cog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.habits.front import Habit

_WORDS: Final = {
    "CNI": "Carte nationale d'identité", "PASSPORT": "Passeport", "RESIDENCE_PERMIT": "Titre de séjour",
    "FRANCE_IDENTITE": "France Identité", "IDENTITE_NUMERIQUE_LA_POSTE": "L'Identité Numérique La Poste",
    "VITALE_CARD": "Carte Vitale", "DRIVING_LICENCE": "Permis de conduire", "BIRTH_CERTIFICATE": "Acte de naissance",
}  # fmt: skip
_OF_SEARCH: Final = {"birth_name": "nom", "name_prefix": "nom", "first_name": "prenom", "birth_date": "ddn"}


def a_row_for_each_name(asked: Asked, inner: Inner) -> Said:
    """List somebody twice who is known under two names."""
    said = inner(asked)
    if not is_for(asked, "GET", "patients") or not done(said):
        return said
    rows = [
        row for one in said.body["patients"] for row in ([one, dict(one)] if one.get("used_name") else [one])
    ]
    return replace(said, body={"patients": rows})


def documents_named_in_words(asked: Asked, inner: Inner) -> Said:
    """Name the documents to choose from in words, as on screen."""
    said = inner(asked)
    if not is_for(asked, "GET", "forms", "PROOF") or not done(said):
        return said

    def change(key: str, value: Any, _: Mapping[str, Any]) -> Any:
        return [_WORDS.get(one, one) for one in value] if key == "choices" else value

    return replace(said, body=walked(said.body, change))


def search_screen_in_own_names(asked: Asked, inner: Inner) -> Said:
    """Name the fields of the search screen in French."""
    said = inner(asked)
    if not is_for(asked, "GET", "forms", "SEARCH") or not done(said):
        return said
    fields = [{**one, "name": _OF_SEARCH.get(one["name"], one["name"])} for one in said.body["fields"]]
    return replace(said, body={**said.body, "fields": fields})


def creation_screen_with_a_place(asked: Asked, inner: Inner) -> Said:
    """Begin a creation with the unknown place, and no sex."""
    said = inner(asked)
    if not is_for(asked, "GET", "forms", "CREATION") or not done(said):
        return said
    fields = [
        {**one, "value": "99999"} if one["name"] == "birth_place" else one for one in said.body["fields"]
    ]
    return replace(said, body={**said.body, "fields": fields})


def uncertainty_not_told(asked: Asked, inner: Inner) -> Said:
    """Tell nobody whether a date is uncertain."""
    return replace(
        said := inner(asked),
        body=walked(said.body, lambda key, one, _: None if key == "birth_date_uncertain" else one),
    )


def fictitious_not_counted() -> Habit:
    """Count no fictitious identity among the patients."""
    fictitious: set[str] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            fictitious.clear()
        said = inner(asked)
        if is_for(asked, "PUT", "patients", "*", "attributes") and done(said):
            is_one = "FICTIVE" in said.body["attributes"]
            (fictitious.add if is_one else fictitious.discard)(asked.path[1])
        if is_for(asked, "GET", "dashboard") and done(said):
            return replace(said, body={**said.body, "patients": said.body["patients"] - len(fictitious)})
        return said

    return habit


def unknown_place(asked: Asked, _: Inner) -> bool:
    """Tell whether a place of birth is typed that no table of the COG has."""
    if not is_for(asked, "POST", "patients") and not is_for(asked, "PATCH", "patients", "*"):
        return False
    place = str((asked.body or {}).get("birth_place") or "99999").strip().upper()
    return place != "99999" and not cog().periods(place)


def list_follows_first_name(asked: Asked, inner: Inner) -> Said:
    """Change the list of first names with the 1er prénom where it is nothing else and was never fed by INSi."""
    if is_for(asked, "PATCH", "patients", "*") and set(asked.body or {}) == {"first_name"}:
        now = file_now(asked, inner)
        if now.get("status") in {"PROV", "VALI"} and now.get("first_names") == now.get("first_name"):
            name = asked.body["first_name"]
            asked = replace(asked, body={"first_name": name, "first_names": name})
    return inner(asked)
