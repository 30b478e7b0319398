// Plays the driver's library: answers from a recording, which is read anew for each question.
//
// A line is a key and its value: "count 2", "0.temperature 41", "mig.MIG-1.card 0". A value such as "!15" is an error
// by its number. What the recording does not tell is not supported. Samples of counters that nobody has freed are
// counted in kymo_fake_samples.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr int success = 0, not_supported = 3, not_found = 6, insufficient_size = 7;

// A device is its key: "0", "1", or "mig.MIG-…".
using Device = const std::string*;

int told(const std::string& key, std::string& value) {
    std::ifstream recording(std::getenv("KYMO_FAKE_NVML"));
    for (std::string line; std::getline(recording, line);) {
        if (line.compare(0, key.size() + 1, key + " ") != 0) continue;
        value = line.substr(key.size() + 1);
        return value[0] == '!' ? std::stoi(value.substr(1)) : success;
    }
    return not_supported;
}

// For what succeeds unless an error is recorded.
int unless_told(const std::string& key) {
    std::string ignored;
    const int outcome = told(key, ignored);
    return outcome == not_supported ? success : outcome;
}

template <typename Number>
int number(const std::string& key, Number* out) {
    std::string value;
    const int outcome = told(key, value);
    if (outcome == success) *out = static_cast<Number>(std::stod(value));
    return outcome;
}

int text(const std::string& key, char* out, unsigned size) {
    std::string value;
    const int outcome = told(key, value);
    if (outcome == success) std::snprintf(out, size, "%s", value.c_str());
    return outcome;
}

Device device(const std::string& key) {
    static std::vector<Device> known;
    for (Device each : known)
        if (*each == key) return each;
    known.push_back(new std::string(key));
    return known.back();
}

// "pid:bytes pid:bytes"
std::vector<std::pair<unsigned, unsigned long long>> pairs(const std::string& value) {
    std::vector<std::pair<unsigned, unsigned long long>> found;
    std::istringstream words(value);
    for (std::string word; words >> word;) {
        const auto colon = word.find(':');
        found.emplace_back(std::stoul(word.substr(0, colon)), std::stoull(word.substr(colon + 1)));
    }
    return found;
}

struct Memory {
    unsigned long long total, free, used;
};
struct Utilization {
    unsigned gpu, memory;
};
struct Process {
    unsigned pid;
    unsigned long long memory;
    unsigned instance, compute_instance;
};
struct ProcessSample {
    unsigned pid;
    unsigned long long time;
    unsigned sm, memory, encoder, decoder;
};
struct Metric {
    unsigned id;
    int outcome;
    double value;
    const char *short_name, *long_name, *unit;
};
struct Metrics {
    unsigned version, count;
    std::uintptr_t* first;
    std::uintptr_t* second;
    Metric metrics[1];
};
struct Support {
    unsigned version, supported;
};
struct Place {
    char legacy[16];
    unsigned domain, bus, device, id, subsystem;
    char bus_id[32];
};

int processes(const std::string& key, unsigned* count, Process* out) {
    std::string value;
    const int outcome = told(key, value);
    if (outcome != success) return outcome;
    const auto found = pairs(value);
    if (found.empty()) {
        *count = 0;
        return success;
    }
    if (out == nullptr || *count < found.size()) {
        *count = static_cast<unsigned>(found.size());
        return insufficient_size;
    }
    *count = static_cast<unsigned>(found.size());
    for (const auto& [pid, memory] : found) *out++ = {pid, memory, 0, 0};
    return success;
}

}  // namespace

extern "C" {

int nvmlInitWithFlags(unsigned) { return unless_told("init"); }
int nvmlShutdown() { return unless_told("shutdown"); }
const char* nvmlErrorString(int) { return "an error that was recorded"; }
int nvmlSystemGetDriverVersion(char* out, unsigned size) { return text("driver", out, size); }
int nvmlDeviceGetCount_v2(unsigned* out) { return number("count", out); }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, Device* out) {
    *out = device(std::to_string(index));
    return unless_told(**out + ".handle");
}

int nvmlDeviceGetHandleByUUID(const char* uuid, Device* out) {
    *out = device(std::string("mig.") + uuid);
    std::string card;
    return told(**out + ".card", card) == success ? success : not_found;
}

int nvmlDeviceGetDeviceHandleFromMigDeviceHandle(Device instance, Device* out) {
    std::string card;
    const int outcome = told(*instance + ".card", card);
    if (outcome == success) *out = device(card);
    return outcome;
}

int nvmlDeviceGetPciInfo_v3(Device at, Place* out) { return text(*at + ".pci", out->bus_id, sizeof out->bus_id); }
int nvmlDeviceGetGpuInstanceId(Device at, unsigned* out) { return number(*at + ".instance", out); }
int nvmlDeviceGetName(Device at, char* out, unsigned size) { return text(*at + ".name", out, size); }
int nvmlDeviceGetUUID(Device at, char* out, unsigned size) { return text(*at + ".uuid", out, size); }
int nvmlDeviceGetTemperature(Device at, int, unsigned* out) { return number(*at + ".temperature", out); }
int nvmlDeviceGetPowerUsage(Device at, unsigned* out) { return number(*at + ".power", out); }
int nvmlDeviceGetEnforcedPowerLimit(Device at, unsigned* out) { return number(*at + ".power_limit", out); }
int nvmlDeviceGetClockInfo(Device at, int clock, unsigned* out) {
    return number(*at + ".clock" + std::to_string(clock), out);
}
int nvmlDeviceGetCurrentClocksEventReasons(Device at, unsigned long long* out) {
    return number(*at + ".event_reasons", out);
}
int nvmlDeviceGetCurrentClocksThrottleReasons(Device at, unsigned long long* out) {
    return number(*at + ".throttle_reasons", out);
}
int nvmlDeviceGetTotalEnergyConsumption(Device at, unsigned long long* out) { return number(*at + ".energy", out); }
int nvmlDeviceGetPcieThroughput(Device at, int counter, unsigned* out) {
    return number(*at + (counter == 0 ? ".pcie_sent" : ".pcie_received"), out);
}
int nvmlDeviceGetUtilizationRates(Device at, Utilization* out) {
    out->memory = 0;
    return number(*at + ".utilization", &out->gpu);
}
int nvmlDeviceGetMemoryInfo(Device at, Memory* out) {
    const int outcome = number(*at + ".memory_used", &out->used);
    return outcome == success ? number(*at + ".memory_total", &out->total) : outcome;
}
int nvmlDeviceGetComputeRunningProcesses_v3(Device at, unsigned* count, Process* out) {
    return processes(*at + ".compute", count, out);
}
int nvmlDeviceGetGraphicsRunningProcesses_v3(Device at, unsigned* count, Process* out) {
    return processes(*at + ".graphics", count, out);
}
int nvmlDeviceGetComputeRunningProcesses_v2(Device at, unsigned* count, Process* out) {
    return processes(*at + ".compute_v2", count, out);
}
int nvmlDeviceGetGraphicsRunningProcesses_v2(Device at, unsigned* count, Process* out) {
    return processes(*at + ".graphics_v2", count, out);
}

int nvmlDeviceGetProcessUtilization(Device at, ProcessSample* out, unsigned* count, unsigned long long since) {
    std::string value;
    const int outcome = told(*at + ".process_utilization", value);
    if (outcome != success) return outcome;
    const auto found = pairs(value);
    if (since >= 1000) return not_found;  // no sample is newer
    if (out == nullptr) {
        *count = static_cast<unsigned>(found.size());
        return insufficient_size;
    }
    for (const auto& [pid, sm] : found) *out++ = {pid, 1000, static_cast<unsigned>(sm), 0, 0, 0};
    return success;
}

int nvmlGpmQueryDeviceSupport(Device at, Support* out) { return number(*at + ".gpm", &out->supported); }
int kymo_fake_samples = 0;
int nvmlGpmSampleAlloc(std::uintptr_t** out) {
    ++kymo_fake_samples;
    *out = new std::uintptr_t(0);
    return success;
}
int nvmlGpmSampleFree(std::uintptr_t* sample) {
    const int outcome = unless_told("gpm_free");
    if (outcome != success) return outcome;
    --kymo_fake_samples;
    delete sample;
    return success;
}
int nvmlGpmSampleGet(Device at, std::uintptr_t* sample) {
    std::string value;
    const int outcome = told(*at + ".gpm_sample", value);
    if (outcome != success) return outcome;
    *sample = reinterpret_cast<std::uintptr_t>(at);
    return success;
}
int nvmlGpmMigSampleGet(Device card, unsigned instance, std::uintptr_t* sample) {
    return nvmlGpmSampleGet(device(*card + ".instance" + std::to_string(instance)), sample);
}
int nvmlGpmMetricsGet(Metrics* asked) {
    const auto at = reinterpret_cast<Device>(*asked->second);
    if (asked->version != 1 || *asked->first != *asked->second) return 2;
    for (unsigned place = 0; place < asked->count; ++place) {
        Metric& metric = asked->metrics[place];
        metric.outcome = number(*at + ".gpm" + std::to_string(metric.id), &metric.value);
    }
    return success;
}

}  // extern "C"
