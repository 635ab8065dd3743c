"""docs/api.md names routes that exist, and its calls work."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.web.api.specification import document

if TYPE_CHECKING:
    from werkzeug.test import Client

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")
BASE = "http://127.0.0.1:8080"


def test_each_route_named_exists() -> None:
    paths = document()["paths"]
    for methods, path in re.findall(
        r"`((?:GET|POST|PATCH|DELETE))`?(?: and `\w+)? ?(/api/v1/[^` ?]*)`", PAGE
    ):
        assert methods.lower() in paths[path], (methods, path)
    for path in re.findall(r"(/api/v1/[\w/{}]+)`", PAGE):
        assert path in paths, path
    named = set(re.findall(r"(/api/v1/[\w/{}]+)`", PAGE))
    below = {"/annotated", "/request", "/response"}
    for path in paths:
        if path.startswith("/api/v1/") and path.rpartition("/")[2] not in {name[1:] for name in below}:
            assert path in named | {
                "/api/v1/info",
                "/api/v1/openapi.json",
                "/api/v1/faults",
            } or path.endswith("/lots"), path


def test_each_call_works_one_after_the_other(web: Client) -> None:
    calls = [shlex.split(line) for line in PAGE.splitlines() if line.startswith("curl ")]
    assert len(calls) == 10
    for call in calls:
        url = next(part for part in call if part.startswith(BASE))
        method = call[call.index("-X") + 1] if "-X" in call else "GET"
        data = call[call.index("-d") + 1] if "-d" in call else None
        response = web.open(url.removeprefix(BASE), method=method, data=data, content_type="application/json")
        assert response.status_code in {200, 201, 204}, (call, response.status_code)
        response.close()  # the live journal does not end by itself
