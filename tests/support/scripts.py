"""Python run in a process of its own, beside the test."""

import subprocess
import sys


def started(script, *arguments):
    """Start a script that is given as text; its output is piped."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
