from __future__ import annotations

import pytest

from conformance.reference.soap import Criteria, Reply, ReplyKind
from conformance.reference.strategy import attempts, given_names, search

TRAITS = {
    "birth_name": "HOUILLES",
    "first_name": "PIERRE",
    "first_names": "PIERRE PAUL JACQUES",
    "sex": "M",
    "birth_date": "1993-01-27",
    "birth_place": "63220",
}


def run(codes: list[str], **changes: str | None) -> tuple[str | None, list[tuple[str, str | None]]]:
    """Return the concluding code and the (Prenom, LieuNaissance) of each request."""
    asked: list[tuple[str, str | None]] = []
    left = iter(codes)

    def send(criteria: Criteria) -> Reply:
        asked.append((criteria.first_name, criteria.birth_place))
        code = next(left)
        kind = ReplyKind.FAULT if "_" in code else ReplyKind.ANSWER
        return Reply(kind=kind, code=code) if code else Reply(kind=ReplyKind.FAILURE)

    traits = {**TRAITS, **changes}
    return search(attempts(traits), traits, send).code, asked


PIERRE, PAUL, JACQUES, ALL = "PIERRE", "PAUL", "JACQUES", "PIERRE PAUL JACQUES"


@pytest.mark.parametrize(
    ("codes", "code", "asked"),
    [
        (["00"], "00", [(PIERRE, None)]),
        (["01", "00"], "00", [(PIERRE, None), (PAUL, None)]),
        (["01"] * 4, "01", [(PIERRE, None), (PAUL, None), (JACQUES, None), (ALL, None)]),
        (["01", "insi_102"], "insi_102", [(PIERRE, None), (PAUL, None)]),
        (["01", ""], None, [(PIERRE, None), (PAUL, None)]),
        (["01", "07"], "07", [(PIERRE, None), (PAUL, None)]),
        (["02", "00"], "00", [(PIERRE, None), (ALL, None)]),
        (["02", "02", "00"], "00", [(PIERRE, None), (ALL, None), (ALL, "63220")]),
        (["02", "01", "00"], "00", [(PIERRE, None), (ALL, None), (PIERRE, "63220")]),
        (["02", "02", "01"], "02", [(PIERRE, None), (ALL, None), (ALL, "63220")]),
        (["02", "insi_102"], "insi_102", [(PIERRE, None), (ALL, None)]),
        (
            ["01", "01", "01", "02", "00"],
            "00",
            [(PIERRE, None), (PAUL, None), (JACQUES, None), (ALL, None), (ALL, "63220")],
        ),
    ],
)
def test_order_of_requests(codes: list[str], code: str | None, asked: list[tuple[str, str | None]]) -> None:
    assert run(codes) == (code, asked)


@pytest.mark.parametrize("place", [None, "99999"])
def test_unknown_place_is_never_sent(place: str | None) -> None:
    code, asked = run(["02"], birth_place=place, first_names=None)
    assert (code, asked) == ("02", [(PIERRE, None)])


@pytest.mark.parametrize(
    ("first_name", "first_names", "expected"),
    [
        ("JEAN", None, ["JEAN"]),
        ("JEAN-PAUL", "JEAN-PAUL LUC", ["JEAN-PAUL", "LUC"]),
        ("ANNE MARIE", "ANNE MARIE LOUISE", ["ANNE MARIE", "ANNE", "MARIE", "LOUISE"]),
        (None, "PAUL LUC", ["PAUL", "LUC"]),
        ("LUC", "PAUL LUC", ["LUC", "PAUL"]),
        (None, None, []),
    ],
)
def test_given_names_start_with_the_first_one(
    first_name: str | None, first_names: str | None, expected: list[str]
) -> None:
    assert given_names({"first_name": first_name, "first_names": first_names}) == expected
