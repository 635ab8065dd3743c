"""What the checks of RSP-05 and RSP-06 share: people with three plain first names, and what is told of the first one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.people import PLAIN, with_traits
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.told import Told, told
from conformance.suite.response.proposals import proposed

if TYPE_CHECKING:
    from conformance.drivers.model import InsiCall
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person


def expect_table(desk: Desk, person: Person, first_name: str, usual: Told, *, coherent: bool) -> InsiCall:
    """Check that a file of this 1er prénom gets the alert of the decision table when INSi answers, or none; return the call."""
    with preparing("créer le patient", "create the patient", depends_on=("CRE-03",)):
        patient = desk.create(person, first_name=first_name, first_names=None)
    call = proposed(desk, patient, person)
    named = f"« {first_name} » / « {person.identity.traits.first_names} »"
    expect_alert(desk, call, person, usual, named, expected=not coherent, first_name=first_name)
    return call


def expect_alert(
    desk: Desk,
    call: InsiCall,
    person: Person,
    usual: Told,
    named: str,
    *,
    expected: bool,
    first_name: str = "",
) -> None:
    """Check that the call, or its comparison, tells more than an ordinary one does: or that it does not."""
    got = told_beside(desk, call, person, first_name)
    new = got.words - usual.words
    if not expected:
        # Only an alert can be unfounded: a message may hold what changes from call to call.
        new &= alerts_told(desk, call, person, first_name)
    if expected:
        has_words = replace(got, words=new).says_something
        expect(has_words, fr=f"aucune alerte alors que {named}", en=f"no alert although {named}")
    else:
        expect(
            not new,
            fr=f"alerte à tort pour {named} : {', '.join(sorted(new))}",
            en=f"unfounded alert for {named}: {', '.join(sorted(new))}",
        )


def told_beside(desk: Desk, call: InsiCall, person: Person, first_name: str = "") -> Told:
    """Return all that is told of a call and of its comparison, without what is the person's own."""
    proposal = desk.lgo.read_proposal(call.id, actor=desk.user)
    return told(
        call, about=(*names_of(person), first_name), alerts=[alert.message for alert in proposal.alerts]
    )


def alerts_told(desk: Desk, call: InsiCall, person: Person, first_name: str) -> frozenset[str]:
    """Return the words of the alerts alone, of the call and of its comparison."""
    proposal = desk.lgo.read_proposal(call.id, actor=desk.user)
    alerts = [alert.message for alert in (*call.alerts, *proposal.alerts)]
    return told(
        replace(call, message="", alerts=()), about=(*names_of(person), first_name), alerts=alerts
    ).words


def names_of(person: Person) -> tuple[str, ...]:
    """Return the names of a person, whole and in parts: what is told about them differs from one to the next."""
    traits = person.identity.traits
    return (
        traits.birth_name,
        traits.first_names,
        *traits.first_names.split(),
        *traits.first_names.replace("-", " ").split(),
    )


def about_first_name(words: frozenset[str]) -> bool:
    """Tell whether something told names the 1er prénom; not the list: that it differs from an empty one may be said too."""
    return any(re.search(r"(pr[ée]nom|first name)(?!s| s\b)", text) for text in words)


def usual_words(desk: Desk) -> Told:
    """Return what is told of somebody whose 1er prénom is the first of the list: alerts are what is told beyond it."""
    other = three_plain_names(desk)
    return told_beside(desk, proposed(desk, desk.create(other, first_names=None), other), other)


def three_plain_names(desk: Desk) -> Person:
    """Draw somebody with three first names of letters only, none the start of another, none too short."""

    def is_clear(person: Person) -> bool:
        names = person.identity.traits.first_names.split()
        return (
            all(name.isalpha() and len(name) > 3 for name in names)  # noqa: PLR2004 - cut by one it is still a name
            and not any(a.startswith(b) for a in names for b in names if a is not b)
        )

    return desk.draw(where=is_clear, first_names_count=3, **PLAIN)


def made(pattern: str, person: Person) -> str:
    """Return the 1er prénom that a pattern makes of the first names of a person."""
    names = person.identity.traits.first_names.split()
    return pattern.format(*names, cut=names[0][:-1], cut1=names[1][:-1])


def other_list(person: Person) -> Person:
    """Return the person with a list that begins with another first name."""
    names = person.identity.traits.first_names.split()
    return with_list(person, " ".join([*names[1:], names[0]]))


def with_list(person: Person, first_names: str) -> Person:
    """Return the person with another list of first names."""
    return replace(with_traits(person, first_names=first_names), key=f"{person.key}/list")


def expect_first_name(got: str | None, expected: str | None) -> None:
    """Check the 1er prénom of a file after an import."""
    expect_equal(got=got, expected=expected, fr="1er prénom après l'import", en="1er prénom after the import")
