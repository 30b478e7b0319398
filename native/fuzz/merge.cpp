#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/input.h"
#include "fuzz/invariant.h"
#include "fuzz/same_log.h"
#include "fuzz/scratch_file.h"
#include "fuzz/targets.h"
#include "reading/run_log.h"
#include "writing/event_codec.h"

namespace kymo::fuzz {

namespace {

constexpr std::size_t file_count = 3;
constexpr std::array<std::string_view, 3> tags = {"a", "b", "c"};

// Events as they go into one file. A point's value says where it was written: its file, and its place in it.
class LogFile {
  public:
    explicit LogFile(std::size_t number) : next_value_(static_cast<double>(number) * value_stride) {}

    static constexpr double value_stride = 1 << 20;

    const std::string& path() const { return file_.path(); }

    void add_point(std::string_view tag, bool wide, Stamp stamp) {
        const Scalar scalar{tag, next_value_};
        next_value_ += 1.0;
        ++points_[std::string(tag)];
        write(ScalarsEvent({&scalar, 1}, wide ? ScalarForm::double_tensor : ScalarForm::simple_value, stamp));
    }
    void add_session(SessionStatus status, Stamp stamp) { write(SessionLogEvent(status, stamp)); }
    // An image of no bytes.
    void add_payload(std::string_view tag, Stamp stamp) {
        std::vector<std::byte> summary = {std::byte{0x0a}, std::byte{5}, std::byte{0x0a}, std::byte{1}};
        summary.push_back(static_cast<std::byte>(tag.front()));
        summary.push_back(std::byte{0x22});
        summary.push_back(std::byte{0});
        write(SummaryEvent(summary, stamp));
    }
    void tear(std::size_t size) {
        const std::vector<std::byte> zeros(size);
        file_.write(size_, zeros);
    }
    std::size_t points(const std::string& tag) const {
        const auto at = points_.find(tag);
        return at == points_.end() ? 0 : at->second;
    }

  private:
    template <typename Event>
    void write(const Event& event) {
        const std::size_t size = event.size();
        std::vector<std::byte> record(record_size(size));
        write_record(event, size, record.data());
        file_.write(size_, record);
        size_ += record.size();
    }

    ScratchFile file_;
    std::uint64_t size_ = 0;
    double next_value_;
    std::map<std::string, std::size_t> points_;
};

template <typename T>
bool begins_with(const typename Column<T>::View& all, const typename Column<T>::View& first) {
    return first.size <= all.size &&
           (first.size == 0 || std::memcmp(all.block.get(), first.block.get(), first.size * sizeof(T)) == 0);
}

bool superseded(const Column<std::uint8_t>::View& mask, std::size_t row) {
    return row < mask.size && mask.block[row] != 0;
}

// What a reader remembers of a series holds while its generation stays.
void hold_kept(const Points& before, const Points& after) {
    if (before.generation != after.generation) return;
    KYMO_HOLDS(begins_with<std::int64_t>(after.steps, before.steps));
    KYMO_HOLDS(begins_with<double>(after.wall_times, before.wall_times));
    KYMO_HOLDS(begins_with<float>(after.values32, before.values32));
    KYMO_HOLDS(begins_with<double>(after.values64, before.values64));
    for (std::size_t row = 0; row < before.size(); ++row) {
        KYMO_HOLDS(superseded(before.superseded, row) == superseded(after.superseded, row));
    }
}

void hold_whole(const Points& points) {
    KYMO_HOLDS(points.wall_times.size == points.size());
    KYMO_HOLDS(points.values32.size + points.values64.size == points.size());
    KYMO_HOLDS(points.values32.size == 0 || points.values64.size == 0);
    KYMO_HOLDS(points.superseded.size == 0 || points.superseded.size == points.size());
}

void hold_same(const Points& a, const Points& b) {
    KYMO_HOLDS(a.size() == b.size());
    for (std::size_t row = 0; row < a.size(); ++row) {
        KYMO_HOLDS(a.value(row) == b.value(row) && a.steps.block[row] == b.steps.block[row]);
        KYMO_HOLDS(same_bits(a.wall_times.block[row], b.wall_times.block[row]));
        KYMO_HOLDS(superseded(a.superseded, row) == superseded(b.superseded, row));
    }
}

void hold_same(const Payloads& a, const Payloads& b, const RunView& view_a, const RunView& view_b) {
    KYMO_HOLDS(a.steps.size == b.steps.size && a.files.size == a.steps.size && b.files.size == b.steps.size);
    for (std::size_t row = 0; row < a.steps.size; ++row) {
        KYMO_HOLDS(a.steps.block[row] == b.steps.block[row] && a.offsets.block[row] == b.offsets.block[row]);
        KYMO_HOLDS(view_a.files[a.files.block[row]].path == view_b.files[b.files.block[row]].path);
        KYMO_HOLDS(superseded(a.superseded, row) == superseded(b.superseded, row));
    }
}

class Run {
  public:
    explicit Run(Input& input) : input_(input) {
        for (std::size_t i = 0; i < file_count; ++i) files_.push_back(std::make_unique<LogFile>(i));
        set_files(0);
    }

    void act() {
        const std::uint8_t choice = input_.byte();
        LogFile& file = *files_[choice % file_count];
        const std::string_view tag = tags[choice / file_count % tags.size()];
        const std::uint8_t act = input_.byte();
        if (act >= 250) {
            set_files(input_.byte());
        } else if (act >= 220) {
            refresh(input_.byte());
        } else if (act >= 200) {
            file.add_session(act % 4 == 0 ? SessionStatus::stop : SessionStatus::start, stamp());
        } else if (act >= 180) {
            file.add_payload(tag, stamp());
        } else if (act >= 175) {
            file.tear(1 + act % 5);
        } else {
            file.add_point(tag, act % 16 == 0, stamp());
        }
    }

    // However a run came to be read, it reads the same in the end, and no point is lost.
    void finish() {
        while (refresh(0)) {
        }
        RunLog fresh;
        fresh.set_files(listed());
        KYMO_HOLDS(!fresh.refresh(0).more);
        const auto live_view = live_.view(), fresh_view = fresh.view();
        KYMO_HOLDS(live_view->points == fresh_view->points && live_view->tags->size() == fresh_view->tags->size());
        KYMO_HOLDS(live_view->damage.size() == fresh_view->damage.size());
        for (const auto& info : *live_view->tags) {
            const std::string& tag = info->tag;
            KYMO_HOLDS(fresh.series(tag) != nullptr);
            const Points points = live_.series(tag)->points();
            hold_same(points, fresh.series(tag)->points());
            hold_same(*live_.payloads(tag), *fresh.payloads(tag), *live_view, *fresh_view);
            hold_all_there(tag, points);
        }
    }

  private:
    // Times are few, so that many are equal; now and then one is no time.
    Stamp stamp() {
        const std::uint8_t choice = input_.byte();
        const double time = choice < 8 ? input_.number() : static_cast<double>(choice % 32);
        return {time, choice % 2 == 0 ? static_cast<std::int64_t>(input_.byte() % 16) : input_.step()};
    }

    std::vector<WantedFile> listed() const {
        std::vector<WantedFile> paths;
        for (std::size_t i = 0; i < file_count; ++i) {
            if ((absent_ >> i & 1) == 0) paths.push_back({files_[i]->path(), {}});
        }
        return paths;
    }

    void set_files(unsigned absent) {
        absent_ = absent;
        live_.set_files(listed());
    }

    bool refresh(std::uint64_t budget) {
        const bool more = live_.refresh(budget).more;
        const auto view = live_.view();
        for (const auto& info : *view->tags) {
            const std::string& tag = info->tag;
            const Points points = live_.series(tag)->points();
            hold_whole(points);
            hold_kept(known_[tag], points);
            known_[tag] = points;
        }
        return more;
    }

    void hold_all_there(const std::string& tag, const Points& points) const {
        std::array<std::size_t, file_count> found{};
        std::array<double, file_count> latest{};
        for (std::size_t row = 0; row < points.size(); ++row) {
            const auto file = static_cast<std::size_t>(points.value(row) / LogFile::value_stride);
            KYMO_HOLDS(file < file_count && (found[file] == 0 || points.value(row) > latest[file]));
            latest[file] = points.value(row);
            ++found[file];
        }
        for (std::size_t i = 0; i < file_count; ++i) {
            const bool wanted = (absent_ >> i & 1) == 0;
            // Where a tag began with a payload, its numbers are kept as such.
            KYMO_HOLDS(found[i] == 0 || (wanted && found[i] == files_[i]->points(tag)));
        }
    }

    Input& input_;
    std::vector<std::unique_ptr<LogFile>> files_;
    RunLog live_;
    unsigned absent_ = 0;
    std::map<std::string, Points> known_;
};

}  // namespace

void merge(Bytes input) {
    Input decisions(input);
    Run run(decisions);
    for (int acts = 0; acts < 200 && !decisions.done(); ++acts) run.act();
    run.finish();
}

}  // namespace kymo::fuzz
