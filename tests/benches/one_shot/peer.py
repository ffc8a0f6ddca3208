"""What `oobwatch check` does, with Python's standard library only."""

import base64
import collections
import http.client
import json
import os
import ssl
import sys

host, port, user, ca_file = sys.argv[1:]
context = ssl.create_default_context(cafile=ca_file)
context.check_hostname = False  # the certificates of the boxes name no host
connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=30)


def ask(method, path, headers):
    connection.request(method, path, headers={"Accept": "application/json", **headers})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status}")
    return answer.headers, body


auth = "/api/fmc_platform/v1/auth"
password = f"{user}:{os.environ['PASSWORD']}".encode()
headers, _ = ask(
    "POST",
    f"{auth}/generatetoken",
    {"Authorization": "Basic " + base64.b64encode(password).decode()},
)
token = {"X-auth-access-token": headers["X-auth-access-token"]}
domain = headers["DOMAIN_UUID"]
_, version = ask("GET", "/api/fmc_platform/v1/info/serverversion", token)
print(json.loads(version)["items"][0]["serverVersion"])
devices = f"/api/fmc_config/v1/domain/{domain}/devices/devicerecords?expanded=true"
offset, count, health = 0, 1, collections.Counter()
while offset < count:
    _, page = ask("GET", f"{devices}&limit=25&offset={offset}", token)
    page = json.loads(page)
    count = page["paging"]["count"]
    health.update(device.get("healthStatus") for device in page.get("items", []))
    offset += 25
print(dict(health))
ask(
    "POST",
    f"{auth}/revokeaccess",
    {**token, "X-auth-refresh-token": headers["X-auth-refresh-token"]},
)
