"""Each key of ``when`` on whole calls: conditions with it that hold, and conditions that do not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from condition_calls import Case, Place, code_of

from simulator.scripting.loader import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from simulator.client import SessionClient

    Make = Callable[..., dict[str, Any]]

ZOE = {"zoe": {"key": "cnda/adrun-zoe"}, "ruth": {"key": "cnda/nessi-ruth"}}
SEARCH, CARD, VERIFY = (
    "rechercherInsAvecTraitsIdentite",
    "rechercherInsAvecCarteVitale",
    "verifierInsAvecTraitsIdentite",
)


def _text(group: str, name: str, right: Any, wrong: Any, **more: Any) -> Case:
    return Case({group: {name: right}}, {group: {name: wrong}}, **more)


def _claim(name: str, right: str, **more: Any) -> Case:
    return _text("matricule", name, right, "9", ask={"operation": VERIFY, "person": "zoe"}, **more)


def _card(name: str, right: Any, **more: Any) -> Case:
    return _text("matricule", name, right, "9", ask={"operation": CARD}, **more)


DAILY = {"from": "12:00", "to": "13:00"}
CASES = {
    "operation": Case({"operation": CARD}, {"operation": [SEARCH, VERIFY]}, {"operation": CARD}),
    "person": Case({"person": "zoe"}, {"person": "ruth"}, {"person": "zoe"}),
    "birth_name": Case({"birth_name": "Adrun"}, {"birth_name": "AUTRE"}),
    "traits.birth_name": _text("traits", "birth_name", "ADRUN", "AUTRE"),
    "traits.first_names": _text("traits", "first_names", "ZOE", "LEA"),
    "traits.sex": _text("traits", "sex", "F", "M"),
    "traits.birth_date": _text("traits", "birth_date", "1975-12-31", "1975-12-30"),
    "traits.birth_place": _text("traits", "birth_place", "63220", "63221", ask={"birth_place": "63220"}),
    "matricule.number": _claim("number", "2751263220749"),
    "matricule.key": _claim("key", "74"),
    "matricule.oid": _claim("oid", "1.2.250.1.213.1.4.10"),
    "matricule.first_names_list": _claim(
        "first_names_list", "ZOE LEA", more=("<Sexe>", "<ListePrenom>ZOE LEA</ListePrenom><Sexe>")
    ),
    "matricule.insured_number": _card("insured_number", {"pattern": "^27707632208"}),
    "matricule.individual_number": _card(
        "individual_number",
        "2751263220749",
        more=(
            "<MatriculeOD>",
            "<MatriculeIndividu><NumIdentifiant>2751263220749</NumIdentifiant></MatriculeIndividu><MatriculeOD>",
        ),
    ),
    "matricule.birth_rank": _card("birth_rank", "1"),
    "elements": Case({"elements": {"LPS/IDAM": True}}, {"elements": {"LPS/IDAM": False}}),
    "headers": _text("headers", "X-Poste", "caisse-3", "bureau", ask={"headers": {"x-poste": "caisse-3"}}),
    "certificate.cn": _text("certificate", "cn", "INSI-MANU", "other", certificate="insi-manu"),
    "certificate.ou": _text("certificate", "ou", "10B0000001", "other", certificate="insi-manu"),
    "certificate.serial": _text("certificate", "serial", "{serial}", "0", certificate="insi-manu"),
    "certificate.issuer": _text(
        "certificate", "issuer", "AC BANC-INSI ORGANISATIONS", "other", certificate="insi-manu"
    ),
    "assertion.name_id": _text("assertion", "name_id", "800000000001", "800000000002", card="cps"),
    "assertion.qualifier": _text("assertion", "qualifier", "CPS", "PSC", card="cps"),
    "assertion.attributes": _text(
        "assertion", "attributes", {"secteurActivite": "SA07"}, {"secteurActivite": "SA08"}, card="cps"
    ),
    "lps.name": _text("lps", "name", "urn:lps:banc-insi:1.0", "urn:lps:other:1.0"),
    "lps.version": _text("lps", "version", "1.0", "2.0"),
    "lps.instance": _text("lps", "instance", "banc-scenario-run", "other"),
    "lps.idam": _text("lps", "idam", "BANCINSI0001", "BANCINSI0002"),
    "user": Case({"user": "800000000001"}, {"user": "800000000002"}, card="cps"),
    "call.first": Case({"call": {"first": True}}, {"call": {"first": True}}, earlier=(0, 1)),
    "call.nth": _text("call", "nth", 2, 2, earlier=(1, 0)),
    "call.after": _text("call", "after", 1, 1, earlier=(1, 0)),
    "state": Case({"state": {"seen": None}}, {"state": {"seen": "yes"}}),
    "time.from": _text("time", "from", "2026-03-01T12:30:00Z", "2026-03-01T12:30:01Z"),
    "time.to": _text("time", "to", "2026-03-01T12:30:01Z", "2026-03-01T12:30:00Z"),
    "time.daily": _text("time", "daily", DAILY, {"from": "13:00", "to": "12:30"}),
    "all": Case({"all": [{"traits": {"sex": "F"}}]}, {"all": [{"traits": {"sex": "M"}}]}),
    "any": Case({"any": [{"traits": {"sex": "F"}}]}, {"any": [{"traits": {"sex": "M"}}]}),
    "not": Case({"not": {"traits": {"sex": "M"}}}, {"not": {"traits": {"sex": "F"}}}),
}
"""By key of ``when``, dotted. The session's clock says 2026-03-01T12:30:00Z for those of ``time``."""


def paths(of: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Yield the keys of conditions in a schema, dotted; a key whose keys are free counts as one."""
    for name, value in of["properties"].items():
        path = f"{above}{name}"
        inside = value if "properties" in value else value.get("else", {})
        if "properties" in inside and path != "time.daily":
            yield from paths(inside, f"{path}.")
        else:
            yield path


def test_no_key_of_the_schema_is_forgotten() -> None:
    # Those of the sinks alone have their cases in tests/simulator/sinks/test_sink_rules.py.
    of_insi = {key for key in paths(schema()["$defs"]["when"]) if not key.startswith(("document.", "mail."))}
    assert of_insi == set(CASES)
    for key, case in CASES.items():
        for when in (case.holds, case.not_held):
            inside: Any = when
            for name in key.split("."):
                assert name in inside
                inside = inside[name]


@pytest.mark.parametrize("key", CASES)
@pytest.mark.parametrize("expected", [True, False])
def test_each_key_is_tested_on_what_came_over_the_socket(
    place: Place, played: SessionClient, scenario: Make, key: str, *, expected: bool
) -> None:
    case = CASES[key]
    when = case.holds if expected else case.not_held
    if case.certificate is not None:
        when = json.loads(json.dumps(when).replace("{serial}", place.serial(case.certificate)))
    played.install(scenario({"when": when, "then": {"fault": "insi_102"}}, people=ZOE))
    if key.startswith("time."):
        played.freeze("2026-03-01T12:30:00Z")
    codes = [
        code_of(place.send(played, place.request(played, case), case))
        for _ in range(case.earlier[0 if expected else 1] + 1)
    ]
    assert (codes[-1] == "insi_102") is expected, codes
    if not expected:
        assert codes[-1] in {"00", "01", "02", "insi_102"}, "nothing else refuses the call"
