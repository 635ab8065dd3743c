"""What a listing of the journal can be asked for: session, person, operation, code, finding, time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from simulator.journal.filters import FilterError, Filters, parse_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from simulator.journal.exchange import Exchange
    from simulator.journal.store import Journal

    Open = Callable[..., Journal]
    FullDisk = Callable[[], AbstractContextManager[None]]


class TestFilters:
    @pytest.fixture(autouse=True)
    def several(self, opened: Open, plain: Exchange) -> None:
        from simulator.contract.evidence import EvidenceLevel
        from simulator.contract.messages import Finding, TraitsQuery
        from simulator.journal.exchange import Considered, Decision

        near = Considered(key="test/near", label="", excluded_by=("sex",))
        finding = Finding(code="media-type", fr="", en="", evidence=EvidenceLevel.OBSERVED)
        self.journal = opened()
        for exchange in (
            replace(plain, decision=Decision(source="registry", person="test/one")),
            replace(plain, decision=Decision(source="registry", considered=(near,)), findings=(finding,)),
            replace(plain, traits=TraitsQuery(birth_name="Essai"), operation="rechercherInsAvecCarteVitale"),
        ):
            self.journal.append(exchange)

    def ids(self, **filters: object) -> list[int]:
        return [exchange.id for exchange in self.journal.list(filters=Filters(**filters))]  # type: ignore[arg-type] # by name

    def test_by_person_answered_considered_or_by_the_name_asked(self) -> None:
        assert self.ids(person="test/one") == [1]
        assert self.ids(person="test/near") == [2]
        assert self.ids(person="test") == []
        assert self.ids(person="essai") == [3]

    def test_by_operation_whole_or_its_end(self) -> None:
        assert self.ids(operation="rechercherInsAvecTraitsIdentite") == [1, 2]
        assert self.ids(operation="CarteVitale") == [3]

    def test_by_finding(self) -> None:
        assert self.ids(finding="media-type") == [2]
        assert self.ids(finding="media") == []

    def test_by_time(self) -> None:
        assert self.ids(since=parse_time("1h ago")) == [1, 2, 3]
        assert self.ids(until=parse_time("1h ago")) == []
        assert self.ids(since=parse_time("2020-01-01"), until=parse_time("9999-01-01")) == [1, 2, 3]

    def test_all_that_are_given_must_hold(self) -> None:
        assert self.ids(person="test/near", code="01") == [2]
        assert self.ids(person="test/near", code="00") == []

    @pytest.mark.parametrize("text", ["", "yesterday", "10", "2026-13-01", "10m later", "99999999999h"])
    def test_a_time_that_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(FilterError, match="expected a time such as"):
            parse_time(text)
