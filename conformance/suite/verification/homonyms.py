"""People near an identity received, who are not the one it is about: nothing of it may ever reach their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.suite.desk.people import PLAIN, another_value
from conformance.suite.desk.snapshot import HOMONYM_OR_SAME, expect_kept
from conformance.suite.verification.elsewhere import expect_not_filed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.suite.desk.routes import Route
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person
    from simulator.text import Text

NEAR: Final = ("birth_name", "first_name", "birth_date", "sex", "birth_place", "used-name")
"""What tells a homonym from the person received; all the rest is the same."""


def person_with_homonyms(desk: Desk) -> Person:
    """Draw somebody of whom homonyms can be made: letters only, one first name."""
    return desk.draw(first_names_count=1, **PLAIN)


def homonyms(desk: Desk, person: Person, route: Route) -> dict[str, Snapshot]:
    """Create a file for each person near, by what tells them apart, and return what they look like."""
    makers: Mapping[str, Callable[[], dict[str, str | None]]] = {
        "birth_name": lambda: {"birth_name": f"{person.identity.traits.birth_name}KV"},
        "first_name": lambda: _first(f"{person.first_name}KV"),
        "birth_date": lambda: {"birth_date": another_value(desk, person, "birth_date")},
        "sex": lambda: {"sex": another_value(desk, person, "sex")},
        "birth_place": lambda: {"birth_place": another_value(desk, person, "birth_place")},
        "used-name": lambda: {
            "birth_name": "KVORLAN",
            "used_name": person.identity.traits.birth_name,
            "used_first_name": person.first_name,
        },
    }
    found = {}
    for name in NEAR:
        patient = desk.create(person, **makers[name]())
        if not route.is_from_insi and route.name == "CHECKED":
            patient = desk.check_document(patient)
        found[name] = desk.snapshot(patient)
    return found


def expect_untouched(desk: Desk, near: Mapping[str, Snapshot], moment: Text) -> None:
    """Check that nobody near was taken for the person received."""
    for name, before in near.items():
        expect_kept(
            desk.snapshot(before.patient),
            before,
            type(moment)(
                f"{moment.fr}, dossier d'un homonyme (diffère par {name})",
                f"{moment.en}, file of a homonym (differs by {name})",
            ),
            besides={"attributes": HOMONYM_OR_SAME},
        )


def expect_without_document(desk: Desk, near: Mapping[str, Snapshot], moment: Text) -> None:
    """Check that nobody near got the document."""
    expect_not_filed(desk, [before.patient for before in near.values()], None, moment)


def _first(name: str) -> dict[str, str | None]:
    return {"first_name": name, "first_names": name}
