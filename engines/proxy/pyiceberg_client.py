"""Creates, changes and reads a table with PyIceberg. The argument contains its properties. Prints `@@rows N`."""

import json
import sys

import pyarrow as pa
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.types import StringType

properties, name = json.loads(sys.argv[1]), sys.argv[2]
catalog = load_catalog("lake", type="rest", **properties)
catalog.create_namespace(name, {"comment": "a+b %20 ü"})
assert (name,) in catalog.list_namespaces()
rows = pa.table({"id": pa.array(range(10), pa.int64()), "name": [f"n{i}" for i in range(10)]})
table = catalog.create_table(f"{name}.orders", rows.schema)
table.append(rows)
table.append(rows)
with table.update_schema() as update:
    update.add_column("note", StringType())
table.refresh()
table.append(rows.append_column("note", pa.array(["x"] * 10)))
assert table.metadata.current_snapshot_id > 2**53, "ids beyond 2^53 come unrounded"
catalog.rename_table(f"{name}.orders", f"{name}.orders+2")
loaded = catalog.load_table(f"{name}.orders+2")
assert loaded.metadata.current_snapshot_id == table.metadata.current_snapshot_id
assert [t[1] for t in catalog.list_tables(name)] == ["orders+2"]
try:
    catalog.load_table(f"{name}.missing")
    raise AssertionError("a table that is not there was loaded")
except NoSuchTableError:
    pass
print(f"@@rows {loaded.scan(row_filter='id < 5').to_arrow().num_rows}", flush=True)
catalog.drop_table(f"{name}.orders+2")
catalog.drop_namespace(name)
