"""Prints what the names in a route table stand for in a deployed function: lines NAME=VALUE, for --environment-file.

    function_environment.py --function NAME --region REGION --config FILE

Runs in the SAM CLI's virtual environment, which brings AWS's own client.
"""

import argparse
import pathlib
import re
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in ("function", "region"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--config", type=pathlib.Path, required=True)
    given = parser.parse_args()

    try:
        function = boto3.client("lambda", region_name=given.region).get_function_configuration(
            FunctionName=given.function
        )
    except (BotoCoreError, ClientError) as error:
        print(f"error: the variables of {given.function} cannot be read: {error}", file=sys.stderr)
        return 1
    variables = function.get("Environment", {}).get("Variables", {})
    for name in sorted(set(re.findall(r"\$\{(\w+)\}", given.config.read_text()))):
        if name not in variables or "\n" in variables[name]:
            print(f"error: {given.function} has no variable {name} of one line: deploy it again", file=sys.stderr)
            return 1
        print(f"{name}={variables[name]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
