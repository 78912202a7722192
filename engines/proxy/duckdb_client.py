"""Creates, writes and reads a table with DuckDB, and prints the line `@@rows N` with the number of rows."""

import glob
import importlib
import os
import sys

import duckdb

uri, warehouse, name = sys.argv[1:]
database = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
for extension in ("httpfs", "avro", "iceberg"):
    folder = os.path.dirname(importlib.import_module(f"duckdb_extension_{extension}").__file__)
    [file] = glob.glob(os.path.join(folder, "extensions", "*", "*.duckdb_extension"))
    database.execute(f"LOAD '{file}'")
database.execute(f"ATTACH '{warehouse}' AS lake (TYPE iceberg, ENDPOINT '{uri}', AUTHORIZATION_TYPE 'none')")
database.execute(f"CREATE SCHEMA lake.{name}")
database.execute(f"CREATE TABLE lake.{name}.orders (id BIGINT, item VARCHAR)")
database.execute(f"INSERT INTO lake.{name}.orders SELECT range, 'a b+c' FROM range(10)")
database.execute(f"DELETE FROM lake.{name}.orders WHERE id = 3")
print(f"@@rows {database.execute(f'SELECT count(*) FROM lake.{name}.orders').fetchone()[0]}", flush=True)
database.execute(f"DROP TABLE lake.{name}.orders")
database.execute(f"DROP SCHEMA lake.{name}")
