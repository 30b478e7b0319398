#include <algorithm>
#include <vector>

#include "format/tfrecord.h"
#include "fuzz/input.h"
#include "fuzz/invariant.h"
#include "fuzz/memory_source.h"
#include "fuzz/same_log.h"
#include "fuzz/scratch_file.h"
#include "fuzz/targets.h"
#include "reading/file_scanner.h"

namespace kymo::fuzz {

namespace {

// A file is read anew only where damage was told that has changed since.
void scan_all(FileScanner& scanner, std::uint64_t budget) {
    while (true) {
        const std::uint64_t before = scanner.offset();
        const bool damaged = scanner.report().count() != 0;
        const ScanProgress progress = scanner.scan(budget);
        KYMO_HOLDS(!progress.restarted || (damaged && tells(scanner.report(), rules::replaced)));
        KYMO_HOLDS(scanner.offset() == (progress.restarted ? 0 : before) + progress.bytes);
        KYMO_HOLDS(scanner.offset() <= scanner.size());
        if (!progress.more) return;
        KYMO_HOLDS(budget != 0 && progress.bytes >= budget);
    }
}

// Places where the writing of a file stopped for a while, rising.
std::vector<std::size_t> pauses(Input schedule, std::size_t size) {
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < size && places.size() < 16;) {
        const std::size_t piece = schedule.byte();
        at += 1 + (schedule.done() ? size / 5 : piece);
        if (at < size) places.push_back(at);
    }
    places.push_back(size);
    return places;
}

// Whether whole records begin within the bytes that a header declares.
bool nests(Bytes file) {
    MemorySource source(file);
    RecordReader reader(source, file.size());
    std::uint64_t declared = 0;
    for (std::uint64_t at = 0; at < file.size(); ++at) {
        const Record record = reader.examine(at);
        if (!record.header_holds) continue;
        if (record.verdict == Verdict::record && at < declared) return true;
        declared = std::max(declared, at + record_header_size + std::min(record.length, file.size()));
    }
    return false;
}

// What growth may change: behind damage, a record that is not there yet gives way to whole records within it, and is
// not gone back to. Nor is one that is no longer told of.
bool may_differ(const FileScanner& scanner, const FileScanner& whole, Bytes file) {
    return scanner.report().count() > DamageReport::kept_limit || (whole.report().count() != 0 && nests(file));
}

void hold_budgeted(const std::string& path, const FileScanner& whole, std::uint64_t budget) {
    FileScanner scanner(path, "");
    scan_all(scanner, budget);
    KYMO_HOLDS(scanner.offset() == whole.offset());
    hold_same(scanner.log(), whole.log());
    hold_same(scanner.report(), whole.report());
}

// The same damage is told, and beside it that the file was read anew.
void hold_told(const DamageReport& grown, const DamageReport& whole) {
    auto expected = whole.kept().begin();
    for (const Damage& damage : grown.kept()) {
        if (damage.rule == rules::replaced) continue;
        KYMO_HOLDS(expected != whole.kept().end());
        KYMO_HOLDS(damage.offset == expected->offset && damage.rule == expected->rule);
        ++expected;
    }
    KYMO_HOLDS(expected == whole.kept().end());
}

// Written piece by piece and read in between, a file reads as it does in one go.
void hold_in_pieces(Bytes file, const FileScanner& whole, std::span<const std::size_t> places, std::uint64_t budget,
                    ScratchFile& into) {
    FileScanner scanner(into.path(), "");
    std::size_t written = 0;
    for (const std::size_t place : places) {
        into.write(written, file.subspan(written, place - written));
        written = place;
        scan_all(scanner, budget);
    }
    if (may_differ(scanner, whole, file)) return;
    hold_same(scanner.log(), whole.log());
    hold_told(scanner.report(), whole.report());
}

void hold_grown(Bytes file, const FileScanner& whole, std::span<const std::size_t> places, std::uint64_t budget) {
    ScratchFile growing;
    hold_in_pieces(file, whole, places, budget, growing);
}

// The same where what is not written yet reads as zeros. A hole may be taken for one only when records follow it.
void hold_filled(Bytes file, const FileScanner& whole, std::span<const std::size_t> places, std::uint64_t budget) {
    if (whole.report().count() != 0) return;
    ScratchFile filling;
    filling.resize(file.size());
    hold_in_pieces(file, whole, places, budget, filling);
}

// What is kept of a scan comes back as it was.
void hold_index(FileScanner& whole) {
    const ScratchFile index;
    ScanSnapshot kept = whole.snapshot(), loaded;
    const SavedIndex saved = save_index(index.path(), kept);
    KYMO_HOLDS(!saved.error && saved.size != 0);
    KYMO_HOLDS(load_index(index.path(), whole.path(), kept.status, loaded));
    KYMO_HOLDS(loaded.offset == whole.offset() && loaded.state == kept.state);
    const FileLog log(std::move(loaded.log));
    hold_same(whole.log(), log);
    hold_same(whole.report(), loaded.report);
}

}  // namespace

void scanner(Bytes input) {
    Input schedule(input.first(std::min(input.size(), schedule_size)));
    const Bytes file = input.subspan(std::min(input.size(), schedule_size));
    const std::uint64_t budget = schedule.byte();

    const ScratchFile written(file);
    FileScanner whole(written.path(), "");
    scan_all(whole, 0);
    const ScanProgress again = whole.scan(0);
    KYMO_HOLDS(again.bytes == 0 && again.points == 0 && !again.changed && !again.more && !again.restarted);
    for (const Damage& damage : whole.report().kept())
        KYMO_HOLDS(damage.offset <= file.size() && !damage.cause.empty());

    hold_index(whole);
    hold_budgeted(written.path(), whole, budget);
    const std::vector<std::size_t> places = pauses(schedule, file.size());
    hold_grown(file, whole, places, budget);
    hold_filled(file, whole, places, budget);
}

}  // namespace kymo::fuzz
