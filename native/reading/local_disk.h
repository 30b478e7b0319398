// Whether a file lies on a disk of this machine.
#pragma once

namespace kymo {

// Only where it certainly does: a file system that is not known counts as another machine's.
bool on_local_disk(int descriptor);

}  // namespace kymo
