"""Whoever ends a run of `turnstile keys` must be able to tell that from a run that ended by itself."""

import signal
import subprocess
import sys
import unittest

from keys_worlds import Killer


class WatchedProcess(subprocess.Popen):
    """Notes what the killer says of itself once the process is gone, which is when another thread may ask it."""

    killer: Killer
    said: bool | None = None

    def wait(self, timeout: float | None = None) -> int:
        status = super().wait(timeout)
        self.said = self.killer.has_killed
        return status


class KillerTests(unittest.TestCase):
    def setUp(self) -> None:
        self.killer = Killer()

    def started(self) -> WatchedProcess:
        process = WatchedProcess([sys.executable, "-c", "import time; time.sleep(60)"])
        process.killer = self.killer
        self.addCleanup(process.kill)
        return process

    def test_who_sees_the_process_gone_is_told_that_it_was_killed(self) -> None:
        self.killer.arm(2)
        self.killer.process = process = self.started()
        self.killer.before("ListKeys", is_change=False)
        self.assertFalse(self.killer.has_killed)
        self.killer.before("CreateKey", is_change=True)
        self.assertEqual(process.returncode, -signal.SIGKILL)
        self.assertIs(process.said, True)

    def test_behind_a_change_none_is_killed_before_it(self) -> None:
        self.killer.arm(1, counts_changes_only=True, is_behind=True)
        self.killer.process = process = self.started()
        self.killer.before("ListKeys", is_change=False)
        self.killer.after("ListKeys", is_change=False)
        self.killer.before("CreateKey", is_change=True)
        self.assertFalse(self.killer.has_killed)
        self.killer.after("CreateKey", is_change=True)
        self.assertEqual(process.returncode, -signal.SIGKILL)


if __name__ == "__main__":
    unittest.main()
