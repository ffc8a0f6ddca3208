"""The login of "Firepower FMC API - Initial Observations": `auth=`, and lower-case lookups."""

import sys

import requests

response = requests.post(
    sys.argv[1] + "/api/fmc_platform/v1/auth/generatetoken",
    headers={"Content-Type": "application/json"},
    auth=("apiuser", "apiuser"),
    verify=False,
)
for name in ["domain_uuid", "X-auth-access-token", "X-auth-refresh-token"]:
    value = response.headers.get(name, None)
    if value is None:
        sys.exit(name + " not found. Exiting...")
    print(name + ": " + value)
