"""The host's sensors: on this machine, and on ones made of files."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from kymo.probe.host.cgroup import Cgroup, usable_cores
from kymo.probe.host.cpu_use import CpuUse
from kymo.probe.host.host import Host
from kymo.probe.host.memory_use import MemoryUse
from kymo.probe.host.pressure import Pressure
from kymo.probe.host.traffic import Traffic
from kymo.probe.series import HOST, host_tag

MEBIBYTE = 1 << 20


def files(root: Path, **contents: str) -> Cgroup:
    """A container of these files."""
    (root / "proc" / "self").mkdir(parents=True)
    (root / "proc" / "self" / "cgroup").write_text("0::/\n")
    (root / "cgroup").mkdir()
    for name, text in contents.items():
        (root / "cgroup" / name.replace("_", ".")).write_text(text + "\n")
    return Cgroup(root / "proc", root / "cgroup")


def process(pid: int = 1, **told: Any) -> Any:
    return SimpleNamespace(pid=pid, **{name: lambda value=value: value for name, value in told.items()})


def times(user: float, system: float = 0.0) -> SimpleNamespace:
    return SimpleNamespace(user=user, system=system, nice=0.0, irq=0.0, softirq=0.0)


def test_everything_there_is_has_a_name_and_a_sensible_value() -> None:
    host = Host()
    host.read(time.monotonic())
    time.sleep(0.05)
    found = host.read(time.monotonic())
    assert {"host/cpu", "host/process_cpu", "host/memory", "host/memory_used", "host/process_memory", "host/load"} <= (
        found.keys()
    )
    assert found.keys() <= {host_tag(name) for name in HOST}
    assert 0 < found["host/memory"] <= 100
    assert found["host/process_memory"] <= found["host/memory_used"] * 1.5
    assert all(value >= 0 for value in found.values())


def test_memory_of_the_processes_that_a_training_starts_is_told_apart() -> None:
    script = "import sys; kept = bytearray(200 << 20); print('has it', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        found = Host().read(0.0)
        child.communicate(b"")
    assert 200 * MEBIBYTE < found["host/workers_memory"] < 400 * MEBIBYTE


def test_a_machine_that_tells_nothing_has_no_numbers_and_raises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise PermissionError(1, "Operation not permitted")

    for name in ("cpu_times", "virtual_memory", "swap_memory", "disk_io_counters", "net_io_counters"):
        monkeypatch.setattr(psutil, name, refused)
    monkeypatch.setattr(os, "getloadavg", refused)
    host = Host(Path("/nowhere"), Path("/nowhere"))
    assert host.read(0.0) == {}
    assert host.read(1.0) == {}


def test_cpu_is_in_percent_of_the_cores_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    cores = usable_cores(Cgroup())
    use = CpuUse(Cgroup(Path("/nowhere")))
    core = max(os.sched_getaffinity(0))
    for at, own, child, everything in [(0.0, 1.0, 5.0, 100.0), (2.0, 2.0, 8.0, 104.0)]:
        monkeypatch.setattr(psutil, "cpu_times", lambda busy=everything, **_: [times(busy)] * (core + 1))
        found = use.read(process(cpu_times=times(own)), [process(2, cpu_times=times(child, 1.0))], at)
    assert found["process_cpu"] == pytest.approx(100 * 0.5 / cores)
    assert found["workers_cpu"] == pytest.approx(100 * 1.5 / cores)
    assert found["cpu"] == pytest.approx(100 * 2.0)


def test_cpu_of_a_container_with_a_limit_is_that_of_its_processes(tmp_path: Path) -> None:
    cgroup = files(tmp_path, cpu_max="50000 100000", cpu_stat="usage_usec 1000000")
    use = CpuUse(cgroup, tmp_path / "proc")
    use.read(process(cpu_times=times(0.0)), [], 0.0)
    (tmp_path / "cgroup" / "cpu.stat").write_text("usage_usec 1250000\n")
    found = use.read(process(cpu_times=times(0.1)), [], 1.0)
    assert found == {"cpu": pytest.approx(50.0), "process_cpu": pytest.approx(20.0)}


def test_a_worker_that_has_ended_or_just_begun_costs_the_others_nothing() -> None:
    def gone() -> Any:
        raise psutil.NoSuchProcess(3)

    use = CpuUse(Cgroup(Path("/nowhere")))
    stays = process(2, cpu_times=times(1.0))
    use.read(process(cpu_times=times(0.0)), [stays, process(3, cpu_times=times(50.0))], 0.0)
    ended = SimpleNamespace(pid=3, cpu_times=gone)
    stays = process(2, cpu_times=times(2.0))
    found = use.read(process(cpu_times=times(0.0)), [stays, ended, process(4, cpu_times=times(70.0))], 1.0)
    assert found["workers_cpu"] == pytest.approx(100 / usable_cores(Cgroup(Path("/nowhere"))))


def test_memory_of_a_container_is_in_percent_of_its_limit(tmp_path: Path) -> None:
    cgroup = files(tmp_path, memory_max="1000000", memory_current="300000", memory_stat="inactive_file 50000")
    found = MemoryUse(cgroup).read(process(memory_info=SimpleNamespace(rss=7)), [])
    assert found == {"memory": pytest.approx(25.0), "memory_used": 250000.0, "process_memory": 7.0}


def test_a_limit_beyond_the_machine_is_none(tmp_path: Path) -> None:
    cgroup = files(tmp_path, memory_max=str(psutil.virtual_memory().total * 2), memory_current="1")
    assert MemoryUse(cgroup).read(process(memory_info=SimpleNamespace(rss=7)), [])["memory_used"] > MEBIBYTE


def test_traffic_is_in_bytes_a_second_and_loopback_is_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    traffic = Traffic()
    for at, count in ((0.0, 1000), (4.0, 9000)):
        disk = SimpleNamespace(read_bytes=count, write_bytes=2 * count)
        nets = {
            "lo": SimpleNamespace(bytes_recv=count**2, bytes_sent=count**2),
            "eth0": SimpleNamespace(bytes_recv=count, bytes_sent=0),
            "eth1": SimpleNamespace(bytes_recv=count, bytes_sent=0),
        }
        monkeypatch.setattr(psutil, "disk_io_counters", lambda disk=disk, **_: disk)
        monkeypatch.setattr(psutil, "net_io_counters", lambda nets=nets, **_: nets)
        read = SimpleNamespace(read_bytes=count)
        found = traffic.read(process(1, io_counters=read), [process(2, io_counters=read)], at)
    assert found == {
        "disk_read": 2000.0,
        "disk_write": 4000.0,
        "network_received": 4000.0,
        "network_sent": 0.0,
        "process_disk_read": 4000.0,
    }


def test_pressure_is_in_percent_of_the_time_and_the_containers_own_where_it_has_one(tmp_path: Path) -> None:
    line = "some avg10=1.00 avg60=1.00 avg300=1.00 total={}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=9"
    cgroup = files(tmp_path, io_pressure=line.format(1_000_000), memory_pressure="damaged")
    (tmp_path / "proc" / "pressure").mkdir()
    (tmp_path / "proc" / "pressure" / "cpu").write_text(line.format(0))
    (tmp_path / "proc" / "pressure" / "io").write_text(line.format(0))
    pressure = Pressure(cgroup, tmp_path / "proc")
    assert pressure.read(0.0) == {}
    (tmp_path / "cgroup" / "io.pressure").write_text(line.format(1_500_000))
    (tmp_path / "proc" / "pressure" / "cpu").write_text(line.format(9_000_000))
    assert pressure.read(2.0) == {"io": pytest.approx(25.0), "cpu": 100.0}


def test_waiting_for_a_core_is_told_of_the_training_and_of_its_workers(tmp_path: Path) -> None:
    use = CpuUse(Cgroup(Path("/nowhere")), tmp_path)
    for at, waited in ((0.0, 0), (2.0, 500_000_000)):
        for pid, times_ in ((1, 1), (2, 2), (3, 0)):
            (tmp_path / str(pid)).mkdir(exist_ok=True)
            (tmp_path / str(pid) / "schedstat").write_text(f"77 {waited * times_} 9\n")
        workers = [process(pid, cpu_times=times(0.0)) for pid in (2, 3, 4)]
        found = use.read(process(1, cpu_times=times(0.0)), workers, at)
    assert found["process_core_wait"] == pytest.approx(25.0)
    assert found["workers_core_wait"] == pytest.approx(25.0), "a mean of those that are known"
