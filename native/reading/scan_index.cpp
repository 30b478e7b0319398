#include "reading/scan_index.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "format/crc32c.h"
#include "reading/index_file.h"
#include "reading/tag_kind.h"

namespace kymo {

namespace {

constexpr std::size_t sample_size = std::size_t{4} << 10;
constexpr std::uint64_t sample_count = 16;

// Of what a viewer met with on its way to the file. That is over when the next one starts.
bool concerns_the_way(const Damage& damage) {
    return damage.rule == rules::unreadable || damage.rule == rules::truncated || damage.rule == rules::replaced;
}

SourceError samples_of(Source& source, std::uint64_t offset, std::uint32_t& sum) {
    sum = 0;
    std::vector<std::byte> bytes(static_cast<std::size_t>(std::min<std::uint64_t>(sample_size, offset)));
    const std::uint64_t last = offset - bytes.size();
    for (std::uint64_t i = 0; i < sample_count; ++i) {
        std::size_t got = 0;
        if (const SourceError error = source.read(last / (sample_count - 1) * i, bytes, got)) return error;
        sum = crc32c(std::span(bytes).first(got), sum);
    }
    return {};
}

void put(IndexWriter& out, const TimeRange& range) {
    out.real(range.first);
    out.real(range.last);
}

void put(IndexWriter& out, const RestartMarks& marks) {
    out.number(marks.all().size());
    for (const RestartMarks::Mark& mark : marks.all()) {
        out.number(mark.restarts);
        out.number(mark.rows);
    }
}

void put(IndexWriter& out, const FileTag& tag) {
    out.text(tag.key);
    out.text(tag.kind);
    out.number(tag.described);
    out.number(tag.told_odd_value);
    const Metadata& metadata = *tag.metadata;
    for (const std::string* text :
         {&metadata.plugin, &metadata.content, &metadata.display_name, &metadata.description}) {
        out.text(*text);
    }
    const ScalarColumns& scalars = tag.scalars.columns;
    out.number(scalars.wide);
    out.column(scalars.steps.span());
    out.column(scalars.wall_times.span());
    scalars.wide ? out.column(scalars.values64.span()) : out.column(scalars.values32.span());
    put(out, tag.scalars.marks);
    const PayloadColumns& payloads = tag.payloads->columns;
    out.column(payloads.steps.span());
    out.column(payloads.wall_times.span());
    out.column(payloads.offsets.span());
    out.column(payloads.lengths.span());
    put(out, tag.payloads->marks);
}

void put(IndexWriter& out, const FileLogSnapshot& log) {
    out.number(log.events);
    out.number(log.reached);
    out.number(log.told_wall_time);
    out.text(log.writer);
    put(out, log.values_range);
    put(out, log.events_range);
    out.number(log.sessions.size());
    for (const Session& session : log.sessions) {
        out.number(static_cast<std::uint32_t>(session.status));
        out.number(static_cast<std::uint64_t>(session.step));
        out.real(session.wall_time);
        out.real(session.time);
    }
    out.number(log.tags.size());
    for (const FileTag& tag : log.tags) put(out, tag);
}

void put(IndexWriter& out, const DamageReport& report) {
    std::vector<const Damage*> kept;
    for (const Damage& damage : report.kept()) {
        if (!concerns_the_way(damage)) kept.push_back(&damage);
    }
    out.number(report.count() - (report.kept().size() - kept.size()));
    out.number(kept.size());
    for (const Damage* damage : kept) {
        out.number(damage->offset);
        out.text(damage->rule);
        out.text(damage->cause);
    }
}

void put(IndexWriter& out, const ScanSnapshot& scan) {
    out.text(scan.path);
    out.number(scan.status.size);
    out.number(scan.status.inode);
    out.number(static_cast<std::uint64_t>(scan.status.modified));
    out.number(scan.offset);
    out.number(scan.search_from);
    out.number(static_cast<std::uint64_t>(scan.state));
    out.number(scan.searched_sum.has_value());
    out.number(scan.searched_sum.value_or(0));
    out.text({reinterpret_cast<const char*>(scan.fingerprint.bytes.data()), scan.fingerprint.bytes.size()});
    out.number(scan.fingerprint.head);
    out.number(scan.fingerprint.tail);
    out.number(scan.samples);
    put(out, scan.report);
    put(out, scan.log);
}

void take(IndexReader& in, TimeRange& range) {
    range.first = in.real();
    range.last = in.real();
}

// False where the marks are not in order, which the merging of files relies on.
bool take(IndexReader& in, std::size_t rows, RestartMarks& marks) {
    std::size_t restarts = 0, before = 0;
    for (std::uint64_t left = in.number(); left != 0 && in.whole(); --left) {
        const auto next_restarts = static_cast<std::size_t>(in.number());
        const auto next_before = static_cast<std::size_t>(in.number());
        if (next_restarts <= restarts || next_before < before || next_before > rows) return false;
        marks.before_row(restarts = next_restarts, before = next_before);
    }
    return in.whole();
}

bool take(IndexReader& in, FileTag& tag) {
    tag.key = in.text();
    tag.kind = kind_named(in.text());
    tag.described = in.number() != 0;
    tag.told_odd_value = in.number() != 0;
    Metadata metadata;
    for (std::string* text : {&metadata.plugin, &metadata.content, &metadata.display_name, &metadata.description}) {
        *text = in.text();
    }
    if (metadata != Metadata{}) tag.metadata.make() = std::move(metadata);
    ScalarColumns& scalars = tag.scalars.columns;
    scalars.wide = in.number() != 0;
    scalars.steps = in.column<std::int64_t>();
    scalars.wall_times = in.column<double>();
    if (scalars.wide) {
        scalars.values64 = in.column<double>();
    } else {
        scalars.values32 = in.column<float>();
    }
    const std::size_t rows = scalars.steps.size();
    const std::size_t values = scalars.wide ? scalars.values64.size() : scalars.values32.size();
    if (scalars.wall_times.size() != rows || values != rows || !take(in, rows, tag.scalars.marks)) return false;
    Table<PayloadColumns> heavy;
    PayloadColumns& payloads = heavy.columns;
    payloads.steps = in.column<std::int64_t>();
    payloads.wall_times = in.column<double>();
    payloads.offsets = in.column<std::uint64_t>();
    payloads.lengths = in.column<std::uint64_t>();
    const std::size_t values_kept = payloads.size();
    for (const std::size_t size : {payloads.wall_times.size(), payloads.offsets.size(), payloads.lengths.size()}) {
        if (size != values_kept) return false;
    }
    if (!take(in, values_kept, heavy.marks)) return false;
    if (values_kept != 0) tag.payloads.make() = std::move(heavy);
    return !tag.kind.empty();
}

bool take(IndexReader& in, FileLogSnapshot& log) {
    log.events = in.number();
    log.reached = in.number();
    log.told_wall_time = in.number() != 0;
    log.writer = in.text();
    take(in, log.values_range);
    take(in, log.events_range);
    for (std::uint64_t left = in.number(); left != 0 && in.whole(); --left) {
        Session& session = log.sessions.emplace_back();
        session.status = static_cast<std::int32_t>(in.number());
        session.step = static_cast<std::int64_t>(in.number());
        session.wall_time = in.real();
        session.time = in.real();
    }
    for (std::uint64_t left = in.number(); left != 0 && in.whole(); --left) {
        if (!take(in, log.tags.emplace_back())) return false;
    }
    return in.done();
}

bool take(IndexReader& in, DamageReport& report) {
    const std::uint64_t count = in.number();
    for (std::uint64_t left = in.number(); left != 0 && in.whole(); --left) {
        const std::uint64_t offset = in.number();
        const std::string_view rule = rule_named(in.text());
        if (rule.empty()) return false;
        report.add(offset, rule, in.text());
    }
    return report.count_on(count);
}

bool take_scan(IndexReader& in, ScanSnapshot& scan) {
    scan.offset = in.number();
    scan.search_from = in.number();
    const std::uint64_t state = in.number();
    const bool searched = in.number() != 0;
    const auto searched_sum = static_cast<std::uint32_t>(in.number());
    if (searched) scan.searched_sum = searched_sum;
    const std::string print = in.text();
    if (state > static_cast<std::uint64_t>(ScanState::resuming) || print.size() != scan.fingerprint.bytes.size())
        return false;
    scan.state = static_cast<ScanState>(state);
    std::ranges::copy(std::as_bytes(std::span(print)), scan.fingerprint.bytes.begin());
    scan.fingerprint.head = static_cast<std::size_t>(in.number());
    scan.fingerprint.tail = static_cast<std::size_t>(in.number());
    scan.samples = static_cast<std::uint32_t>(in.number());
    return in.whole() && scan.offset <= scan.status.size;
}

// Whether what was scanned still stands at the beginning of the file, whose status is another than it was.
bool still_stands(const ScanSnapshot& scan, const SourceStatus& status) {
    std::unique_ptr<Source> source;
    if (status.size < scan.offset || FileSource::open(scan.path, source)) return false;
    Fingerprint print;
    if (fingerprint_of(*source, scan.offset, print) || !(print == scan.fingerprint)) return false;
    if (status.inode == scan.status.inode && status.size > scan.status.size) return true;
    std::uint32_t samples = 0;
    return !samples_of(*source, scan.offset, samples) && samples == scan.samples;
}

}  // namespace

SourceError fingerprint_of(Source& source, std::uint64_t offset, Fingerprint& print) {
    print = {};
    const auto half = static_cast<std::size_t>(std::min<std::uint64_t>(Fingerprint::half, offset));
    const std::span<std::byte> bytes(print.bytes);
    if (const SourceError error = source.read(0, bytes.first(half), print.head)) return error;
    return source.read(offset - half, bytes.subspan(Fingerprint::half, half), print.tail);
}

SavedIndex save_index(const std::string& index, ScanSnapshot& snapshot) {
    SavedIndex saved;
    std::unique_ptr<Source> source;
    SourceStatus status;
    Fingerprint print;
    if (FileSource::open(snapshot.path, source) || source->status(status) || !status.same_file(snapshot.status) ||
        status.size < snapshot.offset || fingerprint_of(*source, snapshot.offset, print) ||
        !(print == snapshot.fingerprint) || samples_of(*source, snapshot.offset, snapshot.samples)) {
        return saved;
    }
    IndexWriter out;
    put(out, snapshot);
    saved.error = out.save(index, saved.size);
    return saved;
}

bool load_index(const std::string& index, const std::string& path, const SourceStatus& status, ScanSnapshot& snapshot) {
    IndexReader in;
    if (!in.open(index)) return false;
    snapshot.path = in.text();
    snapshot.status.size = in.number();
    snapshot.status.inode = in.number();
    snapshot.status.modified = static_cast<std::int64_t>(in.number());
    snapshot.status.device = status.device;  // differs from one mount to the next
    if (snapshot.path != path || !take_scan(in, snapshot)) return false;
    if (snapshot.status != status && !still_stands(snapshot, status)) return false;
    return take(in, snapshot.report) && take(in, snapshot.log);
}

}  // namespace kymo
