"""Hand-ins with right answers that programs and people have made hard to read."""

from __future__ import annotations

from typing import Any

from exam import RIGHT, cell, filled, name_of, twin
from saved import SAVED, Case, Notebook


def place_of(notebook: Notebook, name: str) -> int:
    return next(n for n, found in enumerate(notebook["cells"]) if name_of(found) == name)


def free_cell(kind: str, source: str) -> dict[str, Any]:
    found: dict[str, Any] = {"cell_type": kind, "id": f"own-{hash(source) % 9999}", "metadata": {}}
    extra = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return found | {"source": source} | extra


def as_it_is() -> Notebook:
    return filled(RIGHT)


def copied_answer_cell() -> Notebook:
    notebook = filled(RIGHT)
    notebook["cells"].append(twin(notebook, "need"))
    return notebook


def copied_before_answering() -> Notebook:
    """The copy holds the answer, the first cell stayed empty."""
    notebook = filled({k: v for k, v in RIGHT.items() if k != "need"})
    copied = twin(notebook, "need", source=RIGHT["need"])
    notebook["cells"].insert(place_of(notebook, "need"), copied)
    return notebook


def copied_with_a_first_attempt() -> Notebook:
    notebook = filled(RIGHT)
    wrong = twin(notebook, "share", source="share = members / replied")
    notebook["cells"].insert(place_of(notebook, "share"), wrong)
    return notebook


def first_attempt_fails() -> Notebook:
    notebook = filled(RIGHT)
    broken = twin(notebook, "share", source="share = 24 of 60")
    notebook["cells"].insert(place_of(notebook, "share"), broken)
    return notebook


def copied_test_cell() -> Notebook:
    notebook = filled(RIGHT)
    notebook["cells"].insert(3, twin(notebook, "share-test"))
    return notebook


def split_between_statements() -> Notebook:
    notebook = filled(RIGHT | {"share": "replies = 24"})
    second = twin(notebook, "share", source="share = replies / 60")
    notebook["cells"].insert(place_of(notebook, "share") + 1, second)
    return notebook


def split_inside_a_function() -> Notebook:
    first, _, second = RIGHT["quotient"].partition("    return")
    notebook = filled(RIGHT | {"quotient": first})
    rest = twin(notebook, "quotient", source="    return" + second)
    notebook["cells"].insert(place_of(notebook, "quotient") + 1, rest)
    return notebook


def answer_moved_below_its_test() -> Notebook:
    notebook = filled(RIGHT)
    moved = notebook["cells"].pop(place_of(notebook, "need"))
    notebook["cells"].insert(place_of(notebook, "need-test") + 1, moved)
    return notebook


def items_in_another_order() -> Notebook:
    notebook = filled(RIGHT)
    pair = [notebook["cells"].pop(place_of(notebook, name)) for name in ("gaps", "gaps-test")]
    notebook["cells"][2:2] = pair
    return notebook


def answers_moved_to_the_end() -> Notebook:
    notebook = filled(RIGHT)
    for name in ("need", "share"):
        notebook["cells"].append(notebook["cells"].pop(place_of(notebook, name)))
    return notebook


def deleted_test_cell() -> Notebook:
    notebook = filled(RIGHT)
    notebook["cells"].pop(place_of(notebook, "quotient-test"))
    return notebook


def deleted_set_up() -> Notebook:
    notebook = filled(RIGHT | {"share": "share = replied / members"})
    notebook["cells"].pop(place_of(notebook, "start"))
    return notebook


def deleted_helper_of_the_master() -> Notebook:
    notebook = filled(RIGHT | {"share": "share = share_hint"})
    notebook["cells"] = [c for c in notebook["cells"] if "share_hint =" not in c["source"]]
    return notebook


def edited_helper_of_the_master() -> Notebook:
    notebook = filled(RIGHT | {"share": "share = share_hint"})
    for found in notebook["cells"]:
        if "share_hint =" in found["source"]:
            found["source"] = "print(replied / members)"
    return notebook


def answer_deleted_and_written_anew() -> Notebook:
    notebook = filled(RIGHT)
    place = place_of(notebook, "need")
    notebook["cells"][place] = free_cell("code", RIGHT["need"])
    return notebook


def own_cells_between() -> Notebook:
    notebook = filled(RIGHT | {"share": "share = r / m"})
    notebook["cells"].insert(
        place_of(notebook, "share"), free_cell("code", "r, m = replied, members")
    )
    notebook["cells"].insert(place_of(notebook, "need"), free_cell("markdown", "My notes"))
    return notebook


def own_cell_that_fails() -> Notebook:
    notebook = filled(RIGHT)
    notebook["cells"].insert(3, free_cell("code", "1 / 0"))
    notebook["cells"].insert(3, free_cell("code", "this is no Python"))
    return notebook


def warnings_everywhere() -> Notebook:
    noisy = "import warnings\nwarnings.warn('small sample')\n"
    inside = RIGHT["quotient"].replace(
        "    return", "    import warnings; warnings.warn('old', DeprecationWarning)\n    return"
    )
    return filled(RIGHT | {"need": noisy + RIGHT["need"], "quotient": inside})


def logging_and_stderr() -> Notebook:
    loud = (
        "import logging, sys\nlogging.warning('careful')\nprint('error: none', file=sys.stderr)\n"
    )
    inside = RIGHT["quotient"].replace(
        "    return", "    import logging; logging.error('here')\n    return"
    )
    return filled(RIGHT | {"share": loud + RIGHT["share"], "quotient": inside})


def prints_and_a_progress_bar() -> Notebook:
    talks = (
        "import sys, time\nfor n in range(100):\n    print(n, end='\\r', file=sys.stderr)\n"
        "print('error')\nshare = 24 / 60\nshare"
    )
    return filled(RIGHT | {"share": talks})


def warnings_as_errors_elsewhere() -> Notebook:
    return filled(RIGHT | {"need": "import warnings\nwarnings.simplefilter('error')\nneed = 'C04'"})


def numbers_of_numpy_and_pandas() -> Notebook:
    return filled(
        RIGHT | {"share": "import numpy as np, pandas as pd\nshare = pd.Series([24]).sum() / 60"}
    )


def magics_and_shell() -> Notebook:
    return filled(RIGHT | {"need": "%matplotlib inline\n!echo hello\nneed = 'C04'\nneed?"})


def exit_after_the_answer() -> Notebook:
    return filled(RIGHT | {"need": "need = 'C04'\nimport sys\nsys.exit(0)"})


def a_picture_is_drawn() -> Notebook:
    draw = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nshare = 0.4"
    return filled(RIGHT | {"share": draw})


def set_up_was_edited() -> Notebook:
    notebook = filled(RIGHT)
    cell(notebook, "start")["source"] = "replied, members = 24, 60  # my remark"
    return notebook


def a_test_was_edited_by_accident() -> Notebook:
    notebook = filled(RIGHT)
    cell(notebook, "need-test")["source"] += "\nx"
    return notebook


def answer_turned_into_markdown() -> Notebook:
    notebook = filled(RIGHT)
    found = cell(notebook, "need")
    found["cell_type"] = "markdown"
    del found["outputs"], found["execution_count"]
    return notebook


def pasted_from_a_web_page() -> Notebook:
    spaces = RIGHT["quotient"].replace("    ", "\u00a0\u00a0\u00a0\u00a0")
    return filled(RIGHT | {"quotient": spaces})


def a_cell_of_another_exercise() -> Notebook:
    notebook = filled(RIGHT)
    stray = twin(notebook, "need", source="other = 1")
    stray["metadata"]["nbgrader"]["grade_id"] = "something-else"
    notebook["cells"].insert(4, stray)
    return notebook


def typographic_quotes_in_texts() -> Notebook:
    talk = "# „Bedarf“ – was heißt das?\nnote = \"Die „größte Lücke“ ‚C04‘ … 5 €\"\nneed = 'C04'"
    return filled(RIGHT | {"need": talk})


def names_with_umlauts() -> Notebook:
    return filled(RIGHT | {"share": "größe = 24\nántal = 60\nshare = größe / ántal"})


def cell_magics() -> Notebook:
    timed = "%%time\nneed = 'C04'"
    return filled(RIGHT | {"need": timed, "share": "%%capture\nprint('x')\nshare = 24 / 60"})


def waits_for_something() -> Notebook:
    return filled(RIGHT | {"share": "import asyncio\nawait asyncio.sleep(0)\nshare = 0.4"})


def indented_with_tabs() -> Notebook:
    return filled(RIGHT | {"quotient": RIGHT["quotient"].replace("    ", "\t")})


def merged_with_its_test() -> Notebook:
    """Shift and M in JupyterLab: the answer's cell takes the text of the test cell in."""
    notebook = filled(RIGHT)
    test = notebook["cells"].pop(place_of(notebook, "need-test"))
    cell(notebook, "need")["source"] += "\n\n" + test["source"]
    return notebook


def deletion_was_undone() -> Notebook:
    """The same cell twice, with one id."""
    notebook = filled(RIGHT)
    notebook["cells"].insert(place_of(notebook, "gaps"), twin(notebook, "gaps", id="exam-11"))
    return notebook


CASES: list[Case] = [
    as_it_is, copied_answer_cell, copied_before_answering, copied_with_a_first_attempt,
    first_attempt_fails, copied_test_cell, split_between_statements, split_inside_a_function,
    answer_moved_below_its_test, items_in_another_order, answers_moved_to_the_end,
    deleted_test_cell, deleted_set_up, deleted_helper_of_the_master, edited_helper_of_the_master,
    answer_deleted_and_written_anew, own_cells_between, own_cell_that_fails, warnings_everywhere,
    logging_and_stderr, prints_and_a_progress_bar, warnings_as_errors_elsewhere,
    numbers_of_numpy_and_pandas, magics_and_shell, exit_after_the_answer, a_picture_is_drawn,
    set_up_was_edited, a_test_was_edited_by_accident, answer_turned_into_markdown,
    pasted_from_a_web_page, a_cell_of_another_exercise, typographic_quotes_in_texts,
    names_with_umlauts, cell_magics, waits_for_something, indented_with_tabs,
    merged_with_its_test, deletion_was_undone,
    *SAVED,
]  # fmt: skip
