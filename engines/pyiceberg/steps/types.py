"""Steps that write and read all primitive types, nested types and format versions."""

import datetime
import decimal
import uuid

import pyarrow as pa

from . import context
from .context import same, step

UTC = datetime.timezone.utc
TABLE = pa.table(
    {
        "flag": pa.array([True, None]),
        "small": pa.array([-(2**31), 2**31 - 1], pa.int32()),
        "big": pa.array([-(2**63), 2**63 - 1], pa.int64()),
        "single": pa.array([1.5, None], pa.float32()),
        "double": pa.array([1e300, float("-inf")], pa.float64()),
        "money": pa.array([decimal.Decimal("12345678901234567890.123456789"), None], pa.decimal128(38, 9)),
        "day": pa.array([datetime.date(1, 1, 1), datetime.date(9999, 12, 31)]),
        "hour": pa.array([datetime.time(23, 59, 59, 999999), None], pa.time64("us")),
        "local": pa.array([datetime.datetime(2024, 2, 29, 12, 0, 0, 1), None], pa.timestamp("us")),
        "instant": pa.array([datetime.datetime(1969, 12, 31, tzinfo=UTC), None], pa.timestamp("us", tz="UTC")),
        "text": pa.array(["", "emoji 🧊, tab \t, quote \" and \\"]),
        "bytes": pa.array([b"\x00\xff", None], pa.binary()),
        "fixed": pa.array([b"0123456789abcdef", None], pa.binary(16)),
        "list": pa.array([[1, 2, None], []], pa.list_(pa.int64())),
        "map": pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int32())),
        "struct": pa.array([{"a": 1, "b": {"c": "deep"}}, None]),
    }
)


@step
def round_trip(ns):
    """writes extreme values of every type, and reads the same values"""
    context.catalog.create_namespace(ns)
    t = context.catalog.create_table((ns, "everything"), TABLE.schema)
    t.append(TABLE)
    got = context.catalog.load_table((ns, "everything")).scan().to_arrow()
    for name in TABLE.column_names:
        same((name, got[name].to_pylist()), (name, TABLE[name].to_pylist()))


@step
def versions(ns):
    """creates tables of format versions 1, 2 and 3, and upgrades them"""
    for version in ("1", "2", "3"):
        t = context.catalog.create_table((ns, f"v{version}"), TABLE.schema, properties={"format-version": version})
        same(t.format_version, int(version))
    with context.catalog.load_table((ns, "v1")).transaction() as change:
        change.upgrade_table_version(2)
    same(context.catalog.load_table((ns, "v1")).format_version, 2)


@step
def defaults_and_docs(ns):
    """keeps field comments, identifier fields and nested field ids"""
    t = context.catalog.load_table((ns, "v2"))
    with t.update_schema() as update:
        update.update_column("text", doc="with ünï and \"quotes\"")
        update.add_column(("struct", "d"), t.schema().find_field("text").field_type)
    schema = context.catalog.load_table((ns, "v2")).schema()
    same(schema.find_field("text").doc, "with ünï and \"quotes\"")
    same(schema.find_field("struct.d").field_id, schema.highest_field_id)


@step
def wide(ns):
    """creates a table with 500 columns"""
    schema = pa.schema([(f"column_{i}", pa.string()) for i in range(500)])
    context.catalog.create_table((ns, "wide"), schema)
    same(len(context.catalog.load_table((ns, "wide")).schema().fields), 500)


@step
def clean(ns):
    """drops all tables"""
    for identifier in context.catalog.list_tables(ns):
        context.catalog.drop_table(identifier)
    context.catalog.drop_namespace(ns)
