"""Steps that create, load, list and drop views."""

import time

from pyiceberg.exceptions import NoSuchViewError, TableAlreadyExistsError, ViewAlreadyExistsError
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField
from pyiceberg.view.metadata import SQLViewRepresentation, ViewVersion

from . import context
from .context import raises, same, step

SCHEMA = Schema(NestedField(1, "id", LongType(), required=False))


def version(ns, sql="SELECT 1 AS id"):
    return ViewVersion(
        version_id=1,
        schema_id=0,
        timestamp_ms=int(time.time() * 1000),
        summary={"engine-name": "pyiceberg"},
        representations=[SQLViewRepresentation(type="sql", sql=sql, dialect="spark")],
        default_namespace=[ns],
    )


@step
def create(ns):
    """creates a view and loads it"""
    context.catalog.create_namespace(ns)
    context.catalog.create_view((ns, "v"), SCHEMA, version(ns), properties={"owner": "engines"})
    view = context.catalog.load_view((ns, "v"))
    same(view.metadata.properties["owner"], "engines")
    assert context.catalog.view_exists((ns, "v"))
    assert not context.catalog.view_exists((ns, "absent"))


@step
def listed(ns):
    """lists the view among the views and not among the tables"""
    same(context.catalog.list_views(ns), [(ns, "v")])
    same(context.catalog.list_tables(ns), [])


@step
def one_name(ns):
    """refuses a view and a table with the same name"""
    raises(ViewAlreadyExistsError, lambda: context.catalog.create_view((ns, "v"), SCHEMA, version(ns)))
    raises(TableAlreadyExistsError, lambda: context.catalog.create_table((ns, "v"), SCHEMA))


@step
def drop(ns):
    """drops the view, and refuses to drop it again"""
    context.catalog.drop_view((ns, "v"))
    raises(NoSuchViewError, lambda: context.catalog.drop_view((ns, "v")))
    same(context.catalog.list_views(ns), [])
    context.catalog.drop_namespace(ns)
