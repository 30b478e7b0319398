"""What a container allows, from the files of the kernel as they are in containers of each kind."""

import os
from pathlib import Path

import pytest

from kymo.probe.host.cgroup import Cgroup, usable_cores


class System:
    """The files of a kernel."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.proc, self.cgroups = root / "proc", root / "cgroup"
        self.cgroups.mkdir()

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")

    def cgroup(self) -> Cgroup:
        return Cgroup(self.proc, self.cgroups)


@pytest.fixture
def system(tmp_path: Path) -> System:
    return System(tmp_path)


def test_version_2_as_a_container_sees_it(system: System) -> None:
    system.write("proc/self/cgroup", "0::/")
    system.write("cgroup/cpu.max", "150000 100000")
    system.write("cgroup/cpu.stat", "usage_usec 2500000\nuser_usec 2000000")
    system.write("cgroup/memory.max", "4294967296")
    system.write("cgroup/memory.current", "1000000")
    system.write("cgroup/memory.stat", "anon 400000\ninactive_file 300000")
    system.write("cgroup/cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1")
    cgroup = system.cgroup()
    assert (cgroup.cpu_limit(), cgroup.cpu_seconds()) == (1.5, 2.5)
    assert (cgroup.memory_limit(), cgroup.memory_used()) == (4294967296, 700000)
    assert cgroup.pressure("cpu") == system.cgroups / "cpu.pressure"
    assert cgroup.pressure("io") is None


def test_the_tightest_limit_of_the_groups_above_counts_with_the_use_of_that_group(system: System) -> None:
    system.write("proc/self/cgroup", "0::/jobs/training")
    system.write("cgroup/jobs/training/cpu.max", "max 100000")
    system.write("cgroup/jobs/training/cpu.stat", "usage_usec 1000000")
    system.write("cgroup/jobs/cpu.max", "400000 100000")
    system.write("cgroup/jobs/cpu.stat", "usage_usec 9000000")
    system.write("cgroup/jobs/training/memory.max", "8000")
    system.write("cgroup/jobs/training/memory.current", "100")
    system.write("cgroup/jobs/memory.max", "2000")
    system.write("cgroup/jobs/memory.current", "1500")
    cgroup = system.cgroup()
    assert (cgroup.cpu_limit(), cgroup.cpu_seconds()) == (4.0, 9.0)
    assert (cgroup.memory_limit(), cgroup.memory_used()) == (2000, 1500)


@pytest.mark.parametrize("inside", [True, False])
def test_version_1_whose_limits_may_be_at_the_root(system: System, inside: bool) -> None:
    system.write("proc/self/cgroup", "4:memory:/box/1\n2:cpu,cpuacct:/box/1\n1:name=systemd:/\n0::/")
    below = "box/1/" if inside else ""
    system.write(f"cgroup/cpu,cpuacct/{below}cpu.cfs_quota_us", "50000")
    system.write(f"cgroup/cpu,cpuacct/{below}cpu.cfs_period_us", "100000")
    system.write(f"cgroup/memory/{below}memory.limit_in_bytes", "1000")
    system.write(f"cgroup/memory/{below}memory.usage_in_bytes", "900")
    system.write(f"cgroup/memory/{below}memory.stat", "inactive_file 1\ntotal_inactive_file 200")
    cgroup = system.cgroup()
    assert cgroup.cpu_limit() == 0.5
    assert cgroup.cpu_seconds() is None, "version 1 counts elsewhere"
    assert (cgroup.memory_limit(), cgroup.memory_used()) == (1000, 700)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cpu.max", "max 100000"),
        ("cpu.max", ""),
        ("cpu.max", "100000"),
        ("cpu.max", "100000 0"),
        ("cpu.max", "-1 100000"),
        ("cpu.max", "many some"),
        ("memory.max", "max"),
        ("memory.max", "9223372036854771712"),
        ("memory.max", "\0"),
    ],
)
def test_what_is_no_limit_limits_nothing(system: System, name: str, text: str) -> None:
    system.write("proc/self/cgroup", "0::/")
    system.write(f"cgroup/{name}", text)
    cgroup = system.cgroup()
    assert (cgroup.cpu_limit(), cgroup.cpu_seconds(), cgroup.memory_limit(), cgroup.memory_used()) == (None,) * 4


@pytest.mark.parametrize("table", [None, "", "nonsense", "0::/../../etc", "0::/gone"])
def test_a_system_without_groups_or_with_odd_ones_has_no_limit(system: System, table: str | None) -> None:
    if table is not None:
        system.write("proc/self/cgroup", table)
    assert system.cgroup().cpu_limit() is None
    assert usable_cores(system.cgroup()) == len(os.sched_getaffinity(0))


def test_usable_cores_are_no_more_than_the_share(system: System) -> None:
    system.write("proc/self/cgroup", "0::/")
    system.write("cgroup/cpu.max", "25000 100000")
    assert usable_cores(system.cgroup()) == 0.25
    system.write("cgroup/cpu.max", "99900000 100000")
    assert usable_cores(system.cgroup()) == len(os.sched_getaffinity(0))
