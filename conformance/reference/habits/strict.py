"""Habits of software that refuses more than is asked, where no text says that it has to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.habits.front import Asked, Inner, Said, refused
from conformance.reference.habits.order import done, is_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.habits.front import Habit

_ASKED_BY: Final = ("birth_name", "first_name", "first_names", "birth_date", "sex", "birth_place")
_MARKS: Final = frozenset({"DOUTEUSE", "FICTIVE"})
_NOBODY: Final = frozenset({"NOT_FOUND", "SEVERAL"})


def file_now(asked: Asked, inner: Inner, patient: str | None = None) -> dict[str, Any]:
    """Return the file that is asked about, as the user sees it now; empty where it is not shown."""
    said = inner(asked.other("GET", "patients", patient or asked.path[1]))
    return dict(said.body) if done(said) else {}


def is_super_user(asked: Asked) -> bool:
    """Tell whether the acting user is the entitled one."""
    return asked.headers.get("x-banc-role") == "SUPER_USER"


def refusing(message: str, when: Callable[[Asked, Inner], bool]) -> Habit:
    """Refuse what is asked when ``when`` says so."""

    def habit(asked: Asked, inner: Inner) -> Said:
        return refused(message) if when(asked, inner) else inner(asked)

    return habit


def same_question_not_asked_twice() -> Habit:
    """Call INSi no more for a file whose traits are those with which it found nobody, or several."""
    in_vain: dict[str, tuple[Any, ...]] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            in_vain.clear()
        patient = _called_by_traits(asked)
        if not patient:
            return inner(asked)
        file = file_now(asked, inner, patient)
        traits = tuple(file.get(name) for name in _ASKED_BY)
        if in_vain.get(patient) == traits:
            return refused("INSi a déjà répondu pour ces traits : complétez-les d'abord.")
        said = inner(asked)
        if done(said) and said.body["outcome"] in _NOBODY:
            in_vain[patient] = traits
        return said

    return habit


def verified_once() -> Habit:
    """Verify no INS a second time that was found right since the file last changed its status."""
    right: dict[str, tuple[Any, ...]] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            right.clear()
        if not is_for(asked, "POST", "patients", "*", "verifications"):
            return inner(asked)
        file = file_now(asked, inner)
        identity = (file.get("matricule"), *(file.get(name) for name in _ASKED_BY))
        if right.get(asked.path[1]) == identity:
            return refused("INS déjà vérifiée aujourd'hui.")
        said = inner(asked)
        if done(said) and said.body["outcome"] == "OK":
            right[asked.path[1]] = identity
        return said

    return habit


def qualified_alone_verified(asked: Asked, inner: Inner) -> bool:
    """Tell whether somebody récupéré is to be verified."""
    return (
        is_for(asked, "POST", "patients", "*", "verifications")
        and file_now(asked, inner).get("status") == "RECUP"
    )


def lot_of_one(asked: Asked, _: Inner) -> bool:
    """Tell whether a lot holds one file."""
    return is_for(asked, "POST", "bulk-verifications") and len(set(asked.body["patient_ids"])) == 1


def one_lot_at_a_time() -> Habit:
    """Start no lot while another one waits for its results."""
    running: list[str] = []

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            running.clear()
        if is_for(asked, "POST", "bulk-verifications"):
            for lot in list(running):
                said = inner(asked.other("GET", "bulk-verifications", lot))
                if done(said) and said.body["is_complete"]:
                    running.remove(lot)
            if running:
                return refused("Un lot est déjà en cours.")
        said = inner(asked)
        if asked.path[0] == "bulk-verifications" and done(said):
            if said.body["is_complete"]:
                running[:] = [one for one in running if one != said.body["id"]]
            elif said.body["id"] not in running:
                running.append(said.body["id"])
        return said

    return habit


def document_seen_since_import() -> Habit:
    """Make nobody qualifié by a document that was recorded before the identity came from INSi."""
    before: set[str] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            before.clear()
        is_validation = is_for(asked, "POST", "patients", "*", "validation")
        if is_validation and asked.path[1] in before and file_now(asked, inner).get("status") == "RECUP":
            return refused("Comparez la pièce avec l'identité reçue d'INSi : enregistrez-la de nouveau.")
        said = inner(asked)
        if done(said):
            if is_for(asked, "POST", "patients", "*", "proofs"):
                before.discard(asked.path[1])
            elif is_for(asked, "POST", "insi-calls", "*", "decision") and asked.body["accept"]:
                before.update(_files_in(said))
        return said

    return habit


def homonym_of_another(asked: Asked, inner: Inner) -> bool:
    """Tell whether an ordinary user sets or removes the attribute homonyme, but to put fictive in its place."""
    if not is_for(asked, "PUT", "patients", "*", "attributes") or is_super_user(asked):
        return False
    if "FICTIVE" in asked.body["attributes"]:
        return False
    now = file_now(asked, inner).get("attributes", ())
    return ("HOMONYME" in now) != ("HOMONYME" in asked.body["attributes"])


def frozen_while_fictive(asked: Asked, inner: Inner) -> bool:
    """Tell whether a fictitious identity is to be changed or documented."""
    is_act = is_for(asked, "PATCH", "patients", "*") or is_for(asked, "POST", "patients", "*", "proofs")
    return is_act and "FICTIVE" in file_now(asked, inner).get("attributes", ())


def leaves_while_marked(asked: Asked, inner: Inner) -> bool:
    """Tell whether something about a doubtful or fictitious identity is to be printed or sent."""
    return _leaves(asked) and bool(_MARKS & set(file_now(asked, inner).get("attributes", ())))


def printed_unqualified(asked: Asked, inner: Inner) -> bool:
    """Tell whether a report about somebody not qualifié is to be printed."""
    return (
        is_for(asked, "POST", "patients", "*", "renderings")
        and asked.body["kind"] in {"VACCINATION_NOTE", "INTERVIEW_REPORT", "MEDICATION_REVIEW"}
        and file_now(asked, inner).get("status") != "QUAL"
    )


def mailed_unqualified(asked: Asked, inner: Inner) -> bool:
    """Tell whether something about somebody not qualifié is to be mailed to a professional."""
    return (
        is_for(asked, "POST", "patients", "*", "sendings")
        and asked.body["channel"] == "MSSANTE"
        and file_now(asked, inner).get("status") != "QUAL"
    )


def opposition_to_one_stops_all() -> Habit:
    """Send nothing at all about a patient who refuses one channel."""
    opposed: set[str] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            opposed.clear()
        if is_for(asked, "POST", "patients", "*", "sendings") and asked.path[1] in opposed:
            return refused("Le patient s'est opposé aux envois.")
        said = inner(asked)
        if is_for(asked, "PUT", "patients", "*", "opposition") and done(said):
            (opposed.add if asked.body["channels"] else opposed.discard)(asked.path[1])
        return said

    return habit


def same_sending_once() -> Habit:
    """Send a document no second time by the same way to the same recipient, as long as the file is as it was."""
    sent: dict[tuple[Any, ...], Any] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            sent.clear()
        if not is_for(asked, "POST", "patients", "*", "sendings"):
            return inner(asked)
        key = (asked.path[1], *(asked.body.get(name) for name in ("kind", "channel", "recipient")))
        file = file_now(asked, inner)
        if key in sent and sent[key] == file:
            return refused("Ce document est déjà parti.")
        said = inner(asked)
        if done(said) and said.body["outcome"] == "SENT":
            sent[key] = file
        return said

    return habit


def card_of_somebody_else(asked: Asked, inner: Inner, readings: dict[str, Any]) -> bool:
    """Tell whether INSi is to be called by a card for the file of somebody who was born another day."""
    if not is_for(asked, "POST", "insi-calls") or asked.body["mode"] != "VITALE":
        return False
    patient = asked.body.get("patient_id")
    people = readings.get(asked.body["reading_id"], ())
    chosen = next((one for one in people if one["rank"] == asked.body["rank"]), None)
    if not patient or not chosen:
        return False
    born = file_now(asked, inner, patient).get("birth_date")
    return bool(born) and born != chosen.get("birth_date")


def card_of_another_not_called() -> Habit:
    """Call INSi with a card for the file of a person on it only."""
    readings: dict[str, Any] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            readings.clear()
        if card_of_somebody_else(asked, inner, readings):
            return refused("Cette personne n'est pas celle du dossier.")
        said = inner(asked)
        if is_for(asked, "POST", "card-readings") and done(said):
            readings[said.body["id"]] = said.body["beneficiaries"]
        return said

    return habit


def readings_of(*, user: bool = False, last: bool = False) -> Habit:
    """Take a card reading from the user who made it only (``user``), or only when no other came after it (``last``)."""
    by_user: dict[str, str | None] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            by_user.clear()
        wanted = asked.body.get("reading_id") if isinstance(asked.body, dict) else None
        me = asked.headers.get("x-banc-user")
        if wanted in by_user:
            is_mine = not user or by_user[wanted] == me
            is_last = not last or wanted == list(by_user)[-1]
            if not is_mine or not is_last:
                return refused("Relisez la carte.")
        said = inner(asked)
        if is_for(asked, "POST", "card-readings") and done(said):
            by_user[said.body["id"]] = me
        return said

    return habit


def call_without_reading(asked: Asked, inner: Inner) -> bool:
    """Tell whether somebody calls INSi who may not see what it answers."""
    if not is_for(asked, "POST", "insi-calls") and asked.path[-1] != "started-insi-calls":
        return False
    said = inner(asked.other("GET", "rights", asked.headers.get("x-banc-user", "-")))
    return done(said) and not {"READ_IDENTITY", "READ_INS"} <= set(said.body["rights"])


def senseless_rights(asked: Asked, _: Inner) -> bool:
    """Tell whether rights are to be given that are good for nothing without seeing a file."""
    if not is_for(asked, "PUT", "rights", "*"):
        return False
    wanted = set(asked.body["rights"])
    return bool(wanted) and "READ_IDENTITY" not in wanted


def clock_never_back() -> Habit:
    """Set no clock back, but to the real time."""
    shown = [""]

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            shown[0] = ""
        now = (asked.body or {}).get("now") if is_for(asked, "PUT", "clock") else None
        if now and now < shown[0]:
            return refused("L'horloge ne recule pas.")
        said = inner(asked)
        if is_for(asked, "PUT", "clock") and done(said):
            shown[0] = now or ""
        return said

    return habit


def decided_call_closed() -> Habit:
    """Show no call any more that was decided."""
    decided: set[str] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            decided.clear()
        if is_for(asked, "GET", "insi-calls", "*") and asked.path[1] in decided:
            return refused("Appel clos.")
        said = inner(asked)
        if is_for(asked, "POST", "insi-calls", "*", "decision") and done(said):
            decided.add(asked.path[1])
        return said

    return habit


def undecided_first(*acts: str) -> Habit:
    """Do these acts for no file of which an answer waits for its decision; each the last part of a path."""
    waiting: dict[str, str] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            waiting.clear()
        if asked.path[0] == "patients" and asked.path[-1] in acts and asked.path[1] in waiting.values():
            return refused("Une réponse d'INSi attend : acceptez-la ou refusez-la d'abord.")
        said = inner(asked)
        if done(said):
            if is_for(asked, "POST", "insi-calls", "*", "decision"):
                mine = waiting.get(asked.path[1])
                for call in [one for one, file in waiting.items() if file == mine]:
                    del waiting[call]
            elif (
                is_for(asked, "POST", "insi-calls")
                and said.body["outcome"] == "FOUND"
                and (patient := said.body.get("patient_id"))
            ):
                waiting[said.body["id"]] = patient
        return said

    return habit


def format_not_produced(name: str, *, declared: bool = True) -> Habit:
    """Produce no message in this format: refused, or not there at all (501)."""

    def habit(asked: Asked, inner: Inner) -> Said:
        if is_for(asked, "POST", "patients", "*", "messages") and asked.body["format"] == name:
            if declared:
                return refused("Format non produit par ce logiciel.", 422)
            return Said(status=501, body={"verb": "export_message", "reason": f"Pas de {name}."})
        return inner(asked)

    return habit


def validated_as_homonym(asked: Asked, inner: Inner) -> bool:
    """Tell whether somebody is to be validated whom a homonym may be taken for."""
    return is_for(asked, "POST", "patients", "*", "validation") and "HOMONYME" in file_now(asked, inner).get(
        "attributes", ()
    )


def _called_by_traits(asked: Asked) -> str | None:
    if is_for(asked, "POST", "insi-calls") and asked.body["mode"] == "TRAITS":
        found: str | None = asked.body.get("patient_id")
        return found
    return None


def _files_in(said: Said) -> list[str]:
    patient = (said.body or {}).get("patient")
    return [patient["id"]] if patient else []


def _leaves(asked: Asked) -> bool:
    return asked.method == "POST" and asked.path[-1] in {"renderings", "messages", "sendings", "dmp-access"}
