"""Whatever a page asks for, nothing is fetched: neither Python nor a library below it reaches for what pages point at."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import hostile
from cli_tools import PAGE, PARAGRAPHS, put

# A package below trafilatura (urllib3) asks at its import whether this machine has IPv6: it binds a socket of its own to
# the loopback, which reaches nobody. All else that has to do with the network ends the process.
OFFLINE = """
import sys
def watch(event, arguments):
    if event == "socket.__new__" or (event == "socket.bind" and arguments[1][:2] == ("::1", 0)):
        return
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.")):
        import os
        os.write(2, f"network: {event} {arguments}".encode())
        os._exit(99)
sys.addaudithook(watch)
"""
COMMAND = f"{OFFLINE}\nfrom bodycopy import cli\nsys.exit(cli.run(sys.argv[1:]))\n"


def lured(home: str) -> str:
    """A page that points at ``home`` in every way in which a reader of pages could be made to call there."""
    doctype = f'<!DOCTYPE html [<!ENTITY % x SYSTEM "{home}x.dtd"> %x;]>'
    head = (
        f'<base href="{home}"><link rel="stylesheet" href="{home}s.css"><link rel="canonical" href="{home}page">'
        f'<meta http-equiv="refresh" content="0; url={home}"><script src="{home}s.js"></script>'
        f'<img src="{home}i.png"><iframe src="{home}f.html"></iframe>'
        f'<object data="{home}o"></object><xi:include href="{home}x.xml"/>'
    )
    return doctype + PAGE.format(charset="utf-8").replace("</head>", head + "</head>")


def lay_out(folder: Path, home: str) -> None:
    """The page, and a mail that has it beside a part that lies elsewhere."""
    put(folder / "page.html", lured(home))
    external = f'Content-Type: message/external-body; access-type=URL; URL="{home}x"\n\n--b\n'
    head = "From: a\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
    put(folder / "page.eml", head + external + "Content-Type: text/html\n\n" + lured(home))


def heard(listener: socket.socket) -> bool:
    """Whether anybody called. A call that was made waits to be taken, so that there is nothing to wait for."""
    listener.setblocking(False)
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.fixture(name="listener")
def listener_fixture() -> Iterator[socket.socket]:
    """Somebody who listens where the pages point, and hears also what C code does, of which Python has no notion."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


def home_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}/"


WAYS = [
    ("clean", "page.html", "--url", "HOME/page"),
    ("clean", "page.html", "--to", "json", "--metadata"),
    ("clean", "page.html", "--to", "json", "--metadata", "--url", "HOME/page"),
    ("clean", "page.html", "--via", "trafilatura"),
    ("clean", "page.html", "--via", "trafilatura", "--url", "HOME/page"),
    ("explain", "page.html", "--to", "json"),
    ("clean", "page.html", "--to", "html", "--fragment"),
    ("clean", "page.eml"),
]


@pytest.mark.parametrize("arguments", WAYS, ids=" ".join)
def test_nothing_is_fetched(tmp_path: Path, listener: socket.socket, arguments: tuple[str, ...]) -> None:
    if {"--via", "--metadata"} & set(arguments):
        pytest.importorskip("trafilatura")
    home = home_of(listener)
    lay_out(tmp_path, home)
    command = [sys.executable, "-c", COMMAND, *(word.replace("HOME/", home) for word in arguments)]
    answer = hostile.run(command, cwd=tmp_path)
    assert (answer.returncode, answer.stderr.decode()) == (0, "")
    assert PARAGRAPHS[2][:20] in answer.stdout.decode().replace('\\"', '"')
    assert not heard(listener)


@cache
def apart() -> bool:
    """Whether a process can be had that has no network at all: Linux, and namespaces are allowed."""
    command = ["unshare", "--map-root-user", "--net", "true"]
    return bool(shutil.which("unshare")) and subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("arguments", WAYS, ids=" ".join)
def test_no_network_is_needed(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    if {"--via", "--metadata"} & set(arguments):
        pytest.importorskip("trafilatura")
    if not apart():
        pytest.skip("a process cannot be kept from the network here (needs Linux, unshare and user namespaces)")
    home = "http://192.0.2.1/"  # an address that is nobody's, kept for examples
    lay_out(tmp_path, home)
    command = ["unshare", "--map-root-user", "--net", sys.executable, "-m", "bodycopy"]
    answer = hostile.run([*command, *(word.replace("HOME/", home) for word in arguments)], cwd=tmp_path)
    assert (answer.returncode, answer.stderr.decode()) == (0, "")
    assert PARAGRAPHS[2][:20] in answer.stdout.decode().replace('\\"', '"')


@pytest.mark.parametrize(
    "call",
    [
        "import socket; socket.getaddrinfo('localhost', 9)",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "import socket; socket.socket().bind(('', 0))",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
    ],
)
def test_the_watch_over_the_network_watches(call: str) -> None:
    assert hostile.run([sys.executable, "-c", f"{OFFLINE}\n{call}"]).returncode == 99


def test_the_listener_hears(listener: socket.socket) -> None:
    assert not heard(listener)
    socket.create_connection(listener.getsockname()).close()
    assert heard(listener)


def test_nothing_is_fetched_for_trees(tmp_path: Path, listener: socket.socket) -> None:
    """The same for lxml trees and soups, whose parsers are not ours."""
    code = (
        f"{OFFLINE}\nimport bodycopy, bs4, io\nfrom lxml import etree, html\n"
        "page = open('page.html').read()\n"
        "for source in (html.fromstring(page), bs4.BeautifulSoup(page, 'html.parser'), bs4.BeautifulSoup(page, 'lxml')):\n"
        f"    assert 'islanders' in bodycopy.clean(source, url='{home_of(listener)}').text\n"
    )
    lay_out(tmp_path, home_of(listener))
    answer = hostile.run([sys.executable, "-c", code], cwd=tmp_path)
    assert (answer.returncode, answer.stderr.decode()) == (0, "")
    assert not heard(listener)
