#include "fuzz/same_log.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "fuzz/invariant.h"

namespace kymo::fuzz {

namespace {

template <typename T>
bool same_column(const Column<T>& a, const Column<T>& b) {
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.span().data(), b.span().data(), a.size() * sizeof(T)) == 0);
}

bool same_range(const TimeRange& a, const TimeRange& b) { return a.first == b.first && a.last == b.last; }

template <typename Columns>
void hold_same_marks(const Table<Columns>& a, const Table<Columns>& b, std::size_t restarts) {
    const std::size_t rows = a.columns.size();
    for (std::size_t restart = 0; restart < restarts; ++restart) {
        KYMO_HOLDS(a.marks.rows_before(restart, rows) == b.marks.rows_before(restart, rows));
    }
}

void hold_same(const FileTag& a, const FileTag& b, std::size_t restarts) {
    KYMO_HOLDS(a.key == b.key && a.name == b.name && a.kind == b.kind);
    KYMO_HOLDS(a.described == b.described && *a.metadata == *b.metadata);
    KYMO_HOLDS(a.is_scalar == b.is_scalar && a.told_odd_value == b.told_odd_value && a.changed == b.changed);
    KYMO_HOLDS(a.scalars.columns.wide == b.scalars.columns.wide);
    KYMO_HOLDS(same_column(a.scalars.columns.steps, b.scalars.columns.steps));
    KYMO_HOLDS(same_column(a.scalars.columns.wall_times, b.scalars.columns.wall_times));
    KYMO_HOLDS(same_column(a.scalars.columns.values32, b.scalars.columns.values32));
    KYMO_HOLDS(same_column(a.scalars.columns.values64, b.scalars.columns.values64));
    KYMO_HOLDS(same_column(a.payloads->columns.steps, b.payloads->columns.steps));
    KYMO_HOLDS(same_column(a.payloads->columns.wall_times, b.payloads->columns.wall_times));
    KYMO_HOLDS(same_column(a.payloads->columns.offsets, b.payloads->columns.offsets));
    KYMO_HOLDS(same_column(a.payloads->columns.lengths, b.payloads->columns.lengths));
    hold_same_marks(a.scalars, b.scalars, restarts);
    hold_same_marks(*a.payloads, *b.payloads, restarts);
}

}  // namespace

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

void hold_same(const FileLog& a, const FileLog& b) {
    KYMO_HOLDS(a.events() == b.events() && a.points() == b.points());
    KYMO_HOLDS(a.writer() == b.writer());
    KYMO_HOLDS(same_range(a.values_range(), b.values_range()) && same_range(a.events_range(), b.events_range()));
    KYMO_HOLDS(a.sessions().size() == b.sessions().size() && a.restarts().size() == b.restarts().size());
    for (std::size_t i = 0; i < a.sessions().size(); ++i) {
        const Session &one = a.sessions()[i], &other = b.sessions()[i];
        KYMO_HOLDS(one.status == other.status && one.step == other.step && one.time == other.time);
        KYMO_HOLDS(same_bits(one.wall_time, other.wall_time));
    }
    KYMO_HOLDS(a.tags().size() == b.tags().size());
    for (std::size_t i = 0; i < a.tags().size(); ++i) hold_same(a.tags()[i], b.tags()[i], a.restarts().size());
}

void hold_same(const DamageReport& a, const DamageReport& b) {
    KYMO_HOLDS(a.count() == b.count() && a.kept().size() == b.kept().size());
    for (std::size_t i = 0; i < a.kept().size(); ++i) {
        const Damage &one = a.kept()[i], &other = b.kept()[i];
        KYMO_HOLDS(one.offset == other.offset && one.rule == other.rule && one.cause == other.cause);
    }
}

bool tells(const DamageReport& report, std::string_view rule) {
    return std::any_of(report.kept().begin(), report.kept().end(),
                       [&](const Damage& damage) { return damage.rule == rule; });
}

}  // namespace kymo::fuzz
