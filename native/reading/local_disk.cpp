#include "reading/local_disk.h"

#ifdef __linux__
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#else
#include <sys/mount.h>
#include <sys/param.h>
#endif

namespace kymo {

bool on_local_disk(int descriptor) {
    struct statfs info;
    if (::fstatfs(descriptor, &info) != 0) return false;
#ifdef __linux__
    // ext2 to ext4, XFS, Btrfs, tmpfs, overlayfs, ZFS, F2FS, bcachefs: statfs(2).
    constexpr std::array<unsigned long, 8> local = {0xef53,     0x58465342, 0x9123683e, 0x01021994,
                                                    0x794c7630, 0x2fc12fc1, 0xf2f52010, 0xca451a4e};
    return std::find(local.begin(), local.end(), static_cast<unsigned long>(info.f_type) & 0xffffffffUL) != local.end();
#else
    return (info.f_flags & MNT_LOCAL) != 0;
#endif
}

}  // namespace kymo
