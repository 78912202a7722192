"""Steps that use the S3 client of PyArrow, which has only the storage keys of a table."""

import os
from urllib.parse import urlparse

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from . import context
from .context import raises, same, step

KEYS = ("s3.access-key-id", "s3.secret-access-key", "s3.session-token", "s3.endpoint", "client.region")


def opened(ns, name):
    """Returns a file system that uses the storage keys of a table, and the folder of the table in it."""
    table = context.catalog.load_table((ns, name))
    key, secret, session, endpoint, region = (table.io.properties[key] for key in KEYS)
    files = fs.S3FileSystem(
        access_key=key, secret_key=secret, session_token=session, endpoint_override=endpoint, region=region
    )
    return files, table.location().removeprefix("s3://")


@step
def create(ns):
    """creates two tables"""
    context.catalog.create_namespace(ns)
    for name in ("t", "other"):
        context.catalog.create_table((ns, name), pa.schema([("id", pa.int64())]))


@step
def dataset(ns):
    """writes and reads Parquet files"""
    files, folder = opened(ns, "t")
    rows = pa.table({"id": list(range(1000))})
    pq.write_table(rows, f"{folder}/data/a.parquet", filesystem=files)
    same(pq.read_table(f"{folder}/data/a.parquet", filesystem=files), rows)


@step
def large(ns):
    """writes and reads a file of 24 MB in parts"""
    files, folder = opened(ns, "t")
    block = os.urandom(8 * 1024 * 1024)
    with files.open_output_stream(f"{folder}/data/large.bin") as stream:
        for _ in range(3):
            stream.write(block)
    same(files.get_file_info(f"{folder}/data/large.bin").size, 3 * len(block))
    with files.open_input_file(f"{folder}/data/large.bin") as file:
        same(file.read_at(len(block), len(block)), block)


@step
def listing(ns):
    """lists, copies, moves and deletes"""
    files, folder = opened(ns, "t")
    files.copy_file(f"{folder}/data/a.parquet", f"{folder}/data/b.parquet")
    files.move(f"{folder}/data/b.parquet", f"{folder}/data/c.parquet")
    same(names(files, folder), ["a.parquet", "c.parquet", "large.bin"])
    files.delete_file(f"{folder}/data/large.bin")
    same(names(files, folder), ["a.parquet", "c.parquet"])


@step
def outside(ns):
    """cannot access the files of another table"""
    files, _ = opened(ns, "t")
    _, other = opened(ns, "other")
    raises(OSError, lambda: files.open_output_stream(f"{other}/data/x").close())
    raises(OSError, lambda: names(files, other))
    error = raises(OSError, lambda: pq.read_table(f"{other}/data/x.parquet", filesystem=files))
    assert "ACCESS_DENIED" in str(error) or "AccessDenied" in str(error), error


@step
def drop(ns):
    """drops both tables"""
    for name in ("t", "other"):
        context.catalog.purge_table((ns, name))
    context.catalog.drop_namespace(ns)


def names(files, folder):
    infos = files.get_file_info(fs.FileSelector(f"{folder}/data"))
    return sorted(info.base_name for info in infos)
