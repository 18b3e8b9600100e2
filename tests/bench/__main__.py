"""Speed and weight as ratios against baselines taken in the same run: `make bench`.

A row fails softly: the table says which goals were missed, and the exit code counts them.
`BENCH_LEADS` (default 100000) is the size of the large desk; the goal figures speak of 1000000.
"""

import sys
import tempfile
from pathlib import Path

from tests.bench import booking, desk, live, process, requests, weight
from tests.bench.row import Row, table


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        rows: list[Row] = []
        for part in (requests, weight, booking, desk, live, process):
            rows += part.measure(Path(folder))
            print(table(rows[-1:] if len(rows) == 1 else rows), flush=True)  # noqa: T201
    return sum(not row.reached for row in rows)


sys.exit(main())
