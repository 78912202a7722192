"""Steps in which several writers commit to one table at the same time. No commit may be lost or applied twice."""

from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import CommitFailedException, TableAlreadyExistsError

from . import context
from .context import same, step

WRITERS, EACH = 4, 5
ARROW = pa.schema([pa.field("writer", pa.int64()), pa.field("n", pa.int64())])


@step
def create(ns):
    """creates a table only once, although all writers try to create it at the same time"""
    context.catalog.create_namespace(ns)

    def attempt(_):
        try:
            load_catalog("ice", **context.properties).create_table((ns, "t"), ARROW)
            return True
        except TableAlreadyExistsError:
            return False

    with ThreadPoolExecutor(WRITERS) as pool:
        same(sorted(pool.map(attempt, range(WRITERS))), [False] * (WRITERS - 1) + [True])


@step
def append(ns):
    """appends from four writers with retries, and finds every row exactly once"""

    def write(writer):
        t = load_catalog("ice", **context.properties).load_table((ns, "t"))
        conflicts = 0
        for n in range(EACH):
            rows = pa.table({"writer": [writer], "n": [n]}, schema=ARROW)
            while True:
                try:
                    t.append(rows)
                    break
                except CommitFailedException:
                    # The client has used up its retries. Status 409 means that nothing was written.
                    conflicts += 1
                    assert conflicts < 100, "no progress"
                    t.refresh()
        return conflicts

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    t = context.catalog.load_table((ns, "t"))
    got = sorted(zip(*t.scan().to_arrow().to_pydict().values()))
    same(got, [(writer, n) for writer in range(WRITERS) for n in range(EACH)])


@step
def lineage(ns):
    """finds one history of snapshots, with increasing sequence numbers"""
    t = context.catalog.load_table((ns, "t"))
    line, at = [], t.current_snapshot()
    while at is not None:
        line.append(at)
        at = t.snapshot_by_id(at.parent_snapshot_id) if at.parent_snapshot_id else None
    same(len(line), WRITERS * EACH)
    numbers = [snapshot.sequence_number for snapshot in reversed(line)]
    assert numbers == sorted(set(numbers)), numbers


@step
def properties(ns):
    """keeps the properties that several writers set at the same time"""

    def change(writer):
        t = load_catalog("ice", **context.properties).load_table((ns, "t"))
        with t.transaction() as update:
            update.set_properties({f"writer-{writer}": "was here"})

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(change, range(WRITERS)))
    got = context.catalog.load_table((ns, "t")).properties
    same([got.get(f"writer-{writer}") for writer in range(WRITERS)], ["was here"] * WRITERS)


@step
def clean(ns):
    """drops the table"""
    context.catalog.drop_table((ns, "t"))
    context.catalog.drop_namespace(ns)
