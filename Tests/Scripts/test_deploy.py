"""scripts/deploy says what it would run, refuses what it cannot build, and knows the template's outputs."""

import http.server
import json
import os
import pathlib
import platform
import re
import shlex
import subprocess
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).parents[2]
MACHINE = platform.machine().replace("aarch64", "arm64")


def deploy(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "NO_COLOR": "1", **environment}
    command = [str(ROOT / "scripts/deploy"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def commands(*arguments: str, **environment: str) -> list[list[str]]:
    return [shlex.split(line) for line in deploy("--dry-run", *arguments, **environment).stdout.splitlines()]


class DeployTests(unittest.TestCase):
    def test_a_dry_run_prints_each_command_once_in_its_order(self) -> None:
        printed = commands("--region", "eu-west-1", "--stack", "orders")
        steps = ("check-template", "sam build", "sam deploy", "sam list", "function_environment", "keys apply")
        for command, step in zip(printed, steps, strict=True):
            self.assertIn(step, " ".join(command))
        self.assertIn("--guided", printed[2])
        self.assertIn(f"Architecture={MACHINE}", printed[1])
        for command in printed[2:4]:
            self.assertEqual(command[command.index("--stack-name") + 1], "orders")
            self.assertEqual(command[command.index("--region") + 1], "eu-west-1")

    def test_unattended_asks_nothing_and_hands_parameters_on(self) -> None:
        printed = commands("--unattended", "UserPoolTier=LITE", AWS_REGION="eu-north-1")
        self.assertNotIn("--guided", printed[2])
        self.assertIn("--no-confirm-changeset", printed[2])
        self.assertEqual(printed[2][-1], "UserPoolTier=LITE")
        self.assertIn("eu-north-1", printed[2])

    def test_arm64_is_built_on_any_machine(self) -> None:
        printed = commands("--region", "eu-west-1", "--arch", "arm64")
        self.assertEqual(printed[1][:2], ["env", "TURNSTILE_ARCH=arm64"])
        self.assertIn("Architecture=arm64", printed[1])

    def test_what_cannot_be_done_here_is_refused_before_anything_is_done(self) -> None:
        for arguments, said in (
            (("--region", "eu-west-1", "--arch", "riscv"), "there is no architecture riscv"),
            ((), "no region"),
            (("--region", "eu-west-1", "--stack", "1st"), "a stack's name"),
        ):
            done = deploy("--dry-run", *arguments)
            self.assertEqual((done.returncode, done.stdout), (1, ""), arguments)
            self.assertIn(said, done.stderr)
        self.assertEqual(deploy("--regoin", "eu-west-1").returncode, 64)

    def test_a_parameter_that_would_be_passed_over_or_fail_is_refused(self) -> None:
        for parameter, said in (
            ("UserPoolTeir=PLUS", "the template has no parameter UserPoolTeir; it has UserPoolId, UserPoolTier, "),
            ("Authorizer=x", "the template has no parameter Authorizer"),
            (f"Architecture={MACHINE}", f"say --arch {MACHINE}"),
            ("UserPoolId=us-east-1_AbCdEf123", "say --region us-east-1"),
            ("UserPoolId=eu-west-12_AbCdEf123", "say --region eu-west-12"),
        ):
            done = deploy("--dry-run", "--region", "eu-west-1", parameter)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), parameter)
            self.assertIn(said, done.stderr)
        for parameter in ("UserPoolId=eu-west-1_AbCdEf123", "UserPoolId=", "AlarmTopicArn=arn:aws:sns:x:1:a=b"):
            self.assertEqual(deploy("--dry-run", "--region", "eu-west-1", parameter).returncode, 0, parameter)

    def test_the_template_is_held_to_the_route_table_that_is_deployed(self) -> None:
        with tempfile.NamedTemporaryFile("w", prefix="my table", suffix=".json") as file:
            printed = commands("--region", "eu-west-1", TURNSTILE_CONFIG=file.name)
            self.assertEqual(printed[0], ["scripts/check-template", "--table", file.name, "template.yaml"])
            self.assertIn(file.name, printed[5])

    def test_every_script_shows_its_manual_wherever_one_stands(self) -> None:
        for script in sorted((ROOT / "scripts").iterdir()):
            if not os.access(script, os.X_OK) or not script.is_file() or "show_usage" not in script.read_text():
                continue
            for folder, name in ((ROOT, f"scripts/{script.name}"), (ROOT / "docs", f"../scripts/{script.name}")):
                with self.subTest(script=name, folder=folder):
                    done = subprocess.run([name, "--help"], cwd=folder, capture_output=True, text=True, timeout=60)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertIn("usage:", done.stdout)

    def test_make_refuses_an_architecture_that_lambda_does_not_have(self) -> None:
        environment = {"PATH": os.environ["PATH"], "TURNSTILE_ARCH": "riscv64"}
        command = ["make", "-C", str(ROOT), "build-Authorizer", "ARTIFACTS_DIR=/nowhere"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("there is no architecture riscv64: say x86_64 or arm64", done.stderr)

    def test_what_is_read_of_the_stack_is_there(self) -> None:
        script, template = (ROOT / "scripts/deploy").read_text(), (ROOT / "template.yaml").read_text()
        read = set(re.findall(r"outputs\[(\w+)\]", script)) - {"name"}
        made = set(re.findall(r"^  (\w+):$", template.partition("\nOutputs:\n")[2], re.MULTILINE))
        self.assertTrue(read)
        self.assertLessEqual(read, made)


class LambdaServer(http.server.BaseHTTPRequestHandler):
    """Lambda's GetFunctionConfiguration, for a function that has these variables."""

    variables = {"USER_POOL_ID": "eu-west-1_Example01", "SWIFT_BACKTRACE": "enable=no", "SECRET": "two\nlines"}

    def do_GET(self) -> None:
        body = json.dumps({"FunctionName": "judge", "Environment": {"Variables": self.variables}}).encode()
        self.send_response(200 if self.path.split("?")[0].endswith("/functions/judge/configuration") else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing: the tests have their own lines."""


class FunctionEnvironmentTests(unittest.TestCase):
    def read(self, table: str, function: str = "judge") -> subprocess.CompletedProcess:
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), LambdaServer) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                file.write(table)
                file.flush()
                done = self.run_script(f"http://127.0.0.1:{server.server_port}", function, file.name)
            server.shutdown()
        return done

    def run_script(self, url: str, function: str, table: str) -> subprocess.CompletedProcess:
        credentials = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key", "AWS_MAX_ATTEMPTS": "1"}
        environment = {"PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": url, **credentials}
        script = str(ROOT / "scripts/lib/function_environment.py")
        command = [str(ROOT / ".build-tools/sam/bin/python"), script, "--function", function]
        command += ["--region", "eu-west-1", "--config", table]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    def test_only_what_the_route_table_asks_for_is_told(self) -> None:
        done = self.read('{"issuers": [{"cognitoUserPool": "${USER_POOL_ID}"}]}')
        self.assertEqual((done.returncode, done.stdout), (0, "USER_POOL_ID=eu-west-1_Example01\n"), done.stderr)

    def test_what_cannot_be_told_ends_it_with_a_line(self) -> None:
        for table, function, said in (
            ("${OTHER}", "judge", "has no variable OTHER"),
            ("${SECRET}", "judge", "has no variable SECRET of one line"),
            ("", "nobody", "cannot be read"),
        ):
            done = self.read(table, function)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)
            self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main()
