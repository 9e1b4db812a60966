"""The measures that the content tests rest on, tried on texts whose answer is known."""

import pytest
from course_content import running_text, sentences, words
from test_content_form import list_items


def notebook(*cells):
    made = [{"cell_type": "markdown", "source": cell} for cell in cells]
    return {"cells": [*made, {"cell_type": "markdown", "source": "Generated from there."}]}


def test_sentences_leave_out_labels_headings_tables_code_and_sources():
    cell = """## A heading with many words in it

**Key point.** Members pay the fee. They ask what for, e.g. a fair.

| a table | of words |
|---|---|

```
code with many words in it
```

- Read [the members' list](members.csv) first."""
    assert sentences(notebook(cell, "## Sources\n\n1. Porter (1998). A title.")) == [
        "Members pay the fee.",
        "They ask what for, e.g. a fair.",
        "Read the members' list first.",
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [("Two words", 2), ("The cluster's 1,250 jobs", 4), ("- under-represented", 1), ("", 0)],
)
def test_words_are_counted_as_a_reader_counts(text, count):
    assert words(text) == count


def test_running_text_drops_citations_and_formulas():
    text = "A ratio ([\\[1\\] Isard, 1960](#Sources)) is $x/y$."
    assert " ".join(running_text(text).split()) == "A ratio is formula ."


def test_lists_of_a_cell_are_told_apart():
    assert list_items("1. Who?\n2. What?\n\nText.\n\n- rank\n- plan") == [
        ["Who?", "What?"],
        ["rank", "plan"],
    ]
