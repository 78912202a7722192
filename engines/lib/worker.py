"""Runs operations for the scenario runner: reads JSON requests, one per line, and writes a response to each."""

import datetime
import decimal
import json
import math
import sys
import traceback
import uuid


def plain(value):
    """Converts a value to JSON. Integers that a double cannot represent, decimals and times become strings."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "asDict"):
        return {key: plain(item) for key, item in value.asDict().items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return str(value)


def explain(error):
    """Returns the type and message of an error, and the step and line that raised it."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "steps" in f.filename]
    place = f" (in {frames[-1].name}, line {frames[-1].lineno}: {frames[-1].line})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"


def serve(operations):
    """Reads requests until standard input ends. `operations` contains the function of each operation."""
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request["id"]}
        try:
            answer["value"] = plain(operations[request["operation"]](**request["args"]))
        except Exception as error:
            traceback.print_exc()
            answer["error"] = explain(error)
        print("@@answer " + json.dumps(answer), flush=True)
