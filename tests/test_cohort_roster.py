"""Rosters: tolerant headers, every problem at once, by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.roster import Person, read_roster


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "header",
    [
        "id,first_name,last_name,email",
        "Student ID,First name,Last name,E-mail",
        "e-mail;Surname;Given name;User name",
        "\ufeffusername,first.name,SURNAME,Mail",
    ],
)
def test_headers_that_trainers_use_are_understood(tmp_path: Path, header: str) -> None:
    separator = ";" if ";" in header else ","
    values = {"e-mail": "anna@example.org", "Surname": "Kis", "Given name": "Anna"}
    order = ["anna", "Anna", "Kis", "anna@example.org"]
    row = [values.get(name, "anna") for name in header.split(";")] if separator == ";" else order
    path = write(tmp_path / "roster.csv", f"{header}\r\n{separator.join(row)}\r\n\r\n")
    assert read_roster(path) == [Person("anna", "Anna", "Kis", "anna@example.org")]


def test_email_may_be_left_out_and_accents_stay(tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", "id,first,last\nbela.n,Béla,Őrségi\n")
    assert read_roster(path) == [Person("bela.n", "Béla", "Őrségi", "")]


def test_every_problem_is_told_at_once_with_its_row(tmp_path: Path) -> None:
    path = write(
        tmp_path / "roster.csv",
        "id,first_name,last_name,email\n"
        "anna,Anna,Kis,anna@example.org\n"
        "../etc,Eve,Mallory,\n"
        "ANNA,Anna,Nagy,\n"
        ",Ben,Kovács,\n"
        "cili,,Szabó,not an address\n",
    )
    with pytest.raises(CommandError) as caught:
        read_roster(path)
    message = str(caught.value)
    for words in (
        'row 3: the id "../etc" cannot be a file name',
        'row 4: the id "ANNA" stands already in row 2',
        "row 5: the id is missing",
        "row 6: the first name is missing",
        'row 6: "not an address" is no e-mail address',
    ):
        assert words in message
    assert "row 2" not in message.replace("already in row 2", "")


@pytest.mark.parametrize(
    "bad", ["a/b", "a\\b", "a+b", "a b", "*", "a[b]", ".anna", "..", "é", "-x"]
)
def test_ids_that_are_no_safe_file_names_are_refused(tmp_path: Path, bad: str) -> None:
    path = write(tmp_path / "r.csv", f'id,first,last\n"{bad}",A,B\n')
    with pytest.raises(CommandError, match="cannot be a file name"):
        read_roster(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "lacks id"),
        ("name,mail\nx,y\n", "lacks id, first_name, last_name"),
        ("id,user,first,last\n", "two columns for id"),
        ("id,first,last\n\n", "nobody is listed"),
    ],
)
def test_unusable_files_are_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        read_roster(write(tmp_path / "r.csv", text))


def test_other_encodings_and_absent_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not UTF-8"):
        read_roster(write(tmp_path / "r.csv", "id,first,last\nb,Béla,N\n", "latin-1"))
    with pytest.raises(CommandError, match="cannot be read"):
        read_roster(tmp_path / "absent.csv")
