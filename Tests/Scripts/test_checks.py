"""Every rule of scripts/check must be able to fail."""

import pathlib
import unittest

import check_sources
import find_duplicates

FILE = pathlib.Path("Sources/JOSE/File.swift")


def said(faults: object) -> str:
    return " ".join(fault for _, _, fault in faults)


class SourceTests(unittest.TestCase):
    def test_imports_are_held_to_the_drawing(self) -> None:
        for line in (
            "import Foundation", "package import Foundation", "@testable import Foundation",
            "import struct Foundation.Data", "@preconcurrency import Dispatch", "import Authorization",
            "import CLibcrypto",
        ):  # fmt: skip
            self.assertTrue(said(check_sources.import_faults(FILE, line)), line)
        self.assertFalse(said(check_sources.import_faults(FILE, "package import StrictJSON")))

    def test_c_modules_have_one_owner(self) -> None:
        system, clock = (pathlib.Path(f"Sources/AuthorizerService/{name}.swift") for name in ("System", "Clock"))
        self.assertFalse(said(check_sources.import_faults(system, "import CPOSIX")))
        self.assertIn("System", said(check_sources.import_faults(clock, "import CPOSIX")))
        support = pathlib.Path("Tests/TestSupport/Keys.swift")
        self.assertFalse(said(check_sources.import_faults(support, "import CLibcrypto")))
        self.assertTrue(said(check_sources.import_faults(support, "import CLibcurl")))

    def test_traps_are_seen_and_negations_are_not(self) -> None:
        for code in ("try! f()", "x as! Y", "fatalError()", "a!", "f()!.b", "a[0]!", "precondition(x)"):
            self.assertIn("trap", said(check_sources.core_faults(FILE, code)), code)
        for code in ("a != b", "!a", "a && !b", "if !a.isEmpty {}", "f(!a)"):
            self.assertFalse(said(check_sources.core_faults(FILE, code)), code)

    def test_unsafe_stays_in_its_rooms(self) -> None:
        self.assertTrue(said(check_sources.core_faults(FILE, "unsafe f()")))
        self.assertTrue(said(check_sources.core_faults(FILE, "let p: UnsafePointer<Int>")))
        room = pathlib.Path("Sources/HTTPTransport/Curl.swift")
        self.assertFalse(said(check_sources.core_faults(room, "unsafe f()")))

    def test_comments_and_strings_are_not_code(self) -> None:
        source = '// try! a\n/* b! */ let s = "c! \\" d!" // e!\nlet t = """\n f!\n """\nlet u = #"g! " h!"#\n'
        code = check_sources.blanked(source)
        self.assertEqual(code.count("\n"), source.count("\n"))
        self.assertFalse(said(check_sources.core_faults(FILE, code)))

    def test_long_functions_are_seen(self) -> None:
        def function(lines: int) -> str:
            return "func f(\n    a: Int\n) -> Int\nwhere A: B {\n" + "    g()\n" * lines + "}\n"

        self.assertFalse(said(check_sources.length_faults(FILE, function(35))))
        self.assertIn("41 lines in a body", said(check_sources.length_faults(FILE, function(36))))
        computed = "var a: Int {\n" + "    g()\n" * 39 + "}\n"
        self.assertIn("41 lines in a body", said(check_sources.length_faults(FILE, computed)))
        requirement = "protocol P {\n    func f() -> Int\n    var a: Int { get }\n" + "    // c\n" * 50 + "}\n"
        self.assertFalse(said(check_sources.length_faults(FILE, requirement)))

    def test_long_files_are_seen(self) -> None:
        self.assertFalse(said(check_sources.length_faults(FILE, "\n" * 300)))
        self.assertTrue(said(check_sources.length_faults(FILE, "\n" * 301)))
        main = pathlib.Path("Sources/bootstrap/main.swift")
        self.assertTrue(said(check_sources.length_faults(main, "\n" * 41)))

    def test_empty_names_are_seen(self) -> None:
        for code in ("struct TokenManager {", "enum Util {", "final class KeyHelper {"):
            self.assertTrue(said(check_sources.name_faults(FILE, code)), code)
        self.assertFalse(said(check_sources.name_faults(FILE, "struct Utility {")))


class DuplicateTests(unittest.TestCase):
    def test_a_run_is_reported_once_and_a_shorter_one_not(self) -> None:
        lines = [f"call({number})" for number in range(15)]
        text = "\n".join(lines)
        for count, faults in ((15, 1), (12, 1), (11, 0)):
            other = "\n".join(["other()", "}", "", *lines[:count]])
            files = {
                pathlib.Path("a"): find_duplicates.telling_lines(text),
                pathlib.Path("b"): find_duplicates.telling_lines(other),
            }
            found = find_duplicates.runs(files)
            self.assertEqual(len(found), faults, count)
            if faults:
                self.assertEqual(found[0][:2], (pathlib.Path("b"), 4))


if __name__ == "__main__":
    unittest.main()
