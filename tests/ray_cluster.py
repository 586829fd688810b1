"""A Ray cluster of several nodes on this machine, by a program of its own: Ray would take over the tests' process.

with ray_cluster(nodes=2) as cluster:
    ...  # a client of cluster.address
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# See `assistant.cluster`.
ENVIRONMENT = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}
STORE_BYTES = 100_000_000


@dataclass(frozen=True)
class RunningCluster:
    """Where its head listens, the process ids of its parts, and the folder of its logs."""

    address: str
    head: int
    nodes: Sequence[int]
    logs: Path

    def busy_workers(self) -> list[int]:
        """The processes that make a call now."""
        run = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], check=True, capture_output=True, text=True)  # noqa: S607
        processes = (line.split(maxsplit=2) for line in run.stdout.splitlines())
        return [
            int(pid) for pid, parent, name in processes if int(parent) in self.nodes and name.startswith("ray::call")
        ]


@contextmanager
def ray_cluster(nodes: int) -> Iterator[RunningCluster]:
    """A cluster of nodes with one core each, until the end of the context."""
    command = [sys.executable, "-m", "tests.ray_cluster", str(nodes)]
    with subprocess.Popen(
        command,
        env=os.environ | ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        try:
            told = json.loads(process.stdout.readline() or "null")
            assert told, process.stderr.read()
            yield RunningCluster(told["address"], told["head"], told["nodes"], Path(told["logs"]))
        finally:
            process.stdin.close()


def _serve(nodes: int) -> None:
    from ray import cluster_utils

    options: dict[str, Any] = {"num_cpus": 1, "node_ip_address": "127.0.0.1", "object_store_memory": STORE_BYTES}
    cluster: Any = cluster_utils.Cluster(initialize_head=True, head_node_args={**options, "include_dashboard": False})
    for _ in range(nodes - 1):
        cluster.add_node(**options)
    cluster.wait_for_nodes()
    told = {
        "address": cluster.address,
        "head": _pid(cluster.head_node, "gcs_server"),
        "nodes": [_pid(node, "raylet") for node in cluster.list_all_nodes()],
        "logs": cluster.head_node.get_logs_dir_path(),
    }
    print(json.dumps(told), flush=True)  # noqa: T201 - what the other end reads
    sys.stdin.read()
    cluster.shutdown()


def _pid(node: Any, kind: str) -> int:
    return int(node.all_processes[kind][0].process.pid)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
