"""Random templates of SAM, read by Turnstile as they are and as SAM itself translates them.

    template_differential.py [--count N] [--seed S] TURNSTILE

`turnstile check --template` reads the source of a template and so must know what SAM makes of it: which routes there
are, who is asked about each, and whether a key is needed. SAM's own translator says that in full, as an OpenAPI body.
The tool is given both and must say the same of every route. Templates that SAM refuses are left out. To be run with the
Python of the SAM CLI.
"""

import argparse
import json
import logging
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import tally
from samtranslator.parser.parser import Parser
from samtranslator.public.exceptions import InvalidDocumentException
from samtranslator.translator.translator import Translator

PATHS = ["/", "/a", "/a/{id}", "/b", "/c/{proxy+}", "/d/e/{f}"]
METHODS = ["get", "POST", "Put", "any", "options", "HEAD"]
OPERATIONS = ["get", "post", "options", "x-amazon-apigateway-any-method"]
VERBS = ["GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "DELETE"]
FUNCTION = {"Runtime": "provided.al2023", "Handler": "bootstrap", "CodeUri": "s3://bucket/code.zip"}


class RandomTemplate:
    """One API with the events of functions, or with a body of its own."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.kind = self.choice(["Api", "HttpApi"])
        self.is_rest = self.kind == "Api"
        self.used: set[tuple[str, str]] = set()
        self.auth = self.random_auth()
        self.names = list(self.auth["Authorizers"])
        self.is_implicit = False
        self.template = self.build()

    def choice(self, values: list) -> object:
        return self.random.choice(values)

    def happens(self, share: float) -> bool:
        return self.random.random() < share

    def random_auth(self) -> dict:
        gate = {"FunctionArn": {"Fn::GetAtt": ["Gate", "Arn"]}, "Identity": {"ReauthorizeEvery": 0}}
        if not self.is_rest:
            gate |= {"AuthorizerPayloadFormatVersion": "2.0", "EnableSimpleResponses": True}
        elif self.happens(0.5):
            gate |= {"FunctionPayloadType": "REQUEST"}
            gate["Identity"]["Headers"] = ["Authorization"]
        auth = {"Authorizers": {"Gate": gate}}
        if self.happens(0.4):
            auth["Authorizers"]["Other"] = (
                {"UserPoolArn": "arn:aws:cognito-idp:eu-west-1:1:userpool/x"}
                if self.is_rest
                else {
                    "JwtConfiguration": {"issuer": "https://i.example", "audience": ["a"]},
                    "IdentitySource": "$request.header.Authorization",
                }
            )
        if self.happens(0.75):
            auth["DefaultAuthorizer"] = self.choice(list(auth["Authorizers"]))
        if self.is_rest and self.happens(0.3):
            auth["AddDefaultAuthorizerToCorsPreflight"] = self.happens(0.5)
        if self.is_rest and self.happens(0.4):
            auth["ApiKeyRequired"] = self.happens(0.7)
        return auth

    def build(self) -> dict:
        properties = {"StageName": "prod", "ApiKeySourceType": "AUTHORIZER"} if self.is_rest else {}
        template: dict = {"Transform": "AWS::Serverless-2016-10-31", "Resources": {}}
        # What Globals says, and what the API says itself.
        said_by_globals = {name: value for name, value in self.auth.items() if self.happens(0.5)}
        said_by_api = {name: value for name, value in self.auth.items() if name not in said_by_globals}
        if said_by_globals:
            template["Globals"] = {self.kind: {"Auth": said_by_globals}}
        if said_by_api:
            properties["Auth"] = said_by_api
        self.is_implicit = not said_by_api and self.happens(0.5)
        if self.is_rest and self.happens(0.3):
            properties["Cors"] = "'*'"
        resources = template["Resources"]
        resources["Gate"] = {"Type": "AWS::Serverless::Function", "Properties": FUNCTION}
        if not self.is_implicit and self.happens(0.25):
            properties["DefinitionBody"] = self.body()
        else:
            for number in range(self.random.randint(1, 2)):
                events = {f"Event{index}": self.event() for index in range(self.random.randint(1, 4))}
                function = {**FUNCTION, "Runtime": "python3.13", "Events": events}
                resources[f"Function{number}"] = {"Type": "AWS::Serverless::Function", "Properties": function}
        if not self.is_implicit:
            resources["Api"] = {"Type": f"AWS::Serverless::{self.kind}", "Properties": properties}
        return template

    def event(self) -> dict:
        path, method = self.choice(PATHS), self.choice(METHODS)
        while (path, method) in self.used:
            path, method = self.choice(PATHS), self.choice(METHODS)
        self.used.add((path, method))
        properties: dict = {"Path": path, "Method": method}
        if not self.is_implicit:
            properties["RestApiId" if self.is_rest else "ApiId"] = {"Ref": "Api"}
        auth: dict = {}
        if self.happens(0.4):
            others = (["NONE"] if "DefaultAuthorizer" in self.auth else []) + (["AWS_IAM"] if self.is_rest else [])
            auth["Authorizer"] = self.choice(self.names + others)
        if self.is_rest and self.happens(0.3):
            auth["ApiKeyRequired"] = self.happens(0.5)
        if auth:
            properties["Auth"] = auth
        return {"Type": self.kind, "Properties": properties}

    def body(self) -> dict:
        body: dict = {"openapi": "3.0.1", "info": {"title": "x", "version": "1"}, "paths": {}}
        for _ in range(self.random.randint(1, 5)):
            operation: dict = {"responses": {}, "x-amazon-apigateway-integration": {"type": "mock"}}
            if self.happens(0.3):
                operation["security"] = [{self.choice([*self.names, "NONE"]): []}]
            body["paths"].setdefault(self.choice(PATHS), {})[self.choice(OPERATIONS)] = operation
        return body

    @property
    def has_preflight(self) -> bool:
        return "Cors" in self.template["Resources"].get("Api", {}).get("Properties", {})


class Reader:
    """What the tool says of a template."""

    def __init__(self, turnstile: pathlib.Path, folder: pathlib.Path) -> None:
        self.turnstile = turnstile
        self.folder = folder
        routes = {f"{verb} {path}": {} for verb in VERBS for path in PATHS}
        configuration = {
            "issuers": [{"name": "m", "cognitoUserPool": "eu-west-1_AbCdEf123", "usageKey": {"from": "clientID"}}],
            "routes": routes,
            "policy": "request",
        }
        (folder / "authorizer.json").write_text(json.dumps(configuration))

    def read(self, template: dict, *, without_preflight: bool) -> object:
        """Routes with their verdicts, and those that need no key; or the error, without what differs in its words."""
        (self.folder / "template.json").write_text(json.dumps(template))
        command = [self.turnstile, "check", "--template", "template.json", "--json"]
        run = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=60)
        if run.returncode not in (0, 2):
            return re.sub(r"(no API) \S+|of the template", r"\1", run.stderr.partition(";")[0])
        report = json.loads(run.stdout)
        routes = {}
        for line in report["routes"]:
            if "route" not in line or (without_preflight and line["route"].startswith("OPTIONS ")):
                continue
            # A rule that is not asked for is one that the API does not guard.
            routes[line["route"]] = line["verdict"].replace("rule_not_asked", "not_guarded")
        keyless = [
            name
            for warning in report["warnings"]
            if "no API key" in warning
            for name in re.findall(r"([A-Z]+ /\S*) \(", warning)
            if name in routes
        ]
        return routes, sorted(keyless)


def translated(template: dict) -> dict | None:
    """What SAM makes of it; none where it refuses."""
    try:
        return Translator({}, Parser()).translate(json.loads(json.dumps(template)), {})
    except InvalidDocumentException:
        return None


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--count", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=20261121)
    arguments.add_argument("turnstile", type=pathlib.Path)
    options = arguments.parse_args()
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
    logging.disable(logging.CRITICAL)
    compared = routes = different = 0
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(options.turnstile.resolve(), pathlib.Path(folder))
        for seed in range(options.seed, options.seed + options.count):
            sample = RandomTemplate(seed)
            if (translation := translated(sample.template)) is None:
                continue
            # SAM makes OPTIONS methods for Cors; the tool warns of them and does not list them.
            ours, theirs = (
                reader.read(template, without_preflight=sample.has_preflight)
                for template in (sample.template, translation)
            )
            compared += 1
            routes += len(ours[0]) if isinstance(ours, tuple) else 0
            if ours != theirs:
                different += 1
                print(f"seed {seed}: {json.dumps(sample.template)}\n  as written:    {ours}\n  as translated: {theirs}")
    print(
        f"seed {options.seed}: {options.count} templates, {options.count - compared} refused by SAM, {routes} routes, "
        f"{different} read otherwise than SAM does"
    )
    tally.record(compared - different, different, "random templates, against SAM")
    return 1 if different or not routes else 0


if __name__ == "__main__":
    sys.exit(main())
