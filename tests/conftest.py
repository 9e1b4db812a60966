"""Options that all tests share."""

import signal
import threading

import pytest


def pytest_configure() -> None:
    """Hear Ctrl-C: started in the background, a shell makes tests and their programs deaf to it."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-goldens",
        action="store_true",
        help="write what is built and the graded ids of this version as the new expectation",
    )


@pytest.fixture
def update_goldens(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-goldens"))
