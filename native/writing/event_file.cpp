#include "writing/event_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "writing/event_codec.h"

namespace kymo {
namespace {

// What the file had of the first record that is not whole is gone: it must be written from its beginning.
void restart_record(Chunks& chunks) {
    if (chunks.empty()) return;
    Chunk& first = chunks.front();
    first.written = whole_records(first.all(), first.written);
}

}  // namespace

EventFile::EventFile(std::string path, std::vector<std::byte> preamble)
    : path_(std::move(path)), preamble_(std::move(preamble)) {}

EventFile::~EventFile() { close(); }

int EventFile::drain(Chunks& chunks, std::vector<Chunk>& drained) {
    if (const int error = prepare(chunks); error != 0) return error;
    while (!chunks.empty()) {
        if (const int error = write_chunk(chunks.front()); error != 0) {
            uncertain_tail_ = true;
            // A handle that went stale (a remount) is of no more use; the path may be.
            if (error == ESTALE || error == EBADF || error == ENODEV) close();
            return error;
        }
        drained.push_back(std::move(chunks.front()));
        chunks.pop_front();
    }
    return 0;
}

int EventFile::prepare(Chunks& chunks) {
    bool usable = false, shrunk = false;
    if (descriptor_ >= 0) {
        if (const int error = check(usable, shrunk); error != 0) return error;
    }
    if (usable && shrunk) restart_record(chunks);
    if (usable) return 0;
    close();
    if (const int error = open(); error != 0) return error;
    if (expected_size_ != 0) return 0;
    restart_record(chunks);
    if (!chunks.empty() && chunks.front().preamble) return 0;
    Chunk chunk(preamble_.size());
    std::memcpy(chunk.bytes.get(), preamble_.data(), preamble_.size());
    chunk.size = preamble_.size();
    chunk.preamble = true;
    chunks.push_front(std::move(chunk));
    recreated_ |= wrote_before_;
    wrote_before_ = false;
    return 0;
}

// A file that was deleted, or emptied by someone else, is not usable any more.
int EventFile::check(bool& usable, bool& shrunk) {
    struct stat status;
    if (fstat(descriptor_, &status) != 0) return errno == ESTALE ? 0 : errno;
    usable = status.st_nlink != 0 && !(status.st_size == 0 && expected_size_ != 0);
    if (!usable || !S_ISREG(status.st_mode)) return 0;
    shrunk = status.st_size < expected_size_;
    const bool surplus = status.st_size > expected_size_;
    if (uncertain_tail_ && surplus && ftruncate(descriptor_, expected_size_) != 0) return errno;
    if (!uncertain_tail_ || shrunk) expected_size_ = status.st_size;
    uncertain_tail_ = false;
    return 0;
}

int EventFile::open() {
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
    descriptor_ = ::open(path_.c_str(), flags, 0666);
    if (descriptor_ < 0 && errno == ENOENT) {
        std::error_code error;
        std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), error);
        if (error) return error.value();
        descriptor_ = ::open(path_.c_str(), flags, 0666);
    }
    if (descriptor_ < 0) return errno;
    struct stat status;
    if (fstat(descriptor_, &status) != 0) {
        const int error = errno;
        close();
        return error;
    }
    expected_size_ = status.st_size;
    name_on_disk_ = false;
    uncertain_tail_ = false;
    return 0;
}

void EventFile::close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
}

int EventFile::write_chunk(Chunk& chunk) {
    while (chunk.written != chunk.size) {
        const auto rest = chunk.unwritten();
        const ssize_t count = ::write(descriptor_, rest.data(), rest.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        if (count == 0) return EIO;
        chunk.written += static_cast<std::size_t>(count);
        expected_size_ += count;
        wrote_before_ |= !chunk.preamble;
    }
    return 0;
}

int EventFile::sync() {
    if (descriptor_ < 0) return 0;
    if (fsync(descriptor_) != 0 && errno != EINVAL && errno != EROFS) return errno;  // a pipe or a device has no disk
    if (name_on_disk_) return 0;
    const auto directory = std::filesystem::path(path_).parent_path();
    const int handle = ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) return errno == ENOENT ? 0 : errno;  // deleted or moved away by someone: theirs to sync
    const int error = fsync(handle) != 0 && errno != EINVAL ? errno : 0;
    ::close(handle);
    name_on_disk_ = error == 0;
    return error;
}

bool EventFile::take_recreated() { return std::exchange(recreated_, false); }

}  // namespace kymo
