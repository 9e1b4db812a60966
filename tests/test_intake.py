"""What comes in before anything is run: archives, names and times (rows 37 to 40 and 42)."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from clusterlib.delivery.runner.archives import BoundedExtractor, Refused, unpack
from clusterlib.delivery.runner.intake import MAX_BYTES, files_beside, remove_traps


def _zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_an_ordinary_archive_is_unpacked(tmp_path: Path) -> None:
    files = {"02-needs.ipynb": b"{}", "data/survey.csv": b"a;b"}
    unpack(_zip(tmp_path / "anna.zip", files), tmp_path / "out")
    found = {
        str(p.relative_to(tmp_path / "out")): p.read_bytes()
        for p in (tmp_path / "out").rglob("*.*")
    }
    assert found == files


@pytest.mark.parametrize(
    "name", ["../other/x.ipynb", "/etc/cron.d/x", "a/../../x", "..\\x", "C:\\x.ipynb"]
)
def test_a_path_that_leads_out_refuses_the_archive(tmp_path: Path, name: str) -> None:
    archive = _zip(tmp_path / "anna.zip", {"good.ipynb": b"{}", name: b"x"})
    with pytest.raises(Refused, match="leads out"):
        unpack(archive, tmp_path / "out")
    assert sorted(tmp_path.iterdir()) == [archive]


def test_an_archive_that_swells_is_refused(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "anna.zip", {"x.ipynb": bytes(300_000_000)})
    assert archive.stat().st_size < 400_000
    with pytest.raises(Refused, match="more than 100 MB"):
        unpack(archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_archive_of_thousands_of_files_is_refused(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "anna.zip", {f"{n}.txt": b"" for n in range(2000)})
    with pytest.raises(Refused, match="files"):
        unpack(archive, tmp_path / "out")


def test_links_in_archives_are_passed_over(tmp_path: Path) -> None:
    archive = tmp_path / "anna.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        link = tarfile.TarInfo("secret.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(link)
        entry = tarfile.TarInfo("good.ipynb")
        entry.size = 2
        packed.addfile(entry, io.BytesIO(b"{}"))
    unpack(archive, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["good.ipynb"]


def test_one_bad_archive_does_not_stop_the_others(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "anna.zip").write_bytes(b"PK no archive")
    _zip(source / "bela.zip", {"02-needs.ipynb": b"{}"})
    BoundedExtractor().extract(str(source), str(tmp_path / "out"))
    assert (tmp_path / "out" / "bela" / "02-needs.ipynb").is_file()
    assert not (tmp_path / "out" / "anna").exists()


def test_the_extractor_is_the_one_nbgrader_uses() -> None:
    text = (Path(__file__).parents[1] / "course" / "nbgrader_config.py").read_text("utf-8")
    assert f'"{BoundedExtractor.__module__}.{BoundedExtractor.__name__}"' in text


def test_traps_are_removed_and_told(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to("/etc/passwd")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "folder").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "good.csv").write_text("1", encoding="utf-8")
    (tmp_path / "huge.bin").touch()
    os.truncate(tmp_path / "huge.bin", MAX_BYTES + 1)
    told = remove_traps(tmp_path)
    assert len(told) == 4
    assert sorted(files_beside(tmp_path, [".*"])) == ["good.csv"]


def test_the_hole_in_the_validate_handler_is_mended_in_this_nbgrader() -> None:
    assert tuple(int(part) for part in version("nbgrader").split(".")[:3]) >= (0, 9, 6)
