"""Somebody whose traits can be changed by very little: what a comparison which simplifies takes for no change."""

from __future__ import annotations

from typing import Final

from conformance.suite.desk.cast import Part

NEAR: Final = Part(
    key="hyphen-two-first-names",
    wish={"sex": "F", "birth_date": "1974-03-18", "birth_place": "35238"},
    names=lambda name, firsts: (f"{name}-{firsts[3]}", f"{firsts[0]} {firsts[1]} {firsts[2]}"),
)


def other_first_letter(name: str) -> str:
    """Return a name with another first letter."""
    return f"{'V' if name.startswith('K') else 'K'}{name[1:]}"


def near_changes(birth_name: str, first_names: str) -> dict[str, dict[str, str | None]]:
    """Return changes of ``NEAR`` by what they are; the names are those that they were drawn with."""
    first, second, *rest = first_names.split()
    return {
        "trait d'union devenu espace": {"birth_name": birth_name.replace("-", " ")},
        "dernière lettre du nom": {"birth_name": birth_name[:-1]},
        "première lettre du nom": {"birth_name": other_first_letter(birth_name)},
        "un prénom de moins": {"first_names": f"{first} {second}"},
        "seconds prénoms échangés": {"first_names": " ".join([first, *rest, second])},
        "prénom du milieu": {"first_names": " ".join([first, "KVORLAN", *rest])},
        "prénoms réunis": {"first_names": " ".join([f"{first}-{second}", *rest])},
        "jour": {"birth_date": "1974-03-17"},
        "mois": {"birth_date": "1974-04-18"},
        "année": {"birth_date": "1975-03-18"},
        "lieu inconnu": {"birth_place": "99999"},
        "lieu du même département": {"birth_place": "35047"},
    }


def near_values(birth_name: str, first_names: str, field: str) -> list[str | None]:
    """Return the values of a strict trait that differ by little from that of ``NEAR``; none of its sex."""
    return [change[field] for change in near_changes(birth_name, first_names).values() if field in change]
