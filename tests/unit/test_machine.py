"""What a process may use of its machine, on folders as Linux shows them."""

import os
from pathlib import Path

import pytest

from assistant.models import machine

MEMORY = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
SMALL = 64 * 1024**2
UNLIMITED_V1 = str(0x7FFFFFFFFFFFF000)
# Groups of which the process is in one, and the limits of each.
PLACES = {
    "no Linux": ("", {}),
    "no groups": ("0::/\n", {}),
    "container": ("0::/\n", {"memory.max": str(SMALL), "cpu.max": "200000 100000"}),
    "no limits": ("0::/a\n", {"a/memory.max": "max", "a/cpu.max": "max 100000"}),
    "service": (
        "0::/a.slice/b.service\n",
        {"a.slice/memory.max": "max", "a.slice/b.service/memory.max": str(SMALL), "a.slice/cpu.max": "150000 100000"},
    ),
    "outer group": (
        "0::/a.slice/b.service\n",
        {
            "a.slice/memory.max": str(SMALL),
            "a.slice/b.service/memory.max": str(SMALL * 2),
            "a.slice/cpu.max": "20000 10000",
            "a.slice/b.service/cpu.max": "300000 100000",
        },
    ),
    "version 1": (
        "12:cpu,cpuacct:/docker/1\n9:memory:/docker/1\n1:name=systemd:/docker/1\n0::/docker/1\n",
        {
            "memory/memory.limit_in_bytes": str(SMALL),
            "cpu/cpu.cfs_quota_us": "200000",
            "cpu/cpu.cfs_period_us": "100000",
        },
    ),
    "version 1 without limits": (
        "4:memory:/a\n1:cpu:/\n",
        {
            "memory/a/memory.limit_in_bytes": UNLIMITED_V1,
            "cpu/cpu.cfs_quota_us": "-1",
            "cpu/cpu.cfs_period_us": "100000",
        },
    ),
    "others' groups": ("0::/a\n", {"b/memory.max": str(SMALL), "b/cpu.max": "100000 100000"}),
    "a part of a core": ("0::/\n", {"memory.max": str(SMALL), "cpu.max": "5000 100000"}),
}
LIMITED = {"container", "service", "outer group", "version 1", "a part of a core"}
CORES = dict.fromkeys(PLACES, 8) | dict.fromkeys(LIMITED, 2) | {"a part of a core": 1}


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def root(place: str, tmp_path: Path) -> Path:
    """A folder with proc and sys as in a place."""
    groups, limits = PLACES[place]
    files = {"proc/self/cgroup": groups} if groups else {}
    for name, content in (files | {f"sys/fs/cgroup/{name}": f"{limit}\n" for name, limit in limits.items()}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def test_memory_is_what_the_groups_leave_of_the_machine(place: str, root: Path) -> None:
    assert machine.memory(root) == (SMALL if place in LIMITED else MEMORY)


def test_cores_are_as_many_as_the_groups_give_time_for(place: str, root: Path) -> None:
    assert machine.cores(root) == CORES[place]


def test_this_machine_has_memory_and_cores() -> None:
    assert 0 < machine.memory() <= MEMORY
    assert 0 < machine.cores() <= 8


@pytest.mark.parametrize(
    ("given", "cores"), [(None, 8), ("", 8), ("1", 1), ("3", 3), ("64", 8), ("0", 8), ("4,2", 8), ("many", 8)]
)
def test_no_more_cores_are_taken_than_are_given(
    given: str | None, cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if given is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", given)
    assert machine.cores(tmp_path) == cores


@pytest.mark.parametrize(
    ("content", "features"),
    [
        (
            "processor\t: 0\nflags\t\t: fpu sse4_2 avx2\nvmx flags\t: vnmi\n\nprocessor\t: 1\n",
            {"fpu", "sse4_2", "avx2"},
        ),
        ("processor\t: 0\nFeatures\t: fp asimd\n", set()),
        (None, set()),
    ],
)
def test_the_features_of_an_x86_processor_are_known(content: str | None, features: set[str], tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "proc").mkdir()
        (tmp_path / "proc" / "cpuinfo").write_text(content, encoding="utf-8")
    assert machine.features(tmp_path) == features
