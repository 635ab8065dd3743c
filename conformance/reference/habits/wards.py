"""Habits of software of wards and laboratories: who may do what, on which screen, and what comes before an act."""

from __future__ import annotations

import base64
import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference import strategy
from conformance.reference.habits.front import Asked, Inner, Said, refused
from conformance.reference.habits.order import done, is_for
from conformance.reference.habits.strict import file_now, is_super_user
from simulator.ins.places import cog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.habits.front import Habit
    from conformance.reference.soap import Criteria, Reply

_SESSION: Final = dt.timedelta(hours=1)
_STRICT: Final = frozenset(
    {"matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place"}
)


def place_of_another_time(asked: Asked, inner: Inner) -> bool:
    """Tell whether a place is typed that was none at the date of birth."""
    if not is_for(asked, "POST", "patients") and not is_for(asked, "PATCH", "patients", "*"):
        return False
    typed = asked.body or {}
    if asked.method == "PATCH" and not {"birth_place", "birth_date"} & set(typed):
        return False
    now = file_now(asked, inner) if asked.method == "PATCH" else {}
    place, born = (typed.get(name) or now.get(name) for name in ("birth_place", "birth_date"))
    if not place or not born or place == "99999":
        return False
    try:
        return not cog().is_valid_at(str(place).strip().upper(), dt.date.fromisoformat(born))
    except ValueError:
        return False


def document_of_the_day_only() -> Habit:
    """Validate by a document that was recorded the same day only."""
    day, recorded = ["today"], dict[str, str]()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            recorded.clear()
            day[0] = "today"
        if is_for(asked, "PUT", "clock"):
            day[0] = str((asked.body or {}).get("now") or "today")[:10]
        if is_for(asked, "POST", "patients", "*", "proofs"):
            recorded[asked.path[1]] = day[0]
        is_late = recorded.get(asked.path[-2] if len(asked.path) > 1 else "", day[0]) != day[0]
        if is_for(asked, "POST", "patients", "*", "validation") and is_late:
            return refused("Pièce d'un autre jour : enregistrez-la de nouveau.")
        return inner(asked)

    return habit


def doubt_lifted_with_a_document() -> Habit:
    """Lift a doubt once a document was recorded since."""
    since: set[str] = set()

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            since.clear()
        if is_for(asked, "PUT", "patients", "*", "attributes"):
            had = file_now(asked, inner).get("attributes", ())
            is_lifted = "DOUTEUSE" in had and "DOUTEUSE" not in asked.body["attributes"]
            if is_lifted and asked.path[1] not in since:
                return refused("Enregistrez d'abord la pièce qui lève le doute.")
            if "DOUTEUSE" in asked.body["attributes"] and "DOUTEUSE" not in had:
                since.discard(asked.path[1])
        said = inner(asked)
        if is_for(asked, "POST", "patients", "*", "proofs") and done(said):
            since.add(asked.path[1])
        return said

    return habit


def fictitious_no_more(asked: Asked, inner: Inner) -> bool:
    """Tell whether somebody fictitious is to become real."""
    return (
        is_for(asked, "PUT", "patients", "*", "attributes")
        and "FICTIVE" not in asked.body["attributes"]
        and "FICTIVE" in file_now(asked, inner).get("attributes", ())
    )


def homonym_no_more(asked: Asked, inner: Inner) -> bool:
    """Tell whether somebody is to have a homonym no more, with nothing set in its place."""
    return (
        is_for(asked, "PUT", "patients", "*", "attributes")
        and "HOMONYME" not in asked.body["attributes"]
        and not asked.body["attributes"]
        and "HOMONYME" in file_now(asked, inner).get("attributes", ())
    )


def doubtful_corrected_by_anybody(asked: Asked, inner: Inner) -> bool:
    """Tell whether an ordinary user corrects a strict trait of a doubtful identity."""
    return (
        is_for(asked, "PATCH", "patients", "*")
        and not is_super_user(asked)
        and bool(_STRICT & set(asked.body or {}))
        and "DOUTEUSE" in file_now(asked, inner).get("attributes", ())
    )


def mark_removed_by_who_set_it() -> Habit:
    """Have a mark taken away by whoever set it, or by somebody entitled."""
    by: dict[str, str] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            by.clear()
        if not is_for(asked, "PUT", "patients", "*", "attributes"):
            return inner(asked)
        user, had = asked.headers.get("x-banc-user", ""), set(file_now(asked, inner).get("attributes", ()))
        setter = by.get(asked.path[1], user)
        if had - set(asked.body["attributes"]) and setter != user and not is_super_user(asked):
            return refused(f"Posé par {setter} : à lever par la même personne.")
        said = inner(asked)
        if done(said) and set(asked.body["attributes"]) - had:
            by[asked.path[1]] = user
        return said

    return habit


def message_of(*statuses: str) -> Callable[[Asked, Inner], bool]:
    """Return what tells whether a message is asked for about somebody of one of these statuses."""
    return lambda asked, inner: (
        is_for(asked, "POST", "patients", "*", "messages")
        and file_now(asked, inner).get("status") in statuses
    )


def sign_in_ends_after_an_hour() -> Habit:
    """Block calls once an hour has passed on the clock since the sign-in."""
    ended = [False]

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] in {"reset", "authentication"}:
            ended[0] = False
        if is_for(asked, "PUT", "clock"):
            now = (asked.body or {}).get("now")
            passed = (
                dt.datetime.fromisoformat(now).astimezone(dt.UTC) - dt.datetime.now(dt.UTC)
                if now
                else dt.timedelta()
            )
            ended[0] = abs(passed) > _SESSION
        if ended[0] and is_for(asked, "POST", "insi-calls"):
            return refused("Session INSi expirée : authentifiez-vous de nouveau.")
        return inner(asked)

    return habit


def national_documents_lowered(asked: Asked, _: Inner) -> bool:
    """Tell whether the list of documents of high confidence is to lose those that a text names."""
    if not is_for(asked, "PUT", "settings"):
        return False
    changes = asked.body.get("settings", asked.body)
    high = changes.get("high_confidence_proofs")
    return high is not None and not {"CNI", "PASSPORT"} <= {one.strip() for one in high.split(",")}


def rights_come_with_others(asked: Asked, inner: Inner) -> Said:
    """Give with a right those without which it is good for nothing."""
    if is_for(asked, "PUT", "rights", "*"):
        rights = set(asked.body["rights"])
        if rights - {"READ_IDENTITY"}:
            rights.add("READ_IDENTITY")
        if "CALL_INSI" in rights:
            rights.add("READ_INS")
        return inner(replace(asked, body={**asked.body, "rights": sorted(rights)}))
    return inner(asked)


def nothing_opens_without_right(asked: Asked, inner: Inner) -> Said:
    """Open nothing at all for a user who may not see a patient."""
    if asked.path[0] in {"capabilities", "reset", "rights", "clock", "settings"}:
        return inner(asked)
    said = inner(asked.other("GET", "rights", asked.headers.get("x-banc-user", "-")))
    if done(said) and "READ_IDENTITY" not in said.body["rights"]:
        return refused("Profil sans accès à l'application.")
    return inner(asked)


def pending_proposal_shown_again() -> Habit:
    """Show the proposal that waits for a decision instead of asking INSi again, as long as the file is the same."""
    waiting: dict[str, tuple[Any, Any]] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            waiting.clear()
        patient = asked.body.get("patient_id") if is_for(asked, "POST", "insi-calls") else None
        if patient and asked.body.get("mode") == "TRAITS" and patient in waiting:
            file, call = waiting[patient]
            if file_now(asked, inner, patient) == file:
                return Said(status=201, body=call)
        said = inner(asked)
        if is_for(asked, "POST", "insi-calls", "*", "decision") and done(said):
            for one in [name for name, (_, call) in waiting.items() if call["id"] == asked.path[1]]:
                del waiting[one]
        elif patient and done(said):
            waiting.pop(patient, None)
            if said.body["outcome"] == "FOUND" and asked.body.get("mode") == "TRAITS":
                waiting[patient] = (file_now(asked, inner, patient), said.body)
        return said

    return habit


def card_attached_when_called(asked: Asked, inner: Inner) -> Said:
    """Take the billing number of the card into the file for which INSi is called with it."""
    said = inner(asked)
    body = asked.body or {}
    if (
        is_for(asked, "POST", "insi-calls")
        and body.get("mode") == "VITALE"
        and body.get("patient_id")
        and done(said)
    ):
        if said.body["outcome"] == "BLOCKED":
            return said
        own = {"reading_id": body["reading_id"], "rank": body["rank"]}
        inner(asked.other("PUT", "patients", body["patient_id"], "card", body=own))
    return said


def typed_search_goes_to_the_file(asked: Asked, inner: Inner) -> Said:
    """Call INSi for the file that has the typed traits, where there is one."""
    typed = asked.body.get("traits") if is_for(asked, "POST", "insi-calls") else None
    if typed and typed.get("birth_date"):
        found = inner(asked.other("GET", "patients", query={"birth_date": typed["birth_date"]}))
        names = ("birth_name", "first_name", "sex", "birth_place")
        for one in found.body["patients"] if done(found) else ():
            if all(one.get(name) == typed.get(name) for name in names):
                return inner(replace(asked, body={"mode": "TRAITS", "patient_id": one["id"]}))
    return inner(asked)


def left_to_a_person(when: Callable[[Asked], bool], message: str) -> Habit:
    """Leave what arrives to a person: an entry on the worklist, and nothing else."""
    own: list[dict[str, Any]] = []

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            own.clear()
        if when(asked):
            own.append({"id": f"p{len(own)}", "reason": "A_TRAITER", "message": message, "patient_id": None})
            own[-1]["at"] = dt.datetime.now(dt.UTC).isoformat()
            alert = {"code": "A_TRAITER", "message": message}
            return Said(status=201, body={"outcome": "QUEUED", "patient_id": None, "alerts": [alert]})
        said = inner(asked)
        if is_for(asked, "GET", "worklist") and done(said):
            return replace(said, body={**said.body, "items": [*said.body["items"], *own]})
        return said

    return habit


def received_without_ins(asked: Asked) -> bool:
    """Tell whether an identity arrives without INS."""
    return is_for(asked, "POST", "received-identities") and not asked.body["identity"].get("matricule")


def verified_before(last: str) -> Habit:
    """Have the INS of somebody qualifié verified before an act; what was denied goes no further."""

    def habit(asked: Asked, inner: Inner) -> Said:
        if is_for(asked, "POST", "patients", "*", last) and file_now(asked, inner).get("status") == "QUAL":
            verified = inner(asked.other("POST", "patients", asked.path[1], "verifications", body={}))
            if done(verified) and verified.body["outcome"] == "KO":
                return refused("INS non vérifiée.")
        return inner(asked)

    return habit


def former_number_found_too() -> Habit:
    """Find somebody by a former number too."""
    of: dict[str, str] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            of.clear()
        said = inner(asked)
        if is_for(asked, "GET", "patients", "*", "ins-history") and done(said):
            of.update({one["matricule"]: asked.path[1] for one in said.body.get("former", ())})
        number = asked.query.get("matricule") if is_for(asked, "GET", "matricule-search") else None
        if number in of and done(said) and not said.body["patients"]:
            return replace(said, body={"patients": [file_now(asked, inner, of[number])]})
        return said

    return habit


def place_first_then_without(
    planned: Sequence[Criteria], traits: strategy.Traits, send: strategy.Send
) -> Reply:
    """Ask with the place; where nobody is found, ask without it."""
    place = traits.get("birth_place")
    for criteria in planned:
        for one in dict.fromkeys(
            (replace(criteria, birth_place=None if place == "99999" else place), criteria)
        ):
            reply = send(one)
            if reply.code != strategy.NOT_FOUND:
                return reply
    return reply


def produced(name: str, change: Callable[[bytes], bytes]) -> Habit:
    """Write messages of a format in another way."""

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if (
            not is_for(asked, "POST", "patients", "*", "messages")
            or asked.body["format"] != name
            or not done(said)
        ):
            return said
        content = base64.b64encode(change(base64.b64decode(said.body["content"]))).decode()
        return replace(said, body={**said.body, "content": content})

    return habit


def in_a_batch(content: bytes) -> bytes:
    """Put an HL7 v2 message into a batch of one."""
    return b"FHS|^~\\&|LGO|PHARMA\rBHS|^~\\&|LGO|PHARMA\r" + content.rstrip(b"\r\n") + b"\rBTS|1\rFTS|1\r"


def in_latin_1(content: bytes) -> bytes:
    """Write an HL7 v2 message in ISO 8859-1."""
    return content.replace(b"UNICODE UTF-8", b"8859/1").decode().encode("latin-1")


def in_other_signs(content: bytes) -> bytes:
    """Write a CDA document in ISO 8859-1, with a style sheet and comments."""
    text = re.sub(r"^<\?xml[^>]*\?>\s*", "", content.decode())
    head = '<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>\n<?xml-stylesheet type="text/xsl" href="a.xsl"?>'
    return (head + "\n<!-- produit par un autre logiciel -->\n" + text).encode("latin-1", "xmlcharrefreplace")


def in_sixteen_bits(content: bytes) -> bytes:
    """Write a CDA document in UTF-16."""
    text = re.sub(r"^<\?xml[^>]*\?>", "", content.decode())
    return ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16")


def in_a_bundle(content: bytes) -> bytes:
    """Put a FHIR resource into a bundle."""
    text = content.decode().strip()
    if '"Bundle"' in text[:200]:
        return content
    return (
        '{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:7b3a5c1e-0000-4000-8000-000000000001",'
        '"resource":' + text + "}]}"
    ).encode()
