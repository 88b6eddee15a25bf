#pragma once

#include <cstdint>

namespace sluice::files {

/// What openat2(2) does with O_PATH, in steps of openat(2), for where it is forbidden: by RestrictSUIDSGID=
/// and DynamicUser= of systemd, and by older container managers. `path` is relative to `directory`; `flags`
/// are those of open(2); of `resolve` RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS count. No step follows a link
/// or leaves the top by itself, so that nothing that happens in the directory meanwhile leads outside.
/// Returns a descriptor or -1 and errno: EXDEV for what would leave, ELOOP for links that are too many or
/// forbidden.
int open_by_steps(int directory, const char* path, std::uint64_t flags, std::uint64_t resolve);

}  // namespace sluice::files
