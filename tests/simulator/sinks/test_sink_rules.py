"""Each condition and each answer that scenarios have for the sinks alone: held, not held, and read as what it says."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from simulator.scripting.conditions import compile_conditions
from simulator.scripting.loader import schema
from simulator.scripting.reach import ALL_OPERATIONS, operations_with
from simulator.scripting.reading import then_of, when_of
from simulator.scripting.sink_facts import Named, SinkFacts
from simulator.scripting.sinks import ANSWERS, SINK_OPERATIONS, SinkAnswer, SinkOperation, sink_words
from simulator.scripting.words import then_words, when_words
from simulator.sinks.dmp.reading import Entry
from simulator.sinks.dmp.recording import traits_of

TEXTS = {
    "document.unique_id": "2.25.1",
    "document.type_code": "87273-9",
    "document.title": "Note de vaccination",
    "document.mime_type": "text/xml",
    "mail.from": "officine@pharmacie.mssante.fr",
    "mail.to": "a@patient.mssante.fr b@exemple.mssante.fr",
    "mail.subject": "XDM/1.0/DDM+Note",
    "mail.ins": "O",
    "mail.account": "lgo-x",
    "mail.helo": "poste-12",
}
P1 = Named("279035121518989", "1.2.250.1.213.1.4.10", "PAT-TROIS")


def facts(**texts):
    request = SimpleNamespace(headers={}, body=b"", client_certificate=None)
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return SinkFacts(SinkOperation.ITI_41, request, now, None, texts={**TEXTS, **texts}, named=P1)


def holds(when, **texts):
    return compile_conditions(when_of(when), {})(facts(**texts))


def test_no_key_of_the_sinks_is_forgotten():
    keys = schema()["$defs"]["when"]["properties"]
    named = {f"{group}.{name}" for group in ("document", "mail") for name in keys[group]["properties"]}
    assert named == set(TEXTS)
    assert {one.value for one in SinkOperation} <= set(keys["operation"]["else"]["enum"])
    assert (
        set(keys["operation"]["else"]["enum"])
        == set(keys["operation"]["then"]["items"]["enum"])
        == ALL_OPERATIONS
    )
    assert set(ANSWERS) <= set(schema()["$defs"]["then"]["properties"])


@pytest.mark.parametrize("path", TEXTS)
def test_a_condition_on_a_text_of_a_sink(path):
    group, name = path.split(".")
    assert holds({group: {name: TEXTS[path]}})
    assert holds({group: {name: {"pattern": TEXTS[path][:3]}}})
    assert not holds({group: {name: "other"}})
    assert not holds({group: {name: {"present": True}}}, **{path: None})
    assert holds({group: {name: {"present": False}}}, **{path: None})
    assert operations_with(path) <= SINK_OPERATIONS
    assert path in when_words(when_of({group: {name: "x"}}))[1]


def test_the_number_of_a_patient_in_its_parts():
    assert holds({"matricule": {"number": "2790351215189", "key": "89", "oid": P1.oid}})
    assert holds({"birth_name": "pat trois"})
    assert not holds({"matricule": "2790351215180"})


@pytest.mark.parametrize(
    ("then", "answer", "code", "words"),
    [
        (
            {"dmp": {"error": "XDSX", "context": "why"}},
            SinkAnswer(error="XDSX", context="why"),
            "XDSX",
            "XDS error XDSX (why)",
        ),
        ({"dmp": {"fault": "down"}}, SinkAnswer(fault="down"), "Fault", "SOAP fault: down"),
        ({"dmp": {"accept": True}}, SinkAnswer(accept=True), "Success", "taken as it is"),
        ({"dmp": {"exists": False}}, SinkAnswer(exists=False), "NF", "no DMP"),
        ({"dmp": {"exists": True}}, SinkAnswer(exists=True), "OK", "the DMP exists"),
        ({"dmp": {"person": "one"}}, SinkAnswer(person="one"), "Success", "the DMP of one"),
        (
            {"smtp": {"code": 452, "text": "full"}},
            SinkAnswer(reply=452, text="full"),
            "452",
            "reply 452 full",
        ),
        ({"imap": {"status": "BYE"}}, SinkAnswer(status="BYE"), "BYE", "reply BYE"),
    ],
)
def test_an_answer_of_a_sink(then, answer, code, words):
    read = then_of(then)
    assert (read.sink, read.speaks, answer.code) == (answer, True, code)
    assert sink_words(answer)[1] == words
    assert words in then_words(read)[1]


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (("PID-5|NOM^PRENOM^^^^^L", "PID-7|19790328", "PID-8|F"), ("NOM", ("PRENOM",), "F", "1979-03-28")),
        (("PID-5|NOM", "PID-7|1979"), ("NOM", (), None, "1979")),
        (("nothing",), (None, (), None, None)),
    ],
)
def test_traits_of_source_patient_info(info, expected):
    traits = traits_of(Entry(id="d", patient_ids=(), unique_ids=(), patient_info=info))
    assert (traits.birth_name, traits.first_names, traits.sex, traits.birth_date) == expected
    assert traits_of(Entry(id="d", patient_ids=(), unique_ids=())) is None
