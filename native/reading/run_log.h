// All event files of one run: follows each and merges their tags into the run's series.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reading/file_scanner.h"
#include "reading/merged_table.h"
#include "reading/run_merge.h"
#include "reading/series.h"

namespace kymo {

struct Refresh {
    std::vector<std::string> tags;  // whose data changed
    std::uint64_t points = 0;       // scalars added
    std::uint64_t bytes = 0;
    bool more = false;  // the budget ended before the files did
};

struct TagInfo {
    std::string tag;
    std::string_view kind;
    std::shared_ptr<const Metadata> metadata;
    std::uint64_t count = 0;
};

struct FileInfo {
    std::string path;
    std::uint64_t size = 0, offset = 0, events = 0, damage = 0;
    TimeRange range;
    std::string writer;
    bool missing = false;
};

struct LoggedSession {
    std::int32_t status = 0;
    std::int64_t step = 0;
    double wall_time = 0.0;
    std::uint32_t file = 0;
};

struct FileDamage {
    std::string file;
    Damage damage;
};

struct Payloads {
    Column<std::int64_t>::View steps;
    Column<double>::View wall_times;
    Column<std::uint64_t>::View offsets, lengths;
    Column<std::uint32_t>::View files;
    Column<std::uint8_t>::View superseded;  // empty when no value is
};

// What readers see of a run, whole at every instant.
struct RunView {
    std::uint64_t version = 0;
    std::vector<TagInfo> tags;
    std::vector<FileInfo> files;
    std::vector<LoggedSession> sessions;
    std::vector<FileDamage> damage;
    TimeRange range;
    std::uint64_t points = 0;
};

// Safe to use from many threads: one refresh runs at a time, and looking never waits for it.
class RunLog {
  public:
    // The files from the next refresh on.
    void set_files(std::vector<std::string> paths);
    Refresh refresh(std::uint64_t byte_budget);

    std::shared_ptr<const RunView> view() const;
    std::shared_ptr<Series> series(std::string_view tag) const;  // null where there is none
    std::optional<Payloads> payloads(std::string_view tag) const;

  private:
    struct File {
        std::unique_ptr<FileScanner> scanner;
        std::vector<std::uint32_t> tags;  // the run's tag for each of the file's
    };
    struct Place {
        std::uint32_t file, tag;
    };
    struct Tag {
        std::string name;
        std::vector<Place> places;
        MergedTable<ScalarColumns> scalars;
        MergedTable<PayloadColumns> payloads;
        std::shared_ptr<const Metadata> metadata;
        std::string_view kind;
        std::vector<FileDamage> damage;  // that no file shows alone
        bool changed = false;
        bool listed = false;
    };
    struct Readable {
        std::shared_ptr<Series> series;
        Payloads payloads;
        bool listed = false;
    };
    struct Round;

    bool adopt_files();
    void scan_files(std::uint64_t byte_budget, Round& round);
    void link_tags(Round& round);
    void unlink_all(Round& round);
    std::uint32_t tag_named(const std::string& name);
    void merge_tags(Round& round);
    void merge_tag(Tag& tag, const Round& round, const std::vector<std::size_t>& position_of);
    void describe_tag(Tag& tag) const;
    const FileTag& file_tag(const Place& place) const { return files_[place.file].scanner->log().tags()[place.tag]; }
    void publish(Round& round);
    std::shared_ptr<RunView> describe() const;

    std::mutex refreshing_;  // held for a whole refresh; guards everything above state_
    std::vector<File> files_;
    std::vector<std::unique_ptr<Tag>> tags_;
    std::unordered_map<std::string_view, std::uint32_t> index_;
    MergePlan plan_;
    std::size_t restarts_ = 0;

    mutable std::mutex state_;  // held for moments; guards what follows
    std::optional<std::vector<std::string>> wanted_;
    std::shared_ptr<const RunView> view_ = std::make_shared<RunView>();
    std::unordered_map<std::string, Readable> readable_;
};

}  // namespace kymo
