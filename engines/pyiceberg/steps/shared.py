"""Functions for scenarios with several engines, which create, write and read tables."""

import pyarrow as pa
from pyiceberg.types import StringType

from . import context


def create_table(namespace, name, rows):
    """Creates a table (`id` long, `name` string) with rows, and its namespace if that does not exist."""
    context.catalog.create_namespace_if_not_exists(namespace)
    t = context.catalog.create_table((namespace, name), arrow([]).schema)
    t.append(arrow(rows))


def append(namespace, name, rows):
    context.catalog.load_table((namespace, name)).append(arrow(rows))


def read(namespace, name, columns=("id", "name"), ref=None):
    """Returns the rows of a table, sorted by their first column."""
    t = context.catalog.load_table((namespace, name))
    snapshot = t.snapshot_by_name(ref).snapshot_id if ref else None
    got = t.scan(selected_fields=tuple(columns), snapshot_id=snapshot).to_arrow().to_pydict()
    return sorted(zip(*(got[column] for column in columns)))


def count(namespace, name):
    return [[context.catalog.load_table((namespace, name)).scan().to_arrow().num_rows]]


def add_column(namespace, name, column):
    with context.catalog.load_table((namespace, name)).update_schema() as update:
        update.add_column(column, StringType())


def columns(namespace, name):
    return [[field.name, str(field.field_type)] for field in context.catalog.load_table((namespace, name)).schema().fields]


def refs(namespace, name):
    return sorted([ref, str(value.snapshot_ref_type)] for ref, value in context.catalog.load_table((namespace, name)).refs().items())


def list_views(namespace):
    return sorted(context.catalog.list_views(namespace))


def list_tables(namespace):
    return sorted(context.catalog.list_tables(namespace))


def drop(namespace, name):
    context.catalog.drop_table((namespace, name))


def drop_namespace(namespace):
    context.catalog.drop_namespace(namespace)


def arrow(rows):
    schema = pa.schema([("id", pa.int64()), ("name", pa.string())])
    return pa.table({"id": [row[0] for row in rows], "name": [row[1] for row in rows]}, schema=schema)
