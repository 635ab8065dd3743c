"""Olivier, an LGO in Java that shares nothing with the reference LGO nor with Lavande: what it does right is not accused.

It was written from the driver API and the texts of the rules alone. ``Names.java`` lists its other ways to be right (in the
environment variable ``OLIVIER_CHOICES``) and its mistakes (``--mistake``). Outside CI a machine without a JDK skips this with the reason.
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
from simulator.bench import BenchOptions
from simulator.client import BenchClient
from simulator.serving import ServeOptions, free_port, running

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCES = Path(__file__).parent / "olivier"
