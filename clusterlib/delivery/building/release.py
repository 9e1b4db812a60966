"""What trainees get: the solution through nbgrader's own steps, without a gradebook."""

from __future__ import annotations

import copy
from typing import Any


def release(solution: Any) -> Any:
    """Return the released notebook of a solution; the solution stays as it is."""
    from nbgrader.preprocessors import CheckCellMetadata, SaveCells

    from clusterlib.delivery.nbgrader_preprocessors import RELEASE_STEPS

    notebook = copy.deepcopy(solution)
    resources: dict[str, Any] = {}
    # The metadata was checked in the source, with file and line; nbgrader's check changes nothing.
    for step in RELEASE_STEPS:
        if step not in (SaveCells, CheckCellMetadata):
            notebook, resources = step().preprocess(notebook, resources)
    return notebook
