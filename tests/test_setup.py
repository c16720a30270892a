"""Set-up works for everybody: what is built, what `make` promises, what CI calls, what compose starts."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import yaml

from tests.house import FLOORS, ROOT, tracked

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def listed(key: str) -> list[str]:
    """What all services of the compose file list under a key."""
    return [entry for service in COMPOSE["services"].values() for entry in service.get(key, [])]


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


def test_only_loopback_is_published() -> None:
    published = listed("ports")
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_every_volume_that_compose_mounts_is_declared() -> None:
    sources = {volume.split(":")[0] for volume in listed("volumes")}
    assert {name for name in sources if not name.startswith((".", "/"))} == set(COMPOSE["volumes"])


def test_compose_keeps_no_password() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"PASSWORD: +(\S{2})", text)) == {"${"}


def test_the_image_installs_as_the_makefile_does() -> None:
    steps = re.findall(
        r"^RUN pip (.+)$", COMPOSE["services"]["app"]["build"]["dockerfile_inline"], re.MULTILINE
    )
    assert "--require-hashes -r requirements.lock" in steps[0]
    assert "--no-deps --no-build-isolation" in steps[1]
