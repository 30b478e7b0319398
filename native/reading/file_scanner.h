// Follows one event file: reads what has grown since the last time, survives damage, notices another file in its place.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "reading/byte_source.h"
#include "reading/damage.h"
#include "reading/file_log.h"
#include "reading/record_reader.h"
#include "reading/scan_index.h"

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
    // `index` is where the scan is kept between two lives of the scanner; empty where it is not.
    FileScanner(std::string path, std::string index)
        : path_(std::move(path)), index_(std::move(index)), log_(std::make_unique<FileLog>()) {}

    // Opens, reads on, closes: no handle is kept between two calls. Stops after about `byte_budget` bytes, 0 for none.
    ScanProgress scan(std::uint64_t byte_budget);

    // Whether the file differs from what was read; costs one look at its status.
    bool outdated() const;

    // Whether so much has been read since the scan was last kept that it is worth keeping again: a quarter more, or
    // before the scanner's end anything that would take a while to read.
    bool index_due(bool ending) const;
    // The scan as it is, for `save_index` under `index()`; counts as kept.
    ScanSnapshot snapshot();

    const std::string& path() const { return path_; }
    const std::string& index() const { return index_; }
    FileLog& log() { return *log_; }
    const FileLog& log() const { return *log_; }
    const DamageReport& report() const { return report_; }
    std::uint64_t size() const { return status_.size; }
    std::uint64_t offset() const { return offset_; }
    std::int64_t modified() const { return missing_ ? 0 : status_.modified; }  // nanoseconds since the epoch
    bool missing() const { return missing_; }

  private:
    bool look(ScanProgress& progress);
    void restore(const SourceStatus& status, ScanProgress& progress);
    void start_over(ScanProgress& progress);
    void fail(const SourceError& error, ScanProgress& progress);
    bool same_content(Source& source, SourceError& error) const;
    std::uint32_t searched_sum(RecordReader& reader) const;
    std::uint32_t ahead_sum(RecordReader& reader) const;
    bool damage_changed(RecordReader& reader);
    void read_records(RecordReader& reader, std::uint64_t byte_budget, ScanProgress& progress);
    void take_plain(const RecordReader& reader, std::uint64_t until);
    bool take_record(RecordReader& reader, const Record& record);
    bool recover(RecordReader& reader, const Record& record);
    void report_bad(const Record& record, const RecordReader::Found& next);

    std::string path_, index_;
    std::unique_ptr<FileLog> log_;
    DamageReport report_;
    SourceStatus status_;
    bool known_ = false;    // status_ is that of a file seen before
    bool settled_ = false;  // read to the very end: nothing to do while status_ stays as it is
    bool missing_ = false;
    bool restored_ = false;  // from an index, and its damage not yet looked at
    int told_error_ = 0;
    std::uint64_t offset_ = 0;
    std::uint64_t search_from_ = 0;
    std::uint64_t indexed_ = 0;  // the offset that was last kept
    ScanState state_ = ScanState::reading;
    SourceStatus waited_;                        // the status when the scan last came to wait
    std::optional<std::uint32_t> searched_sum_;  // none before the first look
    std::uint32_t ahead_sum_ = 0;
    Fingerprint fingerprint_;
};

}  // namespace kymo
