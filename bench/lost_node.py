"""A run on a Ray cluster of several nodes, one of which is lost in the middle: part of docs/scale.md.

The nodes are simulated on this machine, as Ray's own tests do it. The output must be byte for byte that of the local engine. Exit
status 1 where it is not. Needs the extra ``ray``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from scale import write_inputs

if TYPE_CHECKING:
    from collections.abc import Sequence


def command(source: Path, output: Path, *more: str) -> list[str]:
    """A run of a file."""
    return [sys.executable, "-m", "bodycopy", "run", str(source), "-o", str(output), "--force", *more]


def main(argv: Sequence[str] | None = None) -> int:
    """Run here, then on a cluster that loses a node, and compare."""
    from ray.cluster_utils import Cluster

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=4000, metavar="N", help="how many (4000)")
    parser.add_argument("--nodes", type=int, default=2, metavar="N", help="besides the head (2)")
    parser.add_argument("--after", type=float, default=15.0, metavar="SECONDS", help="when a node is lost (15)")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        source = write_inputs(Path(name), args.records)[0]
        here, there = Path(name) / "here.jsonl", Path(name) / "there.jsonl"
        begun = time.monotonic()
        subprocess.run(command(source, here), check=True, stdout=subprocess.DEVNULL)
        print(f"local engine: {time.monotonic() - begun:.1f} s", flush=True)
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
        nodes = [cluster.add_node(num_cpus=1) for _ in range(args.nodes)]
        cluster.wait_for_nodes()
        begun = time.monotonic()
        process = subprocess.Popen(
            command(source, there, "--engine", "ray", "--address", cluster.address), stdout=subprocess.DEVNULL
        )
        try:
            process.wait(args.after)
        except subprocess.TimeoutExpired:
            cluster.remove_node(nodes[0], allow_graceful=False)
            print(f"a node is lost after {args.after:g} s", flush=True)
        else:
            print("the run ended before a node could be lost")
        status = process.wait(600)
        print(f"cluster of {args.nodes + 1} nodes: {time.monotonic() - begun:.1f} s, exit status {status}")
        same = there.exists() and here.read_bytes() == there.read_bytes()
        cluster.shutdown()
    print(f"the output is {'the same, byte for byte' if same else 'NOT THE SAME'}")
    return 0 if same and status == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
