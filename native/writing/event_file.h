// One event file as its writer sees it: opened when needed, made again when it vanished, continued after an error.
#pragma once

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

    // Appends the chunks, moving each that is done to `drained`. Returns 0, or the errno of what went wrong: then the
    // rest stays in `chunks`, and the next call continues at the very byte.
    int drain(Chunks& chunks, std::vector<Chunk>& drained);

    // Returns 0 when what was written, and the file's name, are on the disk.
    int sync();

    const std::string& path() const { return path_; }
    bool opened() const { return descriptor_ >= 0; }

    // Whether a file that had content was found gone and was made again since the last call.
    bool take_recreated();

  private:
    int prepare(Chunks& chunks);
    int open();
    int check(bool& usable, bool& shrunk);
    void close();
    int write_chunk(Chunk& chunk);

    std::string path_;
    std::vector<std::byte> preamble_;
    int descriptor_ = -1;
    off_t expected_size_ = 0;
    bool wrote_before_ = false;
    bool uncertain_tail_ = false;  // a write failed: it may have left bytes that it did not count
    bool name_on_disk_ = false;
    bool recreated_ = false;
};

}  // namespace kymo
