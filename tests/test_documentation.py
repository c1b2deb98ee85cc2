"""The documentation names everything a person can meet, and nothing that is gone."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from typer.main import get_command

from challenge import errors
from challenge.cli import app
from challenge.records import Reason
from challenge.settings import PREFIX, Settings
from challenge.web import create_app
from leaderboard import METRICS

ROOT = Path(__file__).parents[1]
# Modules whose refusals name their slug where they are raised.
INSPECTION = ("bundle.py", "entries.py", "layout.py", "model_file.py", "texts.py")
DOCS = ROOT / "docs"


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def commands() -> list[str]:
    found = []
    for name, command in get_command(app).commands.items():
        below = getattr(command, "commands", {})
        found += [f"{name} {sub}" for sub in below] or [name]
    return found


def slugs() -> set[str]:
    tree = [errors.ChallengeError]
    for kind in tree:
        tree.extend(kind.__subclasses__())
    own = {kind.slug for kind in tree if "slug" in vars(kind)}
    inspection = [ROOT / "challenge/sandbox" / f for f in INSPECTION]
    causes = {
        node.value
        for path in inspection
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and re.fullmatch(r"[a-z]+(-[a-z]+)+", str(node.value))
    }
    return own | causes | {reason.value for reason in Reason}


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command: str) -> None:
    assert f"`challenge {command}" in read("commands.md")


@pytest.mark.parametrize("command", commands())
def test_every_command_has_help_with_an_example(command: str) -> None:
    node = get_command(app)
    for part in command.split():
        node = node.commands[part]
    text = f"{node.help} {node.epilog}"
    assert f"`challenge {command}" in text


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_every_setting_is_documented_with_its_default(setting: str) -> None:
    defaults = Settings.model_construct()
    default = getattr(defaults, setting)
    written = defaults.environment().get(f"{PREFIX}{setting.upper()}", "")
    line = next(
        line
        for line in read("settings.md").splitlines()
        if f"`{PREFIX}{setting.upper()}`" in line
    )
    shown = f"{default:g}" if isinstance(default, float) else written
    assert f"| {'empty' if shown == '' else f'`{shown}`'} |" in line


def test_no_setting_is_documented_that_does_not_exist() -> None:
    named = set(re.findall(rf"^\| `{PREFIX}([A-Z_]+)`", read("settings.md"), re.M))
    assert named == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("slug", sorted(slugs()))
def test_every_error_slug_is_documented(slug: str) -> None:
    assert f"`{slug}`" in read("errors.md")


def fault_slugs() -> set[str]:
    folders = (ROOT / "challenge/schema", ROOT / "challenge/brief")
    paths = [path for folder in folders for path in folder.rglob("*.py")]
    synthesis = ROOT / "challenge/synthesis"
    paths.append(synthesis / "drawing/constraints.py")
    paths.append(synthesis / "disclosure/reading.py")
    return {
        node.value
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and re.fullmatch(r"(?!x-)[a-z]+(-[a-z]+)+", str(node.value))
    }


def test_the_fault_slugs_of_a_challenge_folder_are_documented_and_no_others() -> None:
    listed = read("schema.md").partition("## Fault slugs")[2]
    assert set(re.findall(r"^\| `([a-z-]+)`", listed, re.M)) == fault_slugs()


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_documented(metric: str) -> None:
    assert f"`{metric}`" in read("method.md")


def test_every_route_is_documented(published_settings: Settings) -> None:
    text = read("api.md")
    application = create_app(published_settings)
    documented = set(re.findall(r"`(?:GET|POST|PUT) (/[^`]*)`", text))
    described = {
        (method.upper(), path)
        for path, methods in application.openapi()["paths"].items()
        for method in methods
    }
    assert {
        f"{method} {path}"
        for method, path in described
        if f"`{method} {path}`" not in text.replace(":path", "")
    } == set()
    assert documented == {path for _, path in described}


def test_every_file_that_the_readme_links_to_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!http)([^)#]+)", text)
    assert [target for target in targets if not (ROOT / target).exists()] == []
