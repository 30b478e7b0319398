// Where the bytes of a log come from: a size and ranges to read. A local file is the first kind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace kymo {

// What tells one file from another under the same name, and a changed one from an unchanged one.
struct SourceStatus {
    std::uint64_t size = 0;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t modified = 0;  // nanoseconds
    bool operator==(const SourceStatus&) const = default;
    bool same_file(const SourceStatus& other) const { return device == other.device && inode == other.inode; }
};

// errno of the failed call, 0 for success.
struct SourceError {
    int code = 0;
    bool absent() const;
    std::string text() const;
    explicit operator bool() const { return code != 0; }
};

class Source {
  public:
    virtual ~Source() = default;
    virtual SourceError status(SourceStatus& status) = 0;
    // Fills `into` from `offset` on; `got` is less than asked for only at the end of the source.
    virtual SourceError read(std::uint64_t offset, std::span<std::byte> into, std::size_t& got) = 0;
};

// A local file, open for reading while it lives.
class FileSource final : public Source {
  public:
    static SourceError open(const std::string& path, std::unique_ptr<Source>& source);
    // The status without opening, so that a file that did not change costs one call.
    static SourceError status_of(const std::string& path, SourceStatus& status);

    ~FileSource() override;
    FileSource(const FileSource&) = delete;
    FileSource& operator=(const FileSource&) = delete;
    SourceError status(SourceStatus& status) override;
    SourceError read(std::uint64_t offset, std::span<std::byte> into, std::size_t& got) override;

  private:
    explicit FileSource(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace kymo
