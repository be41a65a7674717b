"""The views in a database are those of the files, and the page says what they hold."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from infra.views.columns import KINDS
from infra.views.files import definition
from infra.warehouse.database.engine import Warehouse
from tests.helpers.source import ROOT
from tests.helpers.vocabulary import view_names

README = (ROOT / "infra" / "views" / "README.md").read_text("utf-8")


def test_a_migrated_database_has_the_views_of_the_files_and_no_other_word_for_word(warehouse: Warehouse) -> None:
    with warehouse.engine.begin() as connection:
        assert sorted(sa.inspect(connection).get_view_names()) == view_names()
        for view in view_names():
            # Each database keeps a view in its own words; the same text made again under another name shows them.
            connection.execute(sa.text(definition(view).replace(f"CREATE VIEW {view}", "CREATE VIEW again")))
            said = {name: sa.inspect(connection).get_view_definition(name) for name in (view, "again")}
            connection.exec_driver_sql("DROP VIEW again")
            assert said[view]
            assert str(said["again"]).replace("again", view) == said[view]


def test_the_page_says_what_a_view_answers_for_whom_and_with_which_columns(warehouse: Warehouse) -> None:
    with warehouse.engine.connect() as connection:
        inspector = sa.inspect(connection)
        for view in view_names():
            _, _, chapter = README.partition(f"\n## `{view}`\n")
            chapter = chapter.partition("\n## ")[0]
            assert re.search(r"^\*\*Question:\*\* .+\?$", chapter, re.MULTILINE), view
            assert re.search(r"^\*\*Tier:\*\* (staff|shared)\. ", chapter, re.MULTILINE), view
            described = re.findall(r"^\| `(\w+)` \| [\w ]+ \| \S.* \|$", chapter, re.MULTILINE)
            assert described == [column["name"] for column in inspector.get_columns(view)]
            assert described[0] == "district"


def test_columns_have_the_type_of_their_name(warehouse: Warehouse) -> None:
    kinds = {"String": sa.String, "Date": sa.Date, "Int64": sa.Integer, "Float64": sa.Double, "Datetime": sa.DateTime}
    if warehouse.engine.dialect.name == "sqlite":
        pytest.skip("SQLite knows no type of what a view computes")
    with warehouse.engine.connect() as connection:
        inspector = sa.inspect(connection)
        for view in view_names():
            for column in inspector.get_columns(view):
                kind = str(KINDS[column["name"]].base_type())
                assert isinstance(column["type"], kinds[kind.partition("(")[0]]), (view, column["name"], column["type"])


def test_no_column_is_declared_that_no_view_has(warehouse: Warehouse) -> None:
    with warehouse.engine.connect() as connection:
        inspector = sa.inspect(connection)
        assert {column["name"] for view in view_names() for column in inspector.get_columns(view)} == set(KINDS)


@pytest.mark.parametrize("view", view_names())
def test_a_view_is_one_statement_named_as_its_file_and_by_its_version(view: str) -> None:
    text = definition(view)
    assert re.fullmatch(r"dash_[a-z_]+_v[1-9]\d*", view)
    assert text.startswith(f"CREATE VIEW {view} AS\n")
    assert ";" not in text
