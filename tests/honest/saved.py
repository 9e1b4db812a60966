"""Right answers as other programs save them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from exam import RIGHT, cell, filled

Notebook = dict[str, Any]
Case = Callable[[], Any]


def windows_line_ends() -> bytes:
    text = json.dumps(filled(RIGHT), indent=1).replace("\\n", "\\r\\n")
    return text.replace("\n", "\r\n").encode()


def saved_with_a_byte_order_mark() -> bytes:
    return b"\xef\xbb\xbf" + json.dumps(filled(RIGHT)).encode()


def saved_as_utf16() -> bytes:
    return json.dumps(filled(RIGHT)).encode("utf-16")


def old_format(minor: int) -> Case:
    def case() -> Notebook:
        notebook = filled(RIGHT)
        notebook["nbformat_minor"] = minor
        for found in notebook["cells"]:
            if minor < 5:
                del found["id"]
            found["source"] = found["source"].splitlines(keepends=True)
        return notebook

    case.__name__ = f"nbformat_4_{minor}"
    return case


def saved_by_colab() -> Notebook:
    notebook = filled(RIGHT)
    notebook["nbformat_minor"] = 0
    notebook["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "accelerator": "GPU",
    }
    for found in notebook["cells"]:
        found["metadata"] |= {"id": found.pop("id"), "colab": {"base_uri": "https://localhost/"}}
        found["source"] = found["source"].splitlines(keepends=True)
    return notebook


def saved_by_vs_code() -> Notebook:
    notebook = filled(RIGHT)
    notebook["metadata"]["kernelspec"] = {"name": ".venv", "display_name": ".venv (3.12.1)"}
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.12.1"}
    for found in notebook["cells"]:
        found["metadata"]["vscode"] = {"languageId": "python"}
    return notebook


def saved_by_jupyterlite() -> Notebook:
    notebook = filled(RIGHT)
    spec = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    notebook["metadata"]["kernelspec"] = spec
    for found in notebook["cells"]:
        found["metadata"]["trusted"] = True
    return notebook


def settings_stripped_by_a_tool() -> Notebook:
    """Some tools drop all metadata of cells but keep their ids."""
    notebook = filled(RIGHT)
    for found in notebook["cells"]:
        found["metadata"] = {}
    return notebook


def large_outputs_were_saved() -> Notebook:
    notebook = filled(RIGHT)
    text = {"output_type": "stream", "name": "stdout", "text": "x" * 5_000_000}
    cell(notebook, "need")["outputs"] = [text]
    return notebook


def saved_by_vs_code_with_new_ids() -> Notebook:
    notebook = saved_by_vs_code()
    for number, found in enumerate(notebook["cells"]):
        found["id"] = f"W{number}sZmlsZQ"
    return notebook


def saved_by_pycharm() -> Notebook:
    notebook = filled(RIGHT)
    notebook["metadata"] = {"kernelspec": {"name": "python3", "display_name": "Python 3 (venv)"}}
    for found in notebook["cells"]:
        found["metadata"] |= {
            "ExecuteTime": {"end_time": "2027"},
            "jupyter": {"is_executing": True},
        }
        found.pop("id")
    notebook["nbformat_minor"] = 4
    return notebook


def saved_by_kaggle() -> Notebook:
    notebook = filled(RIGHT)
    notebook["metadata"] |= {"kaggle": {"accelerator": "none"}, "papermill": {"duration": 2.5}}
    for found in notebook["cells"]:
        times = {"iopub.execute_input": "2027-03-01T10:00:00Z"}
        found["metadata"] |= {"_uuid": "8f2839f25d086af736a60e9eeb907d3b", "execution": times}
        found["metadata"] |= {"trusted": True, "papermill": {"status": "completed"}}
    return notebook


def ids_of_colab_over_old_ones() -> Notebook:
    """Colab writes its own ids into the metadata and drops those of the format."""
    notebook = saved_by_colab()
    for number, found in enumerate(notebook["cells"]):
        found["metadata"]["id"] = f"Xk{number}PqZ"
    return notebook


def states_of_widgets_were_saved() -> Notebook:
    notebook = filled(RIGHT)
    state = {f"{number:032x}": {"model_name": "FloatSliderModel"} for number in range(5000)}
    page = "application/vnd.jupyter.widget-state+json"
    notebook["metadata"]["widgets"] = {page: {"state": state, "version_major": 2}}
    return notebook


def old_mac_line_ends() -> bytes:
    return json.dumps(filled(RIGHT)).replace("\\n", "\\r").encode()


def damaged_cells_of_a_merge() -> Notebook:
    """A cloud drive that merges two versions leaves cells without a type or a text."""
    notebook = filled(RIGHT)
    notebook["cells"].insert(2, {"cell_type": "code"})
    notebook["cells"].insert(5, None)
    return notebook


SAVED: list[Case] = [
    windows_line_ends, saved_with_a_byte_order_mark, saved_as_utf16, old_mac_line_ends,
    *[old_format(minor) for minor in range(6)], saved_by_colab, ids_of_colab_over_old_ones,
    saved_by_vs_code, saved_by_vs_code_with_new_ids, saved_by_jupyterlite, saved_by_pycharm,
    saved_by_kaggle, settings_stripped_by_a_tool, large_outputs_were_saved,
    states_of_widgets_were_saved, damaged_cells_of_a_merge,
]  # fmt: skip
