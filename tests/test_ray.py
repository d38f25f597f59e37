"""Ray, a real cluster on this machine: a run on it gives what a run here gives, byte for byte."""

from __future__ import annotations

import functools
import gzip
import json
import os
import re
import secrets
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# A cluster of a test's own, with a secret that is written nowhere.
os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32), "RAY_COLOR_PREFIX": "0"}

import corpora
from arrow_tools import are_cleaned, docs_code, needed, page, rows
from cli_tools import do_fixture, process, put  # noqa: F401 - a fixture

ray = needed("ray", "ray")
needed("ray.data", "ray")
parquet = needed("pyarrow.parquet", "corpus")

import pyarrow as pa  # noqa: E402

from bodycopy import Options  # noqa: E402
from bodycopy.corpus import on_ray, plans, pool, sources  # noqa: E402
from bodycopy.integrations.arrow import Recipe, clean_batch  # noqa: E402


@pytest.fixture(name="cluster", scope="module")
def cluster_fixture() -> Iterator[str]:
    context = ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield context.address_info["gcs_address"]
    ray.shutdown()


def warc(count: int) -> bytes:
    """A gzipped WARC file of so many responses, one of them an image and one of a lying charset."""
    records = []
    for number in range(count):
        kind = "image/png" if number == 2 else f"text/html; charset={'utf-16' if number == 3 else 'utf-8'}"
        body = page(number).encode()
        http = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (kind.encode(), len(body), body)
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number}>\r\nWARC-Date: 2026-03-01T00:00:00Z\r\n"
            f"WARC-Target-URI: https://ferry.example/{number}\r\nContent-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(http)}\r\n\r\n"
        )
        records.append(gzip.compress(head.encode() + http + b"\r\n\r\n"))
    return b"".join(records)


@pytest.fixture(name="corpus", scope="module")
def corpus_fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each kind of input, with records that must be rejected."""
    folder = tmp_path_factory.mktemp("corpus")
    lines = [json.dumps(row) for row in rows(80)]
    lines[40:40] = ["{no json", json.dumps({"id": "sourceless"}), '{"id": "list", "html": [1]}']
    put(folder / "a.jsonl.gz", gzip.compress("\n".join(lines).encode()))
    put(folder / "cut.jsonl.gz", gzip.compress("\n".join(lines).encode())[:-100])
    parquet.write_table(pa.Table.from_pylist(rows(70)), folder / "b.parquet", row_group_size=30)
    put(folder / "c.warc.gz", warc(40))
    put(folder / "few.jsonl", "\n".join(lines[:3]))
    for number in range(40):
        put(folder / "pages" / f"{number}.html", page(number))
    return folder


def figures(report: Path) -> dict[str, Any]:
    told = json.loads(report.read_text())
    return {name: value for name, value in told.items() if name not in ("seconds", "slowest")}


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "case",
    [
        ("a.jsonl.gz", "out.jsonl.gz", ["--with-removed"], 3),
        ("b.parquet", "out.parquet", ["--with-removed"], 0),
        ("c.warc.gz", "out.jsonl", ["--to", "markdown"], None),
        ("a.jsonl.gz b.parquet c.warc.gz cut.jsonl.gz pages", "out.jsonl", ["--every", "20", "--keep-source"], None),
        (".", "folder", [], None),
        ("a.jsonl.gz b.parquet", "attributes", ["--attributes"], 3),
        ("few.jsonl", "out.jsonl", ["--timeout", "0.000001"], 3),
    ],
    ids=["jsonl", "parquet", "warc", "mixed", "folder", "attributes", "timeout"],
)
def test_a_run_on_ray_gives_what_a_run_here_gives(
    cluster: str, do: Any, corpus: Path, tmp_path: Path, case: Any
) -> None:
    inputs, output, more, rejected = case
    given = [str(corpus / name) for name in inputs.split()]
    flags = more if more[:1] == ["--attributes"] else ["-o"]
    others = [] if flags is more else more
    seen = {}
    for engine in ("local", "ray"):
        answer = do("run", *given, *flags, f"{engine}/{output}", *others, "--engine", engine, "--report", "report")
        made = files(tmp_path / engine)
        seen[engine] = (answer.status, made, figures(tmp_path / "report"))
    assert seen["ray"] == seen["local"]
    status, made, told = seen["ray"]
    assert told["read"] == told["written"] + told["rejected"] > 0
    assert rejected in (None, told["rejected"])
    assert status == (1 if told["rejected"] else 0)
    assert not any(name.endswith((".part", ".journal")) for name in made)


def test_a_cluster_elsewhere_and_files_by_uri(cluster: str, corpus: Path, tmp_path: Path) -> None:
    uris = [f"file://{corpus}/b.parquet", f"local://{corpus}/a.jsonl.gz", f"file://{corpus}/pages"]
    made = {}
    for name, engine in {"here": ["--engine", "local"], "there": ["--engine", "ray", "--address", cluster]}.items():
        answer = process("run", *uris, "-o", f"{name}/out.jsonl", *engine, cwd=tmp_path)
        assert (answer.returncode, answer.stdout.split(b",")[0]) == (1, b"193 records in"), answer.stderr
        made[name] = files(tmp_path / name)
    assert made["there"] == made["here"]


def test_a_cluster_that_does_not_answer_is_one_line(corpus: Path, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        command = ["run", str(corpus / "few.jsonl"), "-o", "out.jsonl", "--engine", "ray", "--address", address]
        answer = process(*command, cwd=tmp_path)
    assert (answer.returncode, len(answer.stderr.splitlines())) == (2, 1)
    assert answer.stderr.startswith(f"bodycopy: no Ray cluster at {address}: ".encode())
    assert not list(tmp_path.glob("out.jsonl*"))


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_says_how_it_begins_anew(cluster: str, tmp_path: Path, number: int) -> None:
    put(tmp_path / "in.jsonl", "\n".join(json.dumps(row) for row in rows(4000)))
    command = ["in.jsonl", "-o", "out.jsonl", "--engine", "ray", "--address", cluster]
    running = corpora.start(tmp_path, *command)
    corpora.wait_for(lambda: (tmp_path / "out.jsonl.journal").exists(), running)
    running.send_signal(number)
    shown, said = running.communicate(timeout=60)
    own = [line for line in said.decode().splitlines() if line.startswith("bodycopy: ")]
    assert (running.returncode, shown) == (128 + number, b"")
    assert own == ["bodycopy: stopped; a run on Ray does not go on: the same command with --force starts anew"]
    again = process("run", *command, cwd=tmp_path)
    assert (again.returncode, again.stderr.decode().splitlines()) == (
        2,
        ["bodycopy: out.jsonl: a run was begun and not ended: --force starts anew"],
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX")
def test_who_is_asked_to_end_while_ray_begins_ends_as_the_command_does() -> None:
    class AskedError(Exception):
        pass

    def end(*_: object) -> None:
        raise AskedError

    before = signal.signal(signal.SIGTERM, end)
    try:
        for theirs in (ray._private.utils.set_sigterm_handler, functools.partial(signal.signal, signal.SIGTERM)):
            with pytest.raises(AskedError), on_ray._own_signals():
                theirs(lambda *_: sys.exit(1))
                signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is end
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_uri_of_no_known_file_system(tmp_path: Path) -> None:
    answer = process("run", "tresk://in/a.jsonl", "-o", "out.jsonl", cwd=tmp_path)
    assert (answer.returncode, answer.stderr) == (2, b"bodycopy: tresk://in/a.jsonl: Protocol not known: tresk\n")


def test_a_cluster_that_fails_is_one_line(cluster: str, corpus: Path, tmp_path: Path) -> None:
    def labeller(*_: object) -> None:
        """A labeller that no other process can load."""

    recipe = Recipe(options=Options(labellers=(labeller,)))  # type: ignore[arg-type]
    works = list(plans.works(plans.Wish(tmp_path / "out.jsonl"), recipe, sources.find([str(corpus / "c.warc.gz")])))
    with pytest.raises(pool.PoolError) as raised, on_ray.engine(works, None) as engine:
        list(engine(works[0].plan, sources.Reading(works[0].sources), []))
    assert re.fullmatch("the Ray cluster failed: AttributeError: Can't .*labeller'?", str(raised.value))


def test_batches_are_mapped(cluster: str) -> None:
    given = rows(23)
    pages = ray.data.from_items(given, override_num_blocks=1)
    are_cleaned(pages.map_batches(clean_batch, batch_format="pyarrow", batch_size=5).take_all(), given)


def test_the_code_of_the_page_runs(cluster: str, capfd: pytest.CaptureFixture[str]) -> None:
    (code,) = docs_code("ray.md")
    exec(compile(code, "docs/ray.md", "exec"), {})
    assert "1 A bell for Tresk" in capfd.readouterr().out
