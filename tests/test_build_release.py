"""Plain `nbgrader generate_assignment` gives the same release as the build."""

import logging
from pathlib import Path

import pytest
from course_content import template_course

from clusterlib.delivery.building.build import build_files, write_files
from clusterlib.delivery.building.course import read_course

GOLDENS = Path(__file__).parent / "goldens"
CONFIGURATION = Path(__file__).parents[1] / "course" / "nbgrader_config.py"


def nbgrader_release(root: Path, audience: str, slug: str) -> None:
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
    config.CourseDirectory.assignment_id = slug
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    converter.log.setLevel(logging.ERROR)
    converter.start()


@pytest.mark.parametrize("course", [read_course(GOLDENS), template_course()])
def test_release_of_nbgrader_is_the_release_of_the_build(course, tmp_path):
    slug = course.modules[0].slug
    files = build_files(course)
    write_files(tmp_path, {p: files[p] for p in files if p.startswith("solutions/")})
    for audience in ("academic", "ngo"):
        nbgrader_release(tmp_path, audience, slug)
        name = f"exercises/{audience}/{slug}/{slug}.ipynb"
        assert (tmp_path / name).read_bytes() == files[name]
        assert list((tmp_path / name).parent.iterdir()) == [tmp_path / name]
