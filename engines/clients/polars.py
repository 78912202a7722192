import os

import polars as pl
from pyiceberg.catalog import load_catalog

catalog = load_catalog(
    "lakehouse",
    **{
        "type": "rest",
        "uri": "http://127.0.0.1:8181",
        "warehouse": "lakehouse",
        "credential": os.environ["HEADGATE_CREDENTIAL"],
        "scope": "catalog",
        "oauth2-server-uri": "http://127.0.0.1:8181/v1/oauth/tokens",
    },
)
table = catalog.load_table("sales.orders")
pl.DataFrame({"id": [3], "item": ["desk"]}).write_iceberg(table, mode="append")
table = catalog.load_table("sales.orders")
print(pl.scan_iceberg(table, reader_override="pyiceberg").filter(pl.col("id") > 1).collect())
