"""How long many machines take for many shards, with nodes that are lost: the simulation of docs/scale.md.

Each core takes the next shard when it is free, as a queue of `bodycopy run` commands does it. Shards differ by a tenth. A lost
node gives its shards back: those that it had begun are done again from their start, as if nothing of its disk was left.
"""

from __future__ import annotations

import argparse
import heapq
import random
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Fleet(NamedTuple):
    """So many nodes of so many cores; each node is lost once in so many hours on average, and comes back after one tenth."""

    nodes: int
    cores: int
    hours_between_losses: float


def simulate(fleet: Fleet, shards: int, hours: float, rng: random.Random) -> tuple[float, float]:
    """The hours until all shards are done, and the core hours that were lost; ``hours`` is what a shard takes on average."""
    due = [max(0.0, rng.gauss(hours, hours / 10)) for _ in range(shards)]
    free = [(0.0, node, core) for node in range(fleet.nodes) for core in range(fleet.cores)]
    heapq.heapify(free)
    lost_at = [rng.expovariate(1 / fleet.hours_between_losses) for _ in range(fleet.nodes)]
    end = wasted = 0.0
    while due:
        now, node, core = heapq.heappop(free)
        takes = due.pop()
        if now + takes > lost_at[node] > now:
            due.append(takes)
            wasted += lost_at[node] - now
            heapq.heappush(free, (lost_at[node] + fleet.hours_between_losses / 10, node, core))
            continue
        if now >= lost_at[node]:
            lost_at[node] = now + rng.expovariate(1 / fleet.hours_between_losses)
        end = max(end, now + takes)
        heapq.heappush(free, (now + takes, node, core))
    return end, wasted


def main(argv: Sequence[str] | None = None) -> int:
    """Print a table for fleets of several sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=float, default=1e9, help="how many (a billion)")
    parser.add_argument("--rate", type=float, default=29.3, help="pages a second and core (29.3)")
    parser.add_argument("--shard", type=int, default=30_000, help="pages of a shard (30000)")
    args = parser.parse_args(argv)
    shards, hours = round(args.pages / args.shard), args.shard / args.rate / 3600
    print(f"{shards} shards of {60 * hours:.0f} minutes, {shards * hours:,.0f} core hours")
    for nodes in (2, 10, 50, 200):
        for between in (1e9, 24.0, 6.0):
            end, wasted = simulate(Fleet(nodes, 32, between), shards, hours, random.Random(1))
            told = "never" if between > 1e6 else f"every {between:g} h"
            print(
                f"{nodes:>4} nodes of 32 cores, each lost {told:<12} {end:8.1f} h  {wasted:7.1f} core hours done again"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
