"""Runs released Lance clients: they create, change, read, index and restore tables. Prints a line for each step."""

import json
import sys

import lance
import lance.namespace
import lancedb
import pyarrow as pa
from lance_namespace import (
    CountTableRowsRequest,
    CreateTableTagRequest,
    DescribeTableRequest,
    GetTableStatsRequest,
    ListTableIndicesRequest,
    ListTableTagsRequest,
    ListTableVersionsRequest,
)

uri, headers, reader_headers, suffix = (json.loads(argument) for argument in sys.argv[1:])
properties = {"uri": uri, **{f"header.{name}": value for name, value in headers.items()}}


def rows(start, count):
    ids = list(range(start, start + count))
    vectors = pa.array([[float(i), 1.0] for i in ids], pa.list_(pa.float32(), 2))
    return pa.table({"id": ids, "name": [f"n{i}" for i in ids], "vector": vectors})


def step(name, passed):
    print(f"@@{'ok' if passed else 'failed'} {name}{suffix and ', versions committed by the server'}", flush=True)


db = lancedb.connect_namespace("rest", properties)
above = f"clients{suffix}"
db.create_namespace([above])
table = db.create_table("items", rows(0, 300), namespace_path=[above])
step("lancedb creates a table in a namespace", table.count_rows() == 300)
table.add(rows(300, 20))
step("lancedb appends rows", db.open_table("items", namespace_path=[above]).count_rows() == 320)
step("lancedb searches vectors", table.search([5.0, 1.0]).limit(1).to_list()[0]["id"] == 5)
table.merge_insert("id").when_not_matched_insert_all().execute(rows(315, 10))
step("lancedb merges rows", table.count_rows() == 325)
table.delete("id < 25")
step("lancedb deletes rows", table.count_rows() == 300)
table.create_scalar_index("id")
step("lancedb creates an index", [i.name for i in table.list_indices()] == ["id_idx"])
table.tags.create("first", 1)
table.checkout("first")
step("lancedb reads a tagged version", table.count_rows() == 300 and table.version == 1)
table.checkout_latest()
root = db.create_table(f"at_root{suffix}", rows(0, 3))
step("lancedb creates a table in the root", f"at_root{suffix}" in db.list_tables().tables and root.count_rows() == 3)

namespace = lance.namespace.RestNamespace(**properties)
dataset = lance.dataset(namespace_client=namespace, table_id=[above, "items"])
step("pylance reads the table of lancedb", dataset.count_rows() == 300)
lance.write_dataset(rows(0, 7), namespace_client=namespace, table_id=[above, "direct"], mode="create")
lance.write_dataset(rows(7, 3), namespace_client=namespace, table_id=[above, "direct"], mode="append")
direct = lance.dataset(namespace_client=namespace, table_id=[above, "direct"])
step("pylance creates and appends", direct.count_rows() == 10 and direct.version == 2)

items = [above, "items"]
step("the namespace counts rows", namespace.count_table_rows(CountTableRowsRequest(id=items)).count == 300)
stats = namespace.get_table_stats(GetTableStatsRequest(id=items))
step("the namespace returns statistics", stats.num_rows == 300 and stats.num_indices == 1)
indices = namespace.list_table_indices(ListTableIndicesRequest(id=items)).indexes
step("the namespace lists indices", [(i.index_name, i.columns) for i in indices] == [("id_idx", ["id"])])
versions = namespace.list_table_versions(ListTableVersionsRequest(id=items, descending=True)).versions
step("the namespace lists versions", [v.version for v in versions][0] == dataset.latest_version)
namespace.create_table_tag(CreateTableTagRequest(id=items, tag="second", version=2))
step("a tag of the namespace is read by lancedb", table.tags.get_version("second") == 2)
tags = namespace.list_table_tags(ListTableTagsRequest(id=items)).tags
step("the namespace lists tags of lancedb", tags["first"].version == 1 and tags["second"].version == 2)
described = namespace.describe_table(DescribeTableRequest(id=items, tag="first", load_detailed_metadata=True))
step("the namespace describes a tagged version", described.version == 1)

if reader_headers:
    reading = {"uri": uri, **{f"header.{name}": value for name, value in reader_headers.items()}}
    readable = lancedb.connect_namespace("rest", reading).open_table("items", namespace_path=[above])
    step("a reader reads", readable.count_rows() == 300)
    try:
        readable.add(rows(900, 1))
        step("the keys of a reader do not write", False)
    except Exception as error:
        step("the keys of a reader do not write", "403" in str(error) or "denied" in str(error).lower())
db.drop_table(f"at_root{suffix}")
step("lancedb drops a table", f"at_root{suffix}" not in db.list_tables().tables)
