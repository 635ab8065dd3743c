"""Lavande, an LGO in Node.js that shares nothing with the reference LGO, is accused of nothing, whatever its choices.

It was written from the driver API and the texts of the rules alone. Its options (``options.js``, in the environment
variable ``LAVANDE``) are other ways to be right. Outside CI a machine without Node.js skips this with the reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.http import HttpDriver
from conformance.engine import BenchContext, run_checks
from conformance.rules import load_catalogue
from conformance.verdicts import Verdict
from simulator.client import BenchClient
from simulator.serving.options import BenchOptions, ServeOptions
from simulator.testing import running

if TYPE_CHECKING:
    from collections.abc import Iterator

LAVANDE = Path(__file__).parent / "lavande" / "main.js"
RULES = ("CRE-01", "CRE-07", "FLD-01", "PRF-01", "RSP-05", "STA-13", "VER-07")
AS_WRITTEN = ""
OTHERWISE = ",".join(
    (
        "odd-ids",
        "refuse-both-ways",
        "history-of-everything",
        "list-without-ins",
        "keep-better-proof",
        "locks-more",
        "alerts-at-proposal-only",
        "compared-backwards",
        "propose-after-ko",
        "header-order",
        "default-namespace",
        "chunked-request",
    )
)
