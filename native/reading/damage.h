// What was wrong with a file, by the numbered rules of docs/format.md.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kymo {

namespace rules {
constexpr std::string_view header_checksum = "K101";
constexpr std::string_view payload_checksum = "K102";
constexpr std::string_view declared_length = "K103";
constexpr std::string_view zero_hole = "K104";
constexpr std::string_view not_an_event = "K201";
constexpr std::string_view wall_time = "K202";
constexpr std::string_view tag_encoding = "K203";
constexpr std::string_view not_a_scalar = "K301";
constexpr std::string_view other_kind = "K302";
constexpr std::string_view no_value = "K303";
constexpr std::string_view unreadable = "K401";
constexpr std::string_view truncated = "K402";
constexpr std::string_view replaced = "K403";

constexpr std::array all = {header_checksum, payload_checksum, declared_length, zero_hole,  not_an_event,
                            wall_time,       tag_encoding,     not_a_scalar,    other_kind, no_value,
                            unreadable,      truncated,        replaced};
}  // namespace rules

// The rule of this name, in storage that lasts; empty where no rule is called so.
constexpr std::string_view rule_named(std::string_view name) {
    for (const std::string_view rule : rules::all) {
        if (rule == name) return rule;
    }
    return {};
}

struct Damage {
    std::uint64_t offset = 0;
    std::string_view rule;
    std::string cause;
};

// The damage of one file: the first ones in full, the rest only counted, so that a ruined file costs no memory.
class DamageReport {
  public:
    static constexpr std::size_t kept_limit = 100;

    void add(std::uint64_t offset, std::string_view rule, std::string cause) {
        ++count_;
        if (kept_.size() < kept_limit) kept_.push_back({offset, rule, std::move(cause)});
    }
    // Goes on counting from `count`; false where that is fewer than are kept.
    bool count_on(std::uint64_t count) {
        count_ = count;
        return count >= kept_.size();
    }
    const std::vector<Damage>& kept() const { return kept_; }
    std::uint64_t count() const { return count_; }

  private:
    std::vector<Damage> kept_;
    std::uint64_t count_ = 0;
};

}  // namespace kymo
