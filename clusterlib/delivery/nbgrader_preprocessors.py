"""The steps from a solution to what trainees get, in nbgrader's order.

The build runs them in-process without a gradebook; `course/nbgrader_config.py` gives the same list
to `nbgrader generate_assignment`, so both make the same release.
"""

from __future__ import annotations

from typing import Any

from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
    NbGraderPreprocessor,
    SaveCells,
)
from traitlets import Dict, Unicode

from clusterlib.delivery.building.trainer import TRAINER_TAG


class OmitTrainerCells(NbGraderPreprocessor):  # type: ignore[misc]
    """Leave out the cells that are for trainers."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook without cells tagged `trainer`."""
        nb.cells = [cell for cell in nb.cells if TRAINER_TAG not in cell.metadata.get("tags", ())]
        return nb, resources


class ClearModelAnswers(ClearSolutions):  # type: ignore[misc]
    """Put an invitation in the place of a model answer.

    nbgrader's own text raises an error until the learner deletes it, which readers who do not
    program take for a fault of theirs. Here the test cell says what is missing.
    """

    code_stub = Dict({"python": "# Write your answer here, then run this cell."}).tag(config=True)
    text_stub = Unicode("Write your answer here.").tag(config=True)


# Hidden tests go after the gradebook has them (SaveCells); checksums are of what learners get.
RELEASE_STEPS: list[type] = [
    OmitTrainerCells,
    LockCells,
    ClearModelAnswers,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
]
