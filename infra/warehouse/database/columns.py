"""The words in which a table is declared: its metadata, and columns that are keys, that must hold a value, or that may.

Belongs here: what every table is declared with. Does not: tables (one file per subject, listed in ``infra.warehouse.tables``), how a
moment is stored (``moments``).
"""

from __future__ import annotations

from typing import Final, TypeAlias, TypeVar, overload

import sqlalchemy as sa
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.types import TypeEngine

T = TypeVar("T")

# What SQLAlchemy's own name leaves open is closed here: a table whose columns are known by name alone.
Table: TypeAlias = sa.Table[ReadOnlyColumnCollection[str, sa.Column[object]]]

metadata: Final = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


@overload
def key(name: str) -> sa.Column[str]: ...
@overload
def key(name: str, kind: type[TypeEngine[T]] | TypeEngine[T]) -> sa.Column[T]: ...
def key(name: str, kind: type[TypeEngine[T]] | TypeEngine[T] | None = None) -> sa.Column[T] | sa.Column[str]:
    """A column of the primary key; text unless another type is given."""
    return sa.Column(name, sa.String, primary_key=True) if kind is None else sa.Column(name, kind, primary_key=True)


@overload
def must(name: str) -> sa.Column[str]: ...
@overload
def must(name: str, kind: type[TypeEngine[T]] | TypeEngine[T]) -> sa.Column[T]: ...
def must(name: str, kind: type[TypeEngine[T]] | TypeEngine[T] | None = None) -> sa.Column[T] | sa.Column[str]:
    """A column that always holds a value; text unless another type is given."""
    return sa.Column(name, sa.String, nullable=False) if kind is None else sa.Column(name, kind, nullable=False)


@overload
def may(name: str) -> sa.Column[str]: ...
@overload
def may(name: str, kind: type[TypeEngine[T]] | TypeEngine[T]) -> sa.Column[T]: ...
def may(name: str, kind: type[TypeEngine[T]] | TypeEngine[T] | None = None) -> sa.Column[T] | sa.Column[str]:
    """A column that holds null where the value is unknown; text unless another type is given."""
    return sa.Column(name, sa.String, nullable=True) if kind is None else sa.Column(name, kind, nullable=True)
