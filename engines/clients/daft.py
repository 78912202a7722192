import os

import daft
import pyarrow as pa
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
catalog.create_namespace_if_not_exists("sales")
schema = pa.schema([("id", pa.int64()), ("item", pa.string())])
table = catalog.create_table_if_not_exists("sales.orders", schema=schema)
daft.from_pydict({"id": [1, 2], "item": ["lamp", "chair"]}).write_iceberg(table)
print(daft.read_iceberg(catalog.load_table("sales.orders")).where(daft.col("id") > 1).to_pydict())
