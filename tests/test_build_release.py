"""Plain `nbgrader generate_assignment` gives the same release as the build."""

import logging
from pathlib import Path

from clusterlib.delivery.building.build import write_files

GOLDENS = Path(__file__).parent / "goldens"
CONFIGURATION = Path(__file__).parents[1] / "course" / "nbgrader_config.py"


def nbgrader_release(root: Path, audience: str) -> None:
    """Run nbgrader's own converter with the steps of course/nbgrader_config.py, as --no-db does."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config.loader import PyFileConfigLoader

    config = PyFileConfigLoader(str(CONFIGURATION)).load_config()
    config.GenerateAssignment.no_database = True
    config.SaveCells.enabled = False
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.source_directory = f"solutions/{audience}"
    config.CourseDirectory.release_directory = f"exercises/{audience}"
    config.CourseDirectory.assignment_id = "01-tiny"
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    converter.log.setLevel(logging.ERROR)
    converter.start()


def test_release_of_nbgrader_is_the_release_of_the_build(tmp_path):
    expected = {}
    for audience in ("academic", "ngo"):
        name = f"{audience}/01-tiny/01-tiny.ipynb"
        expected[f"exercises/{name}"] = (GOLDENS / "exercises" / name).read_bytes()
        solution = (GOLDENS / "solutions" / name).read_bytes()
        write_files(tmp_path, {f"solutions/{name}": solution})
        nbgrader_release(tmp_path, audience)
    made = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes()
        for path in sorted((tmp_path / "exercises").rglob("*"))
        if path.is_file()
    }
    assert made == expected
