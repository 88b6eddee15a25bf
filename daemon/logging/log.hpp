#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The daemon's own messages, on standard error, written by spdlog. Any thread may write. Control characters are
/// escaped, so nothing a client sends can forge a line or move a cursor.
namespace sluice::logging {

/// The numbers are spdlog's.
enum class Level : std::uint8_t { debug = 1, info, warning, error, off = 6 };

/// The least important level that is written; for the whole process.
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

}  // namespace sluice::logging
