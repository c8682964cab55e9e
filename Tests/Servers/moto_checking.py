"""moto's Cognito and IAM on a free port of 127.0.0.1, with signatures and permissions checked.

Standard output is one line, a JSON object: {"port", "pool", "allowed": [KEY ID, SECRET], "denied": [KEY ID, SECRET]}; the
first pair may do anything, the second nothing. Ends when standard input ends. With `--installed`, only says by its status
whether moto is there.
"""

import json
import logging
import sys
import urllib.request

try:
    import boto3
    from moto.server import ThreadedMotoServer
except ImportError:
    sys.exit(1)

ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def keys_of(iam, name, policy=None):
    iam.create_user(UserName=name)
    if policy:
        iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return [key["AccessKeyId"], key["SecretAccessKey"]]


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    url = f"http://127.0.0.1:{port}"
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-central-1")
    iam = session.client("iam", endpoint_url=url)
    cognito = session.client("cognito-idp", endpoint_url=url)
    pool = cognito.create_user_pool(PoolName="machines")["UserPool"]["Id"]
    for index in range(25):
        cognito.create_user_pool_client(UserPoolId=pool, ClientName=f"client {index}")
    report = {"port": port, "pool": pool, "allowed": keys_of(iam, "allowed", ANYTHING), "denied": keys_of(iam, "denied")}
    # From here on no call goes unchecked.
    headers = {"Content-Type": "text/plain"}
    request = urllib.request.Request(f"{url}/moto-api/reset-auth", data=b"0", headers=headers, method="POST")
    urllib.request.urlopen(request).close()
    print(json.dumps(report), flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__" and "--installed" not in sys.argv:
    main()
