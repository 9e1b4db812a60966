"""A cohort on disk whose learners hand in the worst they can, collected and ready to be graded."""

from __future__ import annotations

from pathlib import Path

import pytest
from cohort_tree import MODULE, fill_in, make_course, roster
from xss_vectors import RUN, VECTORS, WORST

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts

COHORT = "debrecen-2027"
NAME = f"<img src=x onerror={RUN}>"
SHOW = f"""
import pandas as pd
from IPython.display import HTML, SVG, Javascript, Markdown, display
print("</pre><script>{RUN}</script>")
display(HTML("<script>{RUN}</script><img src=x onerror={RUN}>"))
display(HTML("<table><tr><td onclick={RUN}><img src=x onerror={RUN}>cell</td></tr></table>"))
display(Javascript("{RUN}"), Markdown("<img src=x onerror={RUN}>"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'></svg>"))
display({{"application/vnd.jupyter.widget-view+json": {{"model_id": "x"}}}}, raw=True)
display(pd.DataFrame({{"jobs": [90, 40]}}, index=["optics", "<script>{RUN}</script>"]))
"""
HOSTILE = {
    "top-need": f'top_need = "C04"  # </pre><script>{RUN}</script>\n{SHOW}',
    "share": f"share = 24\nraise ValueError('<img src=x onerror={RUN}>')",
    "reflection": "\n\n".join(
        [*WORST.values(), "**My plan** holds.", "[a page](https://example.org)"]
    ),
}
EVERYTHING = HOSTILE | {"reflection": "\n\n".join(VECTORS.values())}
PAGE = f"<script>{RUN}; fetch('/api/contents').then(() => {{ {RUN} }})</script><p>handed in</p>"
FILES = {
    "evil.html": PAGE,
    "evil.svg": f"<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'><text>x</text></svg>",
    "nbgrader_config.py": "open({marker!r}, 'w').close()",
    "need.csv": "C04",
}


def open_course(folder: Path, patch: pytest.MonkeyPatch) -> Cohort:
    """Open a cohort of anna and bela and release the probe exercise."""
    root = make_course(folder / "tree")
    patch.setenv("CLUSTER_COURSE", str(root / "course"))
    patch.delenv("CLUSTER_COHORT", raising=False)
    listed = str(roster(folder / "r.csv", f"anna,{NAME},Kis,", "bela,Béla,Nagy,"))
    new = ["cohort", "new", COHORT, "--audience", "government", "--roster", listed]
    assert main([*new, "--timezone", "Europe/Budapest"]) == 0
    assert main(["release", COHORT, MODULE]) == 0
    return all_cohorts(root)[0]


def hand_in(cohort: Cohort, learner: str, answers: dict[str, str], files: dict[str, str]) -> None:
    """Put work into the exchange as `nbgrader submit` does."""
    inbound = cohort.exchange / cohort.course_id / "inbound"
    at = "2027-03-01 10:00:00.000000 UTC"
    folder = inbound / f"{learner}+{MODULE}+{at}+random"
    folder.mkdir()
    notebook = folder / f"{MODULE}.ipynb"
    notebook.write_bytes(cohort.exercise(MODULE).read_bytes())
    fill_in(notebook, answers)
    own = {"timestamp.txt": at, "submission_secret.txt": f"secret of {learner}"}
    for name, text in (own | files).items():
        (folder / name).write_text(text, encoding="utf-8")


def graded(cohort: Cohort, learner: str) -> Path:
    """Return where the graded notebook of a learner is."""
    return cohort.folder / "autograded" / learner / MODULE / f"{MODULE}.ipynb"
