"""Steps of the lifecycle of one table: data, schema, partitions, branches, history and names."""

import datetime

import pyarrow as pa
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError
from pyiceberg.expressions import EqualTo, GreaterThan, GreaterThanOrEqual
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.sorting import SortField, SortOrder
from pyiceberg.transforms import BucketTransform, DayTransform, IdentityTransform
from pyiceberg.types import DateType, DoubleType, IntegerType, LongType, NestedField, StringType

from . import context
from .context import raises, same, step

SCHEMA = Schema(
    NestedField(1, "id", IntegerType(), required=True),
    NestedField(2, "name", StringType(), required=False, doc="what people say"),
    NestedField(3, "day", DateType(), required=False),
)
ARROW = pa.schema(
    [pa.field("id", pa.int32(), nullable=False), pa.field("name", pa.string()), pa.field("day", pa.date32())]
)
DAY = datetime.date(2024, 2, 29)


def table(ns):
    return context.catalog.load_table((ns, "t"))


def rows(first, last):
    ids = list(range(first, last + 1))
    return pa.table({"id": ids, "name": [f"n{i}" for i in ids], "day": [DAY] * len(ids)}, schema=ARROW)


def ids(scan):
    return sorted(scan.to_arrow()["id"].to_pylist())


@step
def create(ns):
    """creates a table with a partition, a sort order and properties"""
    context.catalog.create_namespace(ns)
    made = context.catalog.create_table(
        (ns, "t"),
        SCHEMA,
        partition_spec=PartitionSpec(PartitionField(3, 1000, DayTransform(), "day_day")),
        sort_order=SortOrder(SortField(1, transform=IdentityTransform())),
        properties={"owner": "engines", "format-version": "2"},
    )
    same(made.schema().as_struct(), SCHEMA.as_struct())
    same(made.properties["owner"], "engines")
    same([f.name for f in made.spec().fields], ["day_day"])
    same(made.sort_order().fields[0].source_id, 1)
    same(made.format_version, 2)
    assert made.current_snapshot() is None


@step
def append(ns):
    """appends twice and reads all rows"""
    t = table(ns)
    t.append(rows(1, 10))
    t.append(rows(11, 20))
    same(ids(table(ns).scan()), list(range(1, 21)))
    same(len(table(ns).snapshots()), 2)


@step
def scan(ns):
    """reads with a filter, selected columns and a limit"""
    t = table(ns)
    same(ids(t.scan(GreaterThan("id", 15))), [16, 17, 18, 19, 20])
    got = t.scan(EqualTo("id", 7), selected_fields=("name",)).to_arrow()
    same(got.to_pydict(), {"name": ["n7"]})
    same(t.scan(limit=3).to_arrow().num_rows, 3)


@step
def add_column(ns):
    """adds columns, which are null in old rows"""
    with table(ns).update_schema() as update:
        update.add_column("price", IntegerType())
        update.add_column("extra", StringType(), doc="added later")
    t = table(ns)
    same([f.name for f in t.schema().fields], ["id", "name", "day", "price", "extra"])
    same(t.scan().to_arrow()["price"].null_count, 20)


@step
def rename_column(ns):
    """renames a column, which keeps its data"""
    with table(ns).update_schema() as update:
        update.rename_column("name", "label")
    same(table(ns).scan(EqualTo("id", 7)).to_arrow()["label"].to_pylist(), ["n7"])


@step
def widen_column(ns):
    """changes a column from int to long, and reads old files as long"""
    with table(ns).update_schema() as update:
        update.update_column("price", LongType())
    t = table(ns)
    same(t.schema().find_field("price").field_type, LongType())


@step
def drop_column(ns):
    """drops a column, whose id is never used again"""
    dropped = table(ns).schema().find_field("extra").field_id
    with table(ns).update_schema() as update:
        update.delete_column("extra")
    with table(ns).update_schema() as update:
        update.add_column("extra", DoubleType())
    assert table(ns).schema().find_field("extra").field_id > dropped
    same(len({schema.schema_id for schema in table(ns).schemas().values()}), len(table(ns).schemas()))


@step
def evolve_partitions(ns):
    """changes the partition spec, and reads old and new files together"""
    with table(ns).update_spec() as update:
        update.add_field("id", BucketTransform(4), "id_bucket")
        update.remove_field("day_day")
    t = table(ns)
    same([f.name for f in t.spec().fields], ["id_bucket"])
    t.append(pa.table({"id": pa.array([21, 22], pa.int32()), "label": ["n21", "n22"]}, schema=pa.schema(
        [pa.field("id", pa.int32(), nullable=False), pa.field("label", pa.string())])))
    same(len(ids(table(ns).scan())), 22)
    same(len(table(ns).specs()), 2)


@step
def delete_rows(ns):
    """deletes rows by a filter"""
    table(ns).delete(GreaterThanOrEqual("id", 19))
    same(ids(table(ns).scan()), list(range(1, 19)))


@step
def overwrite_rows(ns):
    """overwrites the rows of a filter in one commit"""
    t = table(ns)
    before = len(t.snapshots())
    new = pa.table({"id": pa.array([1], pa.int32()), "label": ["one"]}, schema=pa.schema(
        [pa.field("id", pa.int32(), nullable=False), pa.field("label", pa.string())]))
    t.overwrite(new, overwrite_filter=EqualTo("id", 1))
    same(table(ns).scan(EqualTo("id", 1)).to_arrow()["label"].to_pylist(), ["one"])
    assert len(table(ns).snapshots()) > before


@step
def upsert(ns):
    """upserts: updates existing rows and inserts new ones"""
    t = table(ns)
    new = pa.table(
        {"id": [2, 500], "label": ["two", "five hundred"], "day": [DAY, DAY], "price": [7, 8], "extra": [0.5, None]},
        schema=t.schema().as_arrow(),
    )
    result = t.upsert(new, join_cols=["id"])
    same((result.rows_updated, result.rows_inserted), (1, 1))
    same(table(ns).scan(EqualTo("id", 500)).to_arrow().num_rows, 1)


@step
def branch_and_tag(ns):
    """creates a branch and a tag, and writes to the branch, which does not change main"""
    t = table(ns)
    at = t.current_snapshot().snapshot_id
    count = len(ids(t.scan()))
    t.manage_snapshots().create_tag(at, "release").create_branch(at, "audit").commit()
    new = pa.table({"id": pa.array([900], pa.int32())}, schema=pa.schema([pa.field("id", pa.int32(), nullable=False)]))
    table(ns).append(new, branch="audit")
    t = table(ns)
    same(len(ids(t.scan())), count)
    same(len(ids(t.scan(snapshot_id=t.snapshot_by_name("audit").snapshot_id))), count + 1)
    same(t.snapshot_by_name("release").snapshot_id, at)
    same(set(t.refs()), {"main", "release", "audit"})


@step
def remove_refs(ns):
    """removes the branch and the tag"""
    table(ns).manage_snapshots().remove_branch("audit").remove_tag("release").commit()
    same(set(table(ns).refs()), {"main"})


@step
def time_travel(ns):
    """reads the first snapshot with the schema that it was written with"""
    t = table(ns)
    first = t.history()[0].snapshot_id
    got = t.scan(snapshot_id=first).to_arrow()
    same(got.num_rows, 10)
    assert "name" in got.column_names, got.column_names


@step
def rollback(ns):
    """rolls main back to an earlier snapshot, and forward again"""
    t = table(ns)
    last, before = t.current_snapshot().snapshot_id, t.history()[1].snapshot_id
    t.manage_snapshots().rollback_to_snapshot(before).commit()
    same(len(ids(table(ns).scan())), 20)
    table(ns).manage_snapshots().set_current_snapshot(snapshot_id=last).commit()
    same(table(ns).current_snapshot().snapshot_id, last)


@step
def properties(ns):
    """sets and removes properties in one transaction"""
    with table(ns).transaction() as change:
        change.set_properties({"team": "lake", "write.parquet.compression-codec": "zstd"})
        change.remove_properties("owner")
    got = table(ns).properties
    same((got.get("team"), got.get("owner")), ("lake", None))


@step
def metadata_tables(ns):
    """reads the metadata tables: snapshots, history, refs, files, manifests, partitions"""
    inspect = table(ns).inspect
    count = len(table(ns).snapshots())
    same(inspect.snapshots().num_rows, count)
    assert inspect.history().num_rows >= 2
    same(inspect.refs()["name"].to_pylist(), ["main"])
    assert inspect.files().num_rows > 0
    assert inspect.manifests().num_rows > 0
    assert inspect.partitions().num_rows > 0
    assert inspect.metadata_log_entries().num_rows > count


@step
def expire(ns):
    """expires a snapshot to which no ref points"""
    t = table(ns)
    first = t.history()[0].snapshot_id
    t.maintenance.expire_snapshots().by_id(first).commit()
    assert table(ns).snapshot_by_id(first) is None


@step
def stale_writer(ns):
    """refuses a change that is based on an outdated schema"""
    stale = table(ns)
    with table(ns).update_schema() as update:
        update.add_column("first_writer", StringType())

    def change():
        with stale.update_schema() as update:
            update.add_column("second_writer", StringType())

    raises(CommitFailedException, change)
    assert "second_writer" not in table(ns).schema().column_names


@step
def rename(ns):
    """renames the table, which keeps its data and its uuid"""
    before = table(ns)
    rows_before = ids(before.scan())
    context.catalog.rename_table((ns, "t"), (ns, "renamed"))
    raises(NoSuchTableError, lambda: table(ns))
    after = context.catalog.load_table((ns, "renamed"))
    same(after.metadata.table_uuid, before.metadata.table_uuid)
    same(ids(after.scan()), rows_before)
    context.catalog.rename_table((ns, "renamed"), (ns, "t"))


@step
def create_with_data(ns):
    """creates a table with its first data in one commit (stage-create)"""
    with context.catalog.create_table_transaction((ns, "ctas"), schema=ARROW) as change:
        change.append(rows(1, 5))
    same(len(context.catalog.load_table((ns, "ctas")).scan().to_arrow()), 5)


@step
def abandoned_create(ns):
    """creates no table if a staged table is not committed"""
    context.catalog.create_table_transaction((ns, "abandoned"), schema=ARROW)
    assert not context.catalog.table_exists((ns, "abandoned"))
    context.catalog.create_table((ns, "abandoned"), SCHEMA)
    context.catalog.drop_table((ns, "abandoned"))


@step
def register(ns):
    """registers the metadata file of a dropped table again"""
    t = context.catalog.load_table((ns, "ctas"))
    context.catalog.drop_table((ns, "ctas"))
    back = context.catalog.register_table((ns, "ctas"), t.metadata_location)
    same(back.metadata.table_uuid, t.metadata.table_uuid)
    same(len(back.scan().to_arrow()), 5)


@step
def drop(ns):
    """drops tables with and without purge, and lists no table then"""
    context.catalog.purge_table((ns, "ctas"))
    context.catalog.drop_table((ns, "t"))
    same(context.catalog.list_tables(ns), [])
    context.catalog.drop_namespace(ns)
