"""What a check says when INSi returned no identity."""

from __future__ import annotations

import pytest

from conformance.suite.desk.wire import need_found
from conformance.verdicts import UndecidedError
from simulator.client import ExchangeView


def answered(code, *why):
    return ExchangeView(
        id=1,
        at="2026-03-02T10:00:00Z",
        operation="rechercherInsAvecTraitsIdentite",
        code=code,
        http_status=200,
        request_xml="<a/>",
        response_xml="<a/>",
        traits=None,
        idam=None,
        findings=(),
        decision={},
        explanation={"fr": [f"- {each}" for each in why], "en": [f"- {each}" for each in why]},
    )


class TestNothingFound:
    @pytest.mark.parametrize("code", ["01", "02"])
    def test_an_answer_about_others_is_said_to_be_about_others(self, code):
        with pytest.raises(UndecidedError, match="portaient pas sur le patient"):
            need_found([answered(code, "considered: somebody")])

    def test_a_refused_request_is_said_to_be_refused_with_the_reason_of_the_journal(self):
        with pytest.raises(UndecidedError, match=r"desir_550\) : IDAM inconnu") as ending:
            need_found([answered("desir_550", "IDAM inconnu")])
        assert "portaient pas" not in str(ending.value)

    def test_a_fault_without_a_reason_is_no_error_of_the_check(self):
        with pytest.raises(UndecidedError, match="insi_102"):
            need_found([answered("insi_102")])
