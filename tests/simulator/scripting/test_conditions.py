"""The conditions of a rule, alone and combined, on whole calls; each key of them is in ``test_every_condition``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from condition_calls import Place, code_of

from simulator.client import BenchClientError
from simulator.scripting.loader import ScenarioError, read_scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.bench import Bench
    from simulator.client import SessionClient
    from simulator.journal.exchange import Exchange

    Ask = Callable[..., str]
    Holds = Callable[..., bool]
    Make = Callable[..., dict[str, Any]]

ADRUN = {"birth_name": "ADRUN", "first_names": "ZOE", "sex": "F", "birth_date": "1975-12-31"}
SEARCH = "rechercherInsAvecTraitsIdentite"


@pytest.fixture
def call(place: Place, soap_request: Callable[..., bytes]) -> Ask:
    """Give a client that posts a search by traits, or any bytes, to a session and returns the code answered."""

    def ask(session: SessionClient, raw: bytes | None = None, **traits: Any) -> str:
        return code_of(place.send(session, soap_request(**traits) if raw is None else raw))

    return ask


@pytest.fixture
def holds(played: SessionClient, call: Ask, scenario: Make) -> Holds:
    """Tell whether conditions hold for a call: a rule with them answers 02, nobody else does."""

    def tell(when: dict[str, Any], now: str | None = None, **asked: Any) -> bool:
        played.clear_scenarios()
        played.install(scenario({"when": when, "then": {"code": "02"}}))
        if now is not None:
            played.freeze(now)
        return call(played, **(ADRUN | asked)) == "02"

    return tell


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("ADRUN", True),
        ("Adrun", False),
        ({"exact": "ADRUN"}, True),
        ({"normalised": "adrun"}, True),
        ({"normalised": "ADRU N"}, False),
        ({"pattern": "^ADR"}, True),
        ({"pattern": "RU"}, True),
        ({"pattern": "^RUN"}, False),
        ({"present": True}, True),
        ({"present": False}, False),
        ({"pattern": "^ADR", "exact": "ADRUN", "present": True}, True),
        ({"pattern": "^X", "exact": "ADRUN"}, False),
    ],
)
def test_a_trait_is_tested_in_each_way(holds: Holds, test: Any, *, expected: bool) -> None:
    assert holds({"traits": {"birth_name": test}}) is expected


def test_a_trait_that_is_not_sent_is_absent(holds: Holds) -> None:
    assert holds({"traits": {"birth_place": {"present": False}}})
    assert not holds({"traits": {"birth_place": {"present": False}}}, birth_place="63220")
    assert not holds({"traits": {"birth_place": "63220"}})
    assert holds({"traits": {"birth_place": "63220"}}, birth_place="63220")


def test_several_first_names_are_one_text(holds: Holds) -> None:
    assert holds({"traits": {"first_names": "ZOE LEA"}}, first_names=("ZOE", "LEA"))


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("rechercherInsAvecTraitsIdentite", True),
        ("rechercherInsAvecCarteVitale", False),
        (["rechercherInsAvecCarteVitale", "rechercherInsAvecTraitsIdentite"], True),
        (["rechercherInsAvecCarteVitale", "verifierInsAvecTraitsIdentite"], False),
    ],
)
def test_an_operation_or_one_of_a_list(holds: Holds, operation: Any, *, expected: bool) -> None:
    assert holds({"operation": operation}) is expected


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({"Sexe": True}, True),
        ({"LieuNaissance": False}, True),
        ({"LieuNaissance": True}, False),
        ({"Security": False, "ContexteLPS": True}, True),
        ({"LPS/IDAM": True}, True),
        ({"ContexteBAM/IDAM": True}, False),
    ],
)
def test_elements_by_name_or_by_parent_and_name(
    holds: Holds, elements: dict[str, bool], *, expected: bool
) -> None:
    assert holds({"elements": elements}) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"lps": {"idam": "750000000001"}}, True),
        (
            {"lps": {"name": {"pattern": "^urn:lps:BANC:"}, "version": "01.00", "instance": "instance-1"}},
            True,
        ),
        ({"lps": {"version": "02.00"}}, False),
        ({"headers": {"Content-Type": {"pattern": "soap\\+xml"}}}, True),
        ({"headers": {"X-Absent": {"present": False}}}, True),
        ({"headers": {"X-Absent": "1"}}, False),
        ({"user": {"present": False}}, True),
        ({"assertion": {"name_id": "x"}}, False),
        ({"certificate": {"cn": {"present": False}}}, True),
    ],
)
def test_what_surrounds_the_call(holds: Holds, when: dict[str, Any], *, expected: bool) -> None:
    assert holds(when) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"all": [{"traits": {"sex": "F"}}, {"birth_name": "ADRUN"}]}, True),
        ({"all": [{"traits": {"sex": "F"}}, {"birth_name": "AUTRE"}]}, False),
        ({"any": [{"traits": {"sex": "M"}}, {"birth_name": "ADRUN"}]}, True),
        ({"any": [{"traits": {"sex": "M"}}, {"birth_name": "AUTRE"}]}, False),
        ({"not": {"traits": {"sex": "M"}}}, True),
        ({"not": {"traits": {"sex": "F"}}}, False),
        ({"not": {"any": [{"traits": {"sex": "M"}}, {"all": [{"birth_name": "AUTRE"}]}]}}, True),
        ({"any": [{"operation": "verifierInsAvecTraitsIdentite"}, {"birth_name": "AUTRE"}]}, False),
        ({"birth_name": "ADRUN", "not": {"birth_name": "ADRUN"}}, False),
    ],
)
def test_conditions_combine(holds: Holds, when: dict[str, Any], *, expected: bool) -> None:
    assert holds(when) is expected


@pytest.mark.parametrize(
    ("now", "window", "expected"),
    [
        ("2026-03-01T10:00:00Z", {"from": "2026-03-01T10:00:00Z"}, True),
        ("2026-03-01T09:59:59Z", {"from": "2026-03-01T10:00:00Z"}, False),
        ("2026-03-01T09:59:59Z", {"to": "2026-03-01T11:00:00+01:00"}, True),
        ("2026-03-01T10:00:00Z", {"to": "2026-03-01T11:00:00+01:00"}, False),
        ("2026-03-01T12:30:00Z", {"daily": {"from": "12:00", "to": "13:00"}}, True),
        ("2026-03-01T13:00:00Z", {"daily": {"from": "12:00", "to": "13:00"}}, False),
        ("2026-03-01T23:30:00Z", {"daily": {"from": "22:00", "to": "06:00"}}, True),
        ("2026-03-01T05:59:00Z", {"daily": {"from": "22:00", "to": "06:00"}}, True),
        ("2026-03-01T06:00:00Z", {"daily": {"from": "22:00", "to": "06:00"}}, False),
    ],
)
def test_a_time_window_is_that_of_the_clock_of_the_session(
    holds: Holds, now: str, window: dict[str, Any], *, expected: bool
) -> None:
    assert holds({"time": window}, now=now) is expected


@pytest.mark.parametrize(
    ("count", "codes"),
    [
        ({"first": True}, ["02", "00", "00", "00"]),
        ({"nth": 3}, ["00", "00", "02", "00"]),
        ({"after": 2}, ["00", "00", "02", "02"]),
    ],
)
def test_calls_are_counted(
    played: SessionClient, call: Ask, scenario: Make, count: dict[str, Any], codes: list[str]
) -> None:
    played.install(scenario({"when": {"birth_name": "ADRUN", "call": count}, "then": {"code": "02"}}))
    told = []
    for _ in codes:
        # A call that does not satisfy the rest of the rule is not counted.
        assert call(played) == "00"
        told.append(call(played, **ADRUN))
    assert told == codes


def test_each_session_and_each_rule_counts_for_itself(place: Place, call: Ask, scenario: Make) -> None:
    first = {"when": {"call": {"first": True}}, "then": {"code": "02"}}
    again = {"when": {"call": {"first": True}}, "then": {"code": "01"}}
    sessions = [place.client.create_session(profile="production") for _ in range(2)]
    for session in sessions:
        session.install(scenario(first, again))
    assert [call(session) for session in sessions] == ["02", "02"]
    assert [call(session) for session in sessions] == ["01", "01"]
    assert [call(session) for session in sessions] == ["00", "00"]


def test_clearing_forgets_counts_and_states(
    place: Place, played: SessionClient, call: Ask, scenario: Make
) -> None:
    data = scenario({"when": {"call": {"first": True}}, "then": {"code": "02", "set": {"seen": "yes"}}})
    played.install(data)
    assert [call(played) for _ in range(2)] == ["02", "00"]
    assert place.client.call("GET", f"{played.path}/state") == {"seen": "yes"}
    played.clear_scenarios()
    assert place.client.call("GET", f"{played.path}/state") == {}
    played.install(data)
    assert call(played) == "02"


def test_deleting_a_session_forgets_its_states(
    bench: Bench, ask: Callable[..., Exchange], scenario: Make
) -> None:
    # In this process: over the API a deleted session has no states to look at.
    session = bench.sessions.create(profile="production").id
    bench.installer.install(
        session, scenario({"when": {}, "then": {"code": "02", "set": {"seen": "yes"}}}), {}
    )
    assert ask(session=session).code == "02"
    assert bench.sessions.script_state.states(session) == {"seen": "yes"}
    bench.sessions.delete(session)
    assert bench.sessions.script_state.states(session) == {}


def test_a_catastrophic_pattern_does_not_hold_the_answer_up(holds: Holds) -> None:
    # A matcher that goes back on its steps would need more than 2 to the power of 300 of them.
    assert not holds({"traits": {"birth_name": {"pattern": "^(A+)+$"}}}, birth_name="A" * 399 + "B")


def nested(depth: int) -> dict[str, Any]:
    return {"not": nested(depth - 1)} if depth else {}


@pytest.mark.parametrize(
    ("when", "expectation"),
    [
        (
            {"traits": {"sex": {"pattern": "("}}},
            r"rules\[0\]\.when\.traits\.sex\.pattern: expected a regular expression",
        ),
        ({"user": {"pattern": r"(a)\1"}}, r"rules\[0\]\.when\.user\.pattern: .*no backreference"),
        ({"lps": {"name": {"pattern": "a" * 501}}}, "expected at most 500 characters, got 501"),
        ({"time": {"from": "2026-03-01T10:00:00"}}, r"rules\[0\]\.when\.time\.from: expected an ISO 8601"),
        (
            {"all": [{"call": {"first": True}}]},
            r"rules\[0\]\.when\.all\[0\]\.call: expected call at the top of when",
        ),
        (nested(6), "expected all, any and not nested at most 5 deep"),
        ({"person": "x"}, r"rules\[0\]\.when\.person: expected a role listed in people \(none\), got 'x'"),
    ],
)
def test_conditions_that_cannot_be_used_are_refused(
    scenario: Make, when: dict[str, Any], expectation: str
) -> None:
    with pytest.raises(ScenarioError, match=expectation):
        read_scenario(scenario({"when": when, "then": {"code": "02"}}))


def test_conditions_nest_as_deep_as_told(scenario: Make) -> None:
    assert read_scenario(scenario({"when": nested(5), "then": {"code": "02"}})).rules


class TestStages:
    def test_an_outage_answers_before_authentication_and_before_the_fields(
        self, played: SessionClient, call: Ask, scenario: Make
    ) -> None:
        played.change(authentication="required")
        assert call(played, **ADRUN) == "desir_9101"
        played.install(scenario({"when": {}, "then": {"fault": "desir_1020"}}, stage="before-authentication"))
        for asked in (ADRUN, ADRUN | {"sex": None}, ADRUN | {"idam": None}):
            assert call(played, **asked) == "desir_1020"
            assert played.exchanges()[-1].decision["source"] == "scenario"

    def test_an_outage_answers_even_what_cannot_be_read(
        self, played: SessionClient, call: Ask, scenario: Make
    ) -> None:
        assert call(played, b"<nothing") == "desir_9001"
        played.install(
            scenario({"when": {}, "then": {"fault": "desir_1020"}, "stage": "before-authentication"})
        )
        assert call(played, b"<nothing") == "desir_1020"

    def test_a_rule_about_an_operation_leaves_unreadable_bytes_alone(
        self, played: SessionClient, call: Ask, scenario: Make
    ) -> None:
        when = {"operation": SEARCH}
        played.install(
            scenario({"when": when, "then": {"fault": "desir_1020"}}, stage="before-authentication")
        )
        assert call(played, b"<nothing") == "desir_9001"
        assert call(played, **ADRUN) == "desir_1020"

    def test_after_authentication_a_refusal_comes_first(
        self, played: SessionClient, call: Ask, scenario: Make
    ) -> None:
        played.install(scenario({"when": {}, "then": {"fault": "desir_1020"}}))
        assert call(played, **ADRUN | {"idam": None}) == "desir_550"

    @pytest.mark.parametrize("then", [{"code": "01"}, {"alter": ["nia"]}, {"code": "00", "person": "p"}])
    def test_nobody_was_looked_for_before_authentication(self, scenario: Make, then: dict[str, Any]) -> None:
        data = scenario({"when": {}, "then": then}, stage="before-authentication", people=["p"])
        with pytest.raises(ScenarioError, match="before authentication"):
            read_scenario(data)


def test_headers_and_software_are_read_from_the_wire(remote: Any, post: Any, scenario: Make) -> None:
    when = {"headers": {"X-Poste": {"pattern": "^caisse-[0-9]$"}}, "lps": {"idam": "BANCINSI0001"}}
    remote.install(scenario({"when": when, "then": {"code": "02"}}))
    assert b"<CodeCR>02</CodeCR>" in post(headers={"X-Poste": "caisse-3"}).body
    assert b"<CodeCR>00</CodeCR>" in post(headers={"X-Poste": "bureau"}).body
    assert b"<CodeCR>00</CodeCR>" in post().body


def test_the_api_says_what_is_wrong_with_a_scenario(remote: Any, scenario: Make) -> None:
    with pytest.raises(BenchClientError, match=r"HTTP 400: rules\[0\]\.when\.traits\.sex\.pattern: expected"):
        remote.install(scenario({"when": {"traits": {"sex": {"pattern": "("}}}, "then": {"code": "02"}}))
