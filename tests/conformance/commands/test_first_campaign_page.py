"""docs/first-campaign.md is followed to the letter: its code goes into the skeleton, and what it says is what comes."""

from __future__ import annotations

import re
from pathlib import Path

from conformance.drivers.scaffolds import scaffold

PAGE = Path(__file__).parents[3] / "docs" / "first-campaign.md"


def test_the_code_of_the_page_fits_into_the_skeleton():
    verbs, routes = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    source = scaffold("python").files["driver.py"]
    line = re.search(r"^VERBS = .*$", verbs, re.MULTILINE)[0]
    source = re.sub(r"^VERBS = .*$", lambda _: line, source, count=1, flags=re.MULTILINE)
    source, count = re.subn(
        r"^ROUTES = \[.*?^\]\n",
        lambda _: verbs.replace(line, "") + routes,
        source,
        flags=re.DOTALL | re.MULTILINE,
    )
    assert count == 1
    driver = {"__name__": "driver"}
    exec(compile(source, "driver.py", "exec"), driver)  # noqa: S102 - our own skeleton and our own page
    assert [(method, act.__name__) for method, _, act in driver["ROUTES"]] == [
        ("GET", "capabilities"),
        ("POST", "reset"),
        ("POST", "create_patient"),
        ("GET", "read_patient"),
    ]
    typed = {
        "birth_name": "KVORLAN",
        "first_name": "ANNE",
        "birth_date": "1960-01-01",
        "sex": "F",
        "birth_place": "29005",
    }
    status, patient = driver["create_patient"]({"body": typed})
    assert (status, patient["status"], driver["read_patient"]({"patient_id": patient["id"]})) == (
        201,
        "VALI",
        (200, patient),
    )
