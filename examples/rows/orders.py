"""Writes a table whose rows rows.ts reads. Usage: orders.py CREDENTIAL_FILE"""

import os
import sys
from datetime import date

import pyarrow as pa
from pyiceberg.catalog import load_catalog

url = os.environ.get("HEADGATE_URL", "http://127.0.0.1:8181")
with open(sys.argv[1]) as file:
    credential = file.read().strip()
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
schema = pa.schema([("item", pa.string()), ("day", pa.date32())])
table = catalog.create_table("sales.orders", schema=schema)
for rows in (
    [{"item": "lamp", "day": date(2026, 10, 30)}, {"item": "chair", "day": date(2026, 11, 2)}],
    [{"item": "desk", "day": date(2026, 11, 20)}],
):
    table.append(pa.Table.from_pylist(rows, schema=schema))
print("files:", len(table.inspect.files()))
