"""read_manifest.py FILE MILLISECONDS: prints how many entries of the manifest PyIceberg reads in a second."""

import sys
import time

from pyiceberg.avro.file import AvroFile
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.manifest import DEFAULT_READ_VERSION, MANIFEST_ENTRY_SCHEMAS, DataFile, ManifestEntry, ManifestEntryStatus
from pyiceberg.manifest import DataFileContent, FileFormat

path, milliseconds = sys.argv[1], float(sys.argv[2])
io = PyArrowFileIO({})


def read_once() -> int:
    # These are the arguments that ManifestFile.fetch_manifest_entry of PyIceberg uses.
    with AvroFile[ManifestEntry](
        io.new_input(path),
        MANIFEST_ENTRY_SCHEMAS[DEFAULT_READ_VERSION],
        read_types={-1: ManifestEntry, 2: DataFile},
        read_enums={0: ManifestEntryStatus, 101: FileFormat, 134: DataFileContent},
    ) as reader:
        return sum(1 for _ in reader)


read_once()
start = time.perf_counter()
entries = 0
while (time.perf_counter() - start) * 1000 < milliseconds:
    entries += read_once()
print(entries / (time.perf_counter() - start))
