from kymo.probe.rates import Rates


def test_a_rate_is_told_from_the_second_look_on_and_not_where_a_counter_began_anew() -> None:
    rates = Rates()
    looks = [(1.0, 10.0), (2.0, 30.0), (2.0, 40.0), (4.0, 5.0), (5.0, 6.0)]
    assert [rates.of("read", counter, now=at) for at, counter in looks] == [None, 20.0, None, None, 1.0]
    assert rates.of("other", 1.0, now=6.0) is None, "each counter has its own"
