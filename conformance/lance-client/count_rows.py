"""Counts the rows of a dataset. Lance gets only the storage options in the arguments."""

import json
import sys

import lance

location, options = sys.argv[1:]
print(f"@@rows {lance.dataset(location, storage_options=json.loads(options)).count_rows()}", flush=True)
