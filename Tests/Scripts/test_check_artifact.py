"""An artifact that is broken must be seen, whichever part of it is."""

import contextlib
import datetime
import io
import json
import os
import pathlib
import shutil
import unittest
from collections.abc import Callable
from unittest import mock

import artifact_parts as parts
from artifact import __main__ as tool
from artifact import contents, elf, linking, network, promises, roots, rows, running, samples
from artifact.emulation import Machine, here
from artifact.files import Artifact, present
from artifact.rows import LeftOut, Seen
from execution.runtime_api import Connection, Request
from faults.certificates import certificates

TRUE = pathlib.Path("/bin/true")


class Linking(unittest.TestCase):
    def faults(self, raw: bytes, arch: str = "x86_64") -> str:
        file = elf.File(raw)
        seen = [linking.machine(file, arch), linking.static(file), linking.memory(file), linking.stripped(file)]
        return "; ".join(fault for one in seen for fault in one.faults)

    def test_a_static_program_is_good(self) -> None:
        for arch in elf.MACHINES:
            self.assertEqual(self.faults(parts.program(arch=arch), arch), "")

    def test_a_static_pie_is_good_and_a_library_is_not(self) -> None:
        pie = parts.program(kind=elf.ET_DYN, dynamic={elf.DT_FLAGS_1: elf.DF_1_PIE})
        self.assertEqual(self.faults(pie), "")
        self.assertIn("neither EXEC nor", self.faults(parts.program(kind=elf.ET_DYN, dynamic={elf.DT_FLAGS_1: 0})))

    def test_a_program_of_this_system_is_dynamic(self) -> None:
        found = self.faults(TRUE.read_bytes(), here())
        for part in ("PT_INTERP", "DT_NEEDED", "undefined dynamic symbol", "neither EXEC nor a static PIE"):
            self.assertIn(part, found)

    def test_each_way_to_be_wrong_is_seen(self) -> None:
        segments = parts.GOOD_SEGMENTS
        without = {kind: tuple(one for one in segments if one[0] != kind) for kind, _ in segments}
        for expected, raw in {
            "machine 183": parts.program(arch="arm64"),
            "PT_INTERP": parts.program(segments=(*segments, (elf.PT_INTERP, 4))),
            "DT_NEEDED": parts.program(dynamic={elf.DT_NEEDED: 1}),
            "RPATH": parts.program(dynamic={elf.DT_RPATH: 1}),
            "RUNPATH": parts.program(dynamic={elf.DT_RUNPATH: 1}),
            "2 undefined": parts.program(undefined=2),
            "stack is executable": parts.program(segments=(*without[elf.PT_GNU_STACK], (elf.PT_GNU_STACK, 7))),
            "no GNU_STACK": parts.program(segments=without[elf.PT_GNU_STACK]),
            "no GNU_RELRO": parts.program(segments=without[elf.PT_GNU_RELRO]),
            "writable and executable": parts.program(segments=(*segments, (elf.PT_LOAD, 7))),
            "text relocations": parts.program(dynamic={elf.DT_FLAGS: elf.DF_TEXTREL}),
            ".symtab": parts.program(sections={".symtab": elf.SHT_SYMTAB}),
            ".debug_info": parts.program(sections={".debug_info": 1}),
        }.items():
            self.assertIn(expected, self.faults(raw))
        self.assertIn("text relocations", self.faults(parts.program(dynamic={elf.DT_TEXTREL: 0})))

    def test_what_is_no_such_file_is_refused_wherever_it_is_cut(self) -> None:
        whole = parts.program(dynamic={elf.DT_FLAGS: 0}, undefined=1)
        for raw in (b"", b"#!/bin/sh\n", b"\x7fELF\1" + whole[5:], *(whole[:end] for end in range(len(whole)))):
            with self.assertRaises(elf.NotELF):
                elf.File(raw)
        for offset in (54, 58, 62):  # e_phentsize, e_shentsize, e_shstrndx
            with self.assertRaisesRegex(elf.NotELF, "headers|names"):
                elf.File(whole[:offset] + b"\x39\0" + whole[offset + 2 :])


class Contents(parts.WithArtifact):
    def test_foreign_code_is_seen(self) -> None:
        self.assertEqual(contents.runtime(elf.File(parts.program())).faults, [])
        for mark in [mark for marks in contents.FOREIGN.values() for mark in marks]:
            self.assertTrue(contents.runtime(elf.File(parts.program(holds=b"\0" + mark))).faults, mark)
        metadata = parts.program(sections={"swift5_protocols": 1})
        self.assertIn("swift5_protocols", contents.runtime(elf.File(metadata)).faults[0])

    def test_a_root_that_ends_soon_is_seen(self) -> None:
        (self.artifact.folder / "amazon-roots.pem").write_bytes(certificates().root.read_bytes())
        self.assert_fault(contents.roots, "ends on")
        with mock.patch.object(contents, "LEAST_DAYS", 0):
            self.assertEqual(contents.roots(self.artifact).faults, [])
        (self.artifact.folder / "amazon-roots.pem").write_bytes(certificates().file("valid", "pem").read_bytes())
        self.assert_fault(contents.roots, "is no root")

    def test_a_root_that_begins_later_is_seen(self) -> None:
        later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1_000)
        certificates().issue("later", "keys.example.com", now=later, self_signed=True)
        (self.artifact.folder / "amazon-roots.pem").write_bytes(certificates().file("later", "pem").read_bytes())
        with mock.patch.object(contents, "LEAST_DAYS", 0):
            self.assertEqual(contents.roots(self.artifact).faults, ["CN=keys.example.com is not yet valid"])


class Running(parts.WithArtifact):
    def test_a_program_that_needs_a_library_does_not_start_alone(self) -> None:
        shutil.rmtree(self.artifact.folder)
        artifact = parts.made(self.dist, bootstrap=TRUE.read_bytes())
        try:
            root = roots.EmptyRoot(artifact, Machine(None))
        except LeftOut as reason:
            self.skipTest(str(reason))
        with root, self.assertRaisesRegex(running.Failure, "No such file or directory"):
            with running.started(root, {}):
                pass

    def test_a_root_is_left_out_where_none_is_to_be_had(self) -> None:
        for refusal in (mock.Mock(return_value=mock.Mock(returncode=1)), mock.Mock(side_effect=FileNotFoundError)):
            with mock.patch.object(os, "geteuid", return_value=1_000), self.assertRaises(LeftOut):
                with mock.patch.object(roots.subprocess, "run", refusal):
                    roots.entering()

    def test_a_file_that_is_none_of_its_own_is_seen(self) -> None:
        good = 'openat(AT_FDCWD, "/etc/resolv.conf", 0) = 3\n7 openat(AT_FDCWD,"/var/task/authorizer.json",0) = 4\n'
        for line, name in (
            ('openat(AT_FDCWD, "/lib/x86_64-linux-gnu/libnss_dns.so.2", O_RDONLY) = -1 ENOENT', "libnss_dns"),
            ('12 openat(AT_FDCWD,"/lib/libc.so.6",O_RDONLY) = 3', "/lib/libc.so.6"),
            ('open("/usr/lib/ssl/openssl.cnf", O_RDONLY) = -1 ENOENT', "openssl.cnf"),
            ('[pid 7] execve("/bin/sh", ["sh"], 0x0) = 0', "/bin/sh"),
            ('connect(3, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1', "nscd"),
            ('openat(5, "elsewhere", O_RDONLY) = 3', "elsewhere"),
        ):
            with (
                mock.patch.object(network, "name_server"), mock.patch.object(network, "NamedOrigin"),
                mock.patch.object(network, "machine"),
                mock.patch.object(network, "traced", return_value=good) as traced,
            ):  # fmt: skip
                self.assertEqual(network.files_asked_for(self.artifact).faults, [])
                traced.return_value = good + line
                self.assert_fault(network.files_asked_for, name)
                traced.return_value = ""
                self.assert_fault(network.files_asked_for, "the trace shows neither")

    def test_answers_that_differ_are_seen(self) -> None:
        ours = {"a.json": ("response", b"{}"), "b.json": ("error", b'{"a":1}')}
        run = samples.Samples({"x86_64": ours, "arm64": dict(ours)})
        self.assertEqual(run.alike(["x86_64", "arm64"]).faults, [])
        for other in (("error", b'{"a": 1}'), ("response", b'{"a":1}'), None):
            run.answers["arm64"]["b.json"] = other  # type: ignore[assignment]
            self.assertEqual(run.alike(["x86_64", "arm64"]).faults, ["b.json: arm64 answers otherwise"])
        del run.answers["arm64"]
        with self.assertRaises(LeftOut):
            run.alike(["x86_64", "arm64"])

    def test_a_broken_promise_is_seen(self) -> None:
        row = {"name": "status 500", "faults": []}
        self.assertEqual(promises.told(json.dumps([row]), "", "").faults, [])
        self.assertTrue(promises.told("[]", "", "").faults)
        self.assertTrue(promises.told("", "error: it is not there", "").faults)
        row["faults"] = ["taken instead of ends"]
        self.assertEqual(promises.told(json.dumps([row]), "", "").faults, ["status 500: taken instead of ends"])


ALLOW = b'{"Effect":"Allow"}'


def posted(kind: str, body: bytes) -> Request:
    target = f"/2018-06-01/runtime/invocation/1/{kind}"
    return Request(mock.Mock(spec=Connection), "POST", target, b"", body, 0.0)


class Judging(parts.WithArtifact):
    """What is made of answers, whoever gave them."""

    def under(self, answer: Request, record: dict, check: Callable[[Artifact], Seen]) -> list[str]:
        """The faults where every event gets this answer and this line in the log."""
        api = mock.Mock(invoke=mock.Mock(return_value=answer))
        function = mock.Mock(await_decisions=lambda count: [record] * count)
        started = mock.MagicMock()
        started.return_value.__enter__.return_value = (api, function)
        with (
            mock.patch.object(samples, "EmptyRoot"), mock.patch.object(samples, "machine", return_value=Machine(None)),
            mock.patch.object(samples, "started", started),
        ):  # fmt: skip
            return check(self.artifact).faults

    def test_events_that_are_answered_otherwise_are_seen(self) -> None:
        allowed = {"decision": "allow", "reason": None}
        faults = self.under(posted("response", ALLOW), allowed, samples.Samples().run)
        named = {fault.partition(":")[0] for fault in faults}
        self.assertEqual(named, {event.stem for event in samples.events()})
        self.assertGreater(len(named), 30)

    def test_only_a_refusal_is_a_refusal(self) -> None:
        refusal, record = posted("error", b'{"errorMessage":"Unauthorized"}'), {"decision": "reject"}
        good, other = record | {"reason": "missing_token"}, record | {"reason": "unknown_key"}
        self.assertEqual(self.under(refusal, good, samples.own_configuration), [])
        self.assertTrue(self.under(refusal, other, samples.own_configuration))
        self.assertTrue(self.under(posted("response", ALLOW), good, samples.own_configuration))

    def test_a_variable_that_nobody_knows_leaves_it_out(self) -> None:
        (self.artifact.folder / "authorizer.json").write_text('{"a": "${NOBODY_KNOWS}"}')
        with self.assertRaisesRegex(LeftOut, "NOBODY_KNOWS"):
            samples.own_configuration(self.artifact)

    def test_names_and_certificates_are_judged(self) -> None:
        allow, fault = posted("response", ALLOW), posted("error", b"{}")
        fetch = {"event": "key_fetch", "outcome": "tls_peer_not_verified"}
        good, bad = (allow, []), (fault, [fetch])
        for host, answers, part in (
            ("a-name", [good, bad], None),
            ("127.0.0.1", [good, bad], "was asked as"),
            ("a-name", [bad, bad], "no Allow"),
            ("a-name", [good, (allow, [fetch])], "for another name"),
            ("a-name", [good, (fault, [fetch | {"outcome": "timed_out"}])], "for another name"),
        ):
            requests = [{"headers": [["Host", host]]}]
            origin = mock.MagicMock(url="https://a-name", requests=requests)
            origin.__enter__.return_value = origin
            with (
                mock.patch.object(network, "name_server"), mock.patch.object(network, "machine"),
                mock.patch.object(network, "NamedOrigin", return_value=origin),
                mock.patch.object(network, "fetched", side_effect=answers),
            ):  # fmt: skip
                faults = network.names_and_https(self.artifact).faults
            self.assertEqual([part in fault for fault in faults], [True] if part else [])


class Tool(parts.WithArtifact):
    def run_tool(self, *words: str) -> tuple[int, str, str]:
        output, errors = io.StringIO(), io.StringIO()
        with (
            mock.patch("sys.argv", ["artifact", "--dist", str(self.dist), *words]),
            contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors),
        ):  # fmt: skip
            try:
                status = tool.main()
            except SystemExit as end:
                status = int(end.code or 0)
        return status, output.getvalue(), errors.getvalue()

    def test_wrong_calls_are_64(self) -> None:
        for words in (("sparc",), ("arm64",), ("--dist", "/nowhere"), ("--dist", "/etc"), ("--what",)):
            status, _, errors = self.run_tool(*words)
            self.assertEqual((status, errors[:7]), (64, "error: "), words)

    def test_what_is_there_is_checked(self) -> None:
        self.assertEqual(present(self.dist), ["x86_64"])
        parts.made(self.dist, "arm64")
        self.assertEqual(self.run_tool("--list")[1], "x86_64\narm64\n")
        self.assertEqual(self.run_tool("--list", "arm64")[1], "arm64\n")

    def test_two_versions_of_openssl_are_seen(self) -> None:
        shutil.rmtree(self.artifact.folder)
        artifacts = [parts.made(self.dist, arch) for arch in ("x86_64", "arm64")]
        self.assertEqual(tool.same_openssl(artifacts).faults, [])
        artifacts[0].bootstrap.write_bytes(parts.program(holds=b"OpenSSL 3.0.19 27 Jan 2026"))
        self.assertIn("x86_64 3.0.19, arm64 3.0.22", tool.same_openssl(artifacts).faults[0])
        for one in artifacts:
            one.bootstrap.write_bytes(parts.program(holds=b""))
        self.assertTrue(tool.same_openssl(artifacts).faults)

    def test_one_failure_is_1_and_none_is_0(self) -> None:
        good, bad = (lambda: Seen("well")), (lambda: Seen("", ["it is broken", "twice"]))

        def leaves_out() -> Seen:
            raise LeftOut("there is no root")

        def raises() -> Seen:
            raise ValueError("no JSON")

        for act, status, verdict in (
            (good, 0, "ok"), (leaves_out, 0, "left out"), (bad, 1, "failed"), (raises, 1, "failed"),
        ):  # fmt: skip
            with mock.patch.object(tool, "checks_of", return_value=[("it", act), ("other", good)]):
                found, output, _ = self.run_tool("--json")
                self.assertEqual((found, json.loads(output)[0]["verdict"]), (status, verdict))
                self.assertEqual(json.loads(output)[1]["found"], ["well"])
                self.assertEqual(self.run_tool()[1].splitlines()[1].split()[:2], ["x86_64", "it"])

    def test_each_check_of_a_broken_artifact_fails_or_is_left_out(self) -> None:
        """An empty folder: nothing is ok, and nothing ends the run."""
        shutil.rmtree(self.artifact.folder)
        for path in self.dist.iterdir():
            path.unlink()
        self.artifact.folder.mkdir()
        with mock.patch.object(promises, "runtime_api", side_effect=AssertionError):
            done = tool.run_all([self.artifact])
        self.assertEqual({row.verdict for row in done} - {rows.FAILED, rows.LEFT_OUT}, set())
        self.assertGreater(len(done), 15)


if __name__ == "__main__":
    unittest.main()
