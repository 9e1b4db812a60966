"""Input-output linkages: the textbook inverse and what cannot be inverted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import mapping

# Two-industry example in the manner of Miller and Blair (2009); result computed independently.
INDUSTRY = ["agriculture", "manufacturing"]
A = pd.DataFrame([[0.15, 0.25], [0.20, 0.05]], INDUSTRY, INDUSTRY)


def test_inverse_and_output():
    inverse = mapping.leontief_inverse(A)
    np.testing.assert_allclose(inverse, [[1.2541254, 0.330033], [0.2640264, 1.1221122]], atol=5e-8)
    assert (inverse @ [600, 1500]).tolist() == pytest.approx([1247.52475, 1841.58416], abs=5e-6)


def test_backward_and_forward():
    table = mapping.linkages(A)
    assert table["backward"].tolist() == pytest.approx([1.5181518, 1.4521452])
    assert table["forward"].tolist() == pytest.approx([1.5841584, 1.3861386])
    assert table["backward_normalised"].mean() == pytest.approx(1)
    assert table["key"].tolist() == [True, False]


def test_ghosh_forward_uses_output():
    output = pd.Series([2000.0, 1000.0], INDUSTRY[::-1])
    sold = np.array([[0.15, 0.25 * 2], [0.20 / 2, 0.05]])
    expected = np.linalg.inv(np.eye(2) - sold).sum(axis=1)
    assert mapping.linkages(A, output)["forward"].tolist() == pytest.approx(list(expected))
    same = mapping.linkages(A, pd.Series(7.0, INDUSTRY))
    pd.testing.assert_frame_equal(same, mapping.linkages(A))


@given(st.lists(st.floats(0, 0.3), min_size=9, max_size=9))
@settings(max_examples=50, deadline=None)
def test_inverse_is_the_sum_of_all_rounds(cells):
    matrix = pd.DataFrame(np.array(cells).reshape(3, 3), list("abc"), list("abc"))
    rounds = sum(np.linalg.matrix_power(matrix.to_numpy(), power) for power in range(400))
    np.testing.assert_allclose(mapping.leontief_inverse(matrix), rounds, rtol=1e-6, atol=1e-9)


def test_economy_that_uses_up_what_it_makes():
    with pytest.raises(ValueError, match=r"spectral radius 13.2.*look at agriculture"):
        mapping.leontief_inverse(A * 40)
    with pytest.raises(ValueError, match="spectral radius 1,"):
        mapping.leontief_inverse(pd.DataFrame([[1.0]], ["a"], ["a"]))


def test_faults():
    with pytest.raises(ValueError, match="rows and columns"):
        mapping.leontief_inverse(A.rename(columns={"agriculture": "food"}))
    with pytest.raises(ValueError, match="below 0 at agriculture / agriculture"):
        mapping.leontief_inverse(-A)
    with pytest.raises(ValueError, match="coefficients missing"):
        mapping.linkages(A.where(A < 0.25))
    with pytest.raises(ValueError, match="no output in manufacturing"):
        mapping.linkages(A, pd.Series([5.0, 0.0], INDUSTRY))


def test_economy_in_which_all_are_alike_has_no_key_industry():
    alike = pd.DataFrame(1 / 24, list("abcd"), list("abcd"))
    for output in (None, pd.Series(10.0, list("abcd"))):
        assert not mapping.linkages(alike, output)["key"].any()
