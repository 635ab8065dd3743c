"""``banc plan``: a plan is written from answers and checked without calling anybody."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.plan import load_plan

ANSWERS = "LGO\n4.2\nÉditeur\n\nhttp://127.0.0.1:9001\n"


def banc(*arguments, **options):
    return CliRunner().invoke(main, [str(each) for each in arguments], **options)


def test_a_plan_made_from_answers_is_a_good_one(tmp_path):
    path = tmp_path / "plan.yaml"
    done = banc("plan", "new", path, input=ANSWERS)
    assert done.exit_code == 0, done.output
    plan = load_plan(path)
    assert (plan.software.name, plan.software.version, plan.software.vendor) == ("LGO", "4.2", "Éditeur")
    assert plan.software.actors == ("RI", "CALL", "LGO")
    assert plan.address == "http://127.0.0.1:9001"
    checked = banc("plan", "check", path, "--lang", "en")
    assert checked.exit_code == 0
    assert "rules to verify on http://127.0.0.1:9001" in checked.output


def test_an_existing_plan_is_left_alone(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text("mine", "utf-8")
    assert banc("plan", "new", path, input=ANSWERS).exit_code == 2
    assert path.read_text("utf-8") == "mine"


def test_a_bad_answer_leaves_no_file(tmp_path):
    path = tmp_path / "plan.yaml"
    done = banc("plan", "new", path, input="LGO\n1\n\n\nftp://x\n")
    assert done.exit_code == 2
    assert "^https?://" in done.output
    assert not path.exists()


@pytest.mark.usefixtures("in_english")
def test_a_mistake_has_its_line_and_column(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text("driver: {url: 'http://x'}\nseed: many\n", "utf-8")
    done = banc("plan", "check", path)
    assert done.exit_code == 2
    assert f"{path}:2:7: seed: expected integer, got 'many'" in done.output.replace("\n", "")
    path.write_text("driver: {url: 'http://x'}\ngroups: [SRX]\n", "utf-8")
    assert "did you mean SRC?" in banc("plan", "check", path).output
