"""What the worker does for the sealing now and then: a little sealing anew, one sweep a day."""

import time
from datetime import datetime, timedelta

from portal.sealing.resealing import Resealing
from portal.sealing.sweeping import sweep

SECONDS = 1.0
BETWEEN_SWEEPS = timedelta(days=1)


class Upkeep:
    """Keeps in mind how far it came; starts from the beginning with every worker."""

    def __init__(self) -> None:
        self._resealing = Resealing()
        self._swept_at: datetime | None = None

    def tend(self, *, at: datetime) -> None:
        """Seal old values anew for a second, and sweep when a day has gone by."""
        end = time.monotonic() + SECONDS
        while self._resealing.step() and time.monotonic() < end:
            pass
        if self._swept_at is None or at - self._swept_at >= BETWEEN_SWEEPS:
            sweep(at=at)
            self._swept_at = at
