"""The count of instructions must be able to fail, and to say where they went."""

import collections
import json
import pathlib
import tempfile
import unittest

from bench import callgrind, instructions, link_order

OUTPUT = """# callgrind format
version: 1
positions: line
events: Ir
fl=(1) main.c
fn=(1) main
16 400
cfn=(2) parse
calls=3 20
16 900
fi=(2) inlined.h
+2 50
fe=(1)
fn=(2)
20 600
-3 200
* 100
fn=(3) write
cfn=(2)
calls=1 20
7 300
9 10
totals: 1360
"""


class CallgrindTests(unittest.TestCase):
    def test_each_function_has_its_own_instructions_without_those_it_called(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "callgrind")
            path.write_text(OUTPUT)
            found = callgrind.counts(path)
            self.assertEqual(found.instructions, {"main": 450, "parse": 900, "write": 10})
            self.assertEqual(found.calls, {("main", "parse"): 3, ("write", "parse"): 1})


class VerdictTests(unittest.TestCase):
    written = {"sum": 1_000, "functions": {"parse": 600, "write": 400}}

    def test_five_in_a_hundred_more_are_allowed(self) -> None:
        for found in ({"parse": 650, "write": 400}, {"parse": 550, "write": 400}):
            is_kept, lines = instructions.verdict("REST TOKEN", "calls", found, self.written)
            self.assertTrue(is_kept)
            self.assertNotIn("fewer", lines[0])

    def test_many_fewer_are_good_and_to_be_written_down(self) -> None:
        is_kept, lines = instructions.verdict("REST TOKEN", "calls", {"parse": 549, "write": 400}, self.written)
        self.assertTrue(is_kept)
        self.assertIn("--update", lines[0])

    def test_one_more_is_not_and_the_functions_that_grew_are_named(self) -> None:
        found = {"parse": 640, "write": 390, "copy": 21}
        is_kept, lines = instructions.verdict("REST TOKEN", "instructions", found, self.written)
        self.assertFalse(is_kept)
        self.assertIn("TOO MANY", lines[0])
        self.assertEqual([line.split() for line in lines[1:]], [["+40", "parse"], ["+21", "copy"]])

    def test_what_is_kept_is_what_costs_most_and_all_of_the_sum(self) -> None:
        profile = {f"f{number}": number for number in range(100)}
        kept = instructions.kept(profile)
        self.assertEqual(kept["sum"], sum(range(100)))
        self.assertEqual(len(kept["functions"]), instructions.KEPT)
        self.assertNotIn("f39", kept["functions"])

    def test_what_is_written_down_is_read_again_and_has_a_line_for_each_kind(self) -> None:
        written = {"A": {"instructions": self.written, "calls": self.written}, "B": {"calls": self.written}}
        text = instructions.spelled(written)
        self.assertEqual(json.loads(text), written)
        self.assertEqual(sum('"sum"' in line for line in text.splitlines()), 3)

    def test_functions_of_others_are_left_out_also_in_parts(self) -> None:
        profile = {"memcpy": 5, "memcpy.part.0": 3, "bn_mul'2": 7, "curl_easy_perform": 11, "$e4main": 13}
        self.assertEqual(instructions.own(profile, {"memcpy", "bn_mul"}), {"curl_easy_perform": 11, "$e4main": 13})

    def test_calls_of_others_count_where_the_caller_is_none_of_them(self) -> None:
        calls = collections.Counter(
            {("$e4main", "bn_mul'2"): 3, ("curl_easy_perform", "memcpy"): 4, ("bn_mul", "memcpy"): 90, ("a", "b"): 7}
        )
        found = instructions.outward(callgrind.Counts(calls=calls), {"memcpy", "bn_mul"})
        self.assertEqual(found, {"bn_mul'2": 3, "memcpy": 4})


class OrderTests(unittest.TestCase):
    def test_what_is_called_now_comes_first_in_its_order_and_nothing_is_lost(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            profile, order = pathlib.Path(folder, "callgrind"), pathlib.Path(folder, "order")
            profile.write_text("fn=(1) main\ncfn=(2) parse'2\nfn=(2)\nfn=(3) $e4main\ncfn=(4) write.part.0\ncfn=(1)\n")
            order.write_text("# why\n# how\nSSL_read\nwrite\n")
            self.assertEqual(link_order.rewrite(order, link_order.called(profile)), 4)
            self.assertEqual(order.read_text(), "# why\n# how\nmain\nparse\nwrite\nSSL_read\n")


if __name__ == "__main__":
    unittest.main()
