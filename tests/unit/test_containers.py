"""The files for Docker and Airflow enter; their instructions are read, because neither is on the machine of a test."""

from __future__ import annotations

import ast
import json
import re
import shlex
from fnmatch import fnmatch

import pytest

from tests.support.schedules import CONFIGS, OFFICE

ROOT = CONFIGS.parent
DAG = CONFIGS / "airflow_dag.py"


def instructions() -> list[tuple[str, str]]:
    """Read the Dockerfile as its instructions and what they say; lines ending in a backslash go on."""
    text = re.sub(r"^#.*\n", "", (CONFIGS / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(word, " ".join(rest.split())) for word, _, rest in (line.partition(" ") for line in lines if line)]


def said(word: str) -> list[str]:
    """Return what each instruction of a kind says."""
    return [rest for one, rest in instructions() if one == word]


def test_the_image_is_small_and_built_from_the_project() -> None:
    """Two stages from one slim base; what only building needs stays in the first."""
    stages = said("FROM")
    assert len({stage.split()[0] for stage in stages}) == 1
    assert re.fullmatch(r"python:3\.\d+-slim AS build", stages[0])
    copied = [source for rest in said("COPY") if not rest.startswith("--from") for source in rest.split()[:-1]]
    assert [source for source in copied if not (ROOT / source).exists()] == []


def test_the_build_sees_no_key_and_no_spreadsheet() -> None:
    """Of the project only what is copied is given to Docker."""
    first, *others = [
        line for line in (CONFIGS / "Dockerfile.dockerignore").read_text("utf-8").splitlines() if line[:1] != "#"
    ]
    assert first == "*"
    taken = {line[1:] for line in others if line.startswith("!")}
    copied = {source for rest in said("COPY") if not rest.startswith("--from") for source in rest.split()[:-1]}
    assert taken == copied
    assert any(fnmatch("batch_renamer/__pycache__", line) for line in others)


def test_the_image_runs_as_a_user_without_rights() -> None:
    """By its number, because Kubernetes compares that with runAsNonRoot; the group is that of arbitrary users."""
    assert said("USER") == ["10001:0"]
    last = [word for word, _ in instructions()]
    assert last.index("USER") > max(place for place, word in enumerate(last) if word == "RUN")


def test_the_image_is_the_command() -> None:
    """It gets the signals itself, and `status` says whether the container is healthy."""
    assert [json.loads(entry) for entry in said("ENTRYPOINT")] == [["batch-renamer"]]
    (check,) = said("HEALTHCHECK")
    assert json.loads(check.partition("CMD ")[2]) == ["batch-renamer", "status"]


def test_the_image_names_no_index_and_holds_no_key() -> None:
    """Whoever builds it chooses the index; a key is mounted."""
    text = (CONFIGS / "Dockerfile").read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"index-url|trusted-host|API_KEY|ARG ", text)
    assert "ADD" not in {word for word, _ in instructions()}


def dag_call(name: str) -> dict[str, ast.expr]:
    """Return the arguments of a call in the DAG."""
    for node in ast.walk(ast.parse(DAG.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            return {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    raise AssertionError(f"no call of {name}")


def dag_constant(name: str) -> object:
    """Return the value of a constant of the DAG."""
    for node in ast.parse(DAG.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"no constant {name}")


def test_airflow_starts_the_command_of_the_other_schedulers() -> None:
    """As its own process, so that a stopped task stops the program."""
    compile(DAG.read_text("utf-8"), str(DAG), "exec")
    assert shlex.split(str(dag_constant("COMMAND"))) == ["exec", *OFFICE.words]
    assert ast.unparse(dag_call("BashOperator")["bash_command"]) == "COMMAND"


@pytest.mark.parametrize(
    ("call", "argument", "value"),
    [
        ("BashOperator", "retries", 0),
        ("DAG", "catchup", False),
        ("DAG", "max_active_runs", 1),
        ("DAG", "schedule", "30 3 * * *"),
    ],
)
def test_airflow_starts_one_night_a_time_and_none_twice(call: str, argument: str, value: object) -> None:
    """What is left open is done the next night."""
    assert ast.literal_eval(dag_call(call)[argument]) == value


def test_airflow_skips_only_a_night_in_which_another_run_is_at_work() -> None:
    """Every other exit code needs a person, so the task fails."""
    assert ast.unparse(dag_call("BashOperator")["skip_on_exit_code"]) == "SKIPPED"
    assert dag_constant("SKIPPED") == [5]
