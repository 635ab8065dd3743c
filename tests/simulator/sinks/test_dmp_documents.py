"""What was sent to the DMP is found by ITI-18 and read back by ITI-43."""

from __future__ import annotations

import base64

import pytest
from lxml import etree

from simulator.sinks.dmp.documents import REPOSITORY
from simulator.sinks.dmp.mtom import unpack
from simulator.sinks.dmp.queries import FIND_DOCUMENTS, GET_DOCUMENTS

from .queries import ask, find, get, retrieve
from .shared import dmp_of, post, shared
from .submissions import CONTENT, P1, envelope, mtom

OTHER = "277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH"


@pytest.fixture
def sinks(tmp_path):
    with shared(tmp_path) as opened:
        yield opened


@pytest.fixture
def dmp(sinks):
    with dmp_of(sinks) as client:
        yield client


def root_of(answer):
    parts = unpack(answer.headers["content-type"], answer.content)
    return etree.fromstring(parts.root), parts


def errors(root):
    return [one.get("errorCode") for one in root.iter("{*}RegistryError")]


def unique_ids(root):
    return [
        one.get("value")
        for entry in root.iter("{*}ExtrinsicObject")
        for one in entry.iterfind("{*}ExternalIdentifier")
        if one.get("identificationScheme") == "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
    ]


def test_documents_of_a_patient_are_found_as_leaf_class_and_as_references(dmp):
    post(dmp, envelope(unique="2.25.1"))
    post(dmp, envelope(unique="2.25.2"))
    post(dmp, envelope(unique="2.25.3", entry=OTHER, of_set=OTHER, vihf=OTHER))
    root, _ = root_of(post(dmp, find(P1)))
    assert root.find(".//{*}AdhocQueryResponse").get("status").endswith(":Success")
    assert unique_ids(root) == ["2.25.1", "2.25.2"]
    [first, second] = root.iter("{*}ExtrinsicObject")
    assert first.get("status").endswith(":Approved")
    assert first.get("id").startswith("urn:uuid:")
    assert first.get("id") == first.get("lid") != second.get("id")
    assert {one.get("registryObject") for one in first.iterfind("{*}ExternalIdentifier")} == {first.get("id")}
    slots = {one.get("name"): one.findtext(".//{*}Value") for one in first.iterfind("{*}Slot")}
    assert slots["repositoryUniqueId"] == REPOSITORY
    assert slots["size"] == str(len(CONTENT))
    refs, _ = root_of(post(dmp, find(P1, returns="ObjectRef")))
    assert [one.get("id") for one in refs.iter("{*}ObjectRef")] == [first.get("id"), second.get("id")]
    assert not list(refs.iter("{*}ExtrinsicObject"))


def test_a_patient_is_number_and_oid(dmp):
    post(dmp, envelope())
    assert unique_ids(root_of(post(dmp, find(P1.replace(".4.10", ".4.8"))))[0]) == []
    assert unique_ids(root_of(post(dmp, find(P1 + "^^20100907")))[0]) == ["2.25.1"]


def test_documents_are_got_by_unique_id_and_by_entry_uuid_whoever_they_are_of(dmp):
    post(dmp, envelope(unique="2.25.1"))
    post(dmp, envelope(unique="2.25.2", entry=OTHER, of_set=OTHER, vihf=OTHER))
    root, _ = root_of(post(dmp, get(unique=("2.25.2", "2.25.9"))))
    assert unique_ids(root) == ["2.25.2"]
    uuid = next(root.iter("{*}ExtrinsicObject")).get("id")
    root, _ = root_of(post(dmp, get(uuids=(uuid,))))
    assert unique_ids(root) == ["2.25.2"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (ask("urn:uuid:f26abbcb-ac74-4422-8a30-edb644bbc1a9", {}), ["XDSUnknownStoredQuery"]),
        (ask(FIND_DOCUMENTS, {}), ["XDSStoredQueryMissingParam"] * 2),
        (ask(GET_DOCUMENTS, {}), ["XDSStoredQueryMissingParam"]),
        (get(unique=("1",), uuids=("2",)), ["XDSStoredQueryMissingParam"]),
        (find("279035121518989"), ["XDSUnknownPatientId"]),
        (find(P1, returns="Other"), ["XDSRegistryError"]),
        (find(P1, vihf=OTHER), ["XDSPatientIdDoesNotMatch"]),
    ],
)
def test_what_is_wrong_with_a_query_is_a_registry_error(sinks, dmp, body, expected):
    root, _ = root_of(post(dmp, body))
    assert errors(root) == expected
    assert root.find(".//{*}AdhocQueryResponse").get("status").endswith(":Failure")
    assert sinks.exchanges()[0].code == expected[0]


def test_a_refused_submission_is_not_found_and_other_sessions_have_their_own(sinks, dmp):
    sinks.bench.sessions.create("lgo-x")
    post(dmp, envelope(size=1))
    post(dmp, envelope(unique="2.25.5"), path="/s/lgo-x/dmp")
    assert unique_ids(root_of(post(dmp, find(P1)))[0]) == []
    assert unique_ids(root_of(post(dmp, find(P1), path="/s/lgo-x/dmp"))[0]) == ["2.25.5"]


def test_a_document_that_replaces_another_deprecates_it(dmp):
    post(dmp, envelope(unique="2.25.1"))
    root, _ = root_of(post(dmp, find(P1)))
    former = next(root.iter("{*}ExtrinsicObject")).get("id")
    association = (
        '<Association id="a" associationType="urn:ihe:iti:2007:AssociationType:RPLC" sourceObject="doc" '
        f'targetObject="{former}"/></RegistryObjectList>'
    ).encode()
    post(dmp, envelope(unique="2.25.2").replace(b"</RegistryObjectList>", association))
    assert unique_ids(root_of(post(dmp, find(P1)))[0]) == ["2.25.2"]
    both, _ = root_of(post(dmp, find(P1, status=("Approved", "Deprecated"))))
    assert unique_ids(both) == ["2.25.1", "2.25.2"]


@pytest.mark.parametrize("content", [CONTENT, bytes(range(256)) * 3000, b"", b"\r\n--x\r\n"])
def test_documents_are_read_back_byte_for_byte_in_clear_and_by_mtom(dmp, content):
    kind, body = mtom(content)
    post(dmp, body, kind)
    root, parts = root_of(post(dmp, retrieve("2.25.1")))
    assert not parts.is_mtom
    assert base64.b64decode(root.findtext(".//{*}Document")) == content
    assert root.findtext(".//{*}mimeType") == "text/xml"
    kind, body = retrieve("2.25.1", is_mtom=True)
    root, parts = root_of(post(dmp, body, kind))
    assert parts.is_mtom
    href = root.find(".//{*}Include").get("href").removeprefix("cid:")
    assert parts.beside[href] == content


def test_what_is_not_there_is_an_error_beside_what_is(sinks, dmp):
    post(dmp, envelope())
    root, _ = root_of(post(dmp, retrieve("2.25.1", "2.25.8")))
    assert errors(root) == ["XDSDocumentUniqueIdError"]
    assert root.find(".//{*}RegistryResponse").get("status").endswith(":PartialSuccess")
    assert len(list(root.iter("{*}DocumentResponse"))) == 1
    root, _ = root_of(post(dmp, retrieve("2.25.1", repository="1.2.3")))
    assert errors(root) == ["XDSUnknownRepositoryId"]
    root, _ = root_of(post(dmp, retrieve()))
    assert errors(root) == ["XDSRepositoryError"]
    sinks.store.clear()
    root, _ = root_of(post(dmp, retrieve("2.25.1")))
    assert errors(root) == ["XDSDocumentUniqueIdError"]
    assert [one.operation for one in sinks.exchanges(operation="ITI-43")] == ["ITI-43"] * 4


def test_a_scenario_says_what_queries_and_retrievals_are_answered(sinks, dmp):
    post(dmp, envelope())
    sinks.script({"when": {"operation": ["ITI-18", "ITI-43"]}, "then": {"dmp": {"error": "XDSRegistryBusy"}}})
    assert errors(root_of(post(dmp, find(P1)))[0]) == ["XDSRegistryBusy"]
    root, _ = root_of(post(dmp, retrieve("2.25.1")))
    assert errors(root) == ["XDSRegistryBusy"]
    assert root.find(".//{*}RetrieveDocumentSetResponse") is not None
