from __future__ import annotations

import os

import pytest

from infra.environment import without_secrets
from tests.helpers.keys import KEY

SECRETS = {"SIFANG_KEY": KEY, "SIFANG_SECRET_HOTLINE": "s3cret", "SIFANG_WAREHOUSE_URL": "postgresql://a:b@c/d"}


def test_no_secret_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SIFANG_HOME", "somewhere")
    handed = without_secrets()
    assert handed["SIFANG_HOME"] == "somewhere"
    assert handed["PATH"] == os.environ["PATH"]
    assert not SECRETS.keys() & handed.keys()
