"""The learner's own folder: what she saved, what she answered, how far she is."""

from clusterlib.portfolio.files import PortfolioError, plain_name, write_atomic
from clusterlib.portfolio.store import FOLDER_VARIABLE, Portfolio, default_folder

__all__ = [
    "FOLDER_VARIABLE",
    "Portfolio",
    "PortfolioError",
    "default_folder",
    "plain_name",
    "write_atomic",
]
