"""A line of a list that the person cannot see is nobody's fault: what rests on the list is not tested, never failed."""

from __future__ import annotations

import pytest

from conformance.drivers.verbs import VERBS
from conformance.guided.counter import Mark, Seen
from conformance.guided.screens import look
from conformance.guided.seeing import ALL_BUT_ID, LINES, need_lines_seen, unseen_of
from conformance.verdicts import UndecidedError, Verdict
from simulator.text import Text

CHANGES = {"changes": [{"previous": "PROV", "status": "RECUP", "at": "2026-03-02T09:14:05Z", "author": "d"}]}
ENTRIES = {"entries": [{"action": "IDENTITY_READ", "user": "d", "at": "2026-03-02T09:14:05Z"}]}
FOUND = {
    "patients": [
        {"id": "1", "status": "PROV", "birth_name": "A", "first_name": "B", "birth_date": "1960-01-01"}
    ]
}
ITEMS = {"items": [{"id": "1", "reason": "KO", "message": "INS non vérifiée."}]}
FORMER = {"former": [{"matricule": "160012B02077713", "oid": "1.2.250.1.213.1.4.10"}]}
READING = {
    "id": "5",
    "beneficiaries": [{"rank": "1", "birth_name": "A", "first_name": "B", "birth_date": "1960-01-01"}],
}
PROPOSAL = {
    "call_id": "7",
    "fields": [{"field": "birth_name", "local": "A", "insi": "B", "different": True}],
    "alerts": [],
}
LISTS = {
    "read_status_history": CHANGES,
    "read_audit_log": ENTRIES,
    "search_patients": FOUND,
    "read_worklist": ITEMS,
    "read_ins_history": FORMER,
}


class Eyes:
    """Somebody who sees nothing, or one line otherwise than expected."""

    lang = "fr"

    def __init__(self, *marks):
        self.marks = marks

    def confirm(self, rows):
        return [*self.marks, *[Mark(Seen.YES)] * (len(rows) - len(self.marks))]

    def ask(self, *_):
        return []

    def yes(self, *_):
        return True


def sight(verb, expected, *marks):
    [declaration] = [each for each in VERBS.values() if each.name == verb]
    return look(Eyes(*marks), declaration, expected)


@pytest.mark.parametrize("verb", LISTS)
def test_a_list_with_a_line_not_visible_is_not_known(verb):
    assert LINES in sight(verb, LISTS[verb], Mark(Seen.HIDDEN)).unseen
    assert LINES not in sight(verb, LISTS[verb]).unseen


@pytest.mark.parametrize(
    "verb", ["read_status_history", "read_audit_log", "search_patients", "read_worklist"]
)
def test_a_line_said_to_be_missing_is_missing(verb):
    seen = sight(verb, LISTS[verb], Mark(Seen.NO, 0))
    assert LINES not in seen.unseen
    assert list(seen.answer.values()) == [[]]


@pytest.mark.parametrize(
    ("verb", "expected", "member"),
    [("read_card", READING, "beneficiaries"), ("read_proposal", PROPOSAL, "fields")],
)
def test_what_else_the_answer_says_stays_known(verb, expected, member):
    assert member in sight(verb, expected, Mark(Seen.HIDDEN)).unseen
    assert member not in sight(verb, expected).unseen


def test_a_list_not_seen_concludes_nothing():
    with pytest.raises(UndecidedError, match="lire le journal") as caught:
        need_lines_seen(Text("Lire le journal", "Read the audit log"), [LINES])
    assert caught.value.verdict is Verdict.NOT_TESTED
    need_lines_seen(Text("Lire le journal", "Read the audit log"), ["code"])


def test_members_not_seen():
    assert unseen_of(("oid",), ["id", "oid", "sex"]) == ["oid"]
    assert unseen_of(ALL_BUT_ID, ["id", "oid", "sex"]) == ["oid", "sex"]
