"""Writes and reads a table with PyIceberg: orders.py URI CREDENTIAL_FILE"""

import sys

import pyarrow as pa
from pyiceberg.catalog import load_catalog

uri, credential_file = sys.argv[1:]
catalog = load_catalog(
    "lakehouse",
    type="rest",
    uri=uri,
    warehouse="lakehouse",
    scope="catalog",
    credential=open(credential_file).read().strip(),
)
catalog.create_namespace("sales")
table = catalog.create_table(
    "sales.orders", schema=pa.schema([("id", pa.int64()), ("item", pa.string())])
)
table.append(pa.table({"id": [1, 2], "item": ["lamp", "chair"]}))
table.append(pa.table({"id": [3], "item": ["desk"]}))
rows = catalog.load_table("sales.orders").scan().to_arrow().sort_by("id").to_pylist()
print(rows)
if [row["item"] for row in rows] != ["lamp", "chair", "desk"]:
    sys.exit("The rows are not the ones that were written.")
