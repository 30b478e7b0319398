#include "writing/event_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "writing/event_codec.h"

namespace kymo {
namespace {

constexpr std::size_t most_at_once = 1 << 20;  // bytes a write, so that a long record does not look like a stalled file

// What the file had of the first record that is not whole is gone: it must be written from its beginning.
void restart_record(Chunks& chunks) {
    if (chunks.empty()) return;
    Chunk& first = chunks.front();
    first.written = whole_records(first.all(), first.written);
}

// The handle is of no more use (a remount does that); the path may be.
bool is_stale(int error) { return error == ESTALE || error == EBADF || error == ENODEV; }

}  // namespace

EventFile::EventFile(std::string path, std::vector<std::byte> preamble)
    : path_(std::move(path)), preamble_(std::move(preamble)) {}

EventFile::~EventFile() { close(); }

int EventFile::write_some(Chunks& chunks, std::vector<Chunk>& drained) {
    if (const int error = prepare(chunks); error != 0) return error;
    if (chunks.empty()) return 0;
    Chunk& chunk = chunks.front();
    const auto rest = chunk.unwritten();
    ssize_t count = 0;
    do {
        count = ::write(descriptor_, rest.data(), std::min(rest.size(), most_at_once));
    } while (count < 0 && errno == EINTR);
    if (count <= 0) {
        const int error = count < 0 ? errno : EIO;
        uncertain_tail_ = true;
        if (is_stale(error)) error == EBADF ? forget() : close();
        return error;
    }
    chunk.written += static_cast<std::size_t>(count);
    expected_size_ += count;
    unsynced_ = true;
    wrote_before_ |= !chunk.preamble;
    if (chunk.written == chunk.size) {
        drained.push_back(std::move(chunk));
        chunks.pop_front();
    }
    return 0;
}

int EventFile::prepare(Chunks& chunks) {
    struct stat status;
    int error = look(status);
    if (is_stale(error)) error = look(status);
    if (error == 0 && known_ && vanished(status)) {
        close();
        known_ = false;
        error = look(status);
    }
    if (error != 0) return error;
    if (known_) return reconcile(status, chunks);
    known_ = true;
    uncertain_tail_ = false;
    expected_size_ = status.st_size;
    restart_record(chunks);
    if (status.st_size == 0) begin(chunks);
    return 0;
}

// Opens the file if need be. A descriptor that turns out stale, or to be another file's, is given up.
int EventFile::look(struct stat& status) {
    if (descriptor_ < 0) {
        if (const int error = open(); error != 0) return error;
        if (fstat(descriptor_, &status) != 0) {
            const int error = errno;
            ::close(descriptor_);
            forget();
            return error;
        }
        device_ = status.st_dev;
        inode_ = status.st_ino;
        return 0;
    }
    const int error = fstat(descriptor_, &status) != 0 ? errno : 0;
    // Someone closed every descriptor of the process, and this number may have been given out again.
    if (error == EBADF || (error == 0 && !is_own(status))) {
        forget();
        return EBADF;
    }
    if (is_stale(error)) close();
    return error;
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
    name_on_disk_ = false;
    return descriptor_ < 0 ? errno : 0;
}

void EventFile::close() {
    struct stat status;
    const bool lost = descriptor_ < 0 || (fstat(descriptor_, &status) == 0 ? !is_own(status) : errno == EBADF);
    if (!lost) ::close(descriptor_);
    forget();
}

bool EventFile::is_own(const struct stat& status) const { return status.st_dev == device_ && status.st_ino == inode_; }

void EventFile::forget() { descriptor_ = -1; }

// Deleted, or emptied by someone else.
bool EventFile::vanished(const struct stat& status) const {
    return status.st_nlink == 0 || (status.st_size == 0 && expected_size_ != 0);
}

int EventFile::reconcile(const struct stat& status, Chunks& chunks) {
    if (!S_ISREG(status.st_mode)) return 0;
    if (status.st_size < expected_size_) restart_record(chunks);
    if (uncertain_tail_ && status.st_size > expected_size_) {
        if (ftruncate(descriptor_, expected_size_) != 0) return errno;
    } else {
        expected_size_ = status.st_size;
    }
    uncertain_tail_ = false;
    return 0;
}

// A file without content begins with the preamble.
void EventFile::begin(Chunks& chunks) {
    if (!chunks.empty() && chunks.front().preamble) return;
    Chunk chunk(preamble_.size());
    std::memcpy(chunk.bytes.get(), preamble_.data(), preamble_.size());
    chunk.size = preamble_.size();
    chunk.preamble = true;
    chunks.push_front(std::move(chunk));
    recreated_ |= wrote_before_;
    wrote_before_ = false;
}

int EventFile::sync() {
    if (descriptor_ < 0) return 0;
    struct stat status;
    int failure = look(status);
    if (is_stale(failure)) failure = look(status);
    if (failure != 0) return failure;
    // A pipe or a device has no disk.
    if (unsynced_ && fsync(descriptor_) != 0 && errno != EINVAL && errno != EROFS) return errno;
    unsynced_ = false;
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
