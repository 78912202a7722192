"""Serves a folder as a Lance REST namespace to clients with a token that lives for ten seconds.

It stands for a namespace behind an identity provider: Lance's own server, which checks no tokens, and in front of it a
token endpoint and a check of each request. Usage: namespace.py FOLDER
"""

import base64
import http.client
import json
import os
import secrets
import sys
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import lance.namespace

ADDRESS = "127.0.0.1:8300"
CLIENT = "trainer:trainer-secret"
LIFETIME_SECONDS = 10

ends: dict[str, float] = {}
folder = os.path.abspath(sys.argv[1])
os.makedirs(folder, exist_ok=True)


class Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def serve(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        authorization = self.headers.get("authorization", "")
        if self.path == "/token":
            return self.grant(authorization)
        if time.time() > ends.get(authorization.removeprefix("Bearer "), 0):
            return self.answer(401, {"error": "The token is missing or has expired.", "code": 16})
        connection = http.client.HTTPConnection("127.0.0.1", adapter.port)
        names = ("accept", "content-type")
        headers = {name: self.headers[name] for name in names if name in self.headers}
        connection.request(self.command, self.path, body, headers)
        response = connection.getresponse()
        self.reply(response.status, response.getheader("content-type", "application/json"), response.read())

    def grant(self, authorization):
        # RFC 6749, section 2.3.1: id and secret are encoded as in a form.
        client = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        if urllib.parse.unquote_plus(client) != CLIENT:
            return self.answer(401, {"error": "invalid_client"})
        token = secrets.token_urlsafe()
        ends[token] = time.time() + LIFETIME_SECONDS
        self.answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_SECONDS})

    def answer(self, status, document):
        self.reply(status, "application/json", json.dumps(document).encode())

    def reply(self, status, content_type, body):
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = serve

    def log_message(self, *_):
        pass


with lance.namespace.RestAdapter("dir", {"root": folder}, None, "127.0.0.1", 0) as adapter:
    host, port = ADDRESS.split(":")
    server = ThreadingHTTPServer((host, int(port)), Front)
    print(f"serving http://{ADDRESS}", flush=True)
    server.serve_forever()
