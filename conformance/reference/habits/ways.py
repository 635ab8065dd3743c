"""Habits of software that keeps an act to who began it, or refuses it in cases of which no text speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.habits.extra import noted
from conformance.reference.habits.front import Asked, Inner, Said, refused
from conformance.reference.habits.order import done, is_for
from conformance.reference.habits.strict import file_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.habits.front import Habit

_STRICT: Final = frozenset(
    {"matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place"}
)
_MARKS: Final = frozenset({"DOUTEUSE", "FICTIVE"})


def _user(asked: Asked) -> str:
    return asked.headers.get("x-banc-user", "")


def kept_to_who_began(
    began: Callable[[Asked, Said], str | None], meant: Callable[[Asked], str | None], message: str
) -> Habit:
    """Refuse to everybody else what somebody began; both functions give the name of the thing, if it is that."""
    of: dict[str, str] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            of.clear()
        name = meant(asked)
        if name and of.get(name, _user(asked)) != _user(asked):
            return refused(message)
        said = inner(asked)
        if done(said) and (name := began(asked, said)):
            of[name] = _user(asked)
        return said

    return habit


def started_call_of_its_user() -> Habit:
    """Show the outcome of a call that was started to who started it."""
    return kept_to_who_began(
        lambda asked, said: (
            said.body["call_id"] if is_for(asked, "POST", "patients", "*", "started-insi-calls") else None
        ),
        lambda asked: asked.path[1] if is_for(asked, "GET", "insi-calls", "*") else None,
        "Appel lancé par un autre utilisateur.",
    )


def comparison_of_its_user() -> Habit:
    """Show a comparison to who made the call."""
    return kept_to_who_began(
        lambda asked, said: said.body["id"] if is_for(asked, "POST", "insi-calls") else None,
        lambda asked: asked.path[1] if is_for(asked, "GET", "insi-calls", "*", "proposal") else None,
        "Comparaison ouverte par un autre utilisateur.",
    )


def withdrawn_by_who_sent() -> Habit:
    """Have a document withdrawn by who sent it."""
    return kept_to_who_began(
        lambda asked, said: said.body["id"] if is_for(asked, "POST", "patients", "*", "sendings") else None,
        lambda asked: asked.path[1] if is_for(asked, "POST", "sendings", "*", "withdrawal") else None,
        "À retirer par qui l'a envoyé.",
    )


def incoherent_correction(asked: Asked, inner: Inner) -> bool:
    """Tell whether a 1er prénom is to be changed to one that is not the start of the list (RSP-06)."""
    first = (asked.body or {}).get("first_name") if is_for(asked, "PATCH", "patients", "*") else None
    if not first:
        return False
    names = asked.body.get("first_names") or file_now(asked, inner).get("first_names")
    if not names:
        return False
    return not f"{_plain(names)} ".startswith(f"{_plain(first)} ")


def _plain(names: str) -> str:
    return names.upper().replace("-", " ").replace("'", " ")


def several_strict_at_once(asked: Asked, inner: Inner) -> bool:
    """Tell whether several strict traits of somebody récupéré or qualifié are changed at once."""
    if not is_for(asked, "PATCH", "patients", "*") or len(_STRICT & set(asked.body or {})) <= 1:
        return False
    return file_now(asked, inner).get("status") in {"RECUP", "QUAL"}


def card_for_marked(asked: Asked, inner: Inner) -> bool:
    """Tell whether a card is attached to a doubtful or fictitious file."""
    return is_for(asked, "PUT", "patients", "*", "card") and bool(
        _MARKS & set(file_now(asked, inner).get("attributes", ()))
    )


def another_billing_number(asked: Asked, inner: Inner) -> bool:
    """Tell whether a card is attached to a file that has a billing number already."""
    return is_for(asked, "PUT", "patients", "*", "card") and bool(
        file_now(asked, inner).get("billing_number")
    )


def app_for(asked: Asked, inner: Inner, *, when: Callable[[dict[str, Any]], bool]) -> bool:
    """Tell whether the Appli carte Vitale is read for a file of which ``when`` says so."""
    patient = (asked.body or {}).get("patient_id") if is_for(asked, "POST", "app-readings") else None
    return bool(patient) and when(file_now(asked, inner, patient))


def is_marked(file: dict[str, Any]) -> bool:
    """Tell whether a file is doubtful or fictitious."""
    return bool(_MARKS & set(file.get("attributes", ())))


def without_right_to_validate(asked: Asked, inner: Inner) -> bool:
    """Tell whether the acting user may not validate."""
    said = inner(asked.other("GET", "rights", _user(asked) or "-"))
    return done(said) and "VALIDATE_IDENTITY" not in said.body["rights"]


def lowered_without_right(asked: Asked, inner: Inner) -> bool:
    """Tell whether somebody who may not validate lowers a status."""
    return is_for(asked, "POST", "patients", "*", "downgrade") and without_right_to_validate(asked, inner)


def doubt_lifted_without_right(asked: Asked, inner: Inner) -> bool:
    """Tell whether somebody who may not validate lifts a doubt."""
    return (
        is_for(asked, "PUT", "patients", "*", "attributes")
        and "DOUTEUSE" not in asked.body["attributes"]
        and "DOUTEUSE" in file_now(asked, inner).get("attributes", ())
        and without_right_to_validate(asked, inner)
    )


def opposition_to_be_lifted(asked: Asked, _: Inner) -> bool:
    """Tell whether an ordinary user lifts what a patient is opposed to."""
    return (
        is_for(asked, "PUT", "patients", "*", "opposition")
        and not asked.body["channels"]
        and asked.headers.get("x-banc-role") != "SUPER_USER"
    )


def one_started_call_a_file() -> Habit:
    """Start no call for a file whose last one was not read yet, nor call INSi otherwise."""
    waiting: dict[str, str] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            waiting.clear()
        starts = is_for(asked, "POST", "patients", "*", "started-insi-calls")
        patient = asked.path[1] if starts else None
        if is_for(asked, "POST", "insi-calls"):
            patient = asked.body.get("patient_id")
        if patient in waiting:
            said = inner(asked.other("GET", "insi-calls", waiting[patient]))
            if done(said) and said.body["call"] is None:
                return refused("Un appel INSi est en cours pour ce dossier.")
            del waiting[patient]
        said = inner(asked)
        if starts and done(said):
            waiting[asked.path[1]] = said.body["call_id"]
        return said

    return habit


def readings_end_with_a_swap() -> Habit:
    """Have a card read again once another one was in the reader, even where the first has come back."""
    ended: set[str] = set()
    there: set[str] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            ended.clear()
            there.clear()
        if is_for(asked, "PUT", "card-reader"):
            ended.update(there)
        if (asked.body or {}).get("reading_id") in ended:
            return refused("Carte retirée depuis : relisez-la.")
        said = inner(asked)
        if is_for(asked, "POST", "card-readings") and done(said):
            there.add(said.body["id"])
        return said

    return habit


def to_look_into(reason: str, concerned: Callable[[Asked, Said], str | None]) -> Habit:
    """Put the file on the worklist that ``concerned`` tells of."""
    count = [0]

    def note(asked: Asked, said: Said) -> dict[str, Any] | None:
        patient = concerned(asked, said) if done(said) else None
        if not patient:
            return None
        count[0] += 1
        return {"id": f"{reason}-{count[0]}", "reason": reason, "message": reason, "patient_id": patient}

    return noted("worklist", "items", note)


def created(asked: Asked, said: Said) -> str | None:
    """Return the file that was created by hand."""
    return said.body["id"] if is_for(asked, "POST", "patients") else None


def lowered(asked: Asked, said: Said) -> str | None:
    """Return the file whose status was lowered by hand."""
    return said.body["id"] if is_for(asked, "POST", "patients", "*", "downgrade") else None


def marked(asked: Asked, said: Said) -> str | None:
    """Return the file that was marked."""
    is_mark = is_for(asked, "PUT", "patients", "*", "attributes") and asked.body["attributes"]
    return said.body["id"] if is_mark else None


def searched_after(concerned: Callable[[Asked, Said], str | None]) -> Habit:
    """Search INSi for the file that ``concerned`` tells of, within the act, and leave the proposal to the user."""

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        patient = concerned(asked, said) if done(said) else None
        if patient and file_now(asked, inner, patient).get("status") == "PROV":
            inner(asked.other("POST", "insi-calls", body={"mode": "TRAITS", "patient_id": patient}))
        return said

    return habit


def unmarked(asked: Asked, said: Said) -> str | None:
    """Return the file whose marks were lifted."""
    is_lift = is_for(asked, "PUT", "patients", "*", "attributes") and not asked.body["attributes"]
    return said.body["id"] if is_lift else None


def received_bare(asked: Asked, said: Said) -> str | None:
    """Return the file that was created for an identity received without INS."""
    is_bare = is_for(asked, "POST", "received-identities") and not asked.body["identity"].get("matricule")
    return said.body.get("patient_id") if is_bare and said.body["outcome"] == "CREATED" else None
