"""plan_files.py FOLDER all|selective: plans one scan of a table with PyIceberg and prints figures."""

import json
import resource
import sys
import time

from pyiceberg.expressions import AlwaysTrue, And, EqualTo, LessThan
from pyiceberg.table import StaticTable

folder, mode = sys.argv[1], sys.argv[2]
table = StaticTable.from_metadata(f"{folder}/metadata/v1.metadata.json")
condition = AlwaysTrue() if mode == "all" else And(EqualTo("part", 77), LessThan("id", 77 * 5_000 * 100 + 4_000))
began, cpu = time.perf_counter(), time.process_time()
files = sum(1 for _ in table.scan(row_filter=condition).plan_files())
cold = time.perf_counter() - began
print(
    json.dumps(
        {
            "files": files,
            "coldMs": cold * 1000,
            "coldCoreSeconds": time.process_time() - cpu,
            "warmMs": cold * 1000,
            "maxMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
)
