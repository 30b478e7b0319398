// A file of its own for one input, for what reads files by their names.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "format/wire_reader.h"
#include "fuzz/invariant.h"

namespace kymo::fuzz {

class ScratchFile {
  public:
    ScratchFile() {
        path_ = (std::filesystem::temp_directory_path() / "kymo-fuzz-XXXXXX").string();
        descriptor_ = ::mkstemp(path_.data());
        KYMO_HOLDS(descriptor_ >= 0);
    }
    explicit ScratchFile(Bytes content) : ScratchFile() { write(0, content); }
    ~ScratchFile() {
        ::close(descriptor_);
        ::unlink(path_.c_str());
    }
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;

    const std::string& path() const { return path_; }

    void write(std::uint64_t offset, Bytes bytes) {
        const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        KYMO_HOLDS(written == static_cast<ssize_t>(bytes.size()));
    }
    // Changes one byte, of the file that has the name by now.
    void damage(std::uint64_t offset) {
        const int descriptor = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
        KYMO_HOLDS(descriptor >= 0);
        char byte = 0;
        if (::pread(descriptor, &byte, 1, static_cast<off_t>(offset)) == 1) {
            byte = static_cast<char>(byte ^ 0x10);
            KYMO_HOLDS(::pwrite(descriptor, &byte, 1, static_cast<off_t>(offset)) == 1);
        }
        ::close(descriptor);
    }
    void resize(std::uint64_t size) { KYMO_HOLDS(::ftruncate(descriptor_, static_cast<off_t>(size)) == 0); }

  private:
    std::string path_;
    int descriptor_ = -1;
};

}  // namespace kymo::fuzz
