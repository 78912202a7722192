"""Signs requests with botocore. Reads one JSON object per line from standard input, and writes one line for each."""

import base64
import datetime
import json
import sys

import botocore.auth
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def signer(case):
    credentials = Credentials(case["accessKeyId"], case["secretAccessKey"], case.get("sessionToken"))
    like_s3 = case["service"] == "s3"
    if case["form"] == "query":
        kind = S3SigV4QueryAuth if like_s3 else SigV4QueryAuth
        return kind(credentials, case["service"], case["region"], expires=case["expires"])
    return (S3SigV4Auth if like_s3 else SigV4Auth)(credentials, case["service"], case["region"])


def sign(case):
    now = datetime.datetime.fromtimestamp(case["time"] / 1000, datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda *args, **kwargs: now.replace(tzinfo=None)
    body = base64.b64decode(case["body"]) if case["body"] is not None else None
    request = AWSRequest(method=case["method"], url=case["url"], data=body)
    for name, value in case["headers"]:
        request.headers.add_header(name, value)
    auth = signer(case)
    auth.add_auth(request)
    return {
        "url": request.url,
        "headers": [[name.lower(), value] for name, value in request.headers.items()],
    }


for line in sys.stdin:
    print(json.dumps(sign(json.loads(line))), flush=True)
