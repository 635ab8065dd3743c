"""docs/contract.md says what the program does, because it is written by it."""

from __future__ import annotations

from pathlib import Path

from simulator.contract.faults import fault_catalogue
from simulator.contract.names import Operation
from simulator.pages.contract import contract_page

PAGE = Path(__file__).parents[3] / "docs" / "contract.md"


def test_the_page_is_up_to_date():
    assert PAGE.read_text("utf-8") == contract_page(), "run: make docs"


def test_every_fault_and_operation_is_on_it():
    page = contract_page()
    for code, fault in fault_catalogue().items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{code}` |"))
        assert f"| {fault.evidence.value} |" in row
    for operation in Operation:
        assert f"`{operation.action}`" in page
