// One event file as its writer sees it: opened when needed, made again when it vanished, continued after an error.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "writing/record_buffer.h"

namespace kymo {

// Not safe to use from several threads at once.
class EventFile {
  public:
    // `preamble` is the framed record that every file begins with.
    EventFile(std::string path, std::vector<std::byte> preamble);
    ~EventFile();
    EventFile(const EventFile&) = delete;
    EventFile& operator=(const EventFile&) = delete;

    // Makes one write of what is in `chunks`; a chunk that is done moves to `drained`. Returns 0, or the errno of what
    // went wrong: then the next call continues at the very byte.
    int write_some(Chunks& chunks, std::vector<Chunk>& drained);

    // Returns 0 when what was written, and the file's name, are on the disk.
    int sync();

    const std::string& path() const { return path_; }
    bool opened() const { return descriptor_ >= 0; }

    // Whether a file that had content was found gone and was made again since the last call.
    bool take_recreated();

  private:
    int prepare(Chunks& chunks);
    int look(struct stat& status);
    int open();
    void close();
    void forget();
    bool is_own(const struct stat& status) const;
    bool vanished(const struct stat& status) const;
    int reconcile(const struct stat& status, Chunks& chunks);
    void begin(Chunks& chunks);

    std::string path_;
    std::vector<std::byte> preamble_;
    int descriptor_ = -1;
    dev_t device_ = 0;  // with the inode: which file the descriptor was opened on
    ino_t inode_ = 0;
    bool known_ = false;  // the size is that of the file at the path, also while no descriptor is open
    off_t expected_size_ = 0;
    bool wrote_before_ = false;
    bool uncertain_tail_ = false;  // a write failed: it may have left bytes that it did not count
    bool unsynced_ = false;        // something was written since the last fsync
    bool name_on_disk_ = false;
    bool recreated_ = false;
};

}  // namespace kymo
