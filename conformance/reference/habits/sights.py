"""Habits of what screens, lists and logs show beside what is asked for: other words, other signs, more lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.habits.extra import noted
from conformance.reference.habits.order import done, is_for
from conformance.reference.habits.strict import file_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.habits.front import Asked, Habit, Inner, Said

    Row = dict[str, Any]
    Change = Callable[[list[Row], Asked, Inner], list[Row]]

SHORT_LABELS: Final = {
    "birth_name": "N. Nais.", "first_name": "Pr. 1", "first_names": "Pr. Nais.", "birth_date": "DDN", "sex": "S.",
    "used_name": "N. Ut.", "used_first_name": "Pr. Ut.", "birth_place": "INSEE Nais.",
}  # fmt: skip
"""The abbreviations that Règle 3 gives."""

_NAMES: Final = frozenset({"birth_name", "used_name"})
_SEXES: Final = {"M": "H", "F": "F"}
_HIGH: Final = frozenset(
    {"CNI", "PASSPORT", "RESIDENCE_PERMIT", "FRANCE_IDENTITE", "IDENTITE_NUMERIQUE_LA_POSTE"}
)


def shown_on(form: str, change: Change) -> Habit:
    """Show the fields of a screen otherwise."""

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if not is_for(asked, "GET", "forms", form) or not done(said):
            return said
        return replace(said, body={**said.body, "fields": change(said.body["fields"], asked, inner)})

    return habit


def compared(change: Callable[[list[Row]], list[Row]]) -> Habit:
    """Show the lines of a comparison otherwise."""

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if not is_for(asked, "GET", "insi-calls", "*", "proposal") or not done(said):
            return said
        return replace(said, body={**said.body, "fields": change(said.body["fields"])})

    return habit


def short_labels(fields: list[Row], _: Asked, __: Inner) -> list[Row]:
    """Label fields as the rule abbreviates them."""
    return [{**one, "label": SHORT_LABELS.get(one["name"], one["label"])} for one in fields]


def homme_or_femme(fields: list[Row], _: Asked, __: Inner) -> list[Row]:
    """Show H or F, as most French screens do."""
    return [
        {**one, "value": _SEXES.get(one["value"], one["value"])}
        if one["name"] == "sex" and one.get("value")
        else one
        for one in fields
    ]


def lock_behind_values(fields: list[Row], _: Asked, __: Inner) -> list[Row]:
    """Show a lock behind the value of a field that cannot be changed."""
    return [
        {**one, "value": f"{one['value']} \N{LOCK}"}
        if one.get("editable") is False and one.get("value") and one["name"] != "status"
        else one
        for one in fields
    ]


def from_below(fields: list[Row], _: Asked, __: Inner) -> list[Row]:
    """Show the fields in the opposite order."""
    return list(reversed(fields))


def all_in_sight(fields: list[Row], _: Asked, __: Inner) -> list[Row]:
    """Show every field without a click."""
    return [{**one, "always_visible": True} for one in fields]


def search_bar_beside(fields: list[Row], _: Asked, __: Inner) -> list[Row]:
    """Offer a line of free text beside the distinct fields."""
    bar = {"name": "recherche_rapide", "label": "Recherche rapide (nom, date, n° de dossier)", "value": None}
    return [{**bar, "editable": True, "mandatory": False, "always_visible": True}, *fields]


def levels_behind_documents(fields: list[Row], _: Asked, __: Inner) -> list[Row]:
    """Say the level of confidence behind each document of the list."""
    return [
        {**one, "choices": [f"{kind} ({'haute' if kind in _HIGH else 'autre'})" for kind in one["choices"]]}
        if one["name"] == "kind" and one.get("choices")
        else one
        for one in fields
    ]


def marks_before_names(fields: list[Row], asked: Asked, inner: Inner) -> list[Row]:
    """Show the attributes of an identity before its name."""
    file = file_now(asked, inner, asked.query.get("patient_id") or "-")
    marks = " ".join(f"[{one}]" for one in file.get("attributes", ()))
    return [
        {**one, "value": f"{marks} {one['value']}"}
        if marks and one["name"] == "birth_name" and one.get("value")
        else one
        for one in fields
    ]


def sexes_in_comparison(lines: list[Row]) -> list[Row]:
    """Show H or F in a comparison."""
    return [
        {**one, **{key: _SEXES.get(one.get(key[:-8]) or "") for key in ("local_display", "insi_display")}}
        if one["field"] == "sex"
        else one
        for one in lines
    ]


def differences_marked_in_text(lines: list[Row]) -> list[Row]:
    """Put a sign behind what INSi says otherwise."""
    return [
        {**one, "insi_display": f"{one.get('insi_display') or one['insi']} \N{NOT EQUAL TO}"}
        if one["different"] and one["insi"]
        else one
        for one in lines
    ]


def titled_lines(lines: list[Row]) -> list[Row]:
    """Put titles between the lines of a comparison."""
    title = {"field": "titre", "local": None, "insi": None, "different": False}
    return [title, *lines, {**title, "field": "pied_de_page"}]


def searches_in_the_log() -> Habit:
    """Log each local search."""

    def note(asked: Asked, said: Said) -> Row | None:
        if not is_for(asked, "GET", "patients") or not done(said):
            return None
        return _entry(asked, "RECHERCHE_LOCALE", None, criteria=str(sorted(asked.query)))

    return noted("audit-log", "entries", note)


def decisions_in_the_log() -> Habit:
    """Log the decision of the user, with the code of the answer that it was about."""

    def note(asked: Asked, said: Said) -> Row | None:
        if not is_for(asked, "POST", "insi-calls", "*", "decision") or not done(said):
            return None
        patient = (said.body.get("patient") or {}).get("id")
        return _entry(
            asked, "INSI_DECISION", patient, mode="TRAITS", code="00", accepted=asked.body["accept"]
        )

    return noted("audit-log", "entries", note)


def marks_logged_as_changes() -> Habit:
    """Log attributes, documents and statuses as changes of the identity too."""

    def note(asked: Asked, said: Said) -> Row | None:
        acts = {"attributes", "proofs", "validation", "downgrade"}
        if len(asked.path) != 3 or asked.path[2] not in acts or asked.method == "GET" or not done(said):  # noqa: PLR2004
            return None
        changes = {
            "status": said.body.get("status", ""),
            "piece": str((said.body.get("proof") or {}).get("kind")),
        }
        return _entry(asked, "IDENTITY_CHANGED", asked.path[1], changes=changes)

    return noted("audit-log", "entries", note)


def creation_logged_as_a_change() -> Habit:
    """Log a creation as a change from nothing to what was typed."""

    def note(asked: Asked, said: Said) -> Row | None:
        if not is_for(asked, "POST", "patients") or not done(said):
            return None
        typed = {name: value for name, value in asked.body.items() if value}
        return _entry(asked, "IDENTITY_CHANGED", said.body["id"], changes=typed)

    return noted("audit-log", "entries", note)


def papers_in_the_log() -> Habit:
    """Log what is printed, produced and sent."""

    def note(asked: Asked, said: Said) -> Row | None:
        acts = {"renderings": "IMPRESSION", "messages": "PRODUCTION", "sendings": "ENVOI"}
        if (
            asked.method != "POST"
            or asked.path[0] != "patients"
            or asked.path[-1] not in acts
            or not done(said)
        ):
            return None
        return _entry(asked, acts[asked.path[-1]], asked.path[1])

    return noted("audit-log", "entries", note)


def returned_with_more(asked: Asked, inner: Inner) -> Said:
    """Hold more than the traits of what INSi returned: its label, the time, the list of former numbers."""
    said = inner(asked)
    if not is_for(asked, "GET", "audit-log") or not done(said):
        return said
    more = {"LibelleCR": "OK", "historique": "1 (2001-2019)", "recu_a": "10:00:00"}
    entries = [
        {**one, "returned": {**one["returned"], **more}} if one.get("returned") else one
        for one in said.body["entries"]
    ]
    return replace(said, body={**said.body, "entries": entries})


def sent_by_the_site(asked: Asked, inner: Inner) -> Said:
    """Name the site as the sender."""
    return _transmissions(
        asked, inner, lambda one: [{**one, "sender": "PHARMACIE DU PORT (FINESS 290012345)"}]
    )


def sent_twice_in_the_trace(asked: Asked, inner: Inner) -> Said:
    """Trace each sending twice: as it left, and as it was received."""
    return _transmissions(asked, inner, lambda one: [one, {**one, "etat": "acquitté"}])


def _transmissions(asked: Asked, inner: Inner, lines: Callable[[Row], list[Row]]) -> Said:
    said = inner(asked)
    if not is_for(asked, "GET", "transmissions") or not done(said):
        return said
    entries = [line for one in said.body["transmissions"] for line in lines(one)]
    return replace(said, body={**said.body, "transmissions": entries})


def printed_documents_filed() -> Habit:
    """Keep what was printed about a patient among the documents of the file."""

    def note(asked: Asked, said: Said) -> Row | None:
        if asked.method != "POST" or asked.path[-1] != "renderings" or not done(said):
            return None
        return {"id": f"imp-{id(said)}", "name": f"{asked.body['kind']}.pdf", "patient_id": asked.path[1]}

    own: list[Row] = []

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            own.clear()
        said = inner(asked)
        if is_for(asked, "GET", "patients", "*", "documents") and done(said):
            mine = [
                {"id": one["id"], "name": one["name"], "sender": None, "at": one["at"]}
                for one in own
                if one["patient_id"] == asked.path[1]
            ]
            return replace(said, body={**said.body, "documents": [*said.body["documents"], *mine]})
        if entry := note(asked, said):
            own.append({"at": datetime.now(UTC).isoformat(), **entry})
        return said

    return habit


def homonym_alert_at_call(asked: Asked, inner: Inner) -> Said:
    """Remind whoever calls INSi for a homonym of it."""
    said = inner(asked)
    patient = asked.body.get("patient_id") if is_for(asked, "POST", "insi-calls") else None
    if (
        not patient
        or not done(said)
        or "HOMONYME" not in file_now(asked, inner, patient).get("attributes", ())
    ):
        return said
    alert = {
        "code": "HOMONYME_CONNU",
        "message": "Attention, homonyme connu : vérifiez la date de naissance.",
    }
    return replace(said, body={**said.body, "alerts": [*said.body.get("alerts", ()), alert]})


def settings_of_many(asked: Asked, inner: Inner) -> Said:
    """Show many settings of one's own among those that rules ask about."""
    said = inner(asked)
    if asked.path != ("settings",) or not done(said):
        return said
    own = {f"param_{number:02}": "" for number in range(40)} | {
        "logo": "/img/croix.png",
        "format_date": "JJ/MM/AAAA",
    }
    return replace(said, body={**own, **said.body} if "settings" not in said.body else said.body)


def verbs_twice(asked: Asked, inner: Inner) -> Said:
    """Declare each verb twice."""
    said = inner(asked)
    if not is_for(asked, "GET", "capabilities") or not done(said):
        return said
    return replace(said, body={**said.body, "verbs": [*said.body["verbs"], *reversed(said.body["verbs"])]})


def refusals_in_many_lines(asked: Asked, inner: Inner) -> Said:
    """Refuse in several lines, with a code that is a path."""
    said = inner(asked)
    if said.status not in {409, 422}:
        return said
    message = (
        f"Enregistrement impossible :\r\n\t- {said.body.get('message', '')}\r\n\r\nContactez le support."
    )
    return replace(said, body={"code": "ident/0017", "message": message, "fields": None})


def accepted_for_work(asked: Asked, inner: Inner) -> Said:
    """Answer 202 to what was queued, and done before the answer."""
    said = inner(asked)
    is_queued = asked.method == "POST" and asked.path[0] in {
        "insi-calls",
        "bulk-verifications",
        "received-messages",
    }
    return replace(said, status=202) if is_queued and said.status == 201 else said  # noqa: PLR2004


def alerts_by_number(asked: Asked, inner: Inner) -> Said:
    """Name alerts by number, with a level and a link."""
    said = inner(asked)
    if not isinstance(said.body, dict) or not said.body.get("alerts"):
        return said
    alerts = [
        {**one, "code": f"A{sum(map(ord, one['code'])) % 1000:03}", "niveau": 2, "aide": {"url": "/aide"}}
        for one in said.body["alerts"]
    ]
    return replace(said, body={**said.body, "alerts": alerts})


def worklist_in_words(asked: Asked, inner: Inner) -> Said:
    """Name the person of an entry of the worklist in its text only."""
    said = inner(asked)
    if not is_for(asked, "GET", "worklist") or not done(said):
        return said

    def told(item: Row) -> Row:
        file = file_now(asked, inner, item["patient_id"]) if item.get("patient_id") else {}
        named = " ".join(
            str(file[name]) for name in ("birth_name", "first_name", "birth_date") if file.get(name)
        )
        return {**item, "patient_id": None, "message": f"{named} : {item.get('message', '')}"}

    return replace(said, body={**said.body, "items": [told(one) for one in said.body["items"]]})


def answers_little(keys: frozenset[str], *paths: tuple[str, ...]) -> Habit:
    """Leave these optional keys out of the answers to some acts, each a method and the parts of a path, and out of lists in them."""

    def habit(asked: Asked, inner: Inner) -> Said:
        said = inner(asked)
        if not done(said) or not any(is_for(asked, *path) for path in paths):
            return said
        return replace(said, body=_without(said.body, keys))

    return habit


def _without(value: Any, keys: frozenset[str]) -> Any:
    """Return an answer without these keys; an answer that is one list, with its entries without them."""
    if len(value) == 1:
        return {key: [_without(one, keys) for one in entries] for key, entries in value.items()}
    return {key: one for key, one in value.items() if key not in keys}


def _entry(asked: Asked, action: str, patient: str | None, **more: Any) -> Row:
    return {"action": action, "user": asked.headers.get("x-banc-user"), "patient_id": patient, **more}
