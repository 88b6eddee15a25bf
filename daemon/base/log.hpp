#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The daemon's own messages, on standard error. Any thread may write; control characters are escaped, so that nothing
/// a client sends can forge a line or move a cursor. Under systemd each line has its priority instead of a time stamp.
namespace sluice::log {

enum class Level : std::uint8_t { debug, info, warning, error, off };

/// The least important level that is still written; for the whole process.
void set_level(Level level);
/// Text for people, or a JSON object for each message; for the whole process.
enum class Format : std::uint8_t { text, json };
void set_format(Format format);
/// Ask before building a costly message.
bool enabled(Level level);

void write(Level level, std::string_view message);
inline void debug(std::string_view message) { write(Level::debug, message); }
inline void info(std::string_view message) { write(Level::info, message); }
inline void warning(std::string_view message) { write(Level::warning, message); }
inline void error(std::string_view message) { write(Level::error, message); }

/// The same line at most once a minute, and 256 different ones: lines that any client can cause must not fill a disk.
void seldom(Level level, const std::string& message);
/// Whether seldom() would leave it out. Otherwise it will from now on.
bool said_lately(const std::string& message);

/// Several lines that belong together (diagnostics of a reload), as they are.
void block(Level level, std::string_view text);

}  // namespace sluice::log
