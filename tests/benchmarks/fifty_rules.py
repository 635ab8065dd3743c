"""Fifty rules of mixed conditions, none of which matches a call of the benchmark: what a well-used session carries."""

from __future__ import annotations

from simulator.client import BenchClient

NAME = "search, session with 50 rules"

_BIRTH_NAMES = [f"NOBODY {letter}" for letter in "ABCDEFGHIJ"]


def _conditions():
    """Yield fifty conditions: each kind that a tester writes, the frequent ones more often."""
    for name in _BIRTH_NAMES:
        yield {"birth_name": name}
        yield {"operation": "rechercherInsAvecTraitsIdentite", "traits": {"birth_name": name, "sex": "F"}}
        yield {"traits": {"birth_name": {"pattern": f"^{name} [0-9]+$"}}}
    for year in range(1900, 1905):
        yield {"traits": {"birth_date": {"pattern": f"^{year}-"}}}
        yield {"all": [{"traits": {"sex": "M"}}, {"traits": {"birth_date": f"{year}-01-01"}}]}
    for number in range(4):
        yield {"headers": {"user-agent": f"software/{number}"}}
        yield {"operation": "verifierInsAvecTraitsIdentite"}
    yield {"state": {"phase": "two"}}
    yield {"not": {"traits": {"birth_name": {"present": True}}}}


def scenario():
    """Return the scenario, as the control API takes it."""
    words = {"fr": "Cinquante règles", "en": "Fifty rules"}
    rules = [{"when": when, "then": {"fault": "insi_102"}} for when in _conditions()]
    assert len(rules) == 50
    return {
        "id": "benchmarks/fifty-rules",
        "title": words,
        "purpose": words,
        "source": "benchmark",
        "evidence": "inferred",
        "rules": rules,
    }


def install(url):
    """Put the rules in force in a session of their own; return the path of its SOAP address."""
    with BenchClient(url) as client:
        session = client.create_session()
        session.install(scenario())
        return session.soap_url.removeprefix(url)
