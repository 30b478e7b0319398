#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/input.h"
#include "fuzz/invariant.h"
#include "fuzz/memory_source.h"
#include "fuzz/same_log.h"
#include "fuzz/targets.h"
#include "reading/event_decoder.h"
#include "reading/file_log.h"
#include "reading/record_reader.h"
#include "reading/tag_kind.h"
#include "reading/tensor_number.h"
#include "writing/event_codec.h"

namespace kymo::fuzz {

namespace {

enum class Kind : std::uint8_t { scalars, summary, encoded, version, session };

// What was written, so far as it must come back.
struct Written {
    Kind kind = Kind::scalars;
    Stamp stamp;
    ScalarForm form = ScalarForm::simple_value;
    std::vector<std::string> tags;
    std::vector<double> values;
    std::vector<std::byte> bytes;  // of a summary or an event that was encoded elsewhere, or a writer's name
    SessionStatus status = SessionStatus::start;
};

class EventList {
  public:
    explicit EventList(Input& input) : input_(input) {}

    void append() {
        Written event;
        event.kind = static_cast<Kind>(input_.up_to(4));
        event.stamp = {input_.number(), input_.step()};
        switch (event.kind) {
            case Kind::scalars:
                append_scalars(event);
                break;
            case Kind::summary:
                event.bytes = content();
                frame(SummaryEvent(event.bytes, event.stamp));
                break;
            case Kind::encoded:
                event.bytes = content();
                frame(EncodedEvent(event.bytes));
                break;
            case Kind::version:
                event.bytes = content();
                frame(FileVersionEvent(event.stamp, text_of(event.bytes)));
                break;
            case Kind::session:
                event.status = static_cast<SessionStatus>(1 + input_.up_to(2));
                frame(SessionLogEvent(event.status, event.stamp));
                break;
        }
        written_.push_back(std::move(event));
    }

    Bytes file() const { return file_; }
    const std::vector<Written>& written() const { return written_; }
    const std::vector<std::size_t>& ends() const { return ends_; }

  private:
    void append_scalars(Written& event) {
        event.form = static_cast<ScalarForm>(input_.up_to(2));
        std::vector<Scalar> scalars;
        for (std::size_t count = input_.up_to(5); count > 0; --count) {
            const std::size_t size = input_.up_to(8) == 8 ? 100 + input_.byte() : input_.up_to(9);
            event.tags.push_back(std::string(text_of(input_.take(size))) + (size > 100 ? std::string(size, 'a') : ""));
            event.values.push_back(input_.number());
        }
        for (std::size_t i = 0; i < event.tags.size(); ++i) scalars.push_back({event.tags[i], event.values[i]});
        frame(ScalarsEvent(scalars, event.form, event.stamp));
    }

    std::vector<std::byte> content() {
        const Bytes bytes = input_.take(input_.up_to(40));
        return {bytes.begin(), bytes.end()};
    }

    // An event must take exactly the room it asks for.
    template <typename Event>
    void frame(const Event& event) {
        constexpr auto guard = std::byte{0xa5};
        const std::size_t begin = file_.size(), size = event.size();
        file_.resize(begin + record_size(size) + 8, guard);
        write_record(event, size, file_.data() + begin);
        for (std::size_t i = 0; i < 8; ++i) KYMO_HOLDS(file_[file_.size() - 1 - i] == guard);
        file_.resize(file_.size() - 8);
        ends_.push_back(file_.size());
    }

    Input& input_;
    std::vector<std::byte> file_;
    std::vector<Written> written_;
    std::vector<std::size_t> ends_;
};

bool same_bytes(Bytes a, Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

void hold_scalars(const Written& written, const EventView& event) {
    KYMO_HOLDS(event.content == EventContent::summary && event.parts.size() == 1);
    std::size_t count = 0;
    const bool whole = each_value(event.parts.front(), [&](Bytes message) {
        ValueView value;
        KYMO_HOLDS(decode_value(message, value) && count < written.tags.size());
        KYMO_HOLDS(value.tag == written.tags[count] && kind_of(value) == kinds::scalar);
        const std::optional<Number> number = number_of(value);
        KYMO_HOLDS(number.has_value());
        const bool wide = written.form == ScalarForm::double_tensor;
        const double logged = written.values[count++];
        const double expected = wide ? logged : static_cast<double>(static_cast<float>(logged));
        KYMO_HOLDS(number->single == !wide);
        KYMO_HOLDS(same_bits(number->value, expected) || (std::isnan(number->value) && std::isnan(expected)));
        return true;
    });
    KYMO_HOLDS(whole && count == written.tags.size());
}

void hold_read_back(const Written& written, Bytes payload) {
    if (written.kind == Kind::encoded) {
        KYMO_HOLDS(same_bytes(payload, written.bytes));
        return;
    }
    EventView event;
    KYMO_HOLDS(decode_event(payload, event));
    KYMO_HOLDS(same_bits(event.wall_time, written.stamp.wall_time) && event.step == written.stamp.step);
    SessionLogView session;
    switch (written.kind) {
        case Kind::scalars:
            hold_scalars(written, event);
            break;
        case Kind::summary:
            KYMO_HOLDS(event.content == EventContent::summary && same_bytes(event.parts.front(), written.bytes));
            break;
        case Kind::version:
            KYMO_HOLDS(event.content == EventContent::file_version && event.writer == text_of(written.bytes));
            break;
        case Kind::session:
            KYMO_HOLDS(event.content == EventContent::session_log);
            KYMO_HOLDS(decode_session_log(event.parts.front(), session));
            KYMO_HOLDS(session.status == static_cast<std::int32_t>(written.status));
            break;
        case Kind::encoded:
            break;
    }
}

}  // namespace

void codec(Bytes input) {
    Input decisions(input);
    const std::size_t cut = decisions.word<std::uint16_t>();
    EventList list(decisions);
    while (!decisions.done() && list.written().size() < 32) list.append();

    MemorySource source(list.file());
    RecordReader reader(source, list.file().size());
    std::uint64_t at = 0;
    std::size_t boundary = 0;
    for (std::size_t i = 0; i < list.written().size(); ++i) {
        const Record record = reader.examine(at);
        KYMO_HOLDS(record.verdict == Verdict::record);
        hold_read_back(list.written()[i], record.payload);
        at += record_size(record.payload.size());
        KYMO_HOLDS(at == list.ends()[i]);
        if (at <= cut % (list.file().size() + 1)) boundary = static_cast<std::size_t>(at);
    }
    KYMO_HOLDS(reader.examine(at).verdict == Verdict::end);
    KYMO_HOLDS(whole_records(list.file(), cut % (list.file().size() + 1)) == boundary);
}

}  // namespace kymo::fuzz
