"""A file system that answers only when it is let, as a process of its own: slow_files.py MOUNT_POINT DELAY.

Every call waits DELAY seconds, or with DELAY = "gate" until an octet comes on standard input; either way the name of the
call goes to standard output as it arrives. A directory `dir` with 300 files, `page.html`, and `big.bin` of 3 MiB, also
as `big-N.bin` and, changed in the second 0 of 1970, as `undated.bin`, all owned by whoever runs this. Nothing is kept by
the kernel for longer than a moment.
"""

import errno
import os
import re
import stat
import sys
import threading
import time

SMALL = b"<h1>slow</h1>" * 10
BIG = bytes(range(256)) * (3 << 12)
NAMES = [f"file-{number:03}.txt" for number in range(300)]


def content(path):
    if re.fullmatch(r"/big(-\d+)?\.bin", path) or path == "/undated.bin":
        return BIG
    if path in ("/page.html", "/index.html") or path.startswith("/dir/") and path[5:] in NAMES:
        return SMALL
    return None


def main():
    import fusepy

    point, delay = sys.argv[1:]
    output = threading.Lock()

    def wait(name):
        with output:
            print(name, flush=True)
        if delay != "gate":
            time.sleep(float(delay))
        elif not os.read(0, 1):
            os._exit(0)

    class Files(fusepy.Operations):
        def __call__(self, name, *arguments):
            if name not in ("init", "destroy"):
                wait(name)
            return super().__call__(name, *arguments)

        def getattr(self, path, handle=None):
            times = dict(st_mtime=1_700_000_000, st_ctime=1_700_000_000, st_uid=os.getuid(), st_gid=os.getgid())
            if path in ("/", "/dir"):
                return dict(times, st_mode=stat.S_IFDIR | 0o755, st_nlink=2)
            data = content(path)
            if data is None:
                raise fusepy.FuseOSError(errno.ENOENT)
            if path == "/undated.bin":
                times["st_mtime"] = 0
            return dict(times, st_mode=stat.S_IFREG | 0o644, st_nlink=1, st_size=len(data))

        def readdir(self, path, handle):
            return [".", "..", *(NAMES if path == "/dir" else ("index.html", "page.html", "big.bin", "dir"))]

        def open(self, path, flags):
            return 0

        def read(self, path, size, offset, handle):
            return content(path)[offset:offset + size]

        def flush(self, path, handle):
            return 0

    fusepy.FUSE(Files(), point, foreground=True, ro=True, attr_timeout=0.05, entry_timeout=0.05)


if __name__ == "__main__":
    main()
