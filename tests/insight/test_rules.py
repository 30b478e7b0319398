"""What each rule makes of one minute, from samples alone."""

import pytest

from kymo.insight.finding import Finding
from kymo.insight.recent import Recent
from kymo.insight.rules.copies import copying
from kymo.insight.rules.data_wait import data_wait
from kymo.insight.rules.hand_over import hand_over
from kymo.insight.rules.host_bound import host_bound
from kymo.insight.rules.logging_cost import logging_cost
from kymo.insight.rules.memory import memory_pressure
from kymo.insight.rules.pauses import checkpoints, epoch_starts, validations
from kymo.insight.rules.throttling import power_limited, throttling
from kymo.insight.suspicion import Suspicion


def recent(**samples: float) -> Recent:
    """By names such as `pipeline__data_wait`."""
    return Recent({tag.replace("__", "/"): value for tag, value in samples.items()})


def found(suspicion: Suspicion | None) -> Finding:
    assert suspicion is not None
    assert suspicion.strength >= 1
    return suspicion.finding


def is_none(suspicion: Suspicion | None) -> bool:
    return suspicion is None or suspicion.strength < 1


STARVED = {"pipeline__data_wait": 60.0, "pipeline__workers": 2.0, "host__cores": 8.0, "host__workers_cpu": 24.0}
# What is known from inside the workers.
MADE = STARVED | {"pipeline__batch_cpu": 95.0, "pipeline__batch_core_wait": 2.0, "pipeline__batch_blocked": 3.0}
WAITED = STARVED | {"pipeline__batch_cpu": 8.0, "pipeline__batch_core_wait": 2.0, "pipeline__batch_blocked": 90.0}


def test_workers_that_are_always_at_work_are_too_few_and_are_told_how_many_would_do() -> None:
    finding = found(data_wait(recent(**STARVED)))
    assert (finding.cause, finding.severity) == ("too_few_workers", "critical")
    assert "num_workers from 2 to 7" in finding.advice
    assert finding.gain == pytest.approx(2.5)
    assert finding.evidence["pipeline/workers"] == 2.0


def test_no_more_workers_are_advised_than_there_are_cores() -> None:
    assert "from 2 to 4" in found(data_wait(recent(**STARVED | {"host__cores": 4.0, "host__workers_cpu": 48.0}))).advice
    crowded = STARVED | {"host__cores": 2.0, "host__workers_cpu": 90.0}
    assert found(data_wait(recent(**crowded))).cause == "cpu_bound"
    waiting = STARVED | {"host__workers_core_wait": 40.0}
    assert found(data_wait(recent(**waiting))).cause == "cpu_bound"


def test_workers_whose_cores_others_take_are_not_called_too_slow() -> None:
    crowded = STARVED | {"host__workers_core_wait": 60.0, "host__cpu": 99.0, "host__workers_cpu": 25.0}
    others = found(data_wait(recent(**crowded, host__process_cpu=10.0)))
    assert others.cause == "oversubscribed"
    assert "End what else runs" in others.advice
    own = found(data_wait(recent(**crowded, host__process_cpu=70.0)))
    assert "torch.set_num_threads(6)" in own.advice


def test_workers_that_wait_are_told_by_what_for() -> None:
    idle = STARVED | {"host__workers_cpu": 2.0}
    assert found(data_wait(recent(**idle))).cause == "blocked"
    assert found(data_wait(recent(**idle, host__pressure_io=50.0))).cause == "disk"


def test_what_workers_tell_of_themselves_goes_before_what_the_host_tells_of_them() -> None:
    assert found(data_wait(recent(**MADE | {"host__workers_cpu": 2.0}))).cause == "too_few_workers"
    assert found(data_wait(recent(**WAITED | {"host__workers_cpu": 25.0}))).cause == "blocked"
    assert found(data_wait(recent(**WAITED, host__pressure_io=50.0))).cause == "disk"
    assert found(data_wait(recent(**WAITED, pipeline__batch_major_faults=9.0))).cause == "mapped_file"


def test_a_disk_that_is_read_from_takes_some_of_a_core_too() -> None:
    half = {"pipeline__batch_cpu": 60.0, "pipeline__batch_core_wait": 5.0, "pipeline__batch_blocked": 35.0}
    reads = {"pipeline__batch_read": 2e6, "pipeline__batch_read_disk": 2e6, "pipeline__batch_rate": 30.0}
    finding = found(data_wait(recent(**STARVED | half | reads)))
    assert finding.cause == "disk"
    assert "from which a batch takes 2 MB" in finding.text
    from_memory = reads | {"pipeline__batch_read_disk": 1e4}
    assert found(data_wait(recent(**STARVED | half | from_memory))).cause == "too_few_workers"
    mapped = half | {"pipeline__batch_major_faults": 40.0}
    assert found(data_wait(recent(**STARVED | mapped))).cause == "mapped_file"


def test_the_part_that_takes_most_of_the_time_is_named() -> None:
    parts = MADE | {"pipeline__batch_fetch": 20.0, "pipeline__batch_transform": 75.0, "pipeline__batch_collate": 5.0}
    assert "most of all transforms." in found(data_wait(recent(**parts))).text
    named = recent(**parts, pipeline__transform__Rotate=70.0, pipeline__transform__Flip=5.0)
    assert "most of all the transform Rotate." in found(data_wait(named)).text
    collating = parts | {"pipeline__batch_transform": 10.0, "pipeline__batch_collate": 70.0}
    assert found(data_wait(recent(**collating))).cause == "collate"


def test_few_samples_that_take_very_long_are_told() -> None:
    uneven = MADE | {"pipeline__sample_time_p50": 2.0, "pipeline__sample_time_p99": 400.0}
    assert found(data_wait(recent(**uneven))).cause == "slow_samples"
    rare = MADE | {"pipeline__batch_time_p50": 2.0, "pipeline__batch_time_p99": 900.0}
    assert "one batch in a hundred takes 900 ms" in found(data_wait(recent(**rare))).text
    bursts = MADE | {
        "pipeline__makers_busy": 30.0,
        "pipeline__data_wait_p50": 0.1,
        "pipeline__data_wait_p99": 900.0,
        "pipeline__step_time_p50": 50.0,
    }
    assert found(data_wait(recent(**bursts))).cause == "slow_samples"
    assert found(data_wait(recent(**bursts | {"pipeline__makers_busy": 95.0}))).cause == "too_few_workers"


def test_what_nothing_tells_of_is_not_guessed() -> None:
    alone = recent(pipeline__data_wait=60.0, pipeline__workers=2.0)
    assert found(data_wait(alone)).cause == "data_wait"
    assert found(data_wait(alone)).confidence < 0.5
    assert found(data_wait(alone)).experiment
    no_loader = recent(pipeline__data_wait=60.0, pipeline__data_wait_cpu=1.0, host__cores=8.0)
    assert found(data_wait(no_loader)).cause == "data_wait"
    busy = found(data_wait(recent(pipeline__data_wait=60.0, pipeline__data_wait_cpu=97.0)))
    assert (busy.cause, busy.confidence) == ("no_workers", 0.7)
    assert data_wait(recent(pipeline__step_time_p50=9.0)) is None


def test_a_wait_that_a_busy_gpu_hides_is_none() -> None:
    assert is_none(data_wait(recent(**STARVED, device__gpu0__utilization=98.0)))
    partly = found(data_wait(recent(**STARVED, device__gpu0__utilization=75.0)))
    assert partly.severity == "warning"
    assert partly.gain == pytest.approx(1 / 0.75)


def test_a_gpu_that_looks_busy_with_few_of_its_multiprocessors_hides_less() -> None:
    doubtful = found(data_wait(recent(**STARVED, device__gpu0__utilization=98.0, device__gpu0__sm_active=5.0)))
    sure = found(data_wait(recent(**STARVED)))
    assert doubtful.cause == sure.cause
    assert doubtful.confidence < sure.confidence
    assert "stays on the GPU" in doubtful.experiment
    assert is_none(data_wait(recent(**STARVED, device__gpu0__utilization=98.0, device__gpu0__sm_active=96.0)))


def test_a_wait_without_a_core_is_none_for_data() -> None:
    assert is_none(data_wait(recent(**STARVED, pipeline__data_wait_core=95.0)))


def test_taking_batches_over_is_no_wait_for_workers() -> None:
    taking = STARVED | {"pipeline__data_wait_cpu": 95.0}
    assert is_none(data_wait(recent(**taking)))
    assert found(hand_over(recent(**taking))).gain == pytest.approx(1 / (1 - 0.57))
    assert hand_over(recent(**taking | {"pipeline__workers": 0.0})) is None
    assert hand_over(recent(**STARVED)) is None


def test_what_lies_ready_is_not_waited_for_but_taken_over() -> None:
    ready = MADE | {"pipeline__data_wait_p50": 3.0, "pipeline__step_time_p50": 10.0, "pipeline__data_wait": 32.0}
    taken = recent(**ready, pipeline__queue_empty=0.0, pipeline__data_wait_cpu=50.0)
    assert is_none(data_wait(taken))
    assert found(hand_over(taken)).gain == pytest.approx(1 / 0.7)
    made = recent(**ready, pipeline__queue_empty=90.0, pipeline__data_wait_cpu=5.0)
    assert found(data_wait(made)).cause == "too_few_workers"
    assert found(data_wait(made)).gain == pytest.approx(1 / 0.68)
    assert is_none(hand_over(made))


def test_makers_tell_better_than_the_queue_whether_batches_lie_ready() -> None:
    waits = MADE | {"pipeline__data_wait_p50": 3.0, "pipeline__step_time_p50": 10.0, "pipeline__data_wait": 32.0}
    waits |= {"pipeline__data_wait_cpu": 5.0}
    busy = recent(**waits, pipeline__makers_busy=98.0, pipeline__queue_empty=10.0)
    assert found(data_wait(busy)).cause == "too_few_workers"
    assert is_none(hand_over(busy))
    spare = recent(**waits, pipeline__makers_busy=20.0, pipeline__queue_empty=80.0)
    assert is_none(data_wait(spare))
    assert found(hand_over(spare)).cause == "hand_over"


def test_a_small_wait_is_none() -> None:
    small = {"pipeline__data_wait_cpu": 90.0, "pipeline__workers": 0.0}
    assert is_none(data_wait(recent(pipeline__data_wait=4.0, **small)))
    assert found(data_wait(recent(pipeline__data_wait=6.0, **small))).severity == "notice"


def test_copies_logging_and_memory() -> None:
    assert is_none(copying(recent(pipeline__copy=9.0)))
    assert found(copying(recent(pipeline__copy=50.0))).gain == pytest.approx(2.0)
    assert is_none(logging_cost(recent(pipeline__logging=4.0)))
    assert found(logging_cost(recent(pipeline__logging=20.0))).severity == "warning"
    assert is_none(memory_pressure(recent(host__pressure_memory=2.0)))
    assert found(memory_pressure(recent(host__pressure_memory=30.0))).cause == "memory_pressure"


def test_heat_counts_by_how_much_of_the_time_it_holds_a_clock_down() -> None:
    hot = {"device__gpu0__utilization": 90.0, "device__gpu1__utilization": 90.0, "device__gpu1__temperature": 95.0}
    assert throttling(recent(**hot, device__gpu1__throttled_power_cap=1.0)) is None
    assert is_none(throttling(recent(**hot, device__gpu1__throttled_thermal_hardware=0.05)))
    assert "gpu1 is hot, and its clock is held down 20 %" in (
        found(throttling(recent(**hot, device__gpu1__throttled_thermal_hardware=0.2))).text
    )
    assert found(power_limited(recent(**hot, device__gpu1__throttled_power_cap=1.0))).severity == "notice"


def test_a_gpu_that_is_idle_in_the_body_of_the_loop_waits_for_the_host() -> None:
    idle = {"pipeline__step": 95.0, "pipeline__data_wait": 1.0, "device__gpu0__utilization": 25.0}
    assert found(host_bound(recent(**idle))).cause == "launch_bound"
    assert found(host_bound(recent(**idle, pipeline__other=60.0))).cause == "host_overhead"
    assert is_none(host_bound(recent(**idle | {"device__gpu0__utilization": 90.0})))
    # What it waits for data is none of the host's doing.
    assert is_none(host_bound(recent(**idle | {"pipeline__step": 40.0})))
    assert host_bound(recent(pipeline__step=95.0)) is None


def test_pauses_are_shares_of_all_the_time() -> None:
    slow = Recent(
        {"pipeline/data_wait": 50.0, "pipeline/workers": 2.0},
        paused={"pipeline/validation": [20.0, 20.0]},
        seconds=40.0,
    )
    finding = found(validations(slow))
    assert finding.text == "Validations take 50 % of the time, 20 s each."
    assert finding.gain == pytest.approx(2.0)
    assert slow.share("data_wait") == 0.25
    assert is_none(validations(Recent({}, paused={"pipeline/validation": [10.0]}, seconds=50.0)))
    saved = found(checkpoints(Recent({}, paused={"pipeline/checkpoint": [2.0, 4.0]}, seconds=54.0)))
    assert (saved.cause, saved.severity) == ("checkpoint", "warning")
    assert checkpoints(slow) is None


def test_epochs_that_begin_with_a_wait_are_told_how_to_keep_their_workers() -> None:
    restarted = Recent({"pipeline/workers": 4.0}, paused={"pipeline/first_batch": [3.0] * 6}, seconds=42.0)
    finding = found(epoch_starts(restarted))
    assert (finding.cause, finding.severity) == ("epoch_starts", "critical")
    assert "persistent_workers=True" in finding.advice
    alone = Recent({"pipeline/workers": 0.0}, paused={"pipeline/first_batch": [3.0] * 6}, seconds=42.0)
    assert "persistent_workers" not in found(epoch_starts(alone)).advice
    assert epoch_starts(Recent({}, paused={"pipeline/first_batch": [30.0]}, seconds=30.0)) is None
