"""What the commands do with scenarios and people that are not of one session, over the control API."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from simulator.scripting.loader import load_scenario, scenario_source, shipped_scenarios

if TYPE_CHECKING:
    from werkzeug.test import Client

ZOE = "275126322074974"


class TestScenarios:
    def test_all_that_are_shipped_are_listed_pack_by_pack(self, web: Client) -> None:
        listed = web.get("/api/v1/scenarios").json
        assert [each["id"] for each in listed] == [load_scenario(source).id for source in shipped_scenarios()]
        safety = web.get("/api/v1/scenarios?pack=safety").json
        assert {each["pack"] for each in safety} == {"safety"}
        assert all(each["title"]["fr"] and each["evidence"] for each in safety)

    def test_one_comes_with_its_data_ready_to_be_installed(self, web: Client) -> None:
        shown = web.get("/api/v1/scenarios/shipped?id=faults/insi-102").json
        assert shown["words"][0]["fr"] != shown["words"][0]["en"]
        assert web.post("/api/v1/scenarios/check", json={"scenario": shown["data"]}).json == {"problems": []}
        body = {"scenario": shown["data"]}
        assert web.post("/api/v1/sessions/default/scenarios", json=body).status_code == 201

    def test_one_that_is_not_there_is_told(self, web: Client) -> None:
        assert web.get("/api/v1/scenarios/shipped").status_code == 400
        refused = web.get("/api/v1/scenarios/shipped?id=faults/never")
        assert (refused.status_code, "faults/never" in refused.json["error"]) == (404, True)
        assert web.get("/api/v1/scenarios/shipped?id=../../pyproject").status_code == 404

    def test_each_shipped_file_that_names_no_other_passes(self, web: Client) -> None:
        source = scenario_source("faults/insi-102")
        text = source.read_text("utf-8")
        assert web.post("/api/v1/scenarios/check", json={"yaml": text}).json == {"problems": []}

    def test_each_problem_has_line_column_place_and_expectation(self, web: Client) -> None:
        text = scenario_source("faults/insi-102").read_text("utf-8").replace("insi_102", "insi_999")
        (problem,) = web.post("/api/v1/scenarios/check", json={"yaml": text}).json["problems"]
        assert problem["where"] == "rules[0].then.fault"
        assert "expected a code of the fault catalogue, got 'insi_999'" in problem["message"]
        assert text.splitlines()[problem["line"] - 1][problem["column"] - 1 :].startswith(
            ("insi_999", '"insi_999')
        )

    def test_data_is_checked_too_and_dead_rules_are_told(self, web: Client) -> None:
        data = web.get("/api/v1/scenarios/shipped?id=faults/insi-102").json["data"]
        data["rules"] = [{"when": {}, "then": {"code": "01"}}, {"when": {}, "then": {"code": "02"}}]
        (problem,) = web.post("/api/v1/scenarios/check", json={"scenario": data}).json["problems"]
        assert problem["where"] == "rules[1]"
        assert problem["message"].startswith("this rule can never answer: rule 1")
        (whole,) = web.post("/api/v1/scenarios/check", json={"scenario": 3}).json["problems"]
        assert (whole["where"], whole["line"]) == ("", None)

    @pytest.mark.parametrize("body", [{}, {"yaml": "x", "scenario": {}}, {"yaml": 3}, {"yaml": None}])
    def test_a_request_that_says_neither_is_refused(self, web: Client, body: dict) -> None:
        assert web.post("/api/v1/scenarios/check", json=body).status_code == 400


class TestPeople:
    def test_they_are_found_by_key_matricule_and_name(self, web: Client) -> None:
        for query in ("key=cnda/adrun-zoe", f"matricule={ZOE}", f"matricule={ZOE[:13]}", "name=adrun"):
            found = web.get(f"/api/v1/sessions/default/people?{query}").json
            assert "cnda/adrun-zoe" in [person["key"] for person in found], query

    def test_nobody_is_an_empty_list(self, web: Client) -> None:
        for query in ("key=nobody", "matricule=299999999999999", "name=NOBODY", "name=adrun&tag=unicorn"):
            assert web.get(f"/api/v1/sessions/default/people?{query}").json == [], query

    def test_what_cannot_be_asked_is_refused(self, web: Client) -> None:
        assert web.get("/api/v1/sessions/default/people?key=a&name=b").status_code == 400
        refused = web.get("/api/v1/sessions/default/people?matricule=12")
        assert (refused.status_code, refused.json["error"].startswith("matricule: ")) == (400, True)

    def test_a_session_finds_its_own(self, web: Client, make_person) -> None:
        from simulator.registry.person import to_json

        session = web.post("/api/v1/sessions").json["id"]
        web.post(f"/api/v1/sessions/{session}/people", json={"people": [to_json(make_person("own/one"))]})
        for name, found in ((session, 1), ("default", 0)):
            assert len(web.get(f"/api/v1/sessions/{name}/people?key=own/one").json) == found

    def test_the_sheet_is_a_page(self, web: Client) -> None:
        page = web.get("/api/v1/sessions/default/sheet?key=cnda/adrun-zoe&lang=en")
        assert page.content_type == "text/html; charset=utf-8"
        assert "ADRUN" in page.text
        assert web.get("/api/v1/sessions/default/sheet?key=nobody").status_code == 404

    def test_the_registry_is_counted_unless_it_is_too_large(self, web: Client, monkeypatch) -> None:
        counted = web.get("/api/v1/population/statistics").json
        assert counted["people"] == web.get("/health").json["people"]
        assert counted["profile"] == "france"
        monkeypatch.setattr("simulator.web.api.people.MAX_COUNTED", 1)
        refused = web.get("/api/v1/population/statistics")
        assert (refused.status_code, "banc population stats" in refused.json["error"]) == (409, True)


def test_the_packs_are_those_of_the_folder(web: Client) -> None:
    packs = {
        entry.name
        for entry in files("scenarios").iterdir()
        if entry.is_dir() and not entry.name.startswith("_")
    }
    assert {each["pack"] for each in web.get("/api/v1/scenarios").json} == packs
