"""Controls built from a parameter table. No arithmetic happens here."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import ipywidgets

from clusterlib.widgets.parameters import Choice, Line, Parameter, Scale, Settings, Slider, Switch

_WIDE = {"description_width": "initial"}
_MANY = 8


class Panel:
    """A column of controls, in reading order, that calls back when one of them changes."""

    def __init__(
        self,
        parameters: Sequence[Parameter],
        settings: Settings,
        changed: Callable[[], None],
        adjust: Callable[[str, Settings], Settings],
    ) -> None:
        """Build one control for each parameter, set to `settings`.

        When the reader moves a control, `adjust` says where the others go, then `changed` is
        called once.
        """
        self._changed = changed
        self._adjust = adjust
        self._quiet = False
        self.controls = {p.name: _control(p, settings[p.name]) for p in parameters}
        for name, control in self.controls.items():
            control.observe(partial(self._on_value, name), "value")
        self.box = ipywidgets.VBox(list(self.controls.values()))
        self.box.add_class("cl-panel")
        if sum(isinstance(p, Switch) for p in parameters) >= _MANY:
            self.box.add_class("cl-many")  # several in a row, still in reading order

    @property
    def value(self) -> Settings:
        """The settings as a plain dict."""
        return {name: control.value for name, control in self.controls.items()}

    def set(self, settings: Mapping[str, object]) -> None:
        """Move every control named in `settings`, then call back once."""
        self._quiet = True
        try:
            for name, value in settings.items():
                self.controls[name].value = value
        finally:
            self._quiet = False
        self._changed()

    def _on_value(self, name: str, _change: object) -> None:
        if not self._quiet:
            self.set(self._adjust(name, self.value))


def _control(parameter: Parameter, value: object) -> Any:
    """Return the control for one parameter, its full description in sight."""
    layout = ipywidgets.Layout(width="auto", max_width="100%")
    common = {"description": parameter.description, "style": _WIDE, "layout": layout}
    if isinstance(parameter, Scale):
        control = ipywidgets.SelectionSlider(
            options=list(parameter.options), value=value, continuous_update=False, **common
        )
        control.add_class("cl-scale")
    elif isinstance(parameter, Choice):
        control = ipywidgets.Dropdown(options=list(parameter.options), value=value, **common)
    elif isinstance(parameter, Slider):
        control = ipywidgets.FloatSlider(
            value=value,
            min=parameter.low,
            max=parameter.high,
            step=parameter.step,
            readout_format=parameter.pattern,
            continuous_update=False,
            **common,
        )
    elif isinstance(parameter, Line):
        control = ipywidgets.Text(value=value, continuous_update=False, **common)
    else:
        control = ipywidgets.Checkbox(value=value, indent=False, **common)
    control.add_class("cl-control")
    return control


def close_tree(root: Any) -> None:
    """Close a widget, all it holds, and the layout and style objects of each.

    ipywidgets closes only the widget itself: its layout and style would stay in the registry.
    """
    for child in getattr(root, "children", ()):
        close_tree(child)
    root.unobserve_all()
    for part in ("layout", "style"):
        held = getattr(root, part, None)
        if held is not None:
            held.close()
    root.close()
