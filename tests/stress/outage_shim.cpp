// Preloaded into a process under test: has the calls on its event files fail or take long, as a file says.
//
// $KYMO_OUTAGE names that file. It holds one line: the calls, by commas (write, open, fsync, fstat), the errno they
// fail with (0: none), how many milliseconds they take, and how many bytes a failing write leaves in the file all the
// same. An empty or missing file means that all is well. Calls on other files are never touched.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

struct Outage {
    char calls[64] = "";
    int error = 0;
    long milliseconds = 0;
    size_t left = 0;
};

bool concerns(const char* path) { return path != nullptr && std::strstr(path, "tfevents") != nullptr; }

bool concerns(int descriptor) {
    char link[32], path[4096];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t length = readlink(link, path, sizeof path - 1);
    path[std::max<ssize_t>(length, 0)] = 0;
    return concerns(path);
}

// What is wrong with the call at present, once the time that it takes is over.
Outage present(const char* call) {
    Outage outage;
    const char* control = std::getenv("KYMO_OUTAGE");
    const long file = control == nullptr ? -1 : syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
    if (file < 0) return {};
    char line[128] = "";
    const long length = syscall(SYS_read, file, line, sizeof line - 1);
    syscall(SYS_close, file);
    if (length <= 0) return {};
    std::sscanf(line, "%63s %d %ld %zu", outage.calls, &outage.error, &outage.milliseconds, &outage.left);
    if (std::strstr(outage.calls, call) == nullptr) return {};
    timespec time{outage.milliseconds / 1000, outage.milliseconds % 1000 * 1'000'000};
    nanosleep(&time, nullptr);
    return outage;
}

int opened(const char* path, int flags, mode_t mode) {
    const int error = concerns(path) ? present("open").error : 0;
    if (error == 0) return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
    errno = error;
    return -1;
}

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* data, size_t size) {
    const Outage outage = concerns(descriptor) ? present("write") : Outage{};
    if (outage.error == 0) return syscall(SYS_write, descriptor, data, size);
    if (outage.left != 0) syscall(SYS_write, descriptor, data, std::min(outage.left, size));
    errno = outage.error;
    return -1;
}

int fsync(int descriptor) {
    const int error = concerns(descriptor) ? present("fsync").error : 0;
    if (error == 0) return static_cast<int>(syscall(SYS_fsync, descriptor));
    errno = error;
    return -1;
}

int open(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return opened(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return opened(path, flags, mode);
}

int fstat(int descriptor, struct stat* status) noexcept {
    const int error = concerns(descriptor) ? present("fstat").error : 0;
    if (error != 0) {
        errno = error;
        return -1;
    }
    using Fstat = int (*)(int, struct stat*);
    static const auto real = reinterpret_cast<Fstat>(dlsym(RTLD_NEXT, "fstat"));
    return real(descriptor, status);
}
}
