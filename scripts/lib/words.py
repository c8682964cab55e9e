"""The words that stand behind a script's name."""

import argparse
import sys
from typing import NoReturn

USAGE = 64  # sysexits.h: the script was called wrongly


class Parser(argparse.ArgumentParser):
    """Of a script whose manual is the comment at its head; `prog` names it."""

    def error(self, message: str) -> NoReturn:
        print(f"error: {message}; {self.prog} -h says more", file=sys.stderr)
        sys.exit(USAGE)
