"""A wall clock that a test moves under a server: nobody else's, and no other clock of it."""

import os
import shutil
import struct
import subprocess
import time
from pathlib import Path

from harness import environment

COMPILER = shutil.which("cc")


class WallClock:
    """`variables` belong into the environment of the process whose clock it is to be."""

    def __init__(self, folder):
        library = Path(folder) / "wall_clock.so"
        subprocess.run([COMPILER, "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o", library,
                        Path(__file__).with_suffix(".c")], check=True, timeout=60)
        self.file = Path(folder) / "wall_clock"
        self.file.write_bytes(bytes(8))
        self.moved_by = 0
        self.variables = {
            "LD_PRELOAD": str(library),
            "WALL_CLOCK": str(self.file),
            # The sanitizer would be the first to be loaded, and need not.
            "ASAN_OPTIONS": f"{environment()['ASAN_OPTIONS']}:verify_asan_link_order=0",
        }

    def leap(self, seconds):
        self.moved_by += seconds
        descriptor = os.open(self.file, os.O_WRONLY)
        os.pwrite(descriptor, struct.pack("=q", self.moved_by), 0)
        os.close(descriptor)

    def now(self):
        return time.time() + self.moved_by
