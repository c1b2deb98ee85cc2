"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("challenge", "leaderboard")
MODULE_LINES = 300
FUNCTION_LINES = 40
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager", "core"}
FIXED = {
    *("challenge", "datasets", "baselines", "leaderboard", "tests"),
    *("docker-compose.yml", "pyproject.toml", "README.md"),
}
# Library to the modules that may import it (DESIGN §3).
DOORS = {
    "sdv": ("challenge/synthesis/",),
    "rdt": ("challenge/synthesis/",),
    "sqlalchemy": ("challenge/store/",),
    "alembic": ("challenge/store/",),
    "mlflow": (
        "challenge/tracking/",
        "challenge/bundling/",
        "challenge/sandbox/guest/",
    ),
    "fastapi": ("challenge/web/",),
    "starlette": ("challenge/web/",),
    "uvicorn": ("challenge/serving.py", "challenge/connections.py"),
    "limits": ("challenge/web/",),
    "dask": ("challenge/engine/",),
    "distributed": ("challenge/engine/",),
    "pydantic_settings": ("challenge/settings.py",),
    **dict.fromkeys(("botocore", "fsspec", "s3fs", "upath"), ("challenge/shelf/",)),
}
# The library computes; what is around it (files, clock, chance) stands in these alone.
READS_FILES = ("leaderboard/__main__.py", "leaderboard/recomputing/")
OUTSIDE_WORLD = {
    *("io", "os", "pathlib", "random", "secrets", "shutil", "socket", "subprocess"),
    *("sys", "tempfile", "time", "urllib", "uuid"),
}
OUTSIDE_CALLS = {"open", "now", "today", "write_text", "write_bytes", "read_csv"}
OUTSIDE_CALLS |= {"read_parquet", "to_csv", "default_rng", "seed"}
# What a server or a team's machine should not pay for before it is needed.
HEAVY = ("sdv", "mlflow", "fastapi", "sqlalchemy", "sklearn", "lightgbm")


def modules() -> list[Path]:
    found = (p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))
    return sorted(p for p in found if "migrations/versions" not in p.as_posix())


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def called(tree: ast.AST) -> set[str]:
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = {f.attr for f in calls if isinstance(f, ast.Attribute)}
    return found | {f.id for f in calls if isinstance(f, ast.Name)}


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    documented = ast.get_docstring(node, clean=False) is not None
    start = (first.end_lineno or 0) + 1 if documented else first.lineno
    return (node.end_lineno or 0) - start + 1


def test_the_eight_top_level_names_exist() -> None:
    assert {entry for entry in FIXED if not (ROOT / entry).exists()} == set()


def offenders(
    rule: Callable[[Path, str, ast.Module], object], start: str = ""
) -> dict[str, object]:
    """What a rule finds, by module; a thousand modules are one test, not a thousand."""
    read = {path: path.read_text("utf-8") for path in modules()}
    found = {
        name(path): rule(path, text, ast.parse(text))
        for path, text in read.items()
        if name(path).startswith(start)
    }
    return {module: fault for module, fault in found.items() if fault}


def test_a_module_is_short_and_so_are_its_functions() -> None:
    def long(path: Path, text: str, tree: ast.Module) -> list[str]:
        found = [f.name for f in functions(tree) if body_lines(f) > FUNCTION_LINES]
        lines = text.count("\n")
        return found + [f"{lines} lines"] * (lines > MODULE_LINES)

    assert offenders(long) == {}


def test_a_module_has_a_name_that_says_something() -> None:
    assert {path.stem for path in modules()} & FORBIDDEN_NAMES == set()


def test_a_facade_holds_no_logic() -> None:
    def logic(path: Path, text: str, tree: ast.Module) -> list[str]:
        is_facade = path.name == "__init__.py"
        return [node.name for node in functions(tree)] if is_facade else []

    assert offenders(logic) == {}


def test_a_library_is_imported_only_at_its_door() -> None:
    def strays(path: Path, text: str, tree: ast.Module) -> set[str]:
        found = {module.partition(".")[0] for module in imports(tree)}
        return {
            library
            for library, doors in DOORS.items()
            if library in found and not name(path).startswith(doors)
        }

    assert offenders(strays) == {}


def test_the_library_touches_no_file_no_clock_and_no_chance() -> None:
    def outside(path: Path, text: str, tree: ast.Module) -> set[str]:
        if name(path).startswith(READS_FILES):
            return set()
        loaded = {module.partition(".")[0] for module in imports(tree)}
        return (loaded & OUTSIDE_WORLD) | (called(tree) & OUTSIDE_CALLS)

    assert offenders(outside, "leaderboard/") == {}


def test_nothing_prints_past_the_command_line() -> None:
    def prints(path: Path, text: str, tree: ast.Module) -> bool:
        return any(
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "print"
            for node in ast.walk(tree)
        )

    assert offenders(prints) == {}


def test_only_settings_reads_the_environment() -> None:
    def reads(path: Path, text: str, tree: ast.Module) -> bool:
        return any(how in text for how in ("os.getenv", "environ.get(", "environ["))

    assert offenders(reads) == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_loads_nothing_heavy(package: str) -> None:
    script = f"import {package}, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    allowed = {"sklearn"} if package == "leaderboard" else set()
    assert set(HEAVY) & set(loaded) <= allowed


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    script = "import challenge.cli, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert set(HEAVY) & set(loaded) == set()


def test_content_folders_hold_no_packages() -> None:
    inits = [
        p for c in ("datasets", "baselines") for p in (ROOT / c).rglob("__init__.py")
    ]
    scripts = list((ROOT / "datasets").rglob("*.py"))
    assert inits == []
    assert scripts == []


def test_the_content_folder_does_not_shadow_other_peoples_datasets() -> None:
    script = (
        "import importlib.util as u, sys; sys.path = [p for p in sys.path if p];"
        "print(u.find_spec('datasets'), u.find_spec('baselines'))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT.parent,
    ).stdout
    assert found.strip() == "None None"


def test_the_guest_imports_nothing_of_ours() -> None:
    for module in (ROOT / "challenge" / "sandbox" / "guest").glob("*.py"):
        found = {m.partition(".")[0] for m in imports(ast.parse(module.read_text()))}
        assert found.isdisjoint(PACKAGES)


@pytest.mark.parametrize(
    "script", sorted((ROOT / "baselines").glob("*/*.py")), ids=lambda p: p.parent.name
)
def test_a_baseline_uses_nothing_of_ours_but_the_client(script: Path) -> None:
    found = set(imports(ast.parse(script.read_text())))
    ours = {m for m in found if m.partition(".")[0] in PACKAGES}
    assert ours == {"challenge.client"}


def test_rules_name_no_transport_and_no_storage() -> None:
    words = (
        "fastapi",
        "http",
        "sqlalchemy",
        "mlflow",
        "bubblewrap",
        "docker",
        "status=",
    )
    found = [
        (name(path), word)
        for path in (ROOT / "challenge" / "rules").glob("*.py")
        for module in imports(ast.parse(path.read_text()))
        for word in words
        if word in module
    ]
    assert found == []


def test_the_library_templates_hold_no_links_and_no_forms() -> None:
    for template in (ROOT / "leaderboard" / "templates").glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert "<form" not in text
        assert "url_for" not in text
        assert 'href="/' not in text


def test_both_packages_are_found_where_they_are_developed() -> None:
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        assert spec is not None
        assert Path(spec.origin or "").parent == ROOT / package


def test_importing_every_module_does_nothing(tmp_path: Path) -> None:
    """No thread, no file, no changed variable: importing is not doing."""
    names = [
        name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in modules()
        if "migrations" not in path.parts and path.name != "__main__.py"
    ]
    script = (
        "import importlib, os, threading\n"
        "before = dict(os.environ)\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "changed = {k for k in os.environ if os.environ[k] != before.get(k)}\n"
        "print(threading.active_count(), os.listdir(), changed)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "1 [] set()"
