"""Runs the reference server of the Lance REST Namespace (pylance) on a folder or bucket, until standard input ends."""

import json
import sys

import lance.namespace

with lance.namespace.RestAdapter("dir", json.loads(sys.argv[1]), None, "127.0.0.1", 0) as adapter:
    print(f"@@port {adapter.port}", flush=True)
    sys.stdin.read()
