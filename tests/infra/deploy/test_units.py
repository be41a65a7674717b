"""What the unit of systemd and the files of containers say is what the program has: its settings, its verbs, its port, its files.

Whether an engine runs them is not tried here: that needs an engine.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from typer.main import get_command

import infra.deploy
from flows.cli.app import app
from flows.cli.serve import PAGES_PORT
from infra.settings import Settings

ROOM = Path(infra.deploy.__file__).parent
TOP = ROOM.parents[1]
UNIT, IMAGE, COMPOSE = (ROOM / name for name in ("systemd/sifang.service", "container/Dockerfile", "container/compose.yaml"))
INBOX = "SIFANG_INBOX"


def settings(text: str) -> set[str]:
    return set(re.findall(r"\bSIFANG_[A-Z_]+", text))


@pytest.mark.parametrize("file", [UNIT, IMAGE, COMPOSE], ids=lambda f: f.name)
def test_every_setting_that_is_named_is_one(file: Path) -> None:
    known = {f"SIFANG_{name}".upper() for name in Settings.model_fields}
    assert settings(file.read_text("utf-8")) - {INBOX} <= known


def test_an_image_holds_what_is_installed_and_none_of_the_tests() -> None:
    copied = [name for line in re.findall(r"^COPY (?!--)(.+)$", IMAGE.read_text("utf-8"), re.M) for name in line.split()[:-1]]
    assert all((TOP / name).exists() for name in copied)
    assert {"flows", "transforms", "expectations", "infra", "requirements.lock"} <= set(copied)
    assert "tests" not in copied


def test_the_verbs_of_the_units_are_verbs() -> None:
    verbs = get_command(app).list_commands(None)  # type: ignore[attr-defined]
    said = re.findall(r"(?:bin/sifang|`sifang|run --rm sifang) ([a-z]+)", UNIT.read_text("utf-8") + COMPOSE.read_text("utf-8"))
    assert "serve" in said
    assert set(said) <= set(verbs)


def test_containers_open_nothing_to_other_machines() -> None:
    services = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    assert services["sifang"]["network_mode"] == "host"
    assert "ports" not in services["sifang"]
    assert f"127.0.0.1:{PAGES_PORT}/" in services["sifang"]["healthcheck"]["test"][-1]
    assert all(port.startswith("127.0.0.1:") for service in services.values() for port in service.get("ports", []))


def test_no_secret_stands_in_a_file_that_is_kept() -> None:
    services = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    assert not any("SIFANG_KEY" in str(service.get("environment", "")) for service in services.values())
    assert "SIFANG_KEY=" not in IMAGE.read_text("utf-8")
