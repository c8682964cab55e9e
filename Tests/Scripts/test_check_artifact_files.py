"""What is wrong with the zip, or with what lies beside it, must be seen."""

import hashlib
import json
import stat
import unittest
from unittest import mock

import artifact_parts as parts
from artifact import archive, companions, contents, roots, rows
from artifact.emulation import Machine
from artifact.rows import LeftOut


class Archive(parts.WithArtifact):
    def pack(self, *changed: tuple, comment: bytes = b"") -> None:
        """The zip anew, with these entries (name, mode, date, content) in place of the good ones or beside them."""
        good = {name: (parts.entry(name), raw) for name, raw in parts.contents(parts.program()).items()}
        good |= {name: (parts.entry(name, *how), raw) for name, *how, raw in changed}
        parts.pack(self.artifact.zip, [good[name] for name in sorted(good)], comment)

    def test_what_is_good_is_good(self) -> None:
        self.pack()
        for check in (archive.sizes, archive.entries, archive.same_bytes):
            self.assertEqual(check(self.artifact).faults, [])

    def test_each_wrong_entry_is_seen(self) -> None:
        raw = parts.program()
        for expected, changed in {
            "mode 0644 instead of 0755": ("bootstrap", 0o644, raw),
            "mode 4755 instead of 0755": ("bootstrap", 0o4755, raw),
            "others cannot read it": ("authorizer.json", 0o640, b"{}\n"),
            "it is a link": ("amazon-roots.pem", stat.S_IFLNK | 0o777, b"/etc/ssl/cert.pem"),
            "no regular file": ("folder", stat.S_IFDIR | 0o755, b""),
            "2026-11-29": ("authorizer.json", 0o644, (2026, 11, 29, 1, 2, 4), b"{}\n"),
            "leads elsewhere": ("../bootstrap", 0o755, raw),
            "is absolute": ("/etc/passwd", 0o644, b""),
            "to a folder": ("folder/", 0o644, b""),
        }.items():
            with self.subTest(expected):
                self.pack(changed)
                self.assert_fault(archive.entries, expected)
                with self.assertRaises(LeftOut):
                    roots.EmptyRoot(self.artifact, Machine(None))

    def test_other_names_for_elsewhere_are_seen(self) -> None:
        for name in ("a/../../b", "a\\..\\b", "C:\\b", "\\b", "./bootstrap", "a//b"):
            self.assertTrue(archive.name_faults(name), name)
        for name in ("bootstrap", "keys/pool.json", "..b"):
            self.assertEqual(archive.name_faults(name), [])

    def test_what_is_wrong_with_the_whole_is_seen(self) -> None:
        good = [(parts.entry(name), raw) for name, raw in parts.contents(parts.program()).items()]
        parts.pack(self.artifact.zip, good[::-1])
        self.assert_fault(archive.entries, "not sorted")
        with self.assertWarns(UserWarning):
            parts.pack(self.artifact.zip, [good[0], *good])
        self.assert_fault(archive.entries, "there twice")
        parts.pack(self.artifact.zip, good[:-1])
        self.assert_fault(archive.entries, "no bootstrap")
        self.pack(comment=b"made by hand")
        self.assert_fault(archive.entries, "comment of 12 bytes")
        self.pack()
        self.artifact.zip.write_bytes(b"#!/bin/sh\n" + self.artifact.zip.read_bytes())
        self.assert_fault(archive.entries, "before its first entry")
        other = parts.entry("authorizer.json")
        other.extra = b"UT\5\0\3\0\0\0\0"
        parts.pack(self.artifact.zip, [good[0], (other, b"{}\n"), good[2]])
        self.assert_fault(archive.entries, "extra fields")

    def test_an_entry_that_only_some_can_read_is_seen(self) -> None:
        for attribute, value, part in (("create_system", 0, "mode is not told"), ("flag_bits", 1, "encrypted")):
            entry = parts.entry("bootstrap")
            setattr(entry, attribute, value)
            self.assertTrue(any(part in fault for fault in archive.entry_faults(entry)), part)
        self.assertEqual(archive.entry_faults(parts.entry("bootstrap")), [])

    def test_another_byte_is_seen(self) -> None:
        self.pack(("authorizer.json", 0o644, b"{ }\n"))
        self.assert_fault(archive.same_bytes, "authorizer.json is another")
        self.pack(("keys.json", 0o644, b"{}"))
        self.assert_fault(archive.same_bytes, "keys.json is in the zip alone")
        parts.pack(self.artifact.zip, [(parts.entry("bootstrap"), parts.program())])
        self.assert_fault(archive.same_bytes, "authorizer.json is missing")
        (self.artifact.folder / "notes").write_text("")
        self.assert_fault(archive.same_bytes, "notes is in the folder alone")

    def test_a_damaged_zip_is_seen(self) -> None:
        raw = bytearray(self.artifact.zip.read_bytes())
        raw[len(raw) // 3] ^= 1
        self.artifact.zip.write_bytes(raw)
        row = rows.judged("x86_64", "zip bytes", lambda: archive.same_bytes(self.artifact))
        self.assertEqual(row.verdict, rows.FAILED)

    def test_too_large_is_seen(self) -> None:
        for limit, what in (
            ("BOOTSTRAP_LIMIT_BYTES", "bootstrap has"), ("ZIP_LIMIT_BYTES", "the zip has"),
            ("UPLOAD_LIMIT_BYTES", "upload"), ("UNPACKED_LIMIT_BYTES", "unpacked"),
        ):  # fmt: skip
            with mock.patch.object(archive, limit, 300):
                self.assert_fault(archive.sizes, what)
        (self.artifact.folder / "bootstrap").write_bytes(bytes(archive.BOOTSTRAP_LIMIT_BYTES + 1))
        self.assert_fault(archive.sizes, "6,500,001")


class Companions(parts.WithArtifact):
    def test_what_is_good_is_good(self) -> None:
        for check in (companions.bill, companions.sums, companions.licences):
            self.assertEqual(check(self.artifact).faults, [])

    def test_a_missing_one_is_seen(self) -> None:
        for ending, check in (
            (".cdx.json", companions.bill), (".sha256", companions.sums), ("-licences.txt", companions.licences),
        ):  # fmt: skip
            self.artifact.beside(ending).unlink()
            row = rows.judged("x86_64", "it", lambda check=check: check(self.artifact))
            self.assertEqual((row.verdict, "is missing" in row.found[0]), (rows.FAILED, True))

    def bill(self, **versions: str) -> dict:
        return parts.bill(self.artifact.bootstrap.read_bytes(), **versions)

    def test_a_broken_bill_is_seen(self) -> None:
        for name in companions.COMPONENTS:
            for expected, change in {
                "it is not listed": lambda one: one.update(name="another"),
                "no version": lambda one: one.pop("version"),
                "no package URL": lambda one: one.pop("purl"),
                "version ": lambda one: one.update(purl="pkg:generic/it@0"),
            }.items():
                document = self.bill()
                change(next(one for one in document["components"] if one["name"] == name))
                self.artifact.beside(".cdx.json").write_text(json.dumps(document))
                self.assert_fault(companions.bill, f"{name}: {expected}")

    def test_a_bill_of_another_build_is_seen(self) -> None:
        for version in ("3.0.19-1", "3.0.2-1", "3.0.220-1"):
            self.artifact.beside(".cdx.json").write_text(json.dumps(self.bill(openssl=version)))
            self.assert_fault(companions.bill, "linked with 3.0.22")
        for version in ("12.2.0-14", "12.2.0-14+deb12u2", "13.2.0-1"):
            self.artifact.beside(".cdx.json").write_text(json.dumps(self.bill(gcc=version)))
            self.assert_fault(companions.bill, f"gcc: version {version}, and bootstrap holds 12.2.0-14+deb12u1")
        for text in ("[]", "{}", '{"bomFormat": "SPDX"}'):
            self.artifact.beside(".cdx.json").write_text(text)
            self.assert_fault(companions.bill, "no CycloneDX")
        document = self.bill()
        del document["specVersion"]
        self.artifact.beside(".cdx.json").write_text(json.dumps(document))
        self.assert_fault(companions.bill, "no specVersion")

    def test_a_bill_names_its_bootstrap_by_hash(self) -> None:
        digest = hashlib.sha256(self.artifact.bootstrap.read_bytes()).hexdigest()
        silent, other = "it does not say which bootstrap", "the bill of another bootstrap"
        for hashes, fault in (
            ([("SHA-256", digest)], None), ([("SHA-1", "0"), ("SHA-256", digest)], None),
            ([], silent), ([("SHA-512", digest)], silent), ([("SHA-256", "0" * 64)], other),
        ):  # fmt: skip
            described = {"hashes": [{"alg": alg, "content": content} for alg, content in hashes]}
            document = self.bill() | {"metadata": {"component": described}}
            self.artifact.beside(".cdx.json").write_text(json.dumps(document))
            faults = companions.bill(self.artifact).faults
            self.assertEqual([fault is not None and fault in one for one in faults], [True] if fault else [], hashes)

    def test_every_compiler_that_left_its_name_is_found(self) -> None:
        raw = parts.GCC + b"GCC: (Ubuntu 13.2.0-23ubuntu4+b2) 13.2.0\0GCC: (GNU) 11.5.0\0clang version 21.0.0\0"
        self.assertEqual(contents.gcc_versions(raw), {"12.2.0-14+deb12u1", "13.2.0-23ubuntu4"})

    def test_a_package_url_may_say_more_than_the_version_and_not_another(self) -> None:
        for version, url, count in (
            ("6.3.1", "pkg:github/swiftlang/swift@swift-6.3.1-RELEASE", 0),
            ("6.3", "pkg:github/swiftlang/swift@swift-6.3.1-RELEASE", 1),
            ("3.1", "pkg:github/swiftlang/swift@swift-6.3.1-RELEASE", 1),
            ("7.88.1-10+deb12u15", "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u15?arch=source&distro=debian-12", 0),
            ("7.88.1-10+deb12u15", "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u14?arch=source", 1),
        ):
            self.assertEqual(len(companions.component_faults({"version": version, "purl": url})), count, url)

    def test_wrong_sums_are_seen(self) -> None:
        path, good = self.artifact.beside(".sha256"), parts.sums(self.artifact)
        first, second = good.splitlines(keepends=True)
        other = "0" if good[0] != "0" else "1"
        for expected, text in {
            "has another sum": other + good[1:],
            "bootstrap has no sum": first,
            ".zip has no sum": second,
            "no line of sha256sum": good + "SHA256 (bootstrap) = 00\n",
            "is not in": good + f"{'0' * 64}  ../passwd\n",
        }.items():
            path.write_text(text)
            self.assert_fault(companions.sums, expected)

    def test_a_licence_that_is_left_out_is_seen(self) -> None:
        for line in (line for line in parts.LICENCES.splitlines() if line.startswith(("curl", "c-ares", "gcc"))):
            self.artifact.beside("-licences.txt").write_text(parts.LICENCES.replace(line, ""))
            self.assertEqual(len(companions.licences(self.artifact).faults), 1)


if __name__ == "__main__":
    unittest.main()
