"""Serves a folder or bucket by the Lance REST Namespace protocol until its input ends: pylance's own server."""

import json
import sys

import lance.namespace

with lance.namespace.RestAdapter("dir", json.loads(sys.argv[1]), None, "127.0.0.1", 0) as adapter:
    print(f"@@port {adapter.port}", flush=True)
    sys.stdin.read()
