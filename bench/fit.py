"""Fit the weights of the rules on the open pages of the bench: ``make train``.

Writes the weights that ship (``src/bodycopy/data/weights.toml``, fitted on all open pages) and ``bench/folds.json``:
for each of five folds the weights fitted without its sites, by which ``make eval`` judges those pages. Then it trains the
models, of all open pages (``src/bodycopy/data/model-*.npz``) and without each fold (``bench/models``). The same code and
data give the same files, byte for byte on one machine. Exit status 0 when both are written, 1 where the code
changed meanwhile, 2 where there is no bench data or no list of the sealed pages.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import folds
import names
import samples
import stack
from bodycopy.model.labeller import write as write_model
from bodycopy.train import forest
from bodycopy.train.sites import assign
from samples import KINDS, Kind
from shared_pages import HERE, Shared, default_shared, open_shared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BUILD = HERE / "build"
_HEAD = """\
# Fitted by `make train` on the open pages of the bench, not set by hand; judged out of fold by site (bench/folds.json).
# What a plain case of a rule adds to the log-odds of body, in nats: `alone` for the first impression, `company` and the
# features of `context` for the final judgement; `names` what it adds to the score of a name for what is no body.
"""
# Several threads would add up numbers in another order from one run to the next.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class ChangedError(Exception):
    """The code or the data are no longer those that the work began with."""


class Fitted(NamedTuple):
    """What came of it: the weights of all folds together, those without each fold, and their loss on that fold."""

    shipped: dict[Kind, folds.Part]
    without: list[dict[str, folds.Part]]
    losses: dict[Kind, list[float]]


def prepare(
    shared: Shared, pool: Executor, build: Path, number: int = folds.FOLDS
) -> tuple[dict[Kind, Path], dict[str, int]]:
    """Files with the samples, read from the pages unless they are there already, and the fold of each page."""
    mark = folds.features_fingerprint(shared)[:16]
    paths = {kind: build / f"samples-{kind}-{mark}.pickle" for kind in KINDS}
    if not all(path.exists() for path in paths.values()):
        found = samples.collect(shared, pool)
        if folds.features_fingerprint(shared)[:16] != mark:
            raise ChangedError
        of_page = assign({sample.id: sample.site for kind in KINDS for sample in found[kind]}, number)
        for old in build.glob("samples-*.pickle"):
            old.unlink()
        for kind, path in paths.items():
            stack.save(path, stack.Data(found[kind], [of_page[sample.id] for sample in found[kind]]))
    of_page = {}
    for path in paths.values():
        data = stack.load(path)
        of_page.update({sample.id: fold for sample, fold in zip(data.samples, data.folds, strict=True)})
    return paths, dict(sorted(of_page.items()))


def fit_all(paths: Mapping[Kind, Path], pool: Executor, number: int = folds.FOLDS) -> Fitted:
    """Fit first impressions with all folds, without each, and without each two; then the final judgement and the naming."""
    keys = list(stack.subsets(number))
    due = {kind: [pool.submit(stack.alone_in_process, paths[kind], key) for key in keys] for kind in paths}
    last = [frozenset[int](), *(frozenset({fold}) for fold in range(number))]
    ending = {}
    for kind, path in paths.items():
        alone = {key: future.result() for key, future in zip(keys, due[kind], strict=True)}
        company = [pool.submit(stack.in_company_in_process, path, key, alone) for key in last]
        ending[kind] = alone, company, [pool.submit(names.names_in_process, path, key) for key in last]
    parts: dict[Kind, list[folds.Part]] = {}
    losses: dict[Kind, list[float]] = {}
    for kind, (alone, company, named) in ending.items():
        results = [future.result() for future in company]
        parts[kind] = [
            to_part(alone[key], result, of_names.result())
            for key, result, of_names in zip(last, results, named, strict=True)
        ]
        losses[kind] = [result.loss for result in results[1:]]
    without = [{str(kind): parts[kind][1 + fold] for kind in parts} for fold in range(number)]
    return Fitted({kind: parts[kind][0] for kind in parts}, without, losses)


def train(shared: Shared, of_page: Mapping[str, int], pool: Executor) -> None:
    """Train the models, of all folds and without each, and write them where they belong."""
    due = samples.jobs(shared)
    pages: dict[Kind, list[forest.Page]] = {kind: [] for kind in KINDS}
    for job, made in zip(due, pool.map(samples.pages, due, chunksize=8), strict=True):
        pages[job.kind] += made
    folds.MODELS.mkdir(exist_ok=True)
    for kind, members in pages.items():
        for fold, model, loss in forest.models(kind, members, of_page):
            write_model(model, folds.model_path(kind, fold))
            what = "all pages" if fold is None else f"without fold {fold}: {loss:.4f} nats a block on it"
            print(f"model of {kind}, {what}", flush=True)


def to_part(alone: stack.Alone, company: stack.InCompany, named: names.Names) -> folds.Part:
    """Both steps and the naming as a part of the weights file."""
    return {
        "bias": {"alone": alone.bias, "company": company.bias},
        "alone": alone.rules,
        "company": company.rules,
        "context": company.context,
        "names": named,
    }


def weights_text(parts: Mapping[Kind, folds.Part]) -> str:
    """The weights file."""
    lines = [_HEAD]
    for kind, part in parts.items():
        tables = {name: values for name, values in part.items() if name != "names"}
        tables |= {f"names.{name}": values for name, values in part["names"].items()}
        for name, values in tables.items():
            lines.append(f"[{kind}.{name}]")
            lines += [f"{_key(key)} = {value:.{stack.DECIMALS}f}" for key, value in values.items()]
            lines.append("")
    return "\n".join(lines)


def _key(name: str) -> str:
    """A key of TOML."""
    return name if name.isidentifier() else f'"{name}"'


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=default_shared(), help="the folder with bench/")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes (2)")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Read the pages, fit, write both files, and print the loss on pages not seen."""
    args, started = arguments(argv), time.monotonic()
    shared = open_shared(args.shared)
    if not shared.sealed:
        print(
            f"make train: no list of sealed pages in {shared.root / 'bench'}: they must not be fitted to",
            file=sys.stderr,
        )
        return 2
    mark = folds.fingerprint(shared)
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        # Processes that start afresh, so that the setting reaches the libraries before they are loaded.
        with ProcessPoolExecutor(args.jobs, mp_context=get_context("spawn")) as pool:
            paths, of_page = prepare(shared, pool, BUILD)
            print(f"{len(of_page)} open pages read ({time.monotonic() - started:.0f} s)", flush=True)
            fitted = fit_all(paths, pool)
            train(shared, of_page, pool)
        if folds.fingerprint(shared) != mark:
            raise ChangedError
    except ChangedError:
        print(
            "make train: rules, phrases or data changed meanwhile; nothing is written: run make train again",
            file=sys.stderr,
        )
        return 1
    text = weights_text(fitted.shipped)
    folds.WEIGHTS.write_text(text, encoding="utf-8")
    models = folds.models_digest(len(fitted.without))
    folds.Folds(mark, folds.shipped_digest(text), models, of_page, fitted.without).write(folds.PATH)
    for kind, losses in fitted.losses.items():
        each = " ".join(f"{loss:.4f}" for loss in losses)
        print(f"{kind}: {sum(losses) / len(losses):.4f} nats a block on pages not seen (fold by fold {each})")
    print(f"written {folds.WEIGHTS.name} and {folds.PATH.name} ({time.monotonic() - started:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
