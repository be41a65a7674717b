"""The views in a database are those of the files, and the page says what they hold."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from infra.views.files import definition
from infra.warehouse.engine import Warehouse
from tests.helpers.source import ROOT
from tests.helpers.vocabulary import view_names

README = (ROOT / "infra" / "views" / "README.md").read_text("utf-8")


def test_a_migrated_database_has_the_views_of_the_files_and_no_other(warehouse: Warehouse) -> None:
    with warehouse.engine.connect() as connection:
        assert sorted(sa.inspect(connection).get_view_names()) == view_names()
        assert len(view_names()) > 2


@pytest.mark.parametrize("view", view_names())
def test_a_view_in_a_database_says_what_its_file_says(warehouse: Warehouse, view: str) -> None:
    with warehouse.engine.begin() as connection:
        # Each database keeps a view in its own words; the same text made again under another name shows them.
        connection.exec_driver_sql(definition(view).replace(f"CREATE VIEW {view}", "CREATE VIEW again"))
        said = {name: sa.inspect(connection).get_view_definition(name) for name in (view, "again")}
    assert said[view]
    assert str(said["again"]).replace("again", view) == said[view]


@pytest.mark.parametrize("view", view_names())
def test_the_page_says_what_a_view_answers_for_whom_and_with_which_columns(warehouse: Warehouse, view: str) -> None:
    _, _, chapter = README.partition(f"\n## `{view}`\n")
    chapter = chapter.partition("\n## ")[0]
    assert re.search(r"^\*\*Question:\*\* .+\?$", chapter, re.MULTILINE)
    assert re.search(r"^\*\*Tier:\*\* (staff|shared)\. ", chapter, re.MULTILINE)
    described = re.findall(r"^\| `(\w+)` \| [\w ]+ \| \S.* \|$", chapter, re.MULTILINE)
    with warehouse.engine.connect() as connection:
        assert described == [column["name"] for column in sa.inspect(connection).get_columns(view)]
    assert described[:2] == ["district", "night"]


@pytest.mark.parametrize("view", view_names())
def test_a_view_is_one_statement_named_as_its_file_and_by_its_version(view: str) -> None:
    text = definition(view)
    assert re.fullmatch(r"dash_[a-z_]+_v[1-9]\d*", view)
    assert text.startswith(f"CREATE VIEW {view} AS\n")
    assert ";" not in text
