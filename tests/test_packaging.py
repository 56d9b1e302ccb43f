"""What is shipped: the wheel, the container's recipe, the pinned versions, the commands."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.serving import free_port, serving


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    # Without what an outer make hands down: it would change what the commands print.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(command, cwd=cwd, env=inherited | environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # fmt: off
    done = run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir",
               str(folder), str(root), cwd=folder)
    # fmt: on
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


def shipped(folder: Path) -> dict[str, bytes]:
    """Every file of the folder that is source, by its path from there."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_wheel_holds_the_code_and_the_page(wheel: Path, root: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}
    code = {f"farback/{name}": data for name, data in shipped(root / "backend" / "farback").items()}
    page = {f"farback/frontend/{name}": data for name, data in shipped(root / "frontend").items()}
    assert "farback/frontend/index.html" in page
    assert inside == code | page


def test_an_installed_package_serves_from_any_folder(wheel: Path, root: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    done = run(sys.executable, "-m", "pip", "install", "--no-deps", "--target", str(site), str(wheel), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    found = run(sys.executable, "-c", "import farback; print(farback.__file__)", cwd=elsewhere, PYTHONPATH=str(site))
    assert Path(found.stdout.strip()).is_relative_to(site)
    with serving(elsewhere, {"PYTHONPATH": str(site)}) as address:
        with urllib.request.urlopen(f"{address}/app.js") as answer:
            assert answer.read() == (root / "frontend" / "app.js").read_bytes()
        with urllib.request.urlopen(f"{address}/") as answer:
            assert b"<html" in answer.read()
        check = health_check((root / "Dockerfile").read_text())
        assert run(*check, cwd=elsewhere, FARBACK_PORT=address.rpartition(":")[2]).returncode == 0
    assert run(*check, cwd=elsewhere, FARBACK_PORT=str(free_port())).returncode != 0


def health_check(dockerfile: str) -> list[str]:
    """The container's health check as a command for this interpreter."""
    found = re.search(r"^HEALTHCHECK .*?CMD (\[.*?\])$", dockerfile, re.MULTILINE | re.DOTALL)
    assert found
    program, *arguments = json.loads(found[1])
    assert program == "python"
    return [sys.executable, *arguments]


def test_container_is_small_and_not_root(root: Path, project: dict[str, Any]) -> None:
    text = (root / "Dockerfile").read_text()
    final = text[text.rindex("\nFROM ") :]
    user = re.findall(r"^USER (\S+)$", final, re.MULTILINE)
    assert user
    assert user[-1] not in ("root", "0")
    assert final.index("chown" if "chown" in final else "--owner") < final.index("VOLUME /data")
    assert re.search(r"^EXPOSE 8000$", final, re.MULTILINE)
    assert 'CMD ["farback", "serve", "--host", "0.0.0.0", "--data-dir", "/data"]' in final
    bases = set(re.findall(r"^FROM python:3\.(\d+)-slim\b", text, re.MULTILINE))
    assert len(bases) == 1, "both stages need the same Python, or the environment does not run"
    assert f">=3.{min(11, int(bases.pop()))}" == project["project"]["requires-python"]


def test_container_finds_what_it_copies(root: Path) -> None:
    text = (root / "Dockerfile").read_text()
    ignored = (root / ".dockerignore").read_text().split()
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    sources = [source for line in copies for source in line.split()]
    assert {"pyproject.toml", "backend", "frontend"} <= set(sources)
    for source in sources:
        assert (root / source).exists()
        assert f"!{source}" in ignored


@pytest.mark.parametrize("name", ["Makefile", "Dockerfile"])
def test_torch_is_installed_first_at_the_project_s_version(name: str, root: Path, project: dict[str, Any]) -> None:
    text = (root / name).read_text()
    found = re.search(r"sed -n '.*?' pyproject\.toml", text)
    assert found
    exact = run("sh", "-c", found[0], cwd=root).stdout.strip()
    assert exact in project["project"]["dependencies"]
    assert exact.startswith("torch==")
    everything = {"Makefile": "--editable .", "Dockerfile": "pip install ."}[name]
    assert text.index("--index-url") < text.index(everything)


def test_every_dependency_is_pinned(project: dict[str, Any], root: Path) -> None:
    groups = [project["project"]["dependencies"], *project["dependency-groups"].values()]
    groups.append(project["build-system"]["requires"])
    for requirement in (requirement for group in groups for requirement in group):
        assert re.fullmatch(r"[a-z0-9-]+==[0-9.]+", requirement)
    wanted = json.loads((root / "package.json").read_text())["devDependencies"]
    locked = json.loads((root / "package-lock.json").read_text())["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in package for path, package in locked.items() if path)


def test_make_says_what_it_needs(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "package-lock.json"):
        shutil.copy(root / name, folder)
    done = run("make", "run", "PYTHON=no-such-python", cwd=folder)
    assert done.returncode != 0
    assert "Farback needs Python 3.11 or newer" in done.stderr
    assert not (folder / ".venv").exists()
    commands = run("make", cwd=folder).stdout
    for command in ("run", "test", "check", "bench"):
        assert f"make {command}" in commands


def test_make_passes_on_only_what_was_asked_for(root: Path) -> None:
    asked = run("make", "--dry-run", "run", "PORT=9000", "DATA=my data", cwd=root, HOST="elsewhere.example")
    assert '-m farback serve --port "9000" --data-dir "my data"' in " ".join(asked.stdout.split())


def test_ci_runs_what_people_run(root: Path) -> None:
    script = root / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert [line for line in script.read_text().splitlines() if line.startswith("make ")] == [
        "make check",
        "make test",
    ]
