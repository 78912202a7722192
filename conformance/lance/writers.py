"""Writers of one table at the same time: half commit through the namespace, half in the storage. Prints a line each."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import lance
import lance.namespace
import pyarrow as pa
from lance_namespace import CreateNamespaceRequest, DescribeTableRequest, ListTableVersionsRequest

uri, headers = (json.loads(argument) for argument in sys.argv[1:3])
appends = 4
namespace = lance.namespace.RestNamespace(
    **{"uri": uri, **{f"header.{name}": value for name, value in headers.items()}}
)
namespace.create_namespace(CreateNamespaceRequest(id=["writers"], mode="exist_ok"))


def rows(writer, turn):
    return pa.table({"writer": [writer], "turn": [turn]})


def append(writer, table_id, direct):
    for turn in range(appends):
        # A writer whose attempts all lost their version begins again, as a job does.
        for attempt in range(50):
            try:
                if direct is None:
                    lance.write_dataset(
                        rows(writer, turn), namespace_client=namespace, table_id=table_id, mode="append"
                    )
                else:
                    lance.write_dataset(
                        rows(writer, turn), direct.location, mode="append", storage_options=direct.storage_options
                    )
                break
            except Exception as error:
                lost = any(text in str(error).lower() for text in ("conflict", "too many concurrent writers"))
                if not lost or attempt == 49:
                    raise


for count in (8, 32):
    table_id = ["writers", f"t{count}"]
    lance.write_dataset(rows(-1, 0), namespace_client=namespace, table_id=table_id, mode="create")
    described = namespace.describe_table(DescribeTableRequest(id=table_id))
    with ThreadPoolExecutor(count) as pool:
        jobs = [pool.submit(append, n, table_id, described if n % 2 else None) for n in range(count)]
        for job in jobs:
            job.result()
    managed = lance.dataset(namespace_client=namespace, table_id=table_id)
    direct = lance.dataset(described.location, storage_options=described.storage_options)
    wanted = sorted([(-1, 0)] + [(n, turn) for n in range(count) for turn in range(appends)])
    found = [
        sorted(zip(table["writer"], table["turn"]))
        for table in (managed.to_table().to_pydict(), direct.to_table().to_pydict())
    ]
    listed = namespace.list_table_versions(ListTableVersionsRequest(id=table_id, limit=1000)).versions
    versions = sorted(version.version for version in listed)
    passed = found == [wanted, wanted] and versions == list(range(1, count * appends + 2))
    name = f"{count} writers, half of them in the storage, lose no row and see one history"
    print(f"@@{'ok' if passed else 'failed'} {name}", flush=True)
