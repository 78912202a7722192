"""Serves requests of the scenario runner: one JSON document per line in, one per line out."""

import datetime
import decimal
import json
import math
import sys
import traceback
import uuid


def plain(value):
    """The value as JSON has it. Integers that a double cannot hold, decimals and times become text."""
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
    """Type and message of an error, and where in the steps it was raised."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "steps" in f.filename]
    place = f" (in {frames[-1].name}, line {frames[-1].lineno}: {frames[-1].line})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"


def serve(operations):
    """Answers requests with the function of their operation's name until the input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request["id"]}
        try:
            answer["value"] = plain(operations[request["operation"]](**request["args"]))
        except Exception as error:
            traceback.print_exc()
            answer["error"] = explain(error)
        print("@@answer " + json.dumps(answer), flush=True)
