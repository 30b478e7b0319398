// Follows one event file: reads what has grown since the last time, survives damage, notices another file in its place.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "reading/byte_source.h"
#include "reading/damage.h"
#include "reading/file_log.h"
#include "reading/record_reader.h"

namespace kymo {

struct ScanProgress {
    std::uint64_t bytes = 0;
    std::uint64_t points = 0;
    bool more = false;       // the budget ended before the file did
    bool changed = false;    // anything a reader could see
    bool restarted = false;  // what was read before is void: the file was replaced, truncated or deleted
};

class FileScanner {
  public:
    explicit FileScanner(std::string path) : path_(std::move(path)), log_(std::make_unique<FileLog>()) {}

    // Opens, reads on, closes: no handle is kept between two calls. Stops after about `byte_budget` bytes, 0 for none.
    ScanProgress scan(std::uint64_t byte_budget);

    const std::string& path() const { return path_; }
    FileLog& log() { return *log_; }
    const FileLog& log() const { return *log_; }
    const DamageReport& report() const { return report_; }
    std::uint64_t size() const { return status_.size; }
    std::uint64_t offset() const { return offset_; }
    bool missing() const { return missing_; }

  private:
    // What is at the offset.
    enum class State : std::uint8_t {
        reading,   // the next record
        waiting,   // an unfinished one
        lost,      // a damaged one that was told, and no record behind it yet
        resuming,  // behind damage that was told: what may become a record
    };

    // The bytes at the beginning and just before the offset, by which a file rewritten in place is told from one grown.
    struct Fingerprint {
        std::array<std::byte, 64> bytes{};
        std::size_t head = 0, tail = 0;
        bool operator==(const Fingerprint&) const = default;
    };

    bool look(ScanProgress& progress);
    void start_over(ScanProgress& progress);
    void fail(const SourceError& error, ScanProgress& progress);
    bool same_content(Source& source, SourceError& error) const;
    SourceError fingerprint(Source& source, Fingerprint& print) const;
    std::uint32_t searched_sum(RecordReader& reader) const;
    std::uint32_t ahead_sum(RecordReader& reader) const;
    bool damage_changed(RecordReader& reader);
    void read_records(RecordReader& reader, std::uint64_t byte_budget, ScanProgress& progress);
    void take_plain(const RecordReader& reader, std::uint64_t until);
    bool take_record(RecordReader& reader, const Record& record);
    bool recover(RecordReader& reader, const Record& record);
    void report_bad(const Record& record, const RecordReader::Found& next);

    std::string path_;
    std::unique_ptr<FileLog> log_;
    DamageReport report_;
    SourceStatus status_;
    bool known_ = false;    // status_ is that of a file seen before
    bool settled_ = false;  // read to the very end: nothing to do while status_ stays as it is
    bool missing_ = false;
    int told_error_ = 0;
    std::uint64_t offset_ = 0;
    std::uint64_t search_from_ = 0;
    State state_ = State::reading;
    SourceStatus waited_;                        // the status when the scan last came to wait
    std::optional<std::uint32_t> searched_sum_;  // none before the first look
    std::uint32_t ahead_sum_ = 0;
    Fingerprint fingerprint_;
};

}  // namespace kymo
