"""What the tests of explorers share: reach into a panel, and see that closing frees everything."""

import gc

import comm
import ipywidgets
from ipywidgets.widgets.widget import _instances


def everything(widget):
    """Return a widget and all it holds."""
    return [widget, *(w for child in getattr(widget, "children", ()) for w in everything(child))]


def button(explorer, words):
    """Return the button with these words."""
    found = [
        one
        for one in everything(explorer._root)
        if isinstance(one, ipywidgets.Button) and one.description == words
    ]
    return found[0]


def move(explorer, name, value):
    """Move one control as a reader does."""
    explorer._panel.controls[name].value = value


def shown(explorer):
    """Return picture, headline and words as they stand on the page."""
    return explorer._picture.value, explorer._headline.value, explorer._words.value


def check_all_change(explorer, name, value):
    """Move a control and see picture, headline and words follow on the same figure."""
    figure, start = explorer._study.figure, explorer.value[name]
    before = shown(explorer)
    move(explorer, name, value)
    after, artists = shown(explorer), len(figure.findobj())
    assert all(old != new for old, new in zip(before, after, strict=True))
    move(explorer, name, start)
    move(explorer, name, value)
    assert shown(explorer) == after
    assert explorer._study.figure is figure
    assert len(figure.findobj()) == artists  # nothing piles up


def check_frame(explorer, again, tmp_path, monkeypatch):
    """Settings copied, saved and reset; the table has heads; every control has words."""
    from clusterlib.portfolio import Portfolio

    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(tmp_path))
    scope: dict = {}
    exec(explorer.code, scope)
    twin = again(scope["settings"])
    assert twin.value == explorer.value
    assert repr(twin) == repr(explorer)
    assert twin.reading == explorer.reading
    twin.close()
    button(explorer, "Save to my portfolio").click()
    assert explorer._saved.value == "Saved"
    assert Portfolio.open().load_settings(explorer._study.name) == explorer.value
    button(explorer, "Reset").click()
    assert explorer._saved.value == "Not saved yet"
    fresh = again(None)
    assert explorer.value == fresh.value
    fresh.close()
    assert "<caption>" in explorer.reading.table
    assert 'scope="col"' in explorer.reading.table
    assert 'scope="row"' in explorer.reading.table
    for control in explorer._panel.controls.values():
        assert control.description[0].isupper()
    assert not [w for w in everything(explorer._root) if isinstance(w, ipywidgets.Output)]


def check_nothing_is_left(opened, times=50):
    """Open and close many times: no widget, no channel and no figure stays behind."""

    def open_and_close(turns):
        for _ in range(turns):
            one = opened()
            one.close()
            one.close()  # closing twice does no harm
        gc.collect()

    open_and_close(3)  # fonts, caches and first imports
    registered, comms = len(_instances), len(comm.get_comm_manager().comms)
    objects = len(gc.get_objects())
    open_and_close(times)
    assert len(_instances) == registered
    assert len(comm.get_comm_manager().comms) == comms
    # One explorer alone is made of thousands of objects: fifty leave fewer than one.
    assert len(gc.get_objects()) - objects < 2000
