// Bytes in memory as a source.
#pragma once

#include <algorithm>
#include <cstring>

#include "format/wire_reader.h"
#include "fuzz/invariant.h"
#include "reading/byte_source.h"

namespace kymo::fuzz {

class MemorySource final : public Source {
  public:
    explicit MemorySource(Bytes bytes) : bytes_(bytes) {}

    SourceError status(SourceStatus& status) override {
        status = {};
        status.size = bytes_.size();
        return {};
    }
    SourceError read(std::uint64_t offset, std::span<std::byte> into, std::size_t& got) override {
        KYMO_HOLDS(offset <= bytes_.size());
        got = std::min(into.size(), bytes_.size() - static_cast<std::size_t>(offset));
        if (got != 0) std::memcpy(into.data(), bytes_.data() + offset, got);
        return {};
    }

  private:
    Bytes bytes_;
};

}  // namespace kymo::fuzz
