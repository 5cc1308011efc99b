"""The package as a whole enters: what is installed, what it imports, and what its documents say must agree."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import batch_renamer
from tests.support.command import environment, start

ROOT = Path(__file__).parents[2]


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
README = (ROOT / "README.md").read_text("utf-8")
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((ROOT / "batch_renamer").rglob("*.py"))
    if path.name != "__main__.py"  # it runs the command
    and len(_parsed(path).body) > 1  # some folders have a description and no names
]
HEAVY = {"aiohttp", "numpy", "pandas", "pydantic", "sqlite3"}


def _python(*args: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run Python on its own, without the coverage measurement of this process: that one imports sqlite3."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return subprocess.run([sys.executable, *args], cwd=cwd, env=env, capture_output=True, text=True, check=False)


def _imported_by(*args: str) -> set[str]:
    """Return the names of all modules that a run of Python imports."""
    run = _python("-X", "importtime", *args)
    assert run.returncode == 0, run.stderr.splitlines()[-1]
    return {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}


def _name(requirement: str) -> str:
    """Return the distribution that a requirement asks for."""
    return re.split("[<>=]", requirement)[0]


def _sort_key(name: str) -> tuple[int, str]:
    """Order constants, classes and functions as ruff does (RUF022)."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def _imports_past_a_package(path: Path) -> list[str]:
    """Return the imports of another package's inner modules."""
    own = path.relative_to(ROOT / "batch_renamer").parts[0]
    modules = [
        module
        for node in ast.walk(_parsed(path))
        for module in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [])
        + ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [])
    ]
    return [module for module in modules if re.match(rf"batch_renamer\.(?!{own}\.)\w+\.\w", module)]


def test_inner_modules_are_private_to_their_package() -> None:
    """A package is used by the names that it exports, so that its modules can be moved without a word to others."""
    paths = sorted((ROOT / "batch_renamer").rglob("*.py"))
    assert {str(path.relative_to(ROOT)): found for path in paths if (found := _imports_past_a_package(path))} == {}


@pytest.mark.parametrize("door", ["nightly", "web"])
def test_the_parts_of_a_door_are_used_by_the_names_that_they_export(door: str) -> None:
    """So each is read like the program: one part after the other, each with a short list of names."""
    folder = ROOT / "batch_renamer" / door
    past = {
        str(path.relative_to(folder)): found
        for path in sorted(folder.rglob("*.py"))
        if (
            found := [
                (part, rest) for part, rest in _inner_imports(path, door) if part != path.relative_to(folder).parts[0]
            ]
        )
    }
    assert past == {}


def _inner_imports(path: Path, door: str) -> list[tuple[str, str]]:
    """Return the modules inside the parts of a door that a module imports, each with its part."""
    text = path.read_text("utf-8")
    return re.findall(rf"^\s*(?:from|import) batch_renamer\.{door}\.(\w+)\.(\w+)", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", MODULES)
def test_public_names_are_listed_and_exist(name: str) -> None:
    """Each module says in a sorted ``__all__`` what others may use, and has it."""
    module = importlib.import_module(name)
    assert module.__all__ == sorted(set(module.__all__), key=_sort_key)
    assert [public for public in module.__all__ if not hasattr(module, public)] == []


def test_the_checkout_is_what_is_tested(tmp_path: Path) -> None:
    """Commands that tests start run this checkout; a stale copy (plain ``pip install .``) would test the past.

    If this fails: ``.venv/bin/pip install --no-deps --no-build-isolation -e .``, as the README's test command does.
    """
    run = _python("-c", "import batch_renamer; print(batch_renamer.__file__)", cwd=tmp_path)
    assert run.stdout.strip() == str(ROOT / "batch_renamer" / "__init__.py"), run.stderr


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(["-c", "import batch_renamer"], id="import"),
        pytest.param(["-m", "batch_renamer", "--help"], id="--help"),
        pytest.param(["-m", "batch_renamer", "apply", "--help"], id="apply --help"),
        pytest.param(["-m", "batch_renamer", "web", "--help"], id="web --help"),
    ],
)
def test_help_and_import_are_light(args: list[str]) -> None:
    """A command that only looks does not wait for libraries that read sheets or talk HTTP."""
    imported = _imported_by(*args)
    assert "batch_renamer" in imported
    assert imported & HEAVY == set()


def test_a_command_that_renames_imports_nothing_of_the_page(tmp_path: Path) -> None:
    """The door of the browser costs the command line nothing."""
    sheet = tmp_path / "orders.csv"
    sheet.write_text("order_id,new_name\na1,12 Elm St\n", encoding="utf-8")
    words = ["apply", str(sheet), "--sandbox", "--yes", "--config", "none", "--state-dir", str(tmp_path / "state")]
    imported = _imported_by("-m", "batch_renamer", *words)
    assert "batch_renamer.jobs" in imported
    assert {name for name in imported if name.startswith(("batch_renamer.web", "aiohttp_sse"))} == set()


def test_wheel_holds_the_package_and_nothing_else(tmp_path: Path) -> None:
    """What is installed is batch_renamer with its type marker: no tests, no sample data."""
    run = _python("-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path)
    assert run.returncode == 0, run.stderr
    (wheel,) = tmp_path.iterdir()
    assert wheel.name == f"batch_renamer-{batch_renamer.__version__}-py3-none-any.whl"
    names = ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {
        "batch_renamer",
        f"batch_renamer-{batch_renamer.__version__}.dist-info",
    }
    assert "batch_renamer/py.typed" in names
    kept = [
        *(ROOT / "batch_renamer").rglob("*.py"),
        *(ROOT / "batch_renamer" / "cli" / "shells").glob("batch-renamer.*"),
        *(ROOT / "batch_renamer").rglob("templates/*.*"),
        *(ROOT / "batch_renamer").rglob("static/*.*"),
    ]
    files = {str(path.relative_to(ROOT)) for path in kept}
    assert files <= set(names)


def test_users_are_offered_no_extra_that_only_developers_need() -> None:
    """Tools of development are dependency groups: they are not in the metadata of the wheel."""
    assert importlib.metadata.metadata("batch-renamer").get_all("Provides-Extra") == ["dask", "notify", "speed", "web"]


async def _help(*command: str) -> str:
    """Return what ``--help`` prints."""
    async with start(*command, "--help", cwd=ROOT, env=environment(Path.home())) as started:
        return (await started.ended()).out


async def _commands() -> set[str]:
    """Return the names of all commands, as ``--help`` lists them."""
    return set(re.findall(r"^  ([a-z]+)  ", await _help(), flags=re.MULTILINE))


async def test_readme_names_exactly_the_commands_that_exist() -> None:
    """No command is described that isn't there, and none that is there is left out."""
    assert set(re.findall(r"[`/]batch-renamer ([a-z]+)", README)) == await _commands() != set()


async def test_readme_names_only_options_that_exist() -> None:
    """Every option in the README, those of pip, pytest and Dask aside, is an option of some command."""
    others = "pip install|pytest|^dask (scheduler|worker) "
    own_words = [part for part in re.split("&&|\n", README) if not re.search(others, part)]
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", " ".join(own_words)))
    assert named
    pages = [await _help(command) for command in await _commands()]
    assert named - set(re.findall(r"--[a-z][a-z-]*", " ".join(pages))) == set()


def test_changelog_tells_of_this_version() -> None:
    """The version of the package has its section."""
    assert f"\n## [{batch_renamer.__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_declared_dependencies_are_the_imported_ones() -> None:
    """Nothing is imported that only happens to be installed, and nothing is installed for nothing."""
    trees = list(map(_parsed, sorted((ROOT / "batch_renamer").rglob("*.py"))))
    nodes = [node for tree in trees for node in ast.walk(tree)]
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    imported = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names - {"batch_renamer"}
    imported -= {"pydantic_core"}  # a part of pydantic, in lockstep with it
    imported = {name.replace("_", "-") for name in imported}
    for extra in PYPROJECT["project"]["optional-dependencies"].values():
        imported -= set(map(_name, extra))  # used where it is there
    assert imported == set(map(_name, PYPROJECT["project"]["dependencies"]))


def test_requirements_pin_every_dependency_by_hash_and_name_no_host() -> None:
    """The test command installs exactly known files, from whichever index the machine is set to use."""
    project = PYPROJECT["project"]
    wanted = [
        *project["dependencies"],
        *PYPROJECT["dependency-groups"]["test"],
        *PYPROJECT["build-system"]["requires"],
    ]
    text = (ROOT / "requirements.txt").read_text("utf-8")
    pinned = dict(re.findall(r"^([\w.-]+)(?:\[[\w,.-]+\])?==(\S+) .*\\\n +--hash=sha256:", text, flags=re.MULTILINE))
    assert set(map(_name, wanted)) - set(pinned) == set()
    assert len(pinned) == len(re.findall(r"^[a-z]", text, flags=re.MULTILINE))
    assert "://" not in text


def test_requirements_pin_the_extras_that_dependencies_ask_for() -> None:
    """A pip before 23.3 refuses `coverage[toml]>=7` beside a pin `coverage==7.1` once a newer coverage is out."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    pins = [Requirement(line.removesuffix("\\")) for line in re.findall(r"^[a-z].*", text, flags=re.MULTILINE)]
    extras = {canonicalize_name(pin.name): pin.extras for pin in pins}
    asked = [
        requirement
        for name in extras
        for requirement in map(Requirement, _requires(name))
        if requirement.extras and (requirement.marker is None or requirement.marker.evaluate({"extra": ""}))
    ]
    assert "coverage" in {requirement.name for requirement in asked}
    assert [str(each) for each in asked if not each.extras <= extras[canonicalize_name(each.name)]] == []


def _requires(name: str) -> list[str]:
    """Return the requirements of an installed distribution; one for another platform is not installed."""
    try:
        return importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return []
