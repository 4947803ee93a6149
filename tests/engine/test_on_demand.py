"""Parts that are made when they are first asked for."""

from threading import Barrier, Thread

from pytest_secretsmanager.engine.on_demand import OnDemand


class Owner:
    """Counts how often its part is made. Two threads that make one at once wait for each other."""

    def __init__(self, parties: int = 1) -> None:
        self.made = 0
        self.barrier = Barrier(parties)

    @OnDemand
    def part(self) -> object:
        """The part."""
        self.made += 1
        self.barrier.wait(10)
        return object()


def test_a_part_is_made_when_it_is_first_read() -> None:
    owner = Owner()
    assert "part" not in vars(owner)
    part = owner.part
    assert vars(owner)["part"] is part


def test_a_part_is_made_once() -> None:
    owner = Owner()
    assert owner.part is owner.part
    assert owner.made == 1


def test_two_threads_that_both_make_a_part_get_the_same_one() -> None:
    owner, got = Owner(parties=2), []
    threads = [Thread(target=lambda: got.append(owner.part)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert owner.made == 2
    assert got[0] is got[1]


def test_a_part_whose_making_fails_is_made_at_the_next_read() -> None:
    owner = Owner()
    owner.barrier.abort()
    try:
        owner.part  # noqa: B018
    except Exception:
        owner.barrier.reset()
    assert "part" not in vars(owner)
    assert owner.part is vars(owner)["part"]


def test_on_its_class_a_part_on_demand_shows_its_docstring() -> None:
    assert Owner.part.__doc__ == "The part."
