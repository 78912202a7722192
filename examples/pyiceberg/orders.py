"""Creates a table, appends to it, changes its schema and reads its past. Usage: orders.py CREDENTIAL_FILE"""

import os
import sys
from datetime import date

import pyarrow as pa
from pyiceberg.catalog import load_catalog
from pyiceberg.expressions import GreaterThanOrEqual
from pyiceberg.types import DoubleType

url = os.environ.get("HEADGATE_URL", "http://127.0.0.1:8181")
with open(sys.argv[1]) as file:
    credential = file.read().strip()

# There are no storage keys here: they come with each table.
catalog = load_catalog(
    "lakehouse",
    **{
        "type": "rest",
        "uri": url,
        "warehouse": "lakehouse",
        "credential": credential,
        "scope": "catalog",
        "oauth2-server-uri": f"{url}/v1/oauth/tokens",
    },
)

schema = pa.schema([pa.field("id", pa.int64(), nullable=False), ("item", pa.string()), ("day", pa.date32())])
if catalog.table_exists("sales.orders"):
    catalog.drop_table("sales.orders")
table = catalog.create_table("sales.orders", schema=schema)

rows = [
    {"id": 1, "item": "lamp", "day": date(2026, 10, 30)},
    {"id": 2, "item": "chair", "day": date(2026, 11, 2)},
]
table.append(pa.Table.from_pylist(rows, schema=schema))
first = table.current_snapshot().snapshot_id

with table.update_schema() as update:
    update.add_column("price", DoubleType())
table.append(
    pa.Table.from_pylist(
        [{"id": 3, "item": "desk", "day": date(2026, 11, 20), "price": 249.0}],
        schema=schema.append(pa.field("price", pa.float64())),
    )
)

november = table.scan(row_filter=GreaterThanOrEqual("day", "2026-11-01")).to_arrow()
print("orders of November:", sorted(november["item"].to_pylist()))
print("orders in the first snapshot:", table.scan(snapshot_id=first).to_arrow().num_rows)

# The first key belongs to this table only, and ends within the hour.
print("storage key of this table:", "s3.access-key-id" in table.io.properties)
