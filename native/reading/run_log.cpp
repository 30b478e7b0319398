#include "reading/run_log.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "reading/tag_kind.h"

namespace kymo {

// What one refresh found out.
struct RunLog::Round {
    Refresh result;
    std::vector<std::uint32_t> changed;  // tags
    bool visible = false;                // anything a reader could see
    bool relink = false;                 // files left, or their contents were read anew
    bool relist = false;                 // the list of tags is another
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
    const Tag* const found = find(tag);
    return found != nullptr ? found->readable.series : nullptr;
}

std::shared_ptr<const TagInfo> RunLog::info(std::string_view tag) const {
    const std::lock_guard lock(state_);
    const Tag* const found = find(tag);
    return found != nullptr ? found->readable.info : nullptr;
}

std::optional<Payloads> RunLog::payloads(std::string_view tag) const {
    const std::lock_guard lock(state_);
    const Tag* const found = find(tag);
    if (found == nullptr) return std::nullopt;
    return *found->readable.payloads;
}

const RunLog::Tag* RunLog::find(std::string_view tag) const {
    const auto at = index_.find(tag);
    return at == index_.end() || !tags_[at->second]->readable.info ? nullptr : tags_[at->second].get();
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
    for (const File& file : files_) {
        const FileScanner& scanner = *file.scanner;
        round.result.offset += scanner.offset();
        round.result.size += scanner.missing() ? 0 : scanner.size();
        round.result.waiting += !scanner.missing() && scanner.offset() < scanner.size() ? 1 : 0;
        round.result.modified = std::max(round.result.modified, scanner.modified());
    }
    round.result.index_due = !round.result.more && any_index_due(false);
    return std::move(round.result);
}

bool RunLog::outdated() {
    const std::lock_guard lock(refreshing_);
    return std::ranges::any_of(files_, [](const File& file) { return file.scanner->outdated(); });
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
        tags_[i]->payloads = {};
        tags_[i]->changed = true;
        round.changed.push_back(i);
    }
}

std::uint32_t RunLog::tag_named(const std::string& name) {
    if (const auto at = index_.find(name); at != index_.end()) return at->second;
    const auto number = static_cast<std::uint32_t>(tags_.size());
    auto tag = std::make_unique<Tag>();
    tag->name = name;
    const std::lock_guard lock(state_);
    tags_.push_back(std::move(tag));
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
    find_newest(round);
}

void RunLog::merge_tag(Tag& tag, Round& round, const std::vector<std::size_t>& position_of) {
    std::sort(tag.places.begin(), tag.places.end(),
              [&](const Place& a, const Place& b) { return position_of[a.file] < position_of[b.file]; });
    std::vector<MergedTable<ScalarColumns>::Part> scalars;
    std::vector<MergedTable<PayloadColumns>::Part> payloads;
    for (const Place& place : tag.places) {
        const FileTag& part = file_tag(place);
        if (part.scalars.columns.size() != 0) scalars.push_back({position_of[place.file], &part.scalars});
        if (part.payloads->columns.size() != 0) payloads.push_back({position_of[place.file], &*part.payloads});
    }
    tag.scalars.update(plan_, scalars, round.tail_only);
    if (!payloads.empty() || tag.payloads->columns().size() != 0) {
        tag.payloads.make().update(plan_, payloads, round.tail_only);
    }
    points_ += tag.scalars.columns().size() - tag.rows;
    tag.rows = tag.scalars.columns().size();
    tag.changed = false;
    round.relist |= list_tag(tag);
}

// Whether what the tag is has changed. The earliest file says what it is, and the earliest that describes it how it is
// described. A tag that any file holds as scalars is one, so that no point is hidden.
bool RunLog::list_tag(Tag& tag) {
    mixed_.erase(tag.name);
    if (tag.places.empty()) return std::exchange(tag.info, nullptr) != nullptr;
    const auto first_with = [&](auto&& wanted) -> const FileTag& {
        const auto at = std::ranges::find_if(tag.places, [&](const Place& place) { return wanted(file_tag(place)); });
        return file_tag(at == tag.places.end() ? tag.places.front() : *at);
    };
    const std::string_view kind = first_with([](const FileTag& part) { return part.is_scalar; }).kind;
    const Rare<Metadata>& metadata = first_with([](const FileTag& part) { return part.described; }).metadata;
    const bool same = tag.info && tag.info->kind == kind && *tag.info->metadata == *metadata;
    if (!same) {
        tag.info = std::make_shared<TagInfo>();
        tag.info->tag = tag.name;
        tag.info->kind = kind;
        tag.info->metadata = metadata;
    }
    tag.info->count = tag.rows != 0 ? tag.rows : tag.payloads->columns().size();
    if (kind == kinds::scalar) note_mixed(tag);
    return !same;
}

// Damage that no file shows alone: what one file holds as scalars, another one holds as something else.
void RunLog::note_mixed(const Tag& tag) {
    for (const Place& place : tag.places) {
        const FileTag& part = file_tag(place);
        const PayloadColumns& values = part.payloads->columns;
        if (part.is_scalar || values.size() == 0) continue;
        mixed_[tag.name].push_back(
            {files_[place.file].scanner->path(),
             {values.offsets.span()[0], rules::not_a_scalar,
              "Tag '" + tag.name + "' holds scalars in another file of the run, but data of kind " +
                  std::string(part.kind) + " in this one."}});
    }
}

// Goes by the tags that have changed, unless what was the newest point is gone.
void RunLog::find_newest(const Round& round) {
    const std::optional<Newest> before = std::exchange(newest_, std::nullopt);
    if (before && !round.relink) {
        offer_newest(before->tag);
        if (newest_ && newest_->wall_time >= before->wall_time) {
            for (const std::uint32_t i : round.changed) offer_newest(i);
            return;
        }
        newest_ = std::nullopt;
    }
    for (std::uint32_t i = 0; i < tags_.size(); ++i) offer_newest(i);
}

// Of points of one time, that of the tag that came first is taken.
void RunLog::offer_newest(std::uint32_t number) {
    const Tag& tag = *tags_[number];
    if (!tag.info || tag.info->kind != kinds::scalar) return;
    const std::optional<std::size_t> row = tag.scalars.last_row();
    if (!row) return;
    const ScalarColumns& columns = tag.scalars.columns();
    const double time = columns.wall_times[*row];
    if (newest_ && !std::isnan(newest_->wall_time)) {
        const double known = newest_->wall_time;
        if (!(time > known || (time == known && number < newest_->tag))) return;
    } else if (newest_ && std::isnan(time)) {
        return;
    }
    newest_ = {number, columns.steps[*row], time, columns.value(*row)};
}

void RunLog::publish(Round& round) {
    std::shared_ptr<RunView> next = describe(round);
    const std::lock_guard lock(state_);
    for (const std::uint32_t i : round.changed) {
        publish_tag(*tags_[i]);
        round.result.tags.push_back(tags_[i]->name);
    }
    view_ = std::move(next);
}

void RunLog::publish_tag(Tag& tag) {
    Readable& readable = tag.readable;
    if (!readable.series) readable.series = std::make_shared<Series>(tag.name);
    readable.info = tag.info;
    const ScalarColumns& scalars = tag.scalars.columns();
    readable.series->publish({scalars.steps.view(), scalars.wall_times.view(), scalars.values32.view(),
                              scalars.values64.view(), tag.scalars.superseded().view(), tag.scalars.generation()});
    const MergedTable<PayloadColumns>& payloads = *tag.payloads;
    const PayloadColumns& columns = payloads.columns();
    if (columns.size() == 0 && readable.payloads->steps.size == 0) return;
    readable.payloads.make() = {columns.steps.view(),   columns.wall_times.view(), columns.offsets.view(),
                                columns.lengths.view(), payloads.files().view(),   payloads.superseded().view()};
}

std::shared_ptr<RunView> RunLog::describe(const Round& round) const {
    auto view = std::make_shared<RunView>();
    view->version = view_->version + 1;
    view->tags_version = view_->tags_version;
    view->tags = view_->tags;
    if (round.relist) {
        auto tags = std::make_shared<RunView::Tags>();
        for (const auto& tag : tags_) {
            if (tag->info) tags->push_back(tag->info);
        }
        view->tags = std::move(tags);
        ++view->tags_version;
    }
    for (const auto& [tag, damage] : mixed_) view->damage.insert(view->damage.end(), damage.begin(), damage.end());
    view->points = points_;
    if (newest_) view->newest = {tags_[newest_->tag]->info, newest_->step, newest_->wall_time, newest_->value};
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
