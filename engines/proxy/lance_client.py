"""Reads a table with LanceDB and with the namespace client of pylance, and prints the line `@@rows N`."""

import json
import sys

import lance.namespace
import lancedb
import pyarrow as pa
from lance_namespace import DescribeTableRequest, ListTablesRequest

uri, headers, name = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
properties = {"uri": uri, **{f"headers.{key}": value for key, value in headers.items()}}
db = lancedb.connect_namespace("rest", properties)
db.create_namespace([name])
rows = pa.table({"id": pa.array(range(10), pa.int64()), "vector": pa.array([[float(i), 1.0] for i in range(10)], pa.list_(pa.float32(), 2))})
table = db.create_table("items", rows, namespace_path=[name])
table.add(rows)
client = lance.namespace.RestNamespace(**{key.replace("headers.", "header."): value for key, value in properties.items()})
assert client.list_tables(ListTablesRequest(id=[name])).tables == ["items"]
assert client.describe_table(DescribeTableRequest(id=[name, "items"])).location
opened = db.open_table("items", namespace_path=[name])
assert opened.search([3.0, 1.0]).limit(1).to_list()[0]["id"] == 3
print(f"@@rows {opened.count_rows()}", flush=True)
