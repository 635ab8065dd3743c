"""Profiles of users for the checks of rights, and whether an answer shows what a profile may not see."""

from __future__ import annotations

import base64
import re
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import IDENTITY_FIELDS, Actor, Role, Verb
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Authentication, Right
from conformance.suite.desk.apart import SETTINGS, path
from conformance.suite.desk.expect import expect
from conformance.suite.desk.sign_in import signing_in
from conformance.suite.desk.words import label
from conformance.verdicts import Departure, UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.text import Text

ORDINARY: Final = frozenset(Right) - {Right.CHANGE_STRICT_TRAITS}

INS: Final = ("matricule", "oid")

SIGN_IN: Final = path("connexion à INSi", "sign-in to INSi", Verb.CHOOSE_AUTHENTICATION)

SHORTEST: Final = 3
"""Letters of a name below which it may stand in any text by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A user with certain rights."""

    actor: Actor
    rights: frozenset[Right]
    """Those that the software says it gave."""
    asked: frozenset[Right]


def profile(desk: Desk, rights: Collection[Right], *, name: str, role: Role = Role.USER) -> Profile:
    """Give a user of their own exactly these rights.

    Raises:
        Departure: the software cannot give so few.
    """
    actor = Actor(user=f"banc-{name}", role=role)
    try:
        given = desk.lgo.write_rights(actor.user, frozenset(rights))
    except RefusedError as refusal:
        if rights:
            raise UndecidedError(
                f"le logiciel ne donne pas ces droits ensemble ({_named(rights)}) : {refusal.message}",
                f"the software does not give these rights together ({_named(rights)}): {refusal.message}",
                verdict=Verdict.NOT_TESTED,
            ) from refusal
        raise Departure(
            f"le logiciel ne connaît pas de profil sans droit sur les identités : {refusal.message}",
            f"the software has no profile without right on identities: {refusal.message}",
        ) from refusal
    return Profile(actor=actor, rights=frozenset(given), asked=frozenset(rights))


def need_withheld(desk: Desk, who: Profile, right: Right) -> Profile:
    """Return the user without this right; which rights go together is the software's choice, and one that brings it is not given.

    Raises:
        UndecidedError: it comes with each of the others.
    """
    if right not in who.rights:
        return who
    for bringing in sorted(who.asked - {Right.READ_IDENTITY}):
        with suppress(RefusedError):
            given = frozenset(desk.lgo.write_rights(who.actor.user, who.asked - {bringing}))
            if right not in given:
                return replace(who, rights=given)
    raise UndecidedError(
        f"le logiciel ne retire pas le droit {right} à part ({_named(who.rights)})",
        f"the software does not withhold the right {right} on its own ({_named(who.rights)})",
        verdict=Verdict.NOT_TESTED,
    )


def sign_in_and_save(desk: Desk, who: Profile) -> None:
    """Have a user sign in to INSi, and settings saved as they stand: neither gives anybody a right."""
    with desk.if_offered(SIGN_IN), suppress(RefusedError), signing_in(desk):
        desk.lgo.choose_authentication(Authentication.CERTIFICATE, actor=who.actor)
    with desk.if_offered(SETTINGS), suppress(RefusedError):
        known = desk.lgo.read_settings()
        desk.lgo.write_settings({name: known[name] for name in sorted(known)[:1]})


def expect_hidden(
    desk: Desk,
    answers: Mapping[str, Callable[[], Any]],
    person: Patient,
    names: Iterable[str],
    who: Text,
    *,
    inferred: bool = False,
) -> None:
    """Check that none of these acts, done by somebody without the right, tells a value of a patient.

    A refusal, an empty answer and a mask are all right: what counts is that the value is not there.

    Args:
        desk: where an act that the software does not have is noted.
        answers: acts by what they are called in a reason.
        person: the file, as an entitled user sees it.
        names: the identity fields that may not be seen.
        who: the profile, as a reason calls it.
        inferred: no text says so.
    """
    secrets = {name: value for name in names if (value := getattr(person, name))}

    def leaks_of(act: str, do: Callable[[], Any]) -> tuple[str, list[str]]:
        try:
            answer: Any = do()
        except RefusedError as refusal:
            answer = [refusal.message]
        return act, sorted(set(_leaks(answer, secrets)))

    # Without the act, a software shows nothing by it.
    told = desk.each_offered(
        {path(f"par {act}", f"by {act}", *Verb): partial(leaks_of, act, do) for act, do in answers.items()}
    )
    shown = [(act, leaks) for act, leaks in told if leaks]
    expect(
        not shown,
        fr=f"{who.fr} voit " + " ; ".join(f"par {act} : {_fr(leaks)}" for act, leaks in shown),
        en=f"{who.en} sees " + "; ".join(f"by {act}: {_en(leaks)}" for act, leaks in shown),
        inferred=inferred,
    )


def _leaks(answer: Any, secrets: Mapping[str, str], under: str = "") -> Iterator[str]:
    """Yield the names of the secrets that stand in an answer: under their own name, or inside any text."""
    for name, value in _parts(answer, under):
        yield from _leaks(value, secrets, name)
    if isinstance(answer, bytes):
        answer = answer.decode("utf-8", "replace")
    if isinstance(answer, str):
        for name, secret in secrets.items():
            if (under == name and answer == secret) or _contains(answer, name, secret):
                yield name


def _parts(answer: Any, under: str) -> Iterator[tuple[str, Any]]:
    """Yield the values inside an answer, each with the name that it stands under."""
    if isinstance(answer, (list, tuple, set, frozenset)):
        yield from ((under, value) for value in answer)
    elif isinstance(answer, dict):
        yield from ((str(name), value) for name, value in answer.items())
    elif is_dataclass(answer) and not isinstance(answer, type):
        inside = {one.name: getattr(answer, one.name) for one in fields(answer)}
        # A line of a comparison or of a screen says in one value which field it is about.
        about = str(inside.get("field") or inside.get("name") or "")
        # What may be chosen in a field is nobody's value: an empty form offers F and M to everybody.
        yield from (
            (about if about in IDENTITY_FIELDS and name != "choices" else name, value)
            for name, value in inside.items()
        )


def _contains(text: str, name: str, secret: str) -> bool:
    if name == "sex":
        return False
    if name == "matricule":
        return any(secret[:13] in _bare(each) for each in (text, _decoded(text)))
    if name == "birth_date":
        year, month, day = secret[:4], secret[5:7], secret[8:10]
        return any(
            form in text
            for form in (secret, f"{day}/{month}/{year}", f"{day}-{month}-{year}", f"{year}{month}{day}")
        )
    if len(secret) < SHORTEST:
        return False
    return re.search(rf"(?<![\w.]){re.escape(secret)}(?![\w.]|-\w)", text, re.IGNORECASE) is not None


def _bare(text: str) -> str:
    """Return letters and digits alone: a number may be written with spaces."""
    return re.sub(r"[\W_]", "", text).upper()


def _decoded(text: str) -> str:
    """Return what a text says once decoded from base64, if it is that."""
    if not re.fullmatch(r"[A-Za-z0-9+/]{16,}={0,2}", text):
        return ""
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except ValueError:
        return ""


def as_super_user(who: Profile) -> Profile:
    """Return the same user who claims to be a super-user: the rights given decide, not the claim."""
    return replace(who, actor=replace(who.actor, role=Role.SUPER_USER))


def _named(rights: Collection[Right]) -> str:
    return ", ".join(sorted(rights)) or "-"


def _fr(names: Iterable[str]) -> str:
    return ", ".join(label(name).fr for name in names)


def _en(names: Iterable[str]) -> str:
    return ", ".join(label(name).en for name in names)
