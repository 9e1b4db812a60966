"""Input-output linkages: who buys from whom, and who moves the rest."""

import numpy as np
import pandas as pd

from clusterlib import validation

EVEN = 1e-9  # normalised linkages nearer to 1 than this are average


def _inverse(coefficients: pd.DataFrame, what: str) -> pd.DataFrame:
    radius = float(np.abs(np.linalg.eigvals(coefficients.to_numpy())).max())
    if radius >= 1 - 1e-12:
        heavy = coefficients.sum().idxmax()
        raise ValueError(
            f"{what} use up all they make (spectral radius {radius:.3g}, must be below 1): "
            f"look at {heavy}: are these flows of money instead of shares of output?"
        )
    unit = np.eye(len(coefficients))
    inverse = np.linalg.inv(unit - coefficients.to_numpy())
    return pd.DataFrame(inverse, coefficients.index, coefficients.columns)


def leontief_inverse(coefficients: pd.DataFrame) -> pd.DataFrame:
    """Say what each industry must make, directly and indirectly, for one unit of final demand.

    Args:
        coefficients: matrix of industries; input from the row per unit of output of the column.
    Returns:
        Matrix (I - A)^-1: output of the row for one unit of final demand for the column.
    Raises:
        ValueError: not square, blanks, negatives, spectral radius of 1 or more.

    Reference: Miller and Blair (2009).

    >>> industries = ["agriculture", "manufacturing"]
    >>> coefficients = pd.DataFrame([[0.15, 0.25], [0.20, 0.05]], industries, industries)
    >>> leontief_inverse(coefficients).round(4)
                   agriculture  manufacturing
    agriculture         1.2541         0.3300
    manufacturing       0.2640         1.1221
    """
    return _inverse(_read(coefficients), "the industries")


def linkages(coefficients: pd.DataFrame, output: "pd.Series[float] | None" = None) -> pd.DataFrame:
    """Rank industries by how they pull on suppliers and push on buyers; find the key ones.

    Args:
        coefficients: matrix of industries; input from the row per unit of output of the column.
        output: output by industry, in money; needed for the Ghosh form of the forward linkage.
    Returns:
        One row an industry: backward (column sum of the Leontief inverse), forward,
        backward_normalised, forward_normalised (divided by their mean), key (both above 1;
        exactly average is not).
    Raises:
        ValueError: not square, blanks, negatives, output not positive, spectral radius of 1 or
            more.

    With output, forward is Ghosh's: row sums of (I - B)^-1, where B holds the sales from the row
    to the column per unit of the row's output. Without it, forward is the row sum of the Leontief
    inverse, which favours industries that sell to many small buyers: say which you used. Forward
    linkages are disputed; regional tables are mostly estimates.

    Reference: Miller and Blair (2009).

    >>> industries = ["agriculture", "manufacturing"]
    >>> coefficients = pd.DataFrame([[0.15, 0.25], [0.20, 0.05]], industries, industries)
    >>> table = linkages(coefficients, output=pd.Series([1000, 2000], industries))
    >>> table[["backward", "forward"]].round(4)
                   backward  forward
    agriculture      1.5182   1.9142
    manufacturing    1.4521   1.2541
    """
    needed = _read(coefficients)
    inverse = _inverse(needed, "the industries")
    backward = inverse.sum()
    if output is None:
        forward = inverse.sum(axis=1)
    else:
        made = validation.no_missing(
            validation.numeric_series(output, "output"), "output", "every industry needs one"
        )
        validation.same_labels(needed.index, made.index, "industries")
        made = made.reindex(needed.index)
        idle = made.index[made <= 0]
        if len(idle):
            raise ValueError(f"no output in {validation.some_of(idle)}: leave these industries out")
        sold = needed.mul(made, axis=1).div(made, axis=0)
        forward = _inverse(sold, "the industries").sum(axis=1)
    table = pd.DataFrame({"backward": backward, "forward": forward})
    table["backward_normalised"] = backward / backward.mean()
    table["forward_normalised"] = forward / forward.mean()
    # Exactly average is not key, whichever way its last binary digit falls.
    above = table[["backward_normalised", "forward_normalised"]] > 1 + EVEN
    table["key"] = above.all(axis=1)
    return table


def _read(coefficients: pd.DataFrame) -> pd.DataFrame:
    return validation.no_missing(
        validation.square_matrix(coefficients, "coefficients"),
        "coefficients",
        "write 0 only where nothing is bought",
    )
