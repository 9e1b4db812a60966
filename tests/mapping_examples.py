"""Small tables that several mapping tests share."""

import pandas as pd

# Five regions, five industries: small matrix on which the R package EconGeo was run.
TOY = pd.DataFrame(
    [
        [100, 0, 0, 0, 0],
        [0, 15, 5, 70, 10],
        [0, 20, 10, 20, 50],
        [0, 25, 30, 5, 40],
        [0, 40, 55, 5, 0],
    ],
    index=list("ABCDE"),
    columns=["food", "wood", "metal", "biotech", "tourism"],
)
