"""How the tests are shared out: every line of the two lists names what is there, and what belongs together stays together."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from .conftest import SLOW
from .sharing_out import LONGEST, LongestFirst, longest_first, rank, unit

ROOT = Path(__file__).parent.parent
BEGINNINGS = [*SLOW, *(one.beginning for one in LONGEST)]


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_each_line_names_tests_that_are_there(beginning: str) -> None:
    path, _, test = beginning.partition("::")
    assert (ROOT / path).exists()
    if test:
        text = (ROOT / path).read_text("utf-8")
        for named in test.partition("[")[0].split("::"):
            assert f"def {named}" in text or f"class {named}" in text


def test_the_longest_come_first_and_the_others_after_them_all() -> None:
    assert rank(f"{LONGEST[0].beginning}_ends_well") == 0
    assert rank("tests/test_rooms.py::test_it") == len(LONGEST)


def test_what_shares_its_preparation_goes_to_one_process() -> None:
    assert longest_first("# one\ntests/a.py each\n\ntests/b.py::test_the\n") == (
        ("tests/a.py", True),
        ("tests/b.py::test_the", False),
    )
    fair = "tests/conformance/suite/test_suite_is_fair.py"
    assert unit(f"{fair}::test_it[1]") != unit(f"{fair}::test_it[2]")
    demo = "tests/conformance/test_banc_command.py"
    assert (
        unit(f"{demo}::test_the_demo_ends")
        == unit(f"{demo}::test_the_demo_writes")
        == f"{demo}::test_the_demo"
    )
    assert unit("tests/test_rooms.py::TestA::test_it[a::b]") == "tests/test_rooms.py"


class Node:
    """A process that is given tests."""

    shutting_down = False

    def __init__(self) -> None:
        self.given: list[int] = []
        self.gateway = SimpleNamespace(id=id(self))

    def send_runtest_some(self, indices: list[int]) -> None:
        self.given += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def test_a_process_that_has_done_its_units_gets_the_next_whichever_it_is(pytestconfig: pytest.Config) -> None:
    option = SimpleNamespace(**{**vars(pytestconfig.option), "tx": ["popen"] * 2})
    config = SimpleNamespace(option=option, getvalue=lambda name: getattr(option, name), rootpath=ROOT)
    fair = [f"tests/conformance/suite/test_suite_is_fair.py::test_it[{n}]" for n in range(6)]
    tests = [*fair, "tests/test_a.py::test_1", "tests/test_a.py::test_2"]
    sharing, nodes = LongestFirst(config), [Node(), Node()]
    for node in nodes:
        sharing.add_node(node)
        sharing.add_node_collection(node, tests)
    sharing.schedule()
    # One to run and one to know of, each; a worker that is busy with the first gets no more.
    assert [node.given for node in nodes] == [[0, 2], [1, 3]]
    for done in (1, 3):
        sharing.mark_test_complete(nodes[1], done)
    assert nodes[1].given == [1, 3, 4, 5]
    for done in (4, 5):
        sharing.mark_test_complete(nodes[1], done)
    assert nodes[1].given == [1, 3, 4, 5, 6, 7]
    assert nodes[0].given == [0, 2]
