"""Creates a table, appends to it twice, and prints what it reads as JSON. Arguments: catalog, warehouse."""

import json
import os
import sys

import pyarrow as pa
from pyiceberg.catalog import load_catalog

uri, warehouse = sys.argv[1:]
catalog = load_catalog(
    "check", type="rest", uri=uri, warehouse=warehouse, scope="catalog", credential=os.environ["CREDENTIAL"]
)
catalog.create_namespace("sales")
schema = pa.schema([("id", pa.int64()), ("item", pa.string())])
table = catalog.create_table("sales.orders", schema=schema)
table.append(pa.table({"id": [1, 2], "item": ["lamp", "chair"]}, schema=schema))
table.append(pa.table({"id": [3], "item": ["desk"]}, schema=schema))
rows = catalog.load_table("sales.orders").scan().to_arrow().sort_by("id").to_pylist()
print(json.dumps({"snapshots": len(table.metadata.snapshots), "rows": rows}))
