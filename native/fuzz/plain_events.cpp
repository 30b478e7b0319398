#include "reading/plain_events.h"

#include "format/tfrecord.h"
#include "fuzz/memory_source.h"
#include "fuzz/same_log.h"
#include "fuzz/targets.h"
#include "reading/event_decoder.h"
#include "reading/record_reader.h"

namespace kymo::fuzz {

namespace {

struct Reading {
    FileLog log;
    DamageReport report;
    std::uint64_t end = 0;
};

// Every whole record, the way a scanner finds them; `in_one_go` lets the fast path take what it can.
void read(Bytes file, bool in_one_go, Reading& reading) {
    MemorySource source(file);
    RecordReader reader(source, file.size());
    const auto is_event = [](std::uint64_t, const Record& record) {
        EventView event;
        return decode_event(record.payload, event);
    };
    std::uint64_t& at = reading.end;
    reading.log.expect(file.size());
    while (true) {
        const Record record = reader.examine(at);
        if (record.verdict != Verdict::record) {
            const RecordReader::Found found = reader.search(at + 1, is_event);
            if (!found.whole) return;
            KYMO_HOLDS(found.offset > at && found.offset < file.size());
            at = found.offset;
            continue;
        }
        KYMO_HOLDS(record.payload.size() == record.length);
        const std::uint64_t begin = at + record_header_size;
        if (!reading.log.add({record.payload, begin}, reading.report)) reading.report.add(at, rules::not_an_event, "");
        at = begin + record.length + record_footer_size;
        if (!in_one_go) continue;
        const std::size_t taken = take_plain_events(file.subspan(at), at, reading.log);
        KYMO_HOLDS(taken <= file.size() - at);
        at += taken;
    }
}

}  // namespace

void plain_events(Bytes input) {
    Reading record_by_record, in_one_go;
    read(input, false, record_by_record);
    read(input, true, in_one_go);
    KYMO_HOLDS(record_by_record.end == in_one_go.end);
    hold_same(record_by_record.log, in_one_go.log);
    hold_same(record_by_record.report, in_one_go.report);
    KYMO_HOLDS(record_by_record.log.take_changed() == in_one_go.log.take_changed());
}

}  // namespace kymo::fuzz
