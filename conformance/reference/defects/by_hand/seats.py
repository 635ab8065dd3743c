"""Faults of seats: what a workstation keeps of its user, what only looking or printing does to a file; see ``by_hand``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers import site
from conformance.drivers.model import Role, Status
from conformance.reference.defects.by_hand.common import all_with
from conformance.reference.files import identity_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.seams import Memory, Record

_USED: Final = frozenset({"used_name", "used_first_name"})
_FED: Final = ("birth_name", "first_names", "birth_date", "sex", "birth_place")
_WITH_INS: Final = frozenset({"RECUP", "QUAL"})


# Who sits there


def role_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who has acted as a super-user."""
    if about["role"] == Role.SUPER_USER:
        memory.shared.setdefault("supers", set()).add(about["user"])
    return records


def passes_for_supers(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse nothing to whoever was a super-user once."""
    return [] if about["user"] in memory.shared.get("supers", ()) else records


def unlocked_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Unlock the file in which a super-user has changed a name in use."""
    changed = set(about.get("typed") or ())
    if about["role"] == Role.SUPER_USER and changed and changed <= _USED:
        memory.shared.setdefault("unlocked", set()).add(records[0]["id"])
    return records


def passes_when_unlocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse nothing in a file that was unlocked."""
    return [] if about["file"]["id"] in memory.shared.get("unlocked", ()) else records


def left_open(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the right of a super-user open at the workstation once they have saved."""
    memory.shared["open"] = about["role"] == Role.SUPER_USER
    return records


def passes_when_open(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let the next refused change through."""
    return [] if memory.shared.pop("open", False) else records


def blind_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember from whom the INS is hidden."""
    memory.shared.setdefault("blind", set()).add(about["user"])
    return records


def saved_blind(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Save the matricule as the screen of that user shows it: empty."""
    if about["user"] not in memory.shared.get("blind", ()):
        return records
    return all_with(records, matricule=None, oid=None)


# What is on the screen


def displayed_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember which fields the site shows."""
    if (shown := records[0].get(site.DISPLAYED_FIELDS)) is not None:
        memory.shared["displayed"] = set(shown.split(","))
    return records


def off_screen_emptied(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Empty the names in use that are not on the screen that was saved."""
    shown = memory.shared.get("displayed", _USED)
    return all_with(records, **dict.fromkeys(sorted(_USED - shown)))


def store_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the database at hand for acts that only look."""
    memory.shared["store"] = about["store"]
    return records


def _looked_at(about: Mapping[str, Any], memory: Memory, **values: Any) -> None:
    store, number = memory.shared.get("store"), about.get("patient_id")
    if store is not None and number:
        patient: Patient = store.patient(number)
        store.save_patient(replace(patient, **{name: _of(value, patient) for name, value in values.items()}))


def _of(value: Any, patient: Patient) -> Any:
    return value(patient) if callable(value) else value


def printed_plain(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the name back into the file without its hyphens, as it was printed."""
    _looked_at(about, memory, birth_name=lambda one: (one.birth_name or "").replace("-", " ") or None)
    return records


def printed_used(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Complete the used first name of the file with what was printed for it."""
    _looked_at(about, memory, used_first_name=lambda one: one.used_first_name or one.first_name)
    return records


def sent_unmarked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the attributes away once they were told."""
    _looked_at(about, memory, attributes=frozenset())
    return records


def form_drops_proof(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Empty the document of the file when the screen opens that has none selected."""
    _looked_at(about, memory, proof=None)
    return records


def sent_named(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Complete the used name of the file with that of the recipient's page."""
    _looked_at(about, memory, used_name=lambda one: one.used_name or one.birth_name)
    return records


def printed_placeless(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the place back into the file as unknown, for the page does not print it."""
    _looked_at(about, memory, birth_place="99999")
    return records


def dashboard_lowers(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make identités qualifiées récupérées while they are counted."""
    if (store := memory.shared.get("store")) is not None:
        for one in store.patients():
            if one.status is Status.QUAL:
                store.save_patient(replace(one, status=Status.RECUP))
    return records


# Between the call and the decision


def call_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who called for a file, with which traits, and which answer came."""
    kept = {"user": about["user"], "local": dict(about["local"]), "nights": memory.shared.get("nights", 0)}
    if about.get("patient_id"):
        memory.shared.setdefault("calls", {})[about["patient_id"]] = kept
    if about.get("insi"):
        memory.shared.setdefault("answers", {})[about["insi"]["matricule"]] = kept
    return records


def _call_of(about: Mapping[str, Any], memory: Memory) -> dict[str, Any]:
    answers: dict[str, dict[str, Any]] = memory.shared.get("answers", {})
    return answers.get(str((about.get("insi") or {}).get("matricule")), {})


def touched_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave what was changed in the file since the call."""
    then = _call_of(about, memory).get("local")
    if then is None or about.get("path") == "created-from-insi":
        return records
    touched = {name for name in _FED if then.get(name) != about["local"].get(name)}
    return [{name: value for name, value in one.items() if name not in touched} for one in records]


def name_touched_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the name when it was changed in the file since the call."""
    then = _call_of(about, memory).get("local")
    if then is None or then.get("birth_name") == about["local"].get("birth_name"):
        return records
    return [{name: value for name, value in one.items() if name != "birth_name"} for one in records]


def third_look_shows_insi(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the values of INSi on both sides from the third look at an answer on."""
    number = str((about.get("insi") or {}).get("matricule"))
    memory.own[number] = memory.own.get(number, 0) + 1
    if memory.own[number] < 3:  # noqa: PLR2004 - third
        return records
    return [{**one, "local": one["insi"], "different": False} for one in records]


def number_only_when_touched(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the number alone into a file that was changed since the call."""
    then = _call_of(about, memory).get("local")
    if then is None or then == about["local"]:
        return records
    return [{name: one[name] for name in ("matricule", "oid")} for one in records]


def number_only_after_a_night(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the number alone when a night has passed since the call."""
    before = _call_of(about, memory).get("nights", 0)
    if about.get("path") == "created-from-insi" or before == memory.shared.get("nights", 0):
        return records
    return [{name: one[name] for name in ("matricule", "oid")} for one in records]


def signed_by_the_caller(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Sign the acceptance with whoever called."""
    call = memory.shared.get("calls", {}).get(about["patient_id"])
    return all_with(records, author=call["user"]) if call else records


def second_look_flags_nothing(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Flag differences at the first look at an answer only."""
    number = (about.get("insi") or {}).get("matricule")
    seen = memory.own.setdefault("seen", set())
    if number in seen:
        return all_with(records, different=False)
    seen.add(number)
    return records


def compared_as_called(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Compare the answer with the traits of the time of the call."""
    then = _call_of(about, memory).get("local")
    if then is None:
        return records
    return [
        {**one, "local": then.get(one["field"]), "different": then.get(one["field"]) != one["insi"]}
        for one in records
    ]


def waiting_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember an answer found for typed traits, of which there is no file yet."""
    if not about.get("patient_id") and str(records[0]["outcome"]) == "FOUND" and about.get("insi"):
        insi = about["insi"]
        memory.shared.setdefault("waiting", {})[insi["birth_name"], insi["birth_date"]] = insi
    return records


def takes_waiting(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give a new file the INS of the answer that waits for such a person."""
    [one] = records
    insi = memory.shared.get("waiting", {}).get((one["birth_name"], one["birth_date"]))
    if insi is None:
        return records
    return all_with(records, matricule=insi["matricule"], oid=insi["oid"], status=Status.RECUP, noted=True)


# What was lost


def loss_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the INS that a fall takes away."""
    before = about["before"]
    if before["matricule"] and not records[0]["matricule"]:
        memory.shared.setdefault("lost", {})[before["id"]] = (before["matricule"], before["oid"])
    return records


def loss_given_back(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give the file back the INS that it had lost."""
    lost = memory.shared.get("lost", {}).get(records[0]["id"])
    if lost is None or records[0]["matricule"]:
        return records
    return all_with(records, matricule=lost[0], oid=lost[1], status=Status.RECUP, noted=True)


def number_of_old_given_back(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Give the file back the number alone."""
    lost = memory.shared.get("lost", {}).get(records[0]["id"])
    return all_with(records, matricule=lost[0], oid=lost[1]) if lost else records


# Traces


def _with_trace(
    records: list[Record], memory: Memory, shown: Callable[[dict[str, str], Patient], dict[str, str]]
) -> list[Record]:
    """Return the entries of a log, what each answer returned as ``shown`` makes it from the file as it is now."""
    store = memory.shared.get("store")
    return [
        {**one, "returned": shown(one["returned"], store.patient(one["patient_id"]))}
        if one["returned"] and one["patient_id"] and store is not None
        else one
        for one in records
    ]


def trace_follows(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show in the trace of an answer what the file holds now."""

    def shown(returned: dict[str, str], patient: Patient) -> dict[str, str]:
        now = identity_of(patient)
        return {name: now.get(name) or value for name, value in returned.items()}

    return _with_trace(records, memory, shown)


def trace_loses_number(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the number out of the traces of a file that has lost it."""

    def shown(returned: dict[str, str], patient: Patient) -> dict[str, str]:
        lost = () if patient.matricule else ("matricule", "oid")
        return {name: value for name, value in returned.items() if name not in lost}

    return _with_trace(records, memory, shown)


def declined_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember an answer that was declined."""
    memory.shared.setdefault("declined", set()).add((about.get("insi") or {}).get("matricule"))
    return records


def trace_of_declined_emptied(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Empty the trace of an answer that was declined."""
    declined = memory.shared.get("declined", ())
    return [
        {**one, "returned": {}} if one["returned"].get("matricule") in declined else one for one in records
    ]


FUNCTIONS: Final = {
    "role-noted": role_noted,
    "passes-for-supers": passes_for_supers,
    "unlocked-noted": unlocked_noted,
    "passes-when-unlocked": passes_when_unlocked,
    "left-open": left_open,
    "passes-when-open": passes_when_open,
    "blind-noted": blind_noted,
    "saved-blind": saved_blind,
    "displayed-noted": displayed_noted,
    "off-screen-emptied": off_screen_emptied,
    "store-noted": store_noted,
    "printed-plain": printed_plain,
    "printed-used": printed_used,
    "sent-unmarked": sent_unmarked,
    "form-drops-proof": form_drops_proof,
    "call-noted": call_noted,
    "sent-named": sent_named,
    "printed-placeless": printed_placeless,
    "dashboard-lowers": dashboard_lowers,
    "name-touched-kept": name_touched_kept,
    "third-look-shows-insi": third_look_shows_insi,
    "touched-kept": touched_kept,
    "number-only-when-touched": number_only_when_touched,
    "number-only-after-a-night": number_only_after_a_night,
    "signed-by-the-caller": signed_by_the_caller,
    "second-look-flags-nothing": second_look_flags_nothing,
    "compared-as-called": compared_as_called,
    "waiting-noted": waiting_noted,
    "takes-waiting": takes_waiting,
    "loss-noted": loss_noted,
    "loss-given-back": loss_given_back,
    "number-of-old-given-back": number_of_old_given_back,
    "trace-follows": trace_follows,
    "trace-loses-number": trace_loses_number,
    "declined-noted": declined_noted,
    "trace-of-declined-emptied": trace_of_declined_emptied,
}
