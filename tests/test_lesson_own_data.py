"""A learner's own region in the lesson on mapping: taken, or refused with every row named."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

LESSON = Path(__file__).parents[1] / "modules" / "government" / "03-mapping.ipynb"
TYPED = """\
region;Food;Glass;Tourism
Lakeshore;1 200;340;90
Hillside;800;c;410
Old Town;2 000;60;1 500
"""
BROKEN = """\
region;Food;Glass;Share of services
Lakeshore;1200;340;0,40
Hillside;-800;60;0,35
Hillside;650;sixty;0,30
Old Town;2000;75;0,25
"""


def run_lesson(monkeypatch: pytest.MonkeyPatch, folder: Path, typed: str) -> nbformat.NotebookNode:
    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(folder))
    (folder / "my_region.csv").write_text(typed, encoding="utf-8")
    notebook = nbformat.read(LESSON, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


def test_a_region_typed_by_hand_is_measured_like_the_case(monkeypatch, tmp_path):
    notebook = run_lesson(monkeypatch, tmp_path, TYPED)
    (cell,) = [c for c in notebook.cells if c.cell_type == "code" and "my_file =" in c.source]
    shown = cell.outputs[-1]["data"]["text/plain"]
    rows = {line.split("  ")[0].strip(): line for line in shown.splitlines()}
    assert {"Lakeshore", "Hillside", "Old Town"} <= set(rows)
    assert "NaN" in rows["Hillside"], "a confidential cell stays unknown"
    # Known cells only: Old Town has 3,560 jobs, 1,500 of them in tourism; all have 6,400 and 2,000.
    assert f"{(1500 / 3560) / (2000 / 6400):.2f}" in rows["Old Town"]


def test_a_broken_table_is_refused_with_every_row_named(monkeypatch, tmp_path):
    with pytest.raises(CellExecutionError) as refusal:
        run_lesson(monkeypatch, tmp_path, BROKEN)
    words = str(refusal.value)
    last = words[words.rindex("problems to mend in") :]
    for row, said in [(3, "negative"), (4, "stands twice"), (4, "sixty"), (0, "Share of services")]:
        lines = [line for line in last.splitlines() if said in line]
        assert lines, f"nothing is said of {said!r} in: {last}"
        assert not row or any(f"row {row}" in line.lower() for line in lines), lines
