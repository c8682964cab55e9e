"""Signs requests anew with botocore, AWS's own library for Python, and says which were signed alike.

Each line of standard input is a JSON object:
  {"keyID", "secret", "token" (or null), "region", "service", "segments": [TEXT...], "parameters": [[NAME, VALUE]...],
   "received": {"method", "target", "headers": [[NAME, VALUE]...], "body"}}   as scripted_server.py reports it
Each line of standard output is the difference, or empty where there is none. With `--installed`, only says by its status
whether botocore is there.
"""

import json
import sys
from urllib.parse import quote

try:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    sys.exit(1)

UNRESERVED = "-_.~"


def encoded(text):
    return quote(text, safe=UNRESERVED)


def expected_target(case):
    path = "".join("/" + encoded(segment) for segment in case["segments"]) or "/"
    query = "&".join(f"{name}={value}" for name, value in sorted((encoded(n), encoded(v)) for n, v in case["parameters"]))
    return f"{path}?{query}" if query else path


def expected_authorization(case, signed_names):
    received = case["received"]
    headers = {name.lower(): value for name, value in received["headers"]}
    request = AWSRequest(
        method=received["method"],
        url=f"http://{headers['host']}{received['target']}",
        data=received["body"].encode("latin-1"),
        headers={name: headers[name] for name in signed_names},
    )
    request.context["timestamp"] = headers["x-amz-date"]
    auth = SigV4Auth(Credentials(case["keyID"], case["secret"], case["token"]), case["service"], case["region"])
    canonical = auth.canonical_request(request)
    signature = auth.signature(auth.string_to_sign(request, canonical), request)
    names = auth.signed_headers(auth.headers_to_sign(request))
    return f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, SignedHeaders={names}, Signature={signature}"


def difference(case):
    received = case["received"]
    headers = {name.lower(): value for name, value in received["headers"]}
    if received["target"] != expected_target(case):
        return f"target {received['target']} instead of {expected_target(case)}"
    if headers.get("x-amz-security-token") != case["token"]:
        return "another session token, or none"
    authorization = headers.get("authorization", "")
    signed = authorization.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    required = {"host", "x-amz-date"} | {name for name in headers if name.startswith("x-amz-")}
    required |= {"content-type"} & headers.keys()
    if not required <= set(signed) <= headers.keys():
        return f"signed headers {signed}"
    expected = expected_authorization(case, signed)
    return "" if authorization == expected else f"{authorization} instead of {expected}"


if __name__ == "__main__" and "--installed" not in sys.argv:
    for line in sys.stdin:
        print(difference(json.loads(line)), flush=True)
