"""The sequence of Cisco's auth_util.py: log in, then revoke with the access token alone."""

import base64
import sys

import requests


def auth_request(url, headers):
    response = requests.post(url, headers=headers, verify=False)
    if response.status_code != 204:
        raise ValueError("Error Status Code: %d in response" % response.status_code)
    return response


server, user, password = sys.argv[1:]
base = server + "/api/fmc_platform/v1/auth/"
pair = base64.encodebytes(("%s:%s" % (user, password)).encode()).decode().replace("\n", "")
login = auth_request(base + "generatetoken", {"Authorization": "Basic " + pair})
access = login.headers["X-auth-access-token"]
refresh = login.headers["X-auth-refresh-token"]
print("Access token: %s" % access)
print("Refresh token: %s" % refresh)
auth_request(base + "revokeaccess", {"X-auth-access-token": access})
print("Logout Results: 0")
