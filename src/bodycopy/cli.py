"""The command ``bodycopy``: the only place that prints and decides exit codes.

0: done; 1: an input could not be read or cleaned, or an output not written (the others were); 2: wrong usage; 130:
interrupted. Results go to standard output, everything else to standard error, one line each, naming the file.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from bodycopy import cli_check, cli_job, cli_run, cli_train
from bodycopy.cli_check_options import CheckArguments
from bodycopy.cli_options import CleanArguments, ExplainArguments, command, known
from bodycopy.cli_run import RunArguments
from bodycopy.cli_signals import Terminated, terminable
from bodycopy.cli_train import TrainArguments
from bodycopy.errors import BodycopyError, ModelError
from bodycopy.inputs import UsageError, find_inputs, shown
from bodycopy.version import VERSION

if TYPE_CHECKING:
    from rich.text import Text

# Characters of a message; the longest name that a file can have on usual disks (255) is told in full.
_LONGEST = 600

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


class _StandardOutputError(Exception):
    """Standard output takes no more, so there is nothing left to do."""


def main() -> None:
    """Run the command line of this process and leave with its exit status."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line; the exit status. Nothing is raised, whatever happens."""
    try:
        if arguments == ["--version"]:  # parsing takes longer than the answer
            return _show_version()
        status = typer.main.get_command(app).main(arguments, prog_name="bodycopy", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except BrokenPipeError:
        return _closed_pipe(0)
    except SystemExit as left:  # Typer's own answer to a pipe closed early
        return _closed_pipe(0) if isinstance(left.__context__, BrokenPipeError) else 1
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except UsageError as error:
        _say(str(error))
        return 2
    except _StandardOutputError as error:
        _say(f"standard output: {error}")
        return _closed_pipe(1)
    except OSError as error:
        if error.filename is not None:
            return _unexpected(error)
        _say(f"standard output: {error.strerror or error}")  # Typer's own pages of help end here
        return _closed_pipe(1)
    except Exception as error:  # noqa: BLE001 - a fault of ours is one line too
        return _unexpected(error)


def _unexpected(error: Exception) -> int:
    """One line for Typer's usage errors, of whatever version; anything else is a fault of ours and keeps its name."""
    message = getattr(error, "format_message", None)
    if callable(message):
        text = " ".join(str(message()).split())
        _say(text[:1].lower() + text[1:])
        return 2
    _say(f"internal error: {type(error).__name__}: {error}")
    return 1


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and leave.")] = False,
) -> None:
    """Keep the running text of an article, cut what is set around it, and say what was cut and why."""
    if version:
        _show_version()
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        raise UsageError("no command: one of clean, run, check, explain, train, rules (see bodycopy --help)")


def _show_version() -> int:
    _emit(f"bodycopy {VERSION}\n")
    return 0


@app.command("clean")
@command(CleanArguments)
def clean(given: CleanArguments) -> int:
    """Give the body copy of pages and texts.

    One goes to standard output; several need -o DIR or --in-place.
    """
    given = given.with_settings(given.settings(given.inputs))
    given.check_combination()
    job = cli_job.Job(given, given.checked(), cli_job.Outlet(_say, _emit))
    for work in cli_job.plan(given, job.fail):
        job.do(work)
    if given.summary and sys.stderr is not None:
        with contextlib.suppress(OSError):  # as with messages, that nobody hears it is no failure
            _print_lines(job.tally.lines(), sys.stderr)
    return 2 if job.misused else 1 if job.failed else 0


@app.command("run")
@command(RunArguments)
def run_corpus(given: RunArguments) -> int:
    """Clean a whole corpus, in several processes; no record is lost.

    Each output record is its input's, with the cleaned text in the column text. Records that cannot be cleaned go, as they
    were, into OUTPUT.rejected.jsonl, which run can read again. A run that was ended in any way goes on with --resume.
    """
    try:
        with terminable():
            status, summary = cli_run.run(given, _say)
    except Terminated:  # here, since Typer makes 130 of it
        return 128 + signal.SIGTERM
    _print_lines(summary, sys.stdout)
    return status


@app.command("check")
@command(CheckArguments)
def check(given: CheckArguments) -> int:
    """Tell what is left to clean in texts and corpora, as a linter.

    Exit status 0: nothing is left, or no more than allowed; 1: findings; 2: wrong usage, or something could not be read.
    """
    try:
        with terminable():
            report = cli_check.check(given, _say)
            if given.output is not None:
                report.write(Path(given.output))
            else:
                for piece in report.text:
                    _emit(piece)
                _print_lines(report.lines, sys.stdout)
            return report.status()
    except Terminated:
        return 128 + signal.SIGTERM
    except (UsageError, BrokenPipeError):
        raise
    except _StandardOutputError as error:
        _say(f"standard output: {error}")
        return _closed_pipe(2)
    except BodycopyError as error:
        raise UsageError(str(error)) from error
    except Exception as error:
        raise UsageError(f"internal error: {type(error).__name__}: {error}") from error


@app.command("explain")
@command(ExplainArguments)
def explain(given: ExplainArguments) -> int:
    """Show every block with its label and why.

    The number of a block says how much speaks for its being body (log-odds, in nats); those below it, how much each reason
    adds or takes. Shown are the strongest for the decision: --all and --to json give every one.
    """
    known("--to", given.to, ("text", "json"))
    given = given.with_settings(given.settings([given.input or "."]))
    options = given.checked()
    name = given.input or cli_job.standard_input()
    if os.path.isdir(name):
        raise UsageError(f"{shown(name)} is a folder: explain takes one page")
    (item,) = find_inputs([name], failed=lambda name, reason: _say(f"{name}: {reason}"))
    try:
        cleaned = cli_job.clean_bytes(cli_job.read(item), item, given, options)
    except Exception as error:  # noqa: BLE001 - one line here too
        _say(f"{item.name}: {cli_job.reason(error, item.name)}")
        return 2 if isinstance(error, ModelError) else 1
    from bodycopy import terminal
    from bodycopy.write import to_json

    for warning in cleaned.warnings:
        _say(f"{item.name}: warning: {warning}")
    if given.to == "json":
        _emit(to_json(terminal.explain_dict(cleaned), indent=2) + "\n")
    else:
        _print_lines(terminal.explain_lines(cleaned, given.every), sys.stdout)
    return 0


@app.command("train")
@command(TrainArguments)
def train(given: TrainArguments) -> int:
    """Train a model on pages of your own.

    A record has the page as html or text, the text of its body as gold, and its url. HTML and text need a model each. The
    table says what came of pages whose site a model had not seen: the loss (nats a block, less is better), precision, recall
    and F1 of the kept words, and how many pages came out better and worse than with the rules alone. Needs the extra train.
    """
    given.check()
    try:
        report = cli_train.train(given, _say)
    except BodycopyError as error:
        _say(str(error))
        return 1
    _print_lines(report, sys.stdout)
    return 0


@app.command("rules")
def rules(
    identifier: Annotated[str | None, typer.Argument(metavar="ID", help="A rule, as in signup/offer.")] = None,
) -> int:
    """List all rules, or show one.

    One rule comes with its description and its examples.
    """
    import bodycopy.rules  # noqa: F401 - this fills the table
    from bodycopy import terminal
    from bodycopy.cli_examples import examples_of
    from bodycopy.evidence import RULES

    if identifier is None:
        _print_lines(terminal.rules_lines(list(RULES.values())), sys.stdout)
        return 0
    if identifier not in RULES:
        near = [name for name in RULES if identifier.lower() in name][:3]
        near = near or difflib.get_close_matches(identifier, RULES, n=3, cutoff=0.4)
        hint = f"; nearest: {', '.join(near)}" if near else "; see them all with: bodycopy rules"
        raise UsageError(f"no rule is called {shown(identifier)}{hint}")
    _print_lines(terminal.rule_lines(RULES[identifier], examples_of(identifier)), sys.stdout, wrap=True)
    return 0


def _say(message: str) -> None:
    """One line to standard error, whatever is in it; that nobody hears it is no reason to stop.

    Of a very long one the middle is left out: the name it starts with and the reason it ends with still tell.
    """
    line = shown(message)
    if len(line) > _LONGEST:
        line = f"{line[: _LONGEST // 2]} … {line[-_LONGEST // 2 :]}"
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            print(f"bodycopy: {line}", file=sys.stderr, flush=True)


def _emit(data: bytes | str) -> None:
    """Bytes, or text as UTF-8, to standard output at once. Raises ``BrokenPipeError`` or ``_StandardOutputError``."""
    if sys.stdout is None:
        raise _StandardOutputError("it is closed")
    try:
        sys.stdout.flush()
        left = memoryview(data.encode("utf-8", "replace") if isinstance(data, str) else data)
        while left:  # unbuffered (PYTHONUNBUFFERED), a part may be written where a disk is full or a pipe is closed
            left = left[sys.stdout.buffer.write(left) :]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _StandardOutputError(error.strerror or str(error)) from error


def _print_lines(lines: Iterable[Text], stream: IO[str] | None, *, wrap: bool = False) -> None:
    """Lines styled and cut to the terminal's width (or wrapped), where it is one; whole and plain, where it is not."""
    if stream is None:
        raise _StandardOutputError("it is closed")
    if not stream.isatty():
        for line in lines:  # at once, as they may take their time
            if stream is sys.stdout:
                _emit(f"{line.plain}\n")
            else:
                print(line.plain, file=stream, flush=True)
        return
    from rich.console import Console

    bare = bool(os.environ.get("NO_COLOR"))
    console = Console(file=stream, color_system=None if bare else "auto", highlight=False, markup=False, emoji=False)
    for line in lines:
        console.print(line, no_wrap=not wrap, overflow="fold" if wrap else "ellipsis", crop=True)


def _closed_pipe(status: int) -> int:
    """Let what is still to be written to standard output go nowhere, so that leaving does not fail again."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr]
    return status
