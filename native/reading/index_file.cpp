#include "reading/index_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "format/crc32c.h"
#include "format/wire_reader.h"
#include "reading/local_disk.h"

namespace kymo {

namespace {

constexpr std::string_view magic = "kymoidx\n";
constexpr std::uint32_t version = 2;
constexpr std::size_t sum_at = 12, summed_from = 16, fixed_size = 32;
// A small index is copied: the system bounds how many mappings a process may have.
constexpr std::uint64_t mapped_from = std::uint64_t{256} << 10;

constexpr std::uint64_t aligned(std::uint64_t offset) { return (offset + 7) / 8 * 8; }

template <typename Word>
void append_word(std::vector<std::byte>& bytes, Word word) {
    const auto* from = reinterpret_cast<const std::byte*>(&word);
    bytes.insert(bytes.end(), from, from + sizeof(Word));
}

// Writes to a descriptor, a good piece at a time.
class Sink {
  public:
    explicit Sink(int descriptor) : descriptor_(descriptor) { held_.reserve(capacity); }

    void write(std::span<const std::byte> bytes) {
        written_ += bytes.size();
        if (held_.size() + bytes.size() > capacity) flush();
        if (bytes.size() > capacity) {
            put(bytes);
        } else {
            held_.insert(held_.end(), bytes.begin(), bytes.end());
        }
    }
    void flush() {
        put(held_);
        held_.clear();
    }
    std::uint64_t written() const { return written_; }
    SourceError error() const { return {error_}; }

  private:
    static constexpr std::size_t capacity = std::size_t{256} << 10;

    void put(std::span<const std::byte> bytes) {
        while (error_ == 0 && !bytes.empty()) {
            const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
            if (count < 0 && errno != EINTR) error_ = errno;
            if (count > 0) bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
    }

    int descriptor_;
    std::vector<std::byte> held_;
    std::uint64_t written_ = 0;
    int error_ = 0;
};

// The file's bytes: mapped where that is safe, otherwise a copy. Null where they cannot be had.
std::shared_ptr<const std::byte[]> memory_of(int descriptor, std::uint64_t size) {
    const auto length = static_cast<std::size_t>(size);
    // What is mapped from a server that replaces the file can no longer be read, which ends the process.
    if (size >= mapped_from && on_local_disk(descriptor)) {
        void* const at = ::mmap(nullptr, length, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (at != MAP_FAILED) {
            return {static_cast<const std::byte*>(at),
                    [length](const std::byte* bytes) { ::munmap(const_cast<std::byte*>(bytes), length); }};
        }
    }
    std::shared_ptr<std::byte[]> copy(new std::byte[length]);
    for (std::size_t got = 0; got < length;) {
        const ssize_t count = ::pread(descriptor, copy.get() + got, length - got, static_cast<off_t>(got));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return nullptr;
        got += static_cast<std::size_t>(count);
    }
    return copy;
}

}  // namespace

void IndexWriter::number(std::uint64_t value) { append_word(head_, value); }

void IndexWriter::real(double value) { append_word(head_, value); }

void IndexWriter::text(std::string_view value) {
    number(value.size());
    const auto bytes = std::as_bytes(std::span(value));
    head_.insert(head_.end(), bytes.begin(), bytes.end());
}

void IndexWriter::add_column(std::span<const std::byte> bytes, std::uint64_t rows) {
    number(rows);
    number(crc32c(bytes));
    columns_.push_back(bytes);
}

SourceError IndexWriter::save(const std::string& path, std::uint64_t& size) const {
    static std::atomic<std::uint64_t> count{0};
    const std::string own = path + "." + std::to_string(::getpid()) + "." + std::to_string(count++) + ".tmp";
    const int descriptor = ::open(own.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) return {errno};

    size = aligned(fixed_size + head_.size());
    for (const auto& column : columns_) size = aligned(size + column.size());
    std::vector<std::byte> begin;
    const auto name = std::as_bytes(std::span(magic));
    begin.insert(begin.end(), name.begin(), name.end());
    append_word(begin, version);
    append_word(begin, std::uint32_t{0});
    append_word(begin, std::uint64_t{head_.size()});
    append_word(begin, size);
    const std::uint32_t sum = crc32c(head_, crc32c(std::span(begin).subspan(summed_from)));
    std::memcpy(begin.data() + sum_at, &sum, sizeof(sum));

    Sink sink(descriptor);
    const std::byte padding[8] = {};
    const auto align = [&] { sink.write(std::span(padding).first(aligned(sink.written()) - sink.written())); };
    sink.write(begin);
    sink.write(head_);
    align();
    for (const auto& column : columns_) {
        sink.write(column);
        align();
    }
    sink.flush();
    SourceError error = sink.error();
    if (::close(descriptor) != 0 && !error) error = {errno};
    if (!error && std::rename(own.c_str(), path.c_str()) != 0) error = {errno};
    if (error) ::unlink(own.c_str());
    return error;
}

bool IndexReader::open(const std::string& path) {
    int descriptor = -1;
    do descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0) return false;
    struct stat info;
    if (::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode) && info.st_size >= off_t{fixed_size}) {
        size_ = static_cast<std::uint64_t>(info.st_size);
        memory_ = memory_of(descriptor, size_);
    }
    ::close(descriptor);
    if (memory_ == nullptr) return false;

    const std::byte* const begin = memory_.get();
    const auto head_size = load_word<std::uint64_t>(begin + 16);
    if (text_of({begin, magic.size()}) != magic || load_word<std::uint32_t>(begin + 8) != version) return false;
    if (load_word<std::uint64_t>(begin + 24) != size_ || head_size > size_ - fixed_size) return false;
    const auto summed = static_cast<std::size_t>(fixed_size - summed_from + head_size);
    if (crc32c({begin + summed_from, summed}) != load_word<std::uint32_t>(begin + sum_at)) return false;
    head_ = {begin + fixed_size, static_cast<std::size_t>(head_size)};
    column_at_ = aligned(fixed_size + head_size);
    return whole_ = true;
}

std::uint64_t IndexReader::number() {
    if (!whole_ || head_.size() < sizeof(std::uint64_t)) return whole_ = false;
    const auto value = load_word<std::uint64_t>(head_.data());
    head_ = head_.subspan(sizeof(value));
    return value;
}

double IndexReader::real() { return std::bit_cast<double>(number()); }

std::string IndexReader::text() {
    const std::uint64_t size = number();
    if (!whole_ || size > head_.size()) {
        whole_ = false;
        return {};
    }
    std::string value(text_of(head_.first(static_cast<std::size_t>(size))));
    head_ = head_.subspan(static_cast<std::size_t>(size));
    return value;
}

const std::byte* IndexReader::take_column(std::size_t width, std::uint64_t& rows) {
    rows = number();
    const std::uint64_t sum = number();
    if (!whole_) return nullptr;
    const std::byte* const data = memory_.get() + column_at_;
    if (column_at_ > size_ || rows > (size_ - column_at_) / width ||
        crc32c({data, static_cast<std::size_t>(rows * width)}) != sum) {
        whole_ = false;
        return nullptr;
    }
    column_at_ = aligned(column_at_ + rows * width);
    return data;
}

}  // namespace kymo
