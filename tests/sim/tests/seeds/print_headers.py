"""The login of Cisco's document 215918: doubled slash, Basic header made by hand, `data = {}`."""

import sys

import requests

response = requests.request(
    "POST",
    sys.argv[1] + "//api/fmc_platform/v1/auth/generatetoken",
    headers={"Authorization": "Basic Y2lzY29lc2VyOmNpc2NwYXBpdXNlcg=="},
    data={},
    verify=False,
)
print(response.headers)
