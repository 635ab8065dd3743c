"""What a scenario may ask for: the catalogue, its parameters, and what is refused with which words."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.chaos.catalogue import ChaosError, ChaosStep, chaos_catalogue, read_steps
from simulator.contract.evidence import EvidenceLevel


def test_a_step_is_read_with_its_defaults() -> None:
    assert read_steps(["slow-network", {"slow-drip": {"piece": 10}}, {"gzip": None}]) == (
        ChaosStep(name="slow-network", parameters={}),
        ChaosStep(name="slow-drip", parameters={"bytes_per_second": 500, "piece": 10}),
        ChaosStep(name="gzip", parameters={"form": "coded"}),
    )


def test_a_parameter_without_default_stays_out() -> None:
    assert read_steps(["truncated-body"])[0].parameters == {}


REFUSED = [
    pytest.param("slow-network", (), "expected a list of disturbances, got 'slow-network'", id="no list"),
    pytest.param([], (), "expected a list of disturbances, got []", id="nothing"),
    pytest.param(["gzip"] * 9, (), "expected at most 8 disturbances, got 9", id="too many"),
    pytest.param(["slow-netwrk"], (0,), "expected one of latency, slow-network", id="unknown name"),
    pytest.param([3], (0,), "expected a name, or one name with its parameters, got 3", id="no name"),
    pytest.param([{"bom": {}, "gzip": {}}], (0,), "expected a name, or one name", id="two names"),
    pytest.param([{3: {}}], (0,), "got 3", id="a number as name"),
    pytest.param(["gzip", {"latency": 3}], (1, "latency"), "expected parameters (name: value), got 3", id="no parameters"),
    pytest.param([{"latency": {"second": 3}}], (0, "latency"), "unknown parameter 'second'; known parameters are seconds,", id="unknown parameter"),
    pytest.param([{"http-502": {"x": 3}}], (0, "http-502"), "known parameters are none", id="no parameter known"),
    pytest.param([{"latency": {"seconds": 121}}], (0, "latency", "seconds"), "expected a number of s from 0 to 120, got 121", id="too long"),
    pytest.param([{"latency": {"seconds": -1}}], (0, "latency", "seconds"), "from 0 to 120, got -1", id="negative"),
    pytest.param([{"latency": {"seconds": float("nan")}}], (0, "latency", "seconds"), "from 0 to 120, got nan", id="not a number"),
    pytest.param([{"latency": {"seconds": True}}], (0, "latency", "seconds"), "got True", id="a flag as number"),
    pytest.param([{"latency": {"seconds": "3"}}], (0, "latency", "seconds"), "got '3'", id="a text as number"),
    pytest.param([{"slow-drip": {"piece": 1.5}}], (0, "slow-drip", "piece"), "expected a whole number of B from 1 to 65536", id="half a byte"),
    pytest.param([{"gzip": {"form": "zip"}}], (0, "gzip", "form"), "expected one of coded, bytes-only, header-only, got 'zip'", id="choice"),
    pytest.param([{"unknown-code": {"code": "<"}}], (0, "unknown-code", "code"), "expected text of the form", id="text"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "path", "words"), REFUSED)
def test_what_cannot_be_read_is_refused_with_its_place(data: Any, path: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ChaosError) as caught:
        read_steps(data)
    assert caught.value.path == path
    assert words in caught.value.message
    assert str(caught.value).startswith("/".join(map(str, ("chaos", *path))) + ": ")


IMPOSSIBLE = [
    (["bom", "bom"], "the same disturbance twice"),
    (["no-answer", "connection-closed"], "a connection ends once"),
    (["truncated-body", "stalled-body"], "a connection ends once"),
    (["http-502", "http-503"], "an answer is replaced once"),
    (["no-answer", "malformed-xml"], "no-answer sends nothing, so the other would not show"),
    (["wrong-status", "connection-closed"], "connection-closed sends nothing"),
    (["connection-reset", "gzip"], "connection-reset sends nothing"),
    (["http-503", "malformed-xml"], "one replaces the SOAP message that the other needs"),
    (["wrong-status", "html-maintenance"], "one replaces the SOAP message that the other needs"),
    (["empty-body", "truncated-body"], "there is no body to work on"),
    (["missing-detail", "unknown-code"], "both are about the Detail that one of them removes"),
    (["chunked", "truncated-body"], "what is cut keeps its Content-Length"),
    (["gzip", "malformed-xml"], "malformed-xml works on what gzip has already spoiled; put it before"),
    (["utf-16", "unknown-code"], "put it before"),
    (["utf-16", "latin-1"], "a message is encoded once"),
    (["dressed-values", "other-prefixes"], "put it before"),
]


@pytest.mark.parametrize(("names", "reason"), IMPOSSIBLE)
def test_what_cannot_be_together_is_refused_with_the_reason(names: list[str], reason: str) -> None:
    with pytest.raises(ChaosError, match=f"^chaos/1: {names[1]} cannot follow {names[0]}: ") as caught:
        read_steps(names)
    assert reason in caught.value.message


def test_a_reset_in_the_middle_of_the_body_may_be_combined() -> None:
    assert len(read_steps(["gzip", {"connection-reset": {"after": 10}}, "latency"])) == 3


def test_what_needs_a_fault_is_refused_on_an_answer() -> None:
    with pytest.raises(ChaosError, match="chaos/1: missing-detail needs a fault") as caught:
        read_steps(["wrong-status", "missing-detail"], on="answer")
    assert caught.value.path == (1,)
    assert read_steps(["missing-detail"], on="fault")
    assert read_steps(["missing-detail"])


def test_for_any_two_disturbances_one_order_or_the_other_is_judged_alike_or_has_a_remedy() -> None:
    for first, second in permutations(chaos_catalogue(), 2):
        try:
            read_steps([first, second])
        except ChaosError as error:
            if "put it before" in error.message:
                assert read_steps([second, first])


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=8), lambda c: st.lists(c, max_size=3) | st.dictionaries(st.sampled_from(["latency", "gzip", "seconds", "x"]), c, max_size=2)))  # fmt: skip
def test_any_data_is_read_or_refused(data: Any) -> None:
    try:
        steps = read_steps(data)
    except ChaosError:
        return
    assert all(step.name in chaos_catalogue() for step in steps)


def test_the_catalogue_tells_what_is_expected_of_software_in_both_languages() -> None:
    for disturbance in chaos_catalogue().values():
        assert disturbance.expected_fr != disturbance.expected_en
        assert disturbance.source


def test_only_what_was_published_or_seen_is_said_to_be_so() -> None:
    founded = {
        d.name: d.evidence for d in chaos_catalogue().values() if d.evidence is not EvidenceLevel.INFERRED
    }
    assert founded == {"slow-network": EvidenceLevel.OFFICIAL, "other-prefixes": EvidenceLevel.OBSERVED}


def test_every_default_is_a_value_that_is_accepted() -> None:
    for disturbance in chaos_catalogue().values():
        for parameter in disturbance.parameters.values():
            if parameter.default is not None:
                assert parameter.problem(parameter.default) is None
                assert replace(parameter, choices=("nothing",), pattern="nothing", maximum=-1.0).problem(
                    parameter.default
                )
