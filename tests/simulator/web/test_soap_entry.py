"""The SOAP entry as WSGI: which paths and methods are its own, and what it hands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import etree

from simulator.contract.names import SOAP12

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import Client

    from simulator.bench import Bench

    SoapRequest = Callable[..., bytes]

SOAP_TYPE = "application/soap+xml; charset=utf-8"


def test_a_post_to_lps_is_a_call_of_the_default_session(
    web: Client, bench: Bench, soap_request: SoapRequest
) -> None:
    response = web.post("/lps", data=soap_request(), content_type=SOAP_TYPE)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/soap+xml; charset=utf-8"
    assert int(response.headers["Content-Length"]) == len(response.data)
    (kept,) = bench.journal.list()
    assert (kept.session, kept.path, kept.response) == ("default", "/lps", response.data)


def test_a_session_has_its_own_path(web: Client, bench: Bench, soap_request: SoapRequest) -> None:
    session = bench.sessions.create(profile="production")
    path = f"/s/{session.id}/lps"
    assert web.post(path, data=soap_request(), content_type=SOAP_TYPE).status_code == 200
    (kept,) = bench.journal.list()
    assert (kept.session, kept.path) == (session.id, path)


@pytest.mark.parametrize("name", ["nobody", "%00", "%ff", "..", "default%20"])
def test_a_call_to_an_unknown_session_is_told_so_in_words(
    web: Client, bench: Bench, soap_request: SoapRequest, name: str
) -> None:
    response = web.post(f"/s/{name}/lps", data=soap_request(), content_type=SOAP_TYPE)
    assert response.status_code == 404
    assert bench.journal.count() == 0


@pytest.mark.parametrize("path", ["/", "/lps/", "/LPS", "/s/lps", "/s/a/b/lps", "/lpsx", "//lps"])
def test_other_paths_are_not_the_teleservice(
    web: Client, bench: Bench, soap_request: SoapRequest, path: str
) -> None:
    response = web.post(path, data=soap_request(), content_type=SOAP_TYPE)
    assert response.status_code in {404, 405}
    assert bench.journal.count() == 0


def test_a_fault_travels_with_http_500(web: Client) -> None:
    response = web.post("/lps", data=b"not xml", content_type=SOAP_TYPE)
    assert response.status_code == 500
    assert etree.fromstring(response.data).find(f".//{{{SOAP12}}}Fault") is not None


class TestContract:
    @pytest.mark.parametrize("query", ["wsdl", "WSDL", "wsdl=1", "singleWsdl", "Wsdl", "wsdl&nocache=1"])
    def test_the_wsdl_points_where_it_was_asked_for(self, web: Client, query: str) -> None:
        response = web.get(f"/lps?{query}", base_url="http://bench.test:8123")
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert b'location="http://bench.test:8123/lps"' in response.data

    def test_the_wsdl_of_a_session_points_to_that_session(self, web: Client, bench: Bench) -> None:
        session = bench.sessions.create(profile="production")
        assert f'/s/{session.id}/lps"'.encode() in web.get(f"/s/{session.id}/lps?wsdl").data

    @pytest.mark.parametrize("host", ['a"><x y="', "a&b", "<script>"])
    def test_a_strange_host_cannot_break_the_document(self, web: Client, host: str) -> None:
        response = web.get("/lps?wsdl", headers={"Host": host})
        etree.fromstring(response.data)

    def test_reading_the_contract_is_no_exchange(self, web: Client, bench: Bench) -> None:
        web.get("/lps?wsdl")
        assert bench.journal.count() == 0


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_is_refused_with_the_ones_allowed(web: Client, method: str) -> None:
    response = web.open("/lps", method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, POST"


class TestWhatIsHandedOn:
    def test_the_headers_of_the_request_are_kept_in_lower_case(
        self, web: Client, bench: Bench, soap_request: SoapRequest
    ) -> None:
        web.post(
            "/lps",
            data=soap_request(),
            content_type=SOAP_TYPE,
            headers={"User-Agent": "LGO/1", "SOAPAction": "x"},
        )
        (kept,) = bench.journal.list()
        assert kept.request_headers["user-agent"] == "LGO/1"
        assert kept.request_headers["soapaction"] == "x"
        assert kept.request_headers["content-type"] == SOAP_TYPE
        assert kept.request_headers["content-length"] == str(len(soap_request()))

    def test_of_a_body_too_large_only_what_tells_it_is_read(self, web: Client, bench: Bench) -> None:
        response = web.post("/lps", data=b"x" * (1024 * 1024 + 5000), content_type=SOAP_TYPE)
        assert response.status_code == 500
        (kept,) = bench.journal.list()
        assert kept.code == "desir_9004"
        assert len(kept.request) == 1024 * 1024 + 1

    @pytest.mark.parametrize("length", ["abc", "-1", "", "1e3"])
    def test_a_senseless_content_length_is_no_crash(self, web: Client, bench: Bench, length: str) -> None:
        response = web.post("/lps", data=b"not xml", environ_overrides={"CONTENT_LENGTH": length})
        assert response.status_code == 500
        assert bench.journal.list()[0].code == "desir_9001"


@pytest.mark.parametrize(
    ("path", "allowed"), [("/", "GET, HEAD, OPTIONS"), ("/health", "GET, HEAD, OPTIONS")]
)
def test_a_message_sent_where_something_else_is_says_where_soap_is(
    web: Client, path: str, allowed: str
) -> None:
    answer = web.post(path, data=b"<a/>")
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
    assert answer.get_json()["error"].startswith(f"POST is not for {path}; SOAP is at /lps")


@pytest.mark.parametrize("path", ["/lps/", "/s/default/lps/", "/nowhere"])
def test_an_address_where_nothing_is_says_so_in_json(web: Client, path: str) -> None:
    answer = web.post(path, data=b"<a/>")
    assert answer.status_code == 404
    assert answer.content_type == "application/json"
    assert path in answer.json["error"]
    assert "/lps" in answer.json["error"]
