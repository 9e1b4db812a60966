"""nbgrader's own release, from the command line or the formgrader, with the cohort's seed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeReleaseAssignment

from clusterlib.delivery.cohorts.seeds import seeded_bytes
from clusterlib.delivery.runner.seeding import shown_to_learners


class ReleaseWithSeed(ExchangeReleaseAssignment):  # type: ignore[misc]
    """Puts the seed into what it has copied; without one nothing else happens than before."""

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy a release and put the seed of the configuration into its notebooks."""
        super().do_copy(src, dest, log=log)
        settings = self.config.get("BoxedExporter", {})
        seed = settings.get("seed")
        if seed is not None:
            shown = shown_to_learners(seed, bool(settings.get("own_figures")))
            for path in Path(dest).rglob("*.ipynb"):
                path.write_bytes(seeded_bytes(path, shown))
