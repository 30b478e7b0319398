#include <array>
#include <tuple>
#include <vector>

#include "fuzz/input.h"
#include "fuzz/invariant.h"
#include "fuzz/scratch_file.h"
#include "fuzz/targets.h"
#include "reading/index_file.h"
#include "reading/scan_index.h"
#include "writing/event_codec.h"

namespace kymo::fuzz {

namespace {

// An index with the layout of a scan, whose checksums hold, and whose contents need not make sense.
class IndexMaker {
  public:
    explicit IndexMaker(Input& input) : input_(input) {}

    void save(const std::string& path) {
        text();
        for (int i = 0; i < 5; ++i) count();  // size, inode, modified, offset, search_from
        number(4);                            // state
        out_.text(std::string(input_.byte() == 0 ? 3 : 2 * Fingerprint::half, 'f'));
        for (int i = 0; i < 3; ++i) count();  // the fingerprint's sizes, samples
        add_report();
        add_log();
        std::uint64_t size = 0;
        KYMO_HOLDS(!out_.save(path, size));
    }

  private:
    // Small, now and then any.
    void count() { out_.number(input_.byte() == 255 ? input_.word<std::uint64_t>() : input_.byte()); }
    void number(std::size_t most) { out_.number(input_.up_to(most)); }
    void text() { out_.text(text_of(input_.take(input_.up_to(5)))); }

    // Writes how many follow, which is mostly so.
    std::size_t announce(std::size_t most) {
        const std::size_t size = input_.up_to(most);
        out_.number(input_.byte() == 255 ? input_.word<std::uint64_t>() : size);
        return size;
    }

    template <typename T>
    void column(std::size_t rows) {
        std::vector<T>& values = std::get<std::vector<std::vector<T>>>(held_).emplace_back();
        values.resize(input_.byte() == 255 ? rows + 1 : rows, T{1});
        out_.column(std::span<const T>(values));
    }

    void add_report() {
        count();
        for (std::size_t left = announce(3); left > 0; --left) {
            count();
            out_.text(input_.byte() < 250 ? rules::all[input_.up_to(rules::all.size() - 1)] : "other");
            text();
        }
    }

    void add_log() {
        for (int i = 0; i < 3; ++i) count();  // events, reached, told_wall_time
        text();
        for (int i = 0; i < 4; ++i) out_.real(input_.number());
        for (std::size_t left = announce(3); left > 0; --left) {
            number(4);
            out_.number(static_cast<std::uint64_t>(input_.step()));
            out_.real(input_.number());
            out_.real(input_.number());
        }
        for (std::size_t left = announce(3); left > 0; --left) add_tag();
    }

    void add_tag() {
        static constexpr std::array<std::string_view, 4> kinds = {"scalar", "text", "image", "no kind"};
        text();
        out_.text(kinds[input_.up_to(kinds.size() - 1)]);
        number(1), number(1);
        for (int i = 0; i < 4; ++i) text();
        const bool wide = input_.flip();
        out_.number(wide);
        const std::size_t rows = input_.up_to(20), heavy = input_.up_to(20);
        column<std::int64_t>(rows);
        column<double>(rows);
        wide ? column<double>(rows) : column<float>(rows);
        add_marks();
        column<std::int64_t>(heavy);
        column<double>(heavy);
        column<std::uint64_t>(heavy);
        column<std::uint64_t>(heavy);
        add_marks();
    }

    void add_marks() {
        for (std::size_t left = announce(3); left > 0; --left) count(), count();
    }

    template <typename... T>
    using Held = std::tuple<std::vector<std::vector<T>>...>;

    Input& input_;
    IndexWriter out_;
    Held<std::int64_t, std::uint64_t, double, float> held_;  // what the writer only refers to
};

template <typename Columns>
void hold_marks(const Table<Columns>& table) {
    std::size_t before = 0;
    for (std::size_t restart = 0; restart < 300; ++restart) {
        const std::size_t rows = table.marks.rows_before(restart, table.columns.size());
        KYMO_HOLDS(rows >= before && rows <= table.columns.size());
        before = rows;
    }
}

// A log that was loaded can be used, and goes on.
void hold_usable(FileLogSnapshot&& snapshot) {
    FileLog log(std::move(snapshot));
    DamageReport report;
    std::vector<std::byte> event(200);
    for (const FileTag& tag : log.tags()) {
        const ScalarColumns& scalars = tag.scalars.columns;
        const PayloadColumns& payloads = tag.payloads->columns;
        KYMO_HOLDS(!tag.kind.empty() && scalars.wall_times.size() == scalars.size());
        KYMO_HOLDS((scalars.wide ? scalars.values64.size() : scalars.values32.size()) == scalars.size());
        KYMO_HOLDS(payloads.wall_times.size() == payloads.size() && payloads.offsets.size() == payloads.size());
        KYMO_HOLDS(payloads.lengths.size() == payloads.size());
        hold_marks(tag.scalars);
        hold_marks(*tag.payloads);
    }
    const std::uint64_t points = log.points();
    std::uint64_t added = 0;
    for (std::size_t i = 0; i < log.tags().size(); ++i) {
        const Scalar scalar{log.tags()[i].key, 0.1};
        const ScalarsEvent one({&scalar, 1}, ScalarForm::double_tensor, {1.0, 2});
        KYMO_HOLDS(one.size() <= event.size());
        one.write(event.data());
        KYMO_HOLDS(log.add({Bytes(event).first(one.size()), 0}, report));
        added = log.points() - points;
    }
    KYMO_HOLDS(added <= log.tags().size());
}

void hold_loaded(const std::string& path) {
    IndexReader reader;
    if (!reader.open(path)) return;
    const std::string file = reader.text();
    SourceStatus status;
    status.size = reader.number();
    status.inode = reader.number();
    status.modified = static_cast<std::int64_t>(reader.number());
    ScanSnapshot snapshot;
    if (!load_index(path, file, status, snapshot)) return;
    KYMO_HOLDS(snapshot.offset <= status.size);
    for (const Damage& damage : snapshot.report.kept()) KYMO_HOLDS(!damage.rule.empty());
    hold_usable(std::move(snapshot.log));
}

}  // namespace

void index(Bytes input) {
    Input decisions(input);
    const std::uint8_t choice = decisions.byte();
    if (choice < 8) {  // bytes as they are
        const ScratchFile file(decisions.rest());
        hold_loaded(file.path());
        return;
    }
    ScratchFile file;
    const std::size_t damaged = decisions.word<std::uint16_t>();
    IndexMaker(decisions).save(file.path());
    hold_loaded(file.path());
    if (choice < 64) {
        file.damage(damaged);
        hold_loaded(file.path());
    }
}

}  // namespace kymo::fuzz
