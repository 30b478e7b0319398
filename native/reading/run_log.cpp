#include "reading/run_log.h"

#include <algorithm>

namespace kymo {

// What one refresh found out.
struct RunLog::Round {
    Refresh result;
    std::vector<std::uint32_t> changed;  // tags
    bool visible = false;                // anything a reader could see
    bool relink = false;                 // files left, or their contents were read anew
    bool tail_only = false;
    std::vector<std::size_t> grown;  // files
};

void RunLog::set_files(std::vector<WantedFile> files) {
    const std::lock_guard lock(state_);
    wanted_ = std::move(files);
}

std::shared_ptr<const RunView> RunLog::view() const {
    const std::lock_guard lock(state_);
    return view_;
}

std::shared_ptr<Series> RunLog::series(std::string_view tag) const {
    const std::lock_guard lock(state_);
    const auto at = readable_.find(std::string(tag));
    return at == readable_.end() || !at->second.listed ? nullptr : at->second.series;
}

std::optional<Payloads> RunLog::payloads(std::string_view tag) const {
    const std::lock_guard lock(state_);
    const auto at = readable_.find(std::string(tag));
    if (at == readable_.end() || !at->second.listed) return std::nullopt;
    return at->second.payloads;
}

Refresh RunLog::refresh(std::uint64_t byte_budget) {
    const std::lock_guard lock(refreshing_);
    Round round;
    const std::size_t files_before = files_.size();
    round.relink = adopt_files();
    round.visible = round.relink || files_.size() != files_before;
    scan_files(byte_budget, round);
    if (round.relink) unlink_all(round);
    link_tags(round);
    if (round.visible) {
        merge_tags(round);
        publish(round);
    }
    round.result.index_due = !round.result.more && any_index_due(false);
    return std::move(round.result);
}

bool RunLog::any_index_due(bool ending) const {
    return std::ranges::any_of(files_, [&](const File& file) { return file.scanner->index_due(ending); });
}

bool RunLog::index_due(bool ending) {
    const std::lock_guard lock(refreshing_);
    return any_index_due(ending);
}

SavedIndexes RunLog::save_indexes(bool ending) {
    struct Due {
        std::string index;
        ScanSnapshot snapshot;
    };
    std::vector<Due> due;
    {
        const std::lock_guard lock(refreshing_);
        for (const File& file : files_) {
            if (file.scanner->index_due(ending)) due.push_back({file.scanner->index(), file.scanner->snapshot()});
        }
    }
    SavedIndexes all;
    for (Due& one : due) {
        const SavedIndex saved = save_index(one.index, one.snapshot);
        if (saved.error) all.error = saved.error.text();
        if (saved.error || saved.size == 0) continue;
        ++all.files;
        all.bytes += saved.size;
    }
    return all;
}

// Takes over the wanted list of files; true where one of those followed so far is no longer in it.
bool RunLog::adopt_files() {
    std::optional<std::vector<WantedFile>> wanted;
    {
        const std::lock_guard lock(state_);
        wanted.swap(wanted_);
    }
    if (!wanted) return false;
    std::vector<WantedFile> fresh = std::move(*wanted);
    std::ranges::sort(fresh, {}, &WantedFile::path);
    const auto same_path = [](const WantedFile& a, const WantedFile& b) { return a.path == b.path; };
    fresh.erase(std::unique(fresh.begin(), fresh.end(), same_path), fresh.end());
    const std::size_t before = files_.size();
    std::erase_if(files_, [&](const File& file) {
        return !std::ranges::binary_search(fresh, file.scanner->path(), {}, &WantedFile::path);
    });
    const bool left = files_.size() != before;
    std::vector<std::string> known;
    for (const File& file : files_) known.push_back(file.scanner->path());
    std::ranges::sort(known);
    for (WantedFile& file : fresh) {
        if (std::ranges::binary_search(known, file.path)) continue;
        files_.push_back({std::make_unique<FileScanner>(std::move(file.path), std::move(file.index)), {}});
    }
    return left;
}

void RunLog::scan_files(std::uint64_t byte_budget, Round& round) {
    for (std::size_t i = 0; i < files_.size(); ++i) {
        if (byte_budget != 0 && round.result.bytes >= byte_budget) {
            round.result.more = true;
            return;
        }
        const std::uint64_t left = byte_budget == 0 ? 0 : byte_budget - round.result.bytes;
        const ScanProgress progress = files_[i].scanner->scan(left);
        round.result.bytes += progress.bytes;
        round.result.points += progress.points;
        round.result.more |= progress.more;
        round.visible |= progress.changed;
        round.relink |= progress.restarted;
        if (progress.changed) round.grown.push_back(i);
    }
}

// Forgets which file holds what; the tags themselves, and what readers hold of them, stay.
void RunLog::unlink_all(Round& round) {
    round.grown.clear();
    for (std::size_t i = 0; i < files_.size(); ++i) {
        files_[i].tags.clear();
        round.grown.push_back(i);
    }
    for (std::uint32_t i = 0; i < tags_.size(); ++i) {
        tags_[i]->places.clear();
        tags_[i]->scalars.invalidate();
        tags_[i]->payloads.invalidate();
        tags_[i]->changed = true;
        round.changed.push_back(i);
    }
}

std::uint32_t RunLog::tag_named(const std::string& name) {
    if (const auto at = index_.find(name); at != index_.end()) return at->second;
    const auto number = static_cast<std::uint32_t>(tags_.size());
    tags_.push_back(std::make_unique<Tag>());
    tags_.back()->name = name;
    index_.emplace(tags_.back()->name, number);
    return number;
}

void RunLog::link_tags(Round& round) {
    for (const std::size_t i : round.grown) {
        File& file = files_[i];
        FileLog& log = file.scanner->log();
        for (auto k = static_cast<std::uint32_t>(file.tags.size()); k < log.tags().size(); ++k) {
            file.tags.push_back(tag_named(log.tags()[k].name));
            tags_[file.tags[k]]->places.push_back({static_cast<std::uint32_t>(i), k});
        }
        for (const std::uint32_t k : log.take_changed()) {
            Tag& tag = *tags_[file.tags[k]];
            if (!tag.changed) round.changed.push_back(file.tags[k]);
            tag.changed = true;
        }
    }
}

void RunLog::merge_tags(Round& round) {
    std::vector<MergePlan::File> with_values;
    std::size_t restarts = 0;
    for (std::size_t i = 0; i < files_.size(); ++i) {
        const FileLog& log = files_[i].scanner->log();
        restarts += log.restarts().size();
        if (!log.tags().empty() || !log.restarts().empty())
            with_values.push_back({&log, static_cast<std::uint32_t>(i)});
    }
    MergePlan plan(std::move(with_values));
    const bool as_before = !round.relink && restarts == restarts_ && plan.same_as(plan_);
    plan_ = std::move(plan);
    restarts_ = restarts;
    const auto last = plan_.size() == 0 ? 0 : plan_.files().back().file;
    round.tail_only = as_before && plan_.all_before_last() &&
                      std::all_of(round.grown.begin(), round.grown.end(), [&](std::size_t file) {
                          return file == last || files_[file].scanner->log().tags().empty();
                      });
    if (!as_before && (plan_.size() > 1 || restarts != 0)) {
        for (std::uint32_t i = 0; i < tags_.size(); ++i) {
            if (!tags_[i]->changed) round.changed.push_back(i);
            tags_[i]->changed = true;
        }
    }
    std::vector<std::size_t> position_of(files_.size());
    for (std::size_t i = 0; i < plan_.size(); ++i) position_of[plan_.files()[i].file] = i;
    for (const std::uint32_t i : round.changed) merge_tag(*tags_[i], round, position_of);
}

void RunLog::merge_tag(Tag& tag, const Round& round, const std::vector<std::size_t>& position_of) {
    const auto file_tag = [&](const Place& place) -> const FileTag& {
        return files_[place.file].scanner->log().tags()[place.tag];
    };
    std::sort(tag.places.begin(), tag.places.end(),
              [&](const Place& a, const Place& b) { return position_of[a.file] < position_of[b.file]; });
    std::vector<MergedTable<ScalarColumns>::Part> scalars;
    std::vector<MergedTable<PayloadColumns>::Part> payloads;
    for (const Place& place : tag.places) {
        const FileTag& part = file_tag(place);
        if (part.scalars.columns.size() != 0) scalars.push_back({position_of[place.file], &part.scalars});
        if (part.payloads.columns.size() != 0) payloads.push_back({position_of[place.file], &part.payloads});
    }
    tag.scalars.update(plan_, scalars, round.tail_only);
    tag.payloads.update(plan_, payloads, round.tail_only);
    tag.changed = false;
    tag.listed = !tag.places.empty();
    if (!tag.listed) return;
    const FileTag& first = file_tag(tag.places.front());
    tag.kind = first.kind;
    if (!tag.metadata || !(*tag.metadata == first.metadata)) {
        tag.metadata = std::make_shared<const Metadata>(first.metadata);
    }
}

void RunLog::publish(Round& round) {
    std::shared_ptr<RunView> next = describe();
    const std::lock_guard lock(state_);
    next->version = view_->version + 1;
    for (const std::uint32_t i : round.changed) {
        const Tag& tag = *tags_[i];
        Readable& readable = readable_[tag.name];
        if (!readable.series) readable.series = std::make_shared<Series>(tag.name);
        readable.listed = tag.listed;
        const ScalarColumns& scalars = tag.scalars.columns();
        readable.series->publish({scalars.steps.view(), scalars.wall_times.view(), scalars.values32.view(),
                                  scalars.values64.view(), tag.scalars.superseded().view(), tag.scalars.generation()});
        const PayloadColumns& payloads = tag.payloads.columns();
        readable.payloads = {payloads.steps.view(),   payloads.wall_times.view(),  payloads.offsets.view(),
                             payloads.lengths.view(), tag.payloads.files().view(), tag.payloads.superseded().view()};
        round.result.tags.push_back(tag.name);
    }
    view_ = std::move(next);
}

std::shared_ptr<RunView> RunLog::describe() const {
    auto view = std::make_shared<RunView>();
    for (const auto& tag : tags_) {
        if (!tag->listed) continue;
        const std::uint64_t rows = tag->scalars.columns().size(), values = tag->payloads.columns().size();
        view->tags.push_back({tag->name, tag->kind, tag->metadata, rows != 0 ? rows : values});
        view->points += rows;
    }
    for (std::uint32_t i = 0; i < files_.size(); ++i) {
        const FileScanner& scanner = *files_[i].scanner;
        const FileLog& log = scanner.log();
        view->files.push_back({scanner.path(), scanner.missing() ? 0 : scanner.size(), scanner.offset(), log.events(),
                               scanner.report().count(), log.events_range(), log.writer(), scanner.missing()});
        for (const Session& session : log.sessions()) {
            view->sessions.push_back({session.status, session.step, session.wall_time, i});
        }
        for (const Damage& damage : scanner.report().kept()) view->damage.push_back({scanner.path(), damage});
        if (log.events_range().empty()) continue;
        view->range.include(log.events_range().first);
        view->range.include(log.events_range().last);
    }
    return view;
}

}  // namespace kymo
