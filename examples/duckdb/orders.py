"""Writes and reads a table with SQL in DuckDB. Usage: orders.py CREDENTIAL_FILE"""

import os
import sys

import duckdb

url = os.environ.get("HEADGATE_URL", "http://127.0.0.1:8181")
with open(sys.argv[1]) as file:
    client_id, client_secret = file.read().strip().split(":", 1)

database = duckdb.connect()
database.execute("INSTALL httpfs; INSTALL avro; INSTALL iceberg; LOAD httpfs; LOAD avro; LOAD iceberg")
database.execute(
    f"""
    CREATE SECRET catalog (
      TYPE iceberg, CLIENT_ID '{client_id}', CLIENT_SECRET '{client_secret}',
      OAUTH2_SCOPE 'catalog', OAUTH2_SERVER_URI '{url}/v1/oauth/tokens'
    )
    """
)
# There is no secret for the storage: the keys come with each table.
database.execute(f"ATTACH 'lakehouse' AS lakehouse (TYPE iceberg, ENDPOINT '{url}', SECRET catalog)")

database.execute("CREATE TABLE lakehouse.sales.deliveries (id BIGINT, item VARCHAR, weight DECIMAL(6, 2))")
database.execute("INSERT INTO lakehouse.sales.deliveries VALUES (1, 'lamp', 2.5), (2, 'chair', 7.25), (3, 'desk', 31)")
database.execute("UPDATE lakehouse.sales.deliveries SET weight = 8 WHERE item = 'chair'")
database.execute("DELETE FROM lakehouse.sales.deliveries WHERE item = 'lamp'")
database.execute(
    "CREATE TABLE lakehouse.sales.heavy AS SELECT * FROM lakehouse.sales.deliveries WHERE weight > 10"
)

for name in ("deliveries", "heavy"):
    rows = database.execute(f"SELECT item, weight::VARCHAR FROM lakehouse.sales.{name} ORDER BY id").fetchall()
    print(f"{name}: {rows}")
