from pathlib import Path

import pytest

from kymo.format.mounts import Mount, needs_polling, read_mounts


def test_the_table_is_read_with_its_escapes(tmp_path: Path):
    table = tmp_path / "mounts"
    table.write_text("server:/x /data\\040set nfs4 rw 0 0\nbroken\n/dev/sda / ext4 rw 0 0\n")
    assert read_mounts(table) == [Mount("/data set", "nfs4"), Mount("/", "ext4")]
    assert read_mounts(tmp_path / "absent") == []


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "9p", "virtiofs", "fuse.sshfs", "fuse", "lustre", "vboxsf"])
def test_remote_kinds_are_polled(kind: str):
    assert Mount("/", kind).remote


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuseblk", "fusectl"])
def test_local_kinds_are_not(kind: str):
    assert not Mount("/", kind).remote


def test_the_mount_nearest_to_the_path_decides(tmp_path: Path):
    inner = tmp_path / "inner"
    inner.mkdir()
    mounts = [Mount("/", "nfs4"), Mount(str(tmp_path), "ext4")]
    assert needs_polling("/", mounts)
    assert not needs_polling(inner, mounts)
    assert needs_polling(inner, [*mounts, Mount(str(tmp_path), "cifs")]), "the later mount hides the earlier"


def test_a_remote_mount_below_the_path_counts(tmp_path: Path):
    assert needs_polling(tmp_path, [Mount("/", "ext4"), Mount(f"{tmp_path}/shared", "nfs")])


def test_a_link_is_followed(tmp_path: Path):
    (tmp_path / "remote").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "remote")
    assert needs_polling(tmp_path / "link", [Mount("/", "ext4"), Mount(f"{tmp_path}/remote", "nfs")])


def test_without_a_table_nothing_is_polled(tmp_path: Path):
    assert not needs_polling(tmp_path, [])
