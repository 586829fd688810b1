"""How much of the machine this process may use: all of it, or what a container or a service was given.

Python and psutil tell of the whole machine, joblib of the processor alone. The limits are read as Linux has them:
https://docs.kernel.org/admin-guide/cgroup-v2.html, and cgroup-v1 beside it. A group is bound by those around it too.
"""

import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_ROOT = Path("/")


def memory(root: Path = _ROOT) -> int:
    """Bytes of memory, of which other processes may take their share.

    Args:
        root: the folder that proc and sys are in.
    """
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    names = ("memory.max", "memory.limit_in_bytes")
    limits = [_words(group / name) for group in _groups("memory", root) for name in names]
    # No limit is "max", or nothing at all.
    return min([machine, *(int(words[0]) for words in limits if words and words[0].isdecimal())])


def cores(root: Path = _ROOT) -> int:
    """How many threads can run at a time, at least 1.

    Who starts several processes, as Ray does, gives each its number as OMP_NUM_THREADS.

    Args:
        root: the folder that proc and sys are in.
    """
    numbers = [len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1]
    for group in _groups("cpu", root):
        numbers += _cores_by_time(_words(group / "cpu.max"))
        numbers += _cores_by_time(_words(group / "cpu.cfs_quota_us") + _words(group / "cpu.cfs_period_us"))
    given = os.environ.get("OMP_NUM_THREADS", "")
    if given.isdecimal() and int(given):
        numbers.append(int(given))
    return min(numbers)


def features(root: Path = _ROOT) -> set[str]:
    """What the processor can do, in Linux's names as "avx2"; nothing where it is no x86 or the system is no Linux.

    Args:
        root: the folder that proc and sys are in.
    """
    for line in _lines(root / "proc/cpuinfo"):
        name, _, words = line.partition(":")
        if name.strip() == "flags":
            return set(words.split())
    return set()


def _cores_by_time(words: list[str]) -> list[int]:
    """The cores for which all threads together may use some time out of some; no limit is "max", -1 or no words."""
    match words:
        case [used, period] if used.isdecimal():
            return [max(1, math.ceil(int(used) / int(period)))]
    return []


def _groups(controller: str, root: Path) -> Iterator[Path]:
    """The folders of the control groups that this process is in, where they can be seen from inside a container."""
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        # Version 1 has a tree for each controller, version 2 one for all.
        tree = root / "sys/fs/cgroup" / (controller if controllers else "")
        names = PurePosixPath(path).parts[1:]
        yield from (tree.joinpath(*names[:depth]) for depth in range(len(names) + 1))


def _words(file: Path) -> list[str]:
    return " ".join(_lines(file)).split()


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
