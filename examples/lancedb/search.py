"""Stores vectors in a table of a Lance REST namespace and searches them. Usage: search.py URL"""

import sys
import time

import lancedb
import pyarrow as pa

db = lancedb.connect_namespace("rest", {"uri": sys.argv[1]})
try:
    db.create_namespace(["photos"])
except RuntimeError as error:
    sys.exit(f"refused: {error}")

vectors = pa.array([[1.0, 0.0], [0.0, 1.0], [0.7, 0.7]], pa.list_(pa.float32(), 2))
rows = pa.table({"name": ["sea", "forest", "coast"], "vector": vectors})
table = db.create_table("places", rows, namespace_path=["photos"])

# Longer than a token lives. The program knows nothing of tokens.
time.sleep(12)
table.add(rows.slice(0, 1))
found = db.open_table("places", namespace_path=["photos"]).search([0.9, 0.5]).limit(1).to_list()
print("nearest:", found[0]["name"])
print("rows:", table.count_rows())
