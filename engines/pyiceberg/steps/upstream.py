"""Steps that create, change and drop one table in a catalog behind an upstream warehouse."""

import pyarrow as pa
from pyiceberg.exceptions import NoSuchTableError, TableAlreadyExistsError
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField, StringType

from . import context
from .context import raises, same, step

SCHEMA = Schema(
    NestedField(1, "id", LongType(), required=False),
    NestedField(2, "name", StringType(), required=False, doc="of the row"),
)


def rows(*pairs):
    return pa.table({"id": [i for i, _ in pairs], "name": [name for _, name in pairs]})


def read(ns, name="c"):
    table = context.catalog.load_table((ns, name)).scan().to_arrow()
    return sorted(zip(table["id"].to_pylist(), table["name"].to_pylist()))


def listed(ns):
    return sorted(name for _, name in context.catalog.list_tables(ns))


@step
def create_as(ns):
    """does not list or load a staged table with rows before its commit"""
    context.catalog.create_namespace(ns)
    with context.catalog.create_table_transaction((ns, "c"), SCHEMA, properties={"owner": "engines"}) as transaction:
        transaction.append(rows((1, "a"), (2, "b")))
        same(listed(ns), [])
        raises(NoSuchTableError, lambda: context.catalog.load_table((ns, "c")))
    same(listed(ns), ["c"])
    same(read(ns), [(1, "a"), (2, "b")])
    same(context.catalog.load_table((ns, "c")).properties["owner"], "engines")


@step
def create_again(ns):
    """refuses to create the table again, staged or not"""
    raises(TableAlreadyExistsError, lambda: context.catalog.create_table((ns, "c"), SCHEMA))
    raises(TableAlreadyExistsError, lambda: context.catalog.create_table_transaction((ns, "c"), SCHEMA))


@step
def insert(ns):
    """appends rows"""
    context.catalog.load_table((ns, "c")).append(rows((3, "c"), (4, "d")))
    same(len(read(ns)), 4)


@step
def merge(ns):
    """merges rows: updates one and inserts one"""
    result = context.catalog.load_table((ns, "c")).upsert(rows((4, "D"), (5, "e")), join_cols=["id"])
    same((result.rows_updated, result.rows_inserted), (1, 1))
    same(read(ns), [(1, "a"), (2, "b"), (3, "c"), (4, "D"), (5, "e")])


@step
def delete(ns):
    """deletes rows"""
    context.catalog.load_table((ns, "c")).delete("id < 3")
    same([i for i, _ in read(ns)], [3, 4, 5])


@step
def evolve(ns):
    """adds a column, which is null in old rows"""
    with context.catalog.load_table((ns, "c")).update_schema() as update:
        update.add_column("price", LongType())
    table = context.catalog.load_table((ns, "c"))
    same(table.scan().to_arrow()["price"].null_count, 3)


@step
def create_plain(ns):
    """creates an empty table without staging it"""
    context.catalog.create_table((ns, "plain"), SCHEMA)
    same(listed(ns), ["c", "plain"])


@step
def drop(ns):
    """drops the tables and the namespace"""
    for name in ("c", "plain"):
        context.catalog.drop_table((ns, name))
    same(listed(ns), [])
    raises(NoSuchTableError, lambda: context.catalog.load_table((ns, "c")))
    context.catalog.drop_namespace(ns)
