"""What a list shows more than before, wherever it stands."""

from __future__ import annotations

import pytest

from conformance.suite.desk.added import added


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        ("", "ab", "ab"),
        ("ab", "ab", ""),
        ("ab", "abc", "c"),
        ("ab", "cab", "c"),
        ("ab", "acb", "c"),
        ("ab", "ba", ""),
        ("aa", "aaa", "a"),
        ("abc", "ab", ""),
    ],
)
def test_what_is_new_is_found_wherever_it_stands(before: str, after: str, new: str) -> None:
    assert "".join(added(before, after)) == new
