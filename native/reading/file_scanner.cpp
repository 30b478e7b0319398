#include "reading/file_scanner.h"

#include <algorithm>

#include "format/crc32c.h"
#include "format/tfrecord.h"
#include "reading/plain_events.h"

namespace kymo {

namespace {

constexpr std::uint64_t least_indexed = std::uint64_t{128} << 10;
constexpr std::size_t waited_size = std::size_t{64} << 10;
// How far behind the offset damage may still turn out to be data that came late.
constexpr std::uint64_t healing_size = std::uint64_t{1} << 20;

std::uint32_t sum_of(RecordReader& reader, std::uint64_t begin, std::uint64_t end) {
    end = std::min({end, begin + waited_size, reader.size()});
    return begin < end ? crc32c(reader.bytes(begin, static_cast<std::size_t>(end - begin))) : 0;
}

}  // namespace

ScanProgress FileScanner::scan(std::uint64_t byte_budget) {
    ScanProgress progress;
    if (!look(progress)) return progress;
    std::unique_ptr<Source> source;
    SourceStatus opened;
    SourceError error = FileSource::open(path_, source);
    if (!error) error = source->status(opened);
    // Between looking and opening the file may have been replaced again: the next scan sees to that.
    if (!error && !opened.same_file(status_)) return progress;
    if (!error && offset_ != 0 && opened.size >= offset_ && !same_content(*source, error) && !error) {
        start_over(progress);
        report_.add(0, rules::replaced, "The file holds other data than before; it is read again from its start.");
    }
    if (error) {
        fail(error, progress);
        return progress;
    }
    status_ = opened;
    told_error_ = 0;
    RecordReader reader(*source, status_.size);
    if (damage_changed(reader)) {
        const bool met = !restored_;
        start_over(progress);
        if (met) {
            report_.add(0, rules::replaced,
                        "Damaged bytes are others than before; the file is read again from its start.");
        }
    }
    restored_ = restored_ && reader.error();
    const bool searched = searched_sum_ == searched_sum(reader) && search_from_ <= status_.size;
    if (state_ == ScanState::reading || !searched || waited_ != status_ || ahead_sum_ != ahead_sum(reader)) {
        if (!searched) search_from_ = offset_ + 1;
        read_records(reader, byte_budget, progress);
        waited_ = status_;
        searched_sum_ = searched_sum(reader);
        ahead_sum_ = ahead_sum(reader);
    }
    error = reader.error();
    if (!error) error = fingerprint_of(*source, offset_, fingerprint_);
    if (error) fail(error, progress);
    settled_ = !error && offset_ == status_.size;
    return progress;
}

// Of the bytes that were searched for a record in vain: when they change in place, there may be one.
std::uint32_t FileScanner::searched_sum(RecordReader& reader) const {
    return state_ == ScanState::reading ? 0 : sum_of(reader, offset_, search_from_);
}

// Of the bytes that would be the next to change in place. A clock may be too coarse to tell, and a file that was given
// its whole size in advance may be too long to read again each time.
std::uint32_t FileScanner::ahead_sum(RecordReader& reader) const {
    return state_ == ScanState::reading ? 0 : sum_of(reader, search_from_, UINT64_MAX);
}

// Network file systems show zeros for a while where data belongs, also before data that is there already: what was told
// as damage may turn out to be whole. Of an index all damage is looked at: it may be old.
bool FileScanner::damage_changed(RecordReader& reader) {
    if (state_ == ScanState::lost && searched_sum_) {
        const bool differs = search_from_ > status_.size || searched_sum_ != searched_sum(reader);
        if (reader.error()) return false;
        if (differs) return true;
    }
    return std::any_of(report_.kept().begin(), report_.kept().end(), [&](const Damage& damage) {
        return damage.rule < rules::not_an_event && damage.offset < offset_ &&
               (restored_ || damage.offset + healing_size > offset_) &&
               reader.examine(damage.offset).verdict == Verdict::record;
    });
}

bool FileScanner::outdated() const {
    SourceStatus status;
    if (const SourceError error = FileSource::status_of(path_, status)) {
        return error.absent() ? !missing_ : error.code != told_error_;
    }
    return missing_ || !settled_ || status != status_;
}

// Whether there is anything to open the file for.
bool FileScanner::look(ScanProgress& progress) {
    SourceStatus status;
    const SourceError error = FileSource::status_of(path_, status);
    if (error) {
        if (error.absent() && known_) start_over(progress);
        progress.changed |= error.absent() != missing_;
        missing_ = error.absent();
        if (!missing_) fail(error, progress);
        if (missing_) known_ = false;
        return false;
    }
    progress.changed |= missing_;
    missing_ = false;
    if (!known_ && !index_.empty() && status.size >= least_indexed) restore(status, progress);
    if (known_ && !status.same_file(status_)) {
        start_over(progress);
        report_.add(0, rules::replaced, "Another file took this one's name; it is read from its start.");
    } else if (known_ && status.size < offset_) {
        const std::string sizes = std::to_string(offset_) + " to " + std::to_string(status.size) + " bytes";
        start_over(progress);
        report_.add(status.size, rules::truncated,
                    "The file shrank from " + sizes + "; it is read again from its start.");
    } else if (known_ && settled_ && status == status_) {
        return false;
    }
    known_ = true;
    status_ = status;
    settled_ = false;
    return true;
}

void FileScanner::restore(const SourceStatus& status, ScanProgress& progress) {
    ScanSnapshot kept;
    if (!load_index(index_, path_, status, kept)) return;
    log_ = std::make_unique<FileLog>(std::move(kept.log));
    report_ = std::move(kept.report);
    offset_ = indexed_ = kept.offset;
    search_from_ = kept.search_from;
    state_ = kept.state;
    searched_sum_ = kept.searched_sum;
    restored_ = true;
    fingerprint_ = kept.fingerprint;
    status_ = kept.status;
    status_.inode = status.inode;  // a copy with the same content is the same to whoever reads it
    known_ = progress.changed = true;
    settled_ = offset_ == status_.size;
    progress.points = log_->points();
}

bool FileScanner::index_due(bool ending) const {
    if (index_.empty() || missing_ || offset_ < least_indexed) return false;
    const std::uint64_t grown = offset_ - std::min(offset_, indexed_);
    return grown >= (ending ? least_indexed : std::max(least_indexed, indexed_ / 4));
}

ScanSnapshot FileScanner::snapshot() {
    indexed_ = offset_;
    return {path_, status_, offset_, search_from_, state_, searched_sum_, fingerprint_, 0, report_, log_->snapshot()};
}

void FileScanner::start_over(ScanProgress& progress) {
    log_ = std::make_unique<FileLog>();
    report_ = DamageReport{};
    offset_ = search_from_ = indexed_ = 0;
    state_ = ScanState::reading;
    searched_sum_.reset();
    restored_ = false;
    ahead_sum_ = 0;
    fingerprint_ = {};
    settled_ = false;
    progress.changed = progress.restarted = true;
}

void FileScanner::fail(const SourceError& error, ScanProgress& progress) {
    settled_ = false;
    if (told_error_ == error.code) return;
    told_error_ = error.code;
    progress.changed = true;
    report_.add(offset_, rules::unreadable, "The file cannot be read (" + error.text() + "); it is tried again.");
}

bool FileScanner::same_content(Source& source, SourceError& error) const {
    Fingerprint print;
    error = fingerprint_of(source, offset_, print);
    return print == fingerprint_;
}

void FileScanner::read_records(RecordReader& reader, std::uint64_t byte_budget, ScanProgress& progress) {
    const std::uint64_t begun = offset_;
    const std::uint64_t points = log_->points();
    const std::uint64_t damage = report_.count();
    const std::uint64_t events = log_->events();
    log_->expect(reader.size());
    while (true) {
        if (byte_budget != 0 && offset_ - begun >= byte_budget) {
            progress.more = offset_ < reader.size();
            break;
        }
        Record record;
        if (state_ != ScanState::lost) {
            record = reader.examine(offset_);
            if (record.verdict == Verdict::record) {
                const bool taken = take_record(reader, record);
                if (reader.error()) break;
                if (!taken && state_ == ScanState::resuming) {
                    state_ = ScanState::lost;
                    search_from_ = offset_ + 1;
                    continue;
                }
                if (!taken) {
                    report_.add(offset_, rules::not_an_event,
                                "The record's checksums hold, but its " + std::to_string(record.length) +
                                    " bytes are not an event.");
                }
                offset_ += record_header_size + record.length + record_footer_size;
                state_ = ScanState::reading;
                take_plain(reader, byte_budget == 0 ? UINT64_MAX : begun + byte_budget);
                continue;
            }
            if (record.verdict == Verdict::end || record.verdict == Verdict::unreadable) break;
        }
        if (!recover(reader, record)) break;
    }
    progress.bytes = offset_ - begun;
    progress.points += log_->points() - points;
    progress.changed |= offset_ != begun || damage != report_.count() || events != log_->events();
}

// Reads on, as far as the records are the usual ones and the bytes are in memory; never past `until`.
void FileScanner::take_plain(const RecordReader& reader, std::uint64_t until) {
    Bytes held = reader.held(offset_);
    if (offset_ >= until || held.empty()) return;
    if (held.size() > until - offset_) held = held.first(static_cast<std::size_t>(until - offset_));
    offset_ += take_plain_events(held, offset_, *log_);
}

bool FileScanner::take_record(RecordReader& reader, const Record& record) {
    const std::uint64_t begin = offset_ + record_header_size;
    if (!record.streamed) return log_->add({record.payload, begin}, report_);
    EventOutline outline;
    return outline_event(reader, begin, record.length, outline) &&
           log_->add({outline.bytes, begin, outline.moved}, report_);
}

// At bytes that are not a whole record: goes on behind them if there is anything to go on with. A record that is only
// unfinished is given up for damaged when a whole record follows it, and not before. What is told does not depend on
// how the file grew: bytes between two whole records are one piece of damage.
bool FileScanner::recover(RecordReader& reader, const Record& record) {
    const bool waiting = record.verdict == Verdict::unfinished;
    const bool told = state_ == ScanState::lost || state_ == ScanState::resuming;
    if (state_ == ScanState::reading || (state_ == ScanState::resuming && !waiting)) search_from_ = offset_ + 1;
    const auto accepts = [&](std::uint64_t at, const Record& found) {
        if (!found.streamed) return is_event(found.payload);
        EventOutline outline;
        return outline_event(reader, at + record_header_size, found.length, outline) && is_event(outline.bytes);
    };
    const RecordReader::Found found = reader.search(std::max(search_from_, offset_ + 1), accepts);
    if (reader.error()) return false;
    if (!told && (found.whole || !waiting)) report_bad(record, found);
    if (found.whole || (found.pending && !waiting)) {
        offset_ = found.offset;
        search_from_ = offset_ + 1;
        state_ = found.whole ? ScanState::reading : ScanState::resuming;
        return found.whole;
    }
    search_from_ = found.offset;
    state_ = !waiting ? ScanState::lost : told ? ScanState::resuming : ScanState::waiting;
    return false;
}

void FileScanner::report_bad(const Record& record, const RecordReader::Found& next) {
    const std::string length = std::to_string(record.length);
    const std::uint64_t begin = offset_ + record_header_size;
    const bool swallows = next.whole && (record.length > UINT64_MAX - record_footer_size ||
                                         record.length + record_footer_size >= next.end - begin);
    if (record.header_holds && swallows) {
        report_.add(offset_, rules::declared_length,
                    "The record declares " + length + " bytes, but whole records follow at byte " +
                        std::to_string(next.offset) + ".");
    } else if (record.header_holds) {
        report_.add(offset_, rules::payload_checksum,
                    "The checksum of the record's " + length + " bytes does not hold.");
    } else if (record.zeros) {
        report_.add(offset_, rules::zero_hole, "Zeros stand where a record should begin.");
    } else {
        report_.add(offset_, rules::header_checksum, "The checksum of the record's length does not hold.");
    }
}

}  // namespace kymo
