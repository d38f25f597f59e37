"""The hooks of `.pre-commit-hooks.yaml` under the real pre-commit, in a real Git repository."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli_tools import PARAGRAPHS, TEXT, environment, put

HOOKS = Path(__file__).resolve().parent.parent / ".pre-commit-hooks.yaml"
CLEAN = TEXT.replace(f"{PARAGRAPHS[3]}\n\n", "")

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs git"),
    pytest.mark.skipif(importlib.util.find_spec("pre_commit") is None, reason="needs pre-commit (the extra dev)"),
    pytest.mark.skipif(os.name != "posix", reason="the command is found by a script of POSIX"),
]


class Repository:
    """A Git repository of a user with one of the hooks. pre-commit keeps its own things beside it.

    The hooks come as they do for users, from a repository with their file; only that pre-commit shall not install the package
    once more, but use the one that is tested, is changed in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "texts"
        command = put(folder / "bin" / "bodycopy", f'#!/bin/sh\nexec "{sys.executable}" -m bodycopy "$@"\n')
        command.chmod(0o755)
        path = os.pathsep.join([str(command.parent), str(Path(sys.executable).parent), os.environ["PATH"]])
        own = {"PRE_COMMIT_HOME": str(folder / "cache"), "HOME": str(folder), "PATH": path, "GIT_CONFIG_NOSYSTEM": "1"}
        outer = {name: "" for name in os.environ if name.startswith("GIT_")}  # where a hook of Git runs the tests
        self._environment = {k: v for k, v in environment(**own).items() if k not in outer or k in own}
        self._hooks = folder / "hooks"
        text = HOOKS.read_text(encoding="utf-8")
        assert text.count("language: python\n") == 2
        put(self._hooks / HOOKS.name, text.replace("language: python\n", "language: system\n"))
        for where in (self._hooks, self.folder):
            where.mkdir(exist_ok=True)
            self._run("git", "init", "-q", cwd=where)
        self._run("git", "add", ".", cwd=self._hooks)
        self._run("git", *WHO, "commit", "-qm", "Hooks", cwd=self._hooks)

    def use(self, hook: str) -> None:
        """Have a hook run before each commit."""
        revision = self._run("git", "rev-parse", "HEAD", cwd=self._hooks)[1].strip()
        config = f"repos:\n- repo: {self._hooks}\n  rev: {revision}\n  hooks:\n  - id: {hook}\n"
        put(self.folder / ".pre-commit-config.yaml", config)
        assert self._run(sys.executable, "-m", "pre_commit", "install")[0] == 0

    def commit(self) -> tuple[bool, str]:
        """Try to commit everything: whether that was done, and what was told."""
        self._run("git", "add", "-A")
        before = self._run("git", "rev-parse", "-q", "--verify", "HEAD")
        status, told = self._run("git", *WHO, "commit", "-m", "Texts")
        assert (status == 0) == (self._run("git", "rev-parse", "-q", "--verify", "HEAD") != before), told
        return status == 0, told

    def _run(self, *command: str, cwd: Path | None = None) -> tuple[int, str]:
        answer = subprocess.run(
            command, cwd=cwd or self.folder, env=self._environment, capture_output=True, text=True, timeout=120
        )
        return answer.returncode, answer.stdout + answer.stderr


WHO = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")


@pytest.fixture(name="repository")
def repository_fixture(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_a_commit_with_something_left_is_stopped_and_a_clean_one_passes(repository: Repository) -> None:
    repository.use("bodycopy-check")
    text = put(repository.folder / "letters" / "a b.txt")
    put(repository.folder / "code.py", TEXT)
    done, told = repository.commit()
    assert not done
    assert "letters/a b.txt:7:1: signup/offer saw sign up for our" in told
    assert "code.py" not in told
    put(text, CLEAN)
    assert repository.commit()[0]


def test_the_other_hook_mends_what_is_left_and_the_next_commit_passes(repository: Repository) -> None:
    repository.use("bodycopy-fix")
    text = put(repository.folder / "a.txt")
    done, told = repository.commit()
    assert not done
    assert "1 cut out of 1 file" in told
    assert "files were modified by this hook" in told
    assert text.read_text(encoding="utf-8") == CLEAN
    assert repository.commit()[0]


def test_settings_of_the_repository_count(repository: Repository) -> None:
    repository.use("bodycopy-check")
    put(repository.folder / "a.txt")
    put(repository.folder / "bodycopy.toml", 'ignore = ["signup"]\n')
    assert repository.commit()[0]
