"""The pictures of docs/load.md: two real runs, their pages, and a browser.

python tests/conformance/load/pictures.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parents[3] / "docs"
WIDTH, HEIGHT = 1100, 1000
RUNS = {
    "load.png": ("load.steady", ("--users", "20", "--rate", "60/s", "--mix", "traits=80,card=15,verify=5")),
    "load-outage.png": ("load.outage", ("--profile", "outage-recovery", "--users", "20")),
}


def main():
    browser_path = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        # Root runs it in containers, where Chromium's own sandbox cannot be.
        arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=browser_path, args=arguments)
        for picture, (folder, options) in RUNS.items():
            report = Path(name) / folder
            command = [sys.executable, "-m", "conformance.cli", "load", *options]
            command += ["--duration", "30s", "--report", str(report), "--lang", "en"]
            subprocess.run(command, check=False)
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.goto((report / "index.html").as_uri())
            if picture == "load-outage.png":
                page.locator("section.card", has_text="Over time").first.screenshot(path=DOCS / picture)
            else:
                page.screenshot(path=DOCS / picture)
            sys.stdout.write(f"{DOCS / picture}\n")
        browser.close()


if __name__ == "__main__":
    main()
