"""Methods, data, charts, widgets and documents of the cluster management course.

Everything loads on first use, so that `import clusterlib` costs next to nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=[
        "charts",
        "coherence",
        "consensus",
        "data",
        "decisions",
        "documents",
        "evaluation",
        "exchange",
        "games",
        "labels",
        "mapping",
        "needs",
        "networks",
        "office",
        "partners",
        "portfolio",
        "resources",
        "rules",
        "stakeholders",
        "watch",
        "widgets",
    ],
    submod_attrs={
        "data.case": ["load_case"],
        "data.catalogue": ["list_audiences", "list_modules"],
        "portfolio.own_seed": ["own_seed"],
    },
)
__version__ = "0.1.0"
