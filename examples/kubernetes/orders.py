"""Appends to a table with the token of a service account: no secret is in the cluster."""

import os

import pyarrow as pa
from pyiceberg.catalog import load_catalog

# Kubernetes replaces the token, so a program that runs for longer reads the file again.
with open(os.environ["TOKEN_FILE"]) as file:
    token = file.read().strip()

catalog = load_catalog("shop", type="rest", uri=os.environ["HEADGATE_URL"], warehouse="shop", token=token)
schema = pa.schema([pa.field("id", pa.int64(), nullable=False), ("item", pa.string())])
table = catalog.create_table_if_not_exists("sales.orders", schema=schema)
table.append(pa.Table.from_pylist([{"id": 1, "item": "lamp"}, {"id": 2, "item": "chair"}], schema=schema))
print("orders:", table.scan().to_arrow().num_rows)
