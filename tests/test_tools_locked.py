"""What the commands and the workflow run is one release each, with its hashes."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / ".locks"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKED = re.compile(r"(?P<what>[^\s;]+==[^\s;]+)(?: ; .+?)?(?P<hashes>(?: --hash=\S+)*)")


def read(name: str) -> dict[str, str]:
    """Return the versions of a lock by project; a line of another form is an error."""
    text = (LOCKS / f"{name}.txt").read_text("utf-8").replace("\\\n", "")
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        match = LOCKED.fullmatch(re.sub(r" {2,}", " ", line.strip()))
        assert match, f"{name}: {line[:60]!r} is no pinned release"
        assert re.fullmatch(r"( --hash=sha256:[0-9a-f]{64})+", match["hashes"]), match["what"]
        project, _, version = match["what"].partition("==")
        assert project not in found, f"{name} names two releases of {project}"
        found[canonicalize_name(project)] = version
    return found


def ranges(group: str) -> list[Requirement]:
    """Return what a group of pyproject.toml asks for, with the groups that it includes."""
    found = []
    for entry in PROJECT["dependency-groups"][group]:
        found += [Requirement(entry)] if isinstance(entry, str) else ranges(entry["include-group"])
    return found


@pytest.mark.parametrize("name", ["all", "lint", "tox", "lock"])
def test_a_lock_holds_a_release_with_hashes_within_every_range(name: str) -> None:
    locked = read(name)
    for wanted in ranges(name):
        version = locked.get(canonicalize_name(wanted.name))
        assert version, f".locks/{name}.txt lacks {wanted.name}; `tox run -e lock` writes it"
        assert wanted.specifier.contains(version), f"{wanted} is asked for, {version} is locked"


def test_the_build_finds_what_it_requires_in_the_lock() -> None:
    locked = read("all")
    for text in PROJECT["build-system"]["requires"]:
        wanted = Requirement(text)
        assert wanted.specifier.contains(locked[canonicalize_name(wanted.name)])


def test_locks_agree_with_each_other() -> None:
    everything = read("all")
    for name in ("lint", "tox"):
        for project, version in read(name).items():
            assert everything.get(project, version) == version, project


def test_a_lock_names_no_place() -> None:
    for path in LOCKS.iterdir():
        assert not re.search(r"://|^\s*--(?!hash)|\bfile:", path.read_text("utf-8"), re.MULTILINE)


def test_every_environment_of_tox_installs_from_a_lock() -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini", "utf-8")
    installs = {
        section: tox[section]["deps"].splitlines()[-1]
        for section in tox.sections()
        if "deps" in tox[section]
    }
    assert "testenv" in installs
    for section, line in installs.items():
        match = re.fullmatch(r"-r \{tox_root\}/\.locks/(\w+)\.txt", line)
        assert match, section
        assert (LOCKS / f"{match[1]}.txt").is_file()
    assert not [name for name in tox.sections() if "dependency_groups" in tox[name]]


@pytest.mark.parametrize("place", ["README.md", ".ci/run", ".github/workflows/ci.yml"])
def test_tox_comes_from_a_lock(place: str) -> None:
    installs = re.findall(
        r"pip install (.*?)(?: &&|$)", (ROOT / place).read_text("utf-8"), re.MULTILINE
    )
    assert installs
    assert set(installs) == {"-q -r .locks/tox.txt"}


def test_hooks_run_environments_of_tox() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    (repo,) = hooks["repos"]
    assert repo["repo"] == "local"
    for hook in repo["hooks"]:
        assert re.fullmatch(r"tox run -q -e (lint|type)", hook["entry"])


def test_actions_are_pinned_by_commit_with_their_version_beside() -> None:
    for path in (ROOT / ".github").rglob("*.yml"):
        for line in path.read_text("utf-8").splitlines():
            if "uses:" in line:
                assert re.search(r"uses: [\w/-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$", line), line
