"""Forwards requests to a server if botocore computes the same signature, and refuses all others, as API Gateway does.

Arguments: the address of the server, access key, secret, region, service, and `signed` if the server also verifies the
signature and must receive it. Prints `@@port N`, and then a line for each request:
`@@signed METHOD TARGET` or `@@refused REASON`.
"""

import base64
import datetime
import hashlib
import http.client
import http.server
import json
import re
import sys
import urllib.parse

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

upstream, access_key, secret_key, region, service, *forwarded = sys.argv[1:]
credentials = Credentials(access_key, secret_key)
authorization = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request,\s*"
    r"SignedHeaders=([a-z0-9;_-]+),\s*Signature=([0-9a-f]{64})"
)


class Verifier(SigV4Auth):
    """Computes the canonical request and the signature with botocore, over the headers that the client has signed."""

    def headers_to_sign(self, request):
        return request.headers

    def canonical_request(self, request):
        url = urllib.parse.urlsplit(request.url)
        headers = self.headers_to_sign(request)
        return "\n".join(
            [
                request.method,
                self._normalize_url_path(url.path),
                self.canonical_query_string(request),
                self.canonical_headers(headers) + "\n",
                self.signed_headers(headers),
                self.payload(request),
            ]
        )


def refusal(method, target, headers, body):
    """Returns the reason why a request is refused, or None. `headers` are the received headers, in order."""
    by_name = {}
    for name, value in headers:
        by_name.setdefault(name.lower(), []).append(value)
    given = by_name.get("authorization", [])
    found = authorization.fullmatch(given[0]) if len(given) == 1 else None
    if not found:
        return "not signed"
    key, day, its_region, its_service, names, signature = found.groups()
    if (key, its_region, its_service) != (access_key, region, service):
        return "signed with another key, region or service"
    signed = names.split(";")
    left = [name for name in by_name if name.startswith("x-amz-") and name not in signed]
    if "host" not in signed or left:
        return "not all of it is signed"
    date = (by_name.get("x-amz-date") or [""])[0]
    try:
        time = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        return "no date"
    if not date.startswith(day) or abs(datetime.datetime.now(datetime.timezone.utc) - time).total_seconds() > 300:
        return "too old"
    digest = hashlib.sha256(body).digest()
    # Iceberg for Java writes this header in base64.
    if by_name.get("x-amz-content-sha256", [digest.hex()])[0] not in (digest.hex(), base64.b64encode(digest).decode()):
        return "another body"
    request = AWSRequest(method=method, url=f"http://{by_name['host'][0]}{target}", data=body)
    for name in signed:
        for value in by_name.get(name, []):
            request.headers.add_header(name, value)
    request.context["timestamp"] = date
    verifier = Verifier(credentials, service, region)
    text = verifier.string_to_sign(request, verifier.canonical_request(request))
    return None if verifier.signature(text, request) == signature else "the signature does not match"


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def body(self):
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(pieces)

    def serve(self):
        body = self.body()
        reason = refusal(self.command, self.path, self.headers.items(), body)
        if reason is not None:
            print(f"@@refused {reason}", flush=True)
            lance = re.match(r"/v1/(namespace|table)(/|$)", self.path)
            error = {"error": reason, "code": 16} if lance else {
                "error": {"message": reason, "type": "NotAuthorizedException", "code": 401}
            }
            return self.answer(401, [("content-type", "application/json")], json.dumps(error).encode())
        print(f"@@signed {self.command} {self.path}", flush=True)
        onward = http.client.HTTPConnection(urllib.parse.urlsplit(upstream).netloc, timeout=60)
        kept = {"connection", "transfer-encoding", "content-length", "keep-alive", "upgrade"}
        signature = set() if forwarded else {"authorization", "host"}
        headers = {name: value for name, value in self.headers.items() if name.lower() not in kept | signature}
        onward.request(self.command, self.path, body=body or None, headers=headers)
        response = onward.getresponse()
        answer = response.read()
        self.answer(response.status, [pair for pair in response.getheaders() if pair[0].lower() not in kept], answer)
        onward.close()

    def answer(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_HEAD = do_DELETE = do_PUT = serve

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Front)
server.daemon_threads = True
print(f"@@port {server.server_address[1]}", flush=True)
server.serve_forever()
