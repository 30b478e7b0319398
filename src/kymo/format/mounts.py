"""Which directories lie on a file system where another machine's writes cause no notification."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

MOUNT_TABLE = Path("/proc/self/mounts")

# The kernel tells of what passes through it. On these a write can happen elsewhere: on another machine, or on the host
# of a virtual machine. overlay, bind mounts and tmpfs are this kernel's own, and do notify.
_REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "9p", "virtiofs", "afs", "coda", "ncpfs"}
    | {"ceph", "lustre", "gpfs", "beegfs", "fhgfs", "glusterfs", "orangefs", "pvfs2", "ocfs2", "gfs2"}
    | {"acfs", "panfs", "wekafs", "vboxsf", "prl_fs", "drvfs", "wslfs"}
)
_ESCAPED = re.compile(r"\\([0-7]{3})")


class Mount(NamedTuple):
    point: str
    kind: str

    @property
    def remote(self) -> bool:
        # Any FUSE may be a network file system (sshfs, gcsfuse, a container host's shares); fuseblk is a local disk.
        return self.kind in _REMOTE or self.kind == "fuse" or self.kind.startswith("fuse.")


def read_mounts(table: Path = MOUNT_TABLE) -> list[Mount]:
    """The mounted file systems in the order they were mounted; none where the system has no such table."""
    try:
        lines = table.read_bytes().splitlines()
    except OSError:
        return []
    mounts = []
    for line in lines:
        fields = os.fsdecode(line).split(" ")
        if len(fields) >= 3:
            point = _ESCAPED.sub(lambda match: chr(int(match[1], 8)), fields[1])
            mounts.append(Mount(point, fields[2]))
    return mounts


def needs_polling(path: str | Path, mounts: Sequence[Mount]) -> bool:
    """Whether files under this path, mounts below it included, can grow without this machine's kernel knowing.

    >>> mounts = [Mount("/", "ext4"), Mount("/data", "nfs4"), Mount("/data/local", "xfs")]
    >>> [needs_polling(path, mounts) for path in ("/home", "/data/runs", "/data/local/runs", "/database")]
    [False, True, False, False]
    >>> needs_polling("/", mounts)
    True
    """
    path = os.path.realpath(path)
    if any(mount.remote and mount.point.startswith(path.rstrip("/") + "/") for mount in mounts):
        return True
    best: Mount | None = None
    for mount in mounts:
        inside = mount.point == "/" or path == mount.point or path.startswith(mount.point + "/")
        # A later mount on the same point hides the earlier one.
        if inside and (best is None or len(mount.point) >= len(best.point)):
            best = mount
    return best is not None and best.remote
