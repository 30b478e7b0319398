// Mutates event files record by record: a change of bytes alone would never get past the checksums.
#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "fuzz/targets.h"
#include "writing/event_codec.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace kymo::fuzz {

namespace {

using Buffer = std::vector<std::byte>;

void mutate(Buffer& bytes, std::size_t room) {
    const std::size_t size = bytes.size();
    bytes.resize(size + room);
    if (bytes.empty()) return;
    bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, bytes.size()));
}

// The payloads in a row of records whose lengths fit; `rest` is what follows them.
std::vector<Buffer> split(Bytes file, Bytes& rest) {
    std::vector<Buffer> payloads;
    while (file.size() >= record_size(0)) {
        const auto length = load_word<std::uint64_t>(file.data());
        if (length > file.size() - record_size(0)) break;
        const Bytes payload = file.subspan(record_header_size, static_cast<std::size_t>(length));
        payloads.emplace_back(payload.begin(), payload.end());
        file = file.subspan(record_size(payload.size()));
    }
    rest = file;
    return payloads;
}

Buffer join(const std::vector<Buffer>& payloads, Bytes rest) {
    Buffer file;
    for (const Buffer& payload : payloads) {
        const std::size_t begin = file.size();
        file.resize(begin + record_size(payload.size()));
        write_record(EncodedEvent(payload), payload.size(), file.data() + begin);
    }
    file.insert(file.end(), rest.begin(), rest.end());
    return file;
}

Buffer mutate_records(Bytes file, std::size_t room, std::minstd_rand& random) {
    Bytes rest;
    std::vector<Buffer> payloads = split(file, rest);
    const std::size_t at = payloads.empty() ? 0 : random() % payloads.size();
    const auto place = payloads.begin() + static_cast<std::ptrdiff_t>(at);
    switch (payloads.empty() ? 0 : random() % 8) {
        case 0:
            payloads.insert(place, Buffer{});
            mutate(payloads[at], room);
            break;
        case 1:
            payloads.insert(place, Buffer(payloads[random() % payloads.size()]));
            break;
        case 2:
            payloads.erase(place);
            break;
        case 3:
            std::swap(*place, payloads[random() % payloads.size()]);
            break;
        case 4: {  // a file within a record: what looks like records may be payload
            const Buffer inner = join(payloads, {});
            place->insert(place->end(), inner.begin(), inner.end());
            break;
        }
        default:
            mutate(*place, room);
            break;
    }
    return join(payloads, rest);
}

std::size_t mutate_file(std::uint8_t* data, std::size_t size, std::size_t most, std::size_t head, unsigned seed) {
    std::minstd_rand random(seed);
    head = std::min(head, size);
    // Damage, and another schedule, come from changing the bytes as they are.
    if (random() % 4 == 0 || most <= head) return LLVMFuzzerMutate(data, size, most);
    const Bytes file = std::as_bytes(std::span(data + head, size - head));
    const Buffer mutated = mutate_records(file, std::min<std::size_t>(most - size, 64), random);
    if (mutated.size() > most - head) return LLVMFuzzerMutate(data, size, most);
    if (!mutated.empty()) std::memcpy(data + head, mutated.data(), mutated.size());
    return head + mutated.size();
}

}  // namespace

}  // namespace kymo::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    return kymo::fuzz::mutate_file(data, size, most, KYMO_FUZZ_HEAD, seed);
}
