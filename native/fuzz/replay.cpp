// Runs every input of a kept corpus through its target, without a fuzzer: replay CORPUS, where CORPUS holds a directory
// for each target.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz/targets.h"

namespace {

struct Target {
    const char* name;
    void (*run)(kymo::Bytes input);
};

constexpr Target targets[] = {
    {"codec", kymo::fuzz::codec}, {"events", kymo::fuzz::events},   {"index", kymo::fuzz::index},
    {"merge", kymo::fuzz::merge}, {"outline", kymo::fuzz::outline}, {"plain_events", kymo::fuzz::plain_events},
    {"plot", kymo::fuzz::plot},   {"scanner", kymo::fuzz::scanner}, {"utf8", kymo::fuzz::utf8}};

std::size_t replay(const Target& target, const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> inputs;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) inputs.push_back(entry.path());
    std::sort(inputs.begin(), inputs.end());
    for (const std::filesystem::path& path : inputs) {
        std::fprintf(stderr, "%s\n", path.c_str());  // the last one told is the one that stopped it
        std::ifstream file(path, std::ios::binary);
        const std::vector<char> input(std::istreambuf_iterator<char>(file), {});
        target.run(std::as_bytes(std::span(input)));
    }
    return inputs.size();
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "usage: %s CORPUS\n", arguments[0]);
        return 2;
    }
    for (const Target& target : targets) {
        const std::size_t inputs = replay(target, std::filesystem::path(arguments[1]) / target.name);
        std::printf("%s %zu\n", target.name, inputs);
    }
    return 0;
}
