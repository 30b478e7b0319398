#include "reading/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace kymo {

namespace {

SourceStatus from_stat(const struct stat& info) {
    SourceStatus status;
    status.size = info.st_size < 0 ? 0 : static_cast<std::uint64_t>(info.st_size);
    status.device = static_cast<std::uint64_t>(info.st_dev);
    status.inode = static_cast<std::uint64_t>(info.st_ino);
#ifdef __APPLE__
    const timespec& modified = info.st_mtimespec;
#else
    const timespec& modified = info.st_mtim;
#endif
    status.modified = static_cast<std::int64_t>(modified.tv_sec) * 1'000'000'000 + modified.tv_nsec;
    return status;
}

// A directory, pipe or device under an event file's name would block or never end.
SourceError judge(const struct stat& info, SourceStatus& status) {
    if (S_ISDIR(info.st_mode)) return {EISDIR};
    if (!S_ISREG(info.st_mode)) return {EINVAL};
    status = from_stat(info);
    return {};
}

}  // namespace

bool SourceError::absent() const { return code == ENOENT || code == ENOTDIR; }

std::string SourceError::text() const { return std::generic_category().message(code); }

SourceError FileSource::open(const std::string& path, std::unique_ptr<Source>& source) {
    int descriptor = -1;
    do descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0) return {errno};
    source.reset(new FileSource(descriptor));
    return {};
}

SourceError FileSource::status_of(const std::string& path, SourceStatus& status) {
    struct stat info;
    if (::stat(path.c_str(), &info) != 0) return {errno};
    return judge(info, status);
}

FileSource::~FileSource() { ::close(descriptor_); }

SourceError FileSource::status(SourceStatus& status) {
    struct stat info;
    if (::fstat(descriptor_, &info) != 0) return {errno};
    return judge(info, status);
}

SourceError FileSource::read(std::uint64_t offset, std::span<std::byte> into, std::size_t& got) {
    got = 0;
    while (got < into.size()) {
        const ssize_t count =
            ::pread(descriptor_, into.data() + got, into.size() - got, static_cast<off_t>(offset + got));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return {errno};
        if (count == 0) break;
        got += static_cast<std::size_t>(count);
    }
    return {};
}

}  // namespace kymo
