// All event files of one run: follows each and merges their tags into the run's series.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reading/file_scanner.h"
#include "reading/merged_table.h"
#include "reading/rare.h"
#include "reading/run_merge.h"
#include "reading/series.h"

namespace kymo {

struct Refresh {
    std::vector<std::string> tags;  // whose data changed
    std::uint64_t points = 0;       // scalars added
    std::uint64_t bytes = 0;
    bool more = false;                   // the budget ended before the files did
    bool index_due = false;              // as RunLog::index_due
    std::uint64_t offset = 0, size = 0;  // of all files together: how far they are read, and how long they are
    std::uint32_t waiting = 0;           // files that are not read to their end
    std::int64_t modified = 0;  // when the newest file was written to, nanoseconds since the epoch; 0 without files
};

// An event file, and where its scan is kept between two programs; empty where it is not.
struct WantedFile {
    std::string path, index;
};

struct SavedIndexes {
    std::uint64_t files = 0, bytes = 0;
    std::string error;  // why one could not be saved; empty where all were
};

// What a tag is. Another one takes its place when that changes; only its count grows.
struct TagInfo {
    std::string tag;
    std::string_view kind;
    Rare<Metadata> metadata;
    std::atomic<std::uint64_t> count = 0;
};

// The scalar that was logged last, of those that no restart has superseded.
struct NewestPoint {
    std::shared_ptr<const TagInfo> tag;
    std::int64_t step = 0;
    double wall_time = 0.0, value = 0.0;
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
    using Tags = std::vector<std::shared_ptr<const TagInfo>>;

    std::uint64_t version = 0;
    std::uint64_t tags_version = 0;  // of the list of tags, which changes rarely
    std::shared_ptr<const Tags> tags = std::make_shared<Tags>();
    std::optional<NewestPoint> newest;
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
    void set_files(std::vector<WantedFile> files);
    Refresh refresh(std::uint64_t byte_budget);
    bool outdated();  // a file differs from what was read
    // Keeps the scans that have grown by a quarter since they were last kept; `ending`: all that have grown noticeably.
    SavedIndexes save_indexes(bool ending);
    bool index_due(bool ending);  // there are such scans

    std::shared_ptr<const RunView> view() const;
    std::shared_ptr<Series> series(std::string_view tag) const;  // null where there is none
    std::shared_ptr<const TagInfo> info(std::string_view tag) const;
    std::optional<Payloads> payloads(std::string_view tag) const;

  private:
    struct File {
        std::unique_ptr<FileScanner> scanner;
        std::vector<std::uint32_t> tags;  // the run's tag for each of the file's
    };
    struct Place {
        std::uint32_t file, tag;
    };
    // What readers ask of one tag.
    struct Readable {
        std::shared_ptr<Series> series;
        std::shared_ptr<const TagInfo> info;  // absent while the tag is not listed
        Rare<Payloads> payloads;
    };
    struct Tag {
        std::string name;
        std::vector<Place> places;
        MergedTable<ScalarColumns> scalars;
        Rare<MergedTable<PayloadColumns>> payloads;
        std::shared_ptr<TagInfo> info;  // absent while it is not listed
        std::uint64_t rows = 0;         // of scalars, that are in points_
        bool changed = false;
        Readable readable;  // guarded by state_
    };
    struct Newest {
        std::uint32_t tag;
        std::int64_t step;
        double wall_time, value;
    };
    struct Round;

    bool adopt_files();
    bool any_index_due(bool ending) const;
    void scan_files(std::uint64_t byte_budget, Round& round);
    void link_tags(Round& round);
    void unlink_all(Round& round);
    std::uint32_t tag_named(const std::string& name);
    void merge_tags(Round& round);
    void merge_tag(Tag& tag, Round& round, const std::vector<std::size_t>& position_of);
    bool list_tag(Tag& tag);
    void note_mixed(const Tag& tag);
    const FileTag& file_tag(const Place& place) const { return files_[place.file].scanner->log().tags()[place.tag]; }
    void find_newest(const Round& round);
    void offer_newest(std::uint32_t number);
    const Tag* find(std::string_view tag) const;
    void publish(Round& round);
    void publish_tag(Tag& tag);
    std::shared_ptr<RunView> describe(const Round& round) const;

    std::mutex refreshing_;  // held for a whole refresh; guards everything above state_
    std::vector<File> files_;
    MergePlan plan_;
    std::size_t restarts_ = 0;
    std::uint64_t points_ = 0;
    std::optional<Newest> newest_;

    mutable std::mutex state_;  // held for moments; guards what follows, which only a refresh changes
    std::vector<std::unique_ptr<Tag>> tags_;
    std::map<std::string, std::vector<FileDamage>> mixed_;  // by tag
    std::unordered_map<std::string_view, std::uint32_t> index_;
    std::optional<std::vector<WantedFile>> wanted_;
    std::shared_ptr<const RunView> view_ = std::make_shared<RunView>();
};

}  // namespace kymo
