"""AWS, as far as moto holds it: a user pool with its clients and people, an API, usage plans and their keys."""

import secrets
import sys
import urllib.request

import boto3

from demo.network import REGION
from demo.processes import Processes
from run_emulator import free_port

STAGE = "prod"
RESOURCE_SERVER = "https://api.example.com/prod/external"
READ, WRITE = f"{RESOURCE_SERVER}/api.read", f"{RESOURCE_SERVER}/api.readwrite"
CALLBACK = "https://app.example.com/signed-in"
METHODS = {
    "external": {"orders": ("GET", "POST"), "orders/{id}": ("GET", "DELETE")},
    "internal": {"{proxy+}": ("ANY",)},
}


class Cloud:
    """A moto server of its own, spoken to through boto3 as AWS would be."""

    # moto takes any credentials; these are the examples of AWS's documentation.
    environment = {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_REGION": REGION,
    }

    def __init__(self, processes: Processes) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.server = processes.start("moto", sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port))
        self.cognito, self.gateway = self.service("cognito-idp"), self.service("apigateway")

    def service(self, name: str) -> "boto3.session.Session.client":
        return boto3.client(
            name,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
        )

    def wait(self) -> None:
        self.server.wait_until(
            lambda: urllib.request.urlopen(f"{self.url}/moto-api/data.json", timeout=5).status == 200
        )

    # The user pool

    def make_pool(self, name: str) -> str:
        pool = self.cognito.create_user_pool(PoolName=name)["UserPool"]["Id"]
        scopes = [{"ScopeName": scope.rpartition("/")[2], "ScopeDescription": scope} for scope in (READ, WRITE)]
        self.cognito.create_resource_server(UserPoolId=pool, Identifier=RESOURCE_SERVER, Name="orders", Scopes=scopes)
        return pool

    def make_machine(self, pool: str, name: str, *scopes: str) -> dict:
        return self.make_client(pool, name, ["client_credentials"], list(scopes), GenerateSecret=True)

    def make_web_client(self, pool: str, name: str) -> dict:
        return self.make_client(pool, name, ["code"], ["openid"], CallbackURLs=[CALLBACK])

    def make_client(self, pool: str, name: str, flows: list[str], scopes: list[str], **more: object) -> dict:
        return self.cognito.create_user_pool_client(
            UserPoolId=pool, ClientName=name, AllowedOAuthFlows=flows, AllowedOAuthScopes=scopes,
            AllowedOAuthFlowsUserPoolClient=True, **more,
        )["UserPoolClient"]  # fmt: skip

    def make_group(self, pool: str, name: str) -> None:
        self.cognito.create_group(UserPoolId=pool, GroupName=name)

    def make_person(self, pool: str, username: str, groups: list[str]) -> str:
        """Makes a person and returns the password."""
        who, password = {"UserPoolId": pool, "Username": username}, f"Aa1-{secrets.token_urlsafe(18)}"
        self.cognito.admin_create_user(**who)
        self.cognito.admin_set_user_password(**who, Password=password, Permanent=True)
        for group in groups:
            self.cognito.admin_add_user_to_group(**who, GroupName=group)
        return password

    def delete_client(self, pool: str, client: dict) -> None:
        self.cognito.delete_user_pool_client(UserPoolId=pool, ClientId=client["ClientId"])

    # API Gateway

    def make_api(self) -> str:
        """A deployed REST API that takes its API keys from the authorizer."""
        api = self.gateway.create_rest_api(name="orders", apiKeySource="AUTHORIZER")["id"]
        (root,) = [item["id"] for item in self.gateway.get_resources(restApiId=api)["items"] if item["path"] == "/"]
        for first, below in METHODS.items():
            parent = self.make_resource(api, root, first)
            made = {"": parent}
            for path, verbs in below.items():
                above, _, name = path.rpartition("/")
                made[path] = self.make_resource(api, made[above], name)
                for verb in verbs:
                    self.make_method(api, made[path], verb)
        self.gateway.create_deployment(restApiId=api, stageName=STAGE)
        return api

    def make_resource(self, api: str, parent: str, name: str) -> str:
        return self.gateway.create_resource(restApiId=api, parentId=parent, pathPart=name)["id"]

    def make_method(self, api: str, resource: str, verb: str) -> None:
        where = {"restApiId": api, "resourceId": resource, "httpMethod": verb}
        self.gateway.put_method(**where, authorizationType="CUSTOM", apiKeyRequired=True)
        self.gateway.put_integration(**where, type="MOCK")

    def make_plan(self, api: str, name: str) -> str:
        return self.gateway.create_usage_plan(
            name=name,
            apiStages=[{"apiId": api, "stage": STAGE}],
            throttle={"rateLimit": 10.0, "burstLimit": 20},
            quota={"limit": 100_000, "period": "MONTH"},
        )["id"]

    def make_key(self, plan: str, name: str) -> dict:
        """A key as a person makes one by hand."""
        key = self.gateway.create_api_key(name=name, value=secrets.token_hex(16), enabled=True)
        self.gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
        return key

    def keys(self) -> dict[str, dict]:
        """Every API key of the account, by its value."""
        return {key["value"]: key for key in self.gateway.get_api_keys(includeValues=True)["items"]}

    def keys_of(self, plan: str) -> set[str]:
        """The values of the keys that a plan meters."""
        attached = {key["id"] for key in self.gateway.get_usage_plan_keys(usagePlanId=plan)["items"]}
        return {value for value, key in self.keys().items() if key["id"] in attached}
