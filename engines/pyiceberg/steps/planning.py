"""Steps that compare scans that the server plans with scans that PyIceberg plans. Both must return the same rows."""

import datetime as dt
import random

import pyarrow as pa
from pyiceberg.catalog import load_catalog
from pyiceberg.expressions import (
    AlwaysTrue,
    And,
    EqualTo,
    GreaterThan,
    In,
    IsNaN,
    IsNull,
    LessThan,
    Not,
    NotEqualTo,
    NotIn,
    NotNull,
    Or,
    StartsWith,
)
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import BucketTransform, DayTransform, IdentityTransform
from pyiceberg.types import DateType, DecimalType, DoubleType, LongType, NestedField, StringType, StructType, TimestampType

from . import context
from .context import same, step


def planned_by(mode):
    return load_catalog("planned", **{**context.properties, "scan-planning-mode": mode})


def rows(mode, name, condition=AlwaysTrue(), **options):
    scan = planned_by(mode).load_table(name).scan(row_filter=condition, **options)
    return sorted(str(row) for row in scan.to_arrow().to_pylist())


def equal(name, conditions, **options):
    for condition in conditions:
        got, wanted = rows("server", name, condition, **options), rows("client", name, condition, **options)
        assert got == wanted, f"{len(got)} rows planned by the server, {len(wanted)} by the client, for {condition}"


@step
def offered(ns):
    """uses scan planning of the server"""
    context.catalog.create_namespace_if_not_exists(ns)
    same(planned_by("server").supports_server_side_planning(), True)
    same(planned_by("client").supports_server_side_planning(), False)


@step
def partitioned(ns):
    """reads the same rows of a partitioned table, for filters on longs beyond 2^53, NaN and null"""
    schema = Schema(
        NestedField(1, "id", LongType()),
        NestedField(2, "region", StringType()),
        NestedField(3, "ts", TimestampType()),
        NestedField(4, "x", DoubleType()),
        NestedField(5, "d", DateType()),
        NestedField(6, "price", DecimalType(9, 2)),
    )
    spec = PartitionSpec(
        PartitionField(2, 1000, IdentityTransform(), "region"), PartitionField(3, 1001, DayTransform(), "ts_day")
    )
    table = context.catalog.create_table((ns, "planned"), schema, partition_spec=spec)
    dice = random.Random(1)
    for _ in range(3):
        count = range(30)
        table.append(
            pa.table(
                {
                    "id": pa.array([2**60 + dice.randrange(1000) for _ in count], pa.int64()),
                    "region": pa.array([dice.choice(["eu", "us", None, "ä"]) for _ in count], pa.string()),
                    "ts": pa.array([dt.datetime(2024, 1, dice.randrange(1, 5), 3) for _ in count], pa.timestamp("us")),
                    "x": pa.array([dice.choice([float("nan"), 1.5, None, -2.0]) for _ in count], pa.float64()),
                    "d": pa.array([dt.date(2024, 1, dice.randrange(1, 6)) for _ in count], pa.date32()),
                    "price": pa.array([dice.choice(["1.50", "-2.25", None]) for _ in count]).cast(pa.decimal128(9, 2)),
                }
            )
        )
    equal(
        (ns, "planned"),
        [
            AlwaysTrue(),
            EqualTo("region", "eu"),
            And(EqualTo("region", "eu"), GreaterThan("ts", "2024-01-03T00:00:00")),
            IsNull("region"),
            NotNull("x"),
            IsNaN("x"),
            In("region", ["eu", "ä"]),
            NotIn("region", ["eu", "us"]),
            LessThan("id", 2**60 + 300),
            Or(EqualTo("d", "2024-01-02"), Not(EqualTo("region", "us"))),
            StartsWith("region", "e"),
            NotEqualTo("region", "eu"),
            LessThan("price", "0.00"),
        ],
    )


@step
def evolved(ns):
    """reads the same rows after changes of the partition spec and the schema, and after deletions"""
    table = context.catalog.load_table((ns, "planned"))
    with table.update_spec() as update:
        update.add_field("id", BucketTransform(4), "id_bucket")
    with table.update_schema() as update:
        update.add_column("later", StringType())
    table.delete(EqualTo("region", "us"))
    day = dt.datetime(2024, 1, 9)
    table.append(
        pa.table(
            {
                "id": pa.array([2**60 + 5000, 7], pa.int64()),
                "region": pa.array(["eu", None], pa.string()),
                "ts": pa.array([day, day], pa.timestamp("us")),
                "x": pa.array([0.5, None], pa.float64()),
                "d": pa.array([dt.date(2024, 1, 9)] * 2, pa.date32()),
                "price": pa.array(["9.99", None]).cast(pa.decimal128(9, 2)),
                "later": pa.array(["now", None], pa.string()),
            }
        )
    )
    conditions = [AlwaysTrue(), EqualTo("id", 2**60 + 5000), NotNull("later"), EqualTo("region", "eu")]
    equal((ns, "planned"), conditions)
    equal((ns, "planned"), [AlwaysTrue()], snapshot_id=table.snapshots()[0].snapshot_id)
    equal((ns, "planned"), [GreaterThan("id", 2**60)], selected_fields=("id", "later"))


@step
def wide(ns):
    """reads the same rows of a table with 500 columns and a struct"""
    fields = [NestedField(index + 1, f"c{index}", LongType()) for index in range(500)]
    inner = StructType(NestedField(9002, "inner", LongType()))
    table = context.catalog.create_table((ns, "wide"), Schema(*fields, NestedField(9001, "nest", inner)))
    for start in (0, 1000):
        columns = {f"c{index}": pa.array([start + index, start + index + 1], pa.int64()) for index in range(500)}
        nest = pa.array([{"inner": start}, None], pa.struct([("inner", pa.int64())]))
        table.append(pa.table({**columns, "nest": nest}))
    equal((ns, "wide"), [AlwaysTrue(), GreaterThan("c499", 1000), EqualTo("nest.inner", 1000)])
