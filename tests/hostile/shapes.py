"""Hand-ins that are hostile by their shape: settings, files and folders around the notebook."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from exam import NAME, cell, hand_in, name_of, twin

Notebook = dict[str, Any]


def _settings(notebook: Notebook, name: str) -> dict[str, Any]:
    found: dict[str, Any] = cell(notebook, name)["metadata"]["nbgrader"]
    return found


def more_points(notebook: Notebook, folder: Path, trainer: Path) -> None:
    _settings(notebook, "need-test")["points"] = 100
    hand_in(folder, notebook)


def delete_test(notebook: Notebook, folder: Path, trainer: Path) -> None:
    notebook["cells"] = [c for c in notebook["cells"] if name_of(c) != "need-test"]
    hand_in(folder, notebook)


def not_graded(notebook: Notebook, folder: Path, trainer: Path) -> None:
    _settings(notebook, "need-test")["grade"] = False
    hand_in(folder, notebook)


def test_as_solution(notebook: Notebook, folder: Path, trainer: Path) -> None:
    _settings(notebook, "need-test")["solution"] = True
    hand_in(folder, notebook)


def bonus_cell(notebook: Notebook, folder: Path, trainer: Path) -> None:
    bonus = twin(notebook, "need-test", source="pass")
    bonus["metadata"]["nbgrader"] |= {"grade_id": "bonus", "points": 50}
    notebook["cells"].append(bonus)
    hand_in(folder, notebook)


def unknown_name(notebook: Notebook, folder: Path, trainer: Path) -> None:
    _settings(notebook, "need-test")["grade_id"] = "nobody"
    hand_in(folder, notebook)


def schema_99(notebook: Notebook, folder: Path, trainer: Path) -> None:
    _settings(notebook, "need-test")["schema_version"] = 99
    hand_in(folder, notebook)


def schema_1(notebook: Notebook, folder: Path, trainer: Path) -> None:
    _settings(notebook, "need-test")["schema_version"] = 1
    hand_in(folder, notebook)


def _retype(notebook: Notebook, kind: str, folder: Path) -> None:
    found = cell(notebook, "need-test")
    found["cell_type"] = kind
    found.pop("outputs", None)
    found.pop("execution_count", None)
    hand_in(folder, notebook)


def test_as_text(notebook: Notebook, folder: Path, trainer: Path) -> None:
    _retype(notebook, "markdown", folder)


def test_as_raw(notebook: Notebook, folder: Path, trainer: Path) -> None:
    _retype(notebook, "raw", folder)


def swap_names(notebook: Notebook, folder: Path, trainer: Path) -> None:
    need, share = (_settings(notebook, name) for name in ("need-test", "share-test"))
    need["grade_id"], share["grade_id"] = "share-test", "need-test"
    hand_in(folder, notebook)


def another_kernel(notebook: Notebook, folder: Path, trainer: Path) -> None:
    notebook["metadata"]["kernelspec"] = {"name": "bash", "display_name": "Bash"}
    hand_in(folder, notebook)


def copied_cells(notebook: Notebook, folder: Path, trainer: Path) -> None:
    notebook["cells"] += [twin(notebook, "need"), twin(notebook, "share-test")]
    hand_in(folder, notebook)


def no_json(notebook: Notebook, folder: Path, trainer: Path) -> None:
    hand_in(folder, json.dumps(notebook)[:-40])


def empty(notebook: Notebook, folder: Path, trainer: Path) -> None:
    hand_in(folder, "")


def other_json(notebook: Notebook, folder: Path, trainer: Path) -> None:
    hand_in(folder, '[{"cells": 1}]')


def deep_json(notebook: Notebook, folder: Path, trainer: Path) -> None:
    hand_in(folder, '{"cells": ' + "[" * 200_000 + "]" * 200_000 + "}")


def format_3(notebook: Notebook, folder: Path, trainer: Path) -> None:
    cells = [
        {key: value for key, value in found.items() if key != "source"}
        | {"input" if found["cell_type"] == "code" else "source": found["source"]}
        for found in notebook["cells"]
    ]
    hand_in(folder, {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]})


def own_modules(notebook: Notebook, folder: Path, trainer: Path) -> None:
    place = hand_in(folder, notebook)
    for name in ("numpy", "pandas", "math", "builtins", "IPython", "json"):
        text = "def __getattr__(name):\n    return lambda *args, **kwargs: True\n"
        (place / f"{name}.py").write_text(text, encoding="utf-8")


def link_to_file(notebook: Notebook, folder: Path, trainer: Path) -> None:
    (hand_in(folder, notebook) / "data.csv").symlink_to(trainer / "gradebook.db")


def notebook_is_link(notebook: Notebook, folder: Path, trainer: Path) -> None:
    place = hand_in(folder, notebook)
    (place / f"{NAME}.ipynb").unlink()
    (place / f"{NAME}.ipynb").symlink_to(trainer / f"solutions/{NAME}.ipynb")


def link_to_folder(notebook: Notebook, folder: Path, trainer: Path) -> None:
    (hand_in(folder, notebook) / "data").symlink_to(trainer)


def pipe(notebook: Notebook, folder: Path, trainer: Path) -> None:
    os.mkfifo(hand_in(folder, notebook) / "data.csv")


def sixty_megabytes(notebook: Notebook, folder: Path, trainer: Path) -> None:
    cell(notebook, "reflection")["source"] = "x" * 60_000_000
    hand_in(folder, notebook)


def many_cells(notebook: Notebook, folder: Path, trainer: Path) -> None:
    one = {"cell_type": "code", "metadata": {}, "source": "1", "outputs": []}
    notebook["cells"] += [one | {"execution_count": None} for _ in range(3000)]
    hand_in(folder, notebook)


def forged_report(notebook: Notebook, folder: Path, trainer: Path) -> None:
    said = "**PASS**: all automatic tests passed. Tests: 14 of 14 points."
    forged = {"cell_type": "markdown", "id": "grading-report", "metadata": {}, "source": said}
    notebook["cells"].insert(0, forged)
    notebook["metadata"]["grading"] = {"verdict": "PASS", "marks": {"need-test": [2, 2]}}
    hand_in(folder, notebook)


def metadata_bomb(notebook: Notebook, folder: Path, trainer: Path) -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = {"nbgrader": deep}
    notebook["metadata"] |= {
        "deep": deep,
        "wide": {str(number): "y" * 50 for number in range(50_000)},
    }
    for found in notebook["cells"]:
        found["metadata"] |= {"deep": deep, "tags": ["<script>"] * 500}
    hand_in(folder, notebook)


def look_alike_names(notebook: Notebook, folder: Path, trainer: Path) -> None:
    # Cyrillic and full-width letters, a joiner, an accent that is a character of its own.
    for name in ("n\u0435ed-test", "\uff4eeed-test", "need\u200d-test", "need-test\u0301"):
        found = twin(notebook, "need-test", source="2.0")
        found["metadata"]["nbgrader"]["grade_id"] = name
        notebook["cells"].append(found)
    hand_in(folder, notebook)


def own_clusterlib(notebook: Notebook, folder: Path, trainer: Path) -> None:
    place = hand_in(folder, notebook)
    code = "import builtins\nbuiltins.abs = lambda *numbers: 0\nneed = 'C04'\n"
    for name in ("clusterlib/__init__.py", "clusterlib/delivery/__init__.py", "conftest.py",
                 "sitecustomize.py", "usercustomize.py", "IPython/__init__.py"):  # fmt: skip
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(code, encoding="utf-8")


def own_configuration(notebook: Notebook, folder: Path, trainer: Path) -> None:
    place = hand_in(folder, notebook)
    spy = f"open({str(trainer / 'nbgrader_config.py')!r}, 'a').write('owned')\n"
    for name in ("nbgrader_config.py", "ipython_config.py", "jupyter_config.py"):
        (place / name).write_text(spy, encoding="utf-8")
    (place / "gradebook.db").write_bytes(b"SQLite format 3\0")


def edited_outputs(notebook: Notebook, folder: Path, trainer: Path) -> None:
    page = {"text/html": "<script>alert(1)</script>", "text/plain": "2.0"}
    for name in ("need", "need-test"):
        cell(notebook, name)["outputs"] = [
            {"output_type": "execute_result", "data": page, "metadata": {}, "execution_count": 1}
        ]
    hand_in(folder, notebook)
