"""One line of the table, and how its figures are taken."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A figure and the goal it is held against; `at_most` says on which side good lies."""

    name: str
    figure: float
    goal: float
    unit: str = "x"
    at_most: bool = True

    @property
    def reached(self) -> bool:
        return self.figure <= self.goal if self.at_most else self.figure >= self.goal

    def __str__(self) -> str:
        sign = "<=" if self.at_most else ">="
        mark = "ok  " if self.reached else "MISS"
        return f"{mark}  {self.name:<66} {self.figure:>10.2f} {self.unit:<4} {sign} {self.goal:g}"


def table(rows: list[Row]) -> str:
    return "\n".join(str(row) for row in rows)


def cpu_ms(call: Callable[[], object], *, times: int, rounds: int = 5) -> float:
    """The processor time of one call in milliseconds: the median of several rounds."""
    call()
    gc.collect()
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(times):
            call()
        taken.append((time.process_time() - start) / times * 1000)
    return statistics.median(taken)


def wall_p95_ms(call: Callable[[], object], *, times: int) -> float:
    """The 95th percentile of the wall time of one call, in milliseconds."""
    call()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.quantiles(taken, n=20)[-1]
