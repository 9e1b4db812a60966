"""What comes in before anything is run: archives, files, names and times, piece by piece.

The whole commands meet the same attacks in tests/hostile/test_bundles.py.
"""

from __future__ import annotations

import io
import os
import tarfile
import threading
import zipfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from clusterlib.delivery.runner import arrivals
from clusterlib.delivery.runner.archives import BoundedExtractor, Refused, unpack
from clusterlib.delivery.runner.arrivals import copy_in, look_at
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


def _handed_in(folder: Path, said: str | None = None) -> Path:
    folder.mkdir()
    said = said or f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
    (folder / "timestamp.txt").write_text(said, encoding="utf-8")
    (folder / "02-needs.ipynb").write_text("{}", encoding="utf-8")
    return folder


def test_a_copy_follows_no_link_that_is_put_in_while_it_runs(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the trainer", encoding="utf-8")
    source = _handed_in(tmp_path / "hand-in")
    work, stop = source / "02-needs.ipynb", threading.Event()

    def swap() -> None:
        other, back = source.parent / "link", source.parent / "file"
        while not stop.is_set():
            other.symlink_to(secret)
            os.replace(other, work)
            back.write_text("{}", encoding="utf-8")
            os.replace(back, work)

    swapping = threading.Thread(target=swap)
    swapping.start()
    seen = set()
    try:
        for number in range(400):
            target = tmp_path / f"copy-{number}"
            try:
                copy_in(source, target)
            except arrivals.Refused as why:
                seen.add("link" if "link" in str(why) else "gone")
            else:
                seen.add((target / "02-needs.ipynb").read_text(encoding="utf-8"))
    finally:
        stop.set()
        swapping.join()
    assert "of the trainer" not in seen
    assert {"{}"} < seen


def test_what_belongs_to_others_is_not_copied(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make files of another account")
    source = _handed_in(tmp_path / "hand-in")
    os.chown(source / "02-needs.ipynb", 65534, 65534)
    with pytest.raises(arrivals.Refused, match=r"of another account, 02-needs\.ipynb"):
        copy_in(source, tmp_path / "copy")


def test_files_that_nobody_needs_are_left_behind(tmp_path: Path) -> None:
    source = _handed_in(tmp_path / "hand-in")
    (source / ".venv").symlink_to("/usr")
    (source / "deep" / "er").mkdir(parents=True)
    (source / "deep" / "er" / "survey.csv").write_text("1", encoding="utf-8")
    copy_in(source, tmp_path / "copy", [".*", "*.txt"])
    found = [str(p.relative_to(tmp_path / "copy")) for p in (tmp_path / "copy").rglob("*.*")]
    assert sorted(found) == ["02-needs.ipynb", "deep/er/survey.csv"]


def test_a_time_is_believed_when_the_file_system_agrees(tmp_path: Path) -> None:
    honest = look_at(_handed_in(tmp_path / "a"), "anna", {"anna"})
    assert honest.believed
    claims = ["2001-01-01 10:00:00 UTC", "2100-01-01 10:00 UTC", "", "x" * 999]
    for number, said in enumerate(claims):
        forged = look_at(_handed_in(tmp_path / f"f{number}", said or " "), "anna", {"anna"})
        assert not forged.believed
        assert abs(forged.moment - datetime.now(UTC)) < arrivals.TOLERATED


def test_work_that_was_changed_after_its_time_counts_from_the_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _handed_in(tmp_path / "a")
    first = look_at(folder, "anna", {"anna"})
    monkeypatch.setattr(arrivals, "TOLERATED", first.moment - first.moment)
    os.utime(folder / "02-needs.ipynb", (0, 0))
    later = look_at(folder, "anna", {"anna"})
    assert later.moment > first.moment
    assert not later.believed


def test_a_link_is_no_hand_in(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(_handed_in(tmp_path / "real"))
    with pytest.raises(arrivals.Refused, match="no folder"):
        look_at(tmp_path / "link", "anna", {"anna"})
    with pytest.raises(arrivals.Refused, match="cannot be read"):
        copy_in(tmp_path / "link", tmp_path / "copy")
