"""What the scripts beside this file need of the `requests` package, on the standard library.

Each request goes out with the header names, letter case and order that requests 2.x sends, so
that no package has to be installed to send what Cisco's scripts send.
"""

import base64
import http.client
import ssl
import urllib.parse


class Headers(dict):
    """Header lookup in any letter case, as requests has it."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self._lower = {name.lower(): value for name, value in pairs}

    def __getitem__(self, name):
        return self._lower[name.lower()]

    def get(self, name, default=None):
        return self._lower.get(name.lower(), default)


class Response:
    def __init__(self, answer):
        self.status_code = answer.status
        self.reason = answer.reason
        self.headers = Headers(answer.getheaders())
        self.content = answer.read()


def request(method, url, headers=None, data=None, auth=None, verify=True):
    # `data = {}` is an empty body.
    assert not data and verify is False
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPSConnection(
        parts.hostname, parts.port, context=ssl._create_unverified_context()
    )
    path = url[url.index(parts.netloc) + len(parts.netloc):]
    connection.putrequest(method, path, skip_accept_encoding=True)
    sent = {
        "User-Agent": "python-requests/2.32.3",
        "Accept-Encoding": "gzip, deflate",
        "Accept": "*/*",
        "Connection": "keep-alive",
    }
    sent.update(headers or {})
    if method == "POST":
        sent["Content-Length"] = "0"
    if auth:
        pair = ("%s:%s" % auth).encode("latin1")
        sent["Authorization"] = "Basic " + base64.b64encode(pair).decode("ascii")
    for name, value in sent.items():
        connection.putheader(name, value)
    connection.endheaders()
    return Response(connection.getresponse())


def post(url, **arguments):
    return request("POST", url, **arguments)


def get(url, **arguments):
    return request("GET", url, **arguments)
