"""Whatever a page asks for, nothing is fetched."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import hostile
from cli_tools import PAGE, PARAGRAPHS, put

OFFLINE = """
import sys
def watch(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.")):
        import os
        os.write(2, f"network: {event} {arguments}".encode())
        os._exit(99)
sys.addaudithook(watch)
if sys.argv[1:] == ["try"]:
    import socket
    socket.getaddrinfo("localhost", 9)
from bodycopy import cli
sys.exit(cli.run(sys.argv[1:]))
"""
LURES = (
    '<!DOCTYPE html [<!ENTITY % x SYSTEM "http://localhost:9/x.dtd"> %x;]>', '<base href="http://localhost:9/">',
    '<link rel="stylesheet" href="http://localhost:9/s.css"><link rel="canonical" href="http://localhost:9/page">',
    '<meta http-equiv="refresh" content="0; url=http://localhost:9/">', '<script src="http://localhost:9/s.js"></script>',
    '<img src="http://localhost:9/i.png"><iframe src="http://localhost:9/f.html"></iframe>',
    '<object data="http://localhost:9/o"></object><xi:include href="http://localhost:9/x.xml"/>',
)  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ("clean", "page.html", "--url", "http://localhost:9/page"),
        ("clean", "page.html", "--to", "json", "--metadata"),
        ("clean", "page.html", "--via", "trafilatura"),
        ("explain", "page.html", "--to", "json"),
        ("clean", "page.html", "--to", "html", "--fragment"),
        ("clean", "page.eml"),
    ],
    ids=" ".join,
)
def test_nothing_is_fetched(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    if {"--via", "--metadata"} & set(arguments):
        pytest.importorskip("trafilatura")
    page = PAGE.format(charset="utf-8").replace("</head>", "".join(LURES[1:]) + "</head>")
    put(tmp_path / "page.html", LURES[0] + page)
    external = 'Content-Type: message/external-body; access-type=URL; URL="http://localhost:9/x"\n\n--b\n'
    head = "From: a\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
    put(tmp_path / "page.eml", head + external + "Content-Type: text/html\n\n" + page)
    command = [sys.executable, "-c", OFFLINE, *arguments]
    answer = hostile.run(command, cwd=tmp_path)
    assert (answer.returncode, answer.stderr.decode()) == (0, "")
    assert PARAGRAPHS[2][:20] in answer.stdout.decode().replace('\\"', '"')


def test_the_watch_over_the_network_watches() -> None:
    answer = hostile.run([sys.executable, "-c", OFFLINE, "try"])
    assert answer.returncode == 99


def test_nothing_is_fetched_for_trees(tmp_path: Path) -> None:
    """The same for lxml trees and soups, whose parsers are not ours."""
    code = (
        OFFLINE.partition("from bodycopy")[0] + "import bodycopy, bs4, io\nfrom lxml import etree, html\n"
        "page = open('page.html').read()\n"
        "for source in (html.fromstring(page), bs4.BeautifulSoup(page, 'html.parser'), bs4.BeautifulSoup(page, 'lxml')):\n"
        "    assert 'islanders' in bodycopy.clean(source, url='http://localhost:9/').text\n"
    )
    put(
        tmp_path / "page.html",
        LURES[0] + PAGE.format(charset="utf-8").replace("</head>", "".join(LURES[1:]) + "</head>"),
    )
    answer = hostile.run([sys.executable, "-c", code], cwd=tmp_path)
    assert (answer.returncode, answer.stderr.decode()) == (0, "")
