"""Set-up works for everybody: what is built, what `make` promises, what CI calls."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from tests.house import FLOORS, ROOT, tracked

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def copied(target: Path) -> set[str]:
    """Copy what a wheel is built from; answer the names of the files of the floors."""
    wanted = set()
    for path in tracked():
        name = path.relative_to(ROOT)
        if name.parts[0] in FLOORS or len(name.parts) == 1:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / name)
            wanted |= {name.as_posix()} if name.parts[0] in FLOORS else set()
    return wanted


def test_a_wheel_carries_every_file_of_the_floors(tmp_path: Path) -> None:
    wanted = copied(tmp_path / "tree")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
    ]
    subprocess.run([*build, str(tmp_path / "tree")], check=True, capture_output=True, cwd=tmp_path)
    (wheel,) = tmp_path.glob("caseledger-*.whl")
    with ZipFile(wheel) as archive:
        missing = sorted(wanted.difference(archive.namelist()))
    assert wanted
    assert not missing, "not in the wheel: add the ending to package-data, or an __init__.py to the folder"


def test_make_help_tells_every_target() -> None:
    (targets,) = re.findall(r"^\.PHONY: (help .+)$", MAKEFILE, re.MULTILINE)
    told = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert set(targets.split()) == set(re.findall(r"^  make (\w+) +\S", told, re.MULTILINE))


def test_ci_calls_what_everybody_calls() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").splitlines()[-1] == "exec make test"


def test_every_test_with_a_full_count_is_run_at_it_by_make_faults() -> None:
    marked = re.compile(r"mark\.faults\b")
    forgotten = [
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if path.match("tests/*/test_*.py") and path.parent.name != "faults"
        if re.search(r"CASELEDGER_FAULTS.*full|import IS_FULL", text := path.read_text(encoding="utf-8"))
        if not marked.search(text)
    ]
    assert forgotten == [], "`make faults` runs what carries the mark, and nothing else runs at full counts"
