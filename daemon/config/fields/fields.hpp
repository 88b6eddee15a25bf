#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "config/findings/diagnostics.hpp"
#include "config/toml/value.hpp"

/// The key tables. A key is declared once, beside the struct member that it fills:
///
///     struct Limits { Bytes header_bytes; int header_count; };
///     const Fields<Limits> limits_fields = {
///         field("header_bytes", &Limits::header_bytes, size(1_KiB, 1_MiB))
///             .otherwise("\"16KiB\"").doc("Largest request head; a larger one is answered with 431.")
///             .example("\"32KiB\""),
///     };
///
/// The reader, the diagnostics, `sluice explain`, the JSON Schema and the key reference are made from it.
namespace sluice::config {

/// What is being read now: where findings go, and the folder against which relative names are resolved.
struct Reading {
  Diagnostics& diagnostics;
  std::string where = {};    // the table, as messages name it: "[server]", "[[route]]"
  std::string subject = {};  // the value, as messages name it: "`workers`", "item 2 of `listen`"
  std::string inner = {};    // that value, were it a table: "[server.limits]", "[[server.listen]]"

  /// Directory of the file in which `span` stands; absolute, without a slash at its end (so
  /// empty for the root directory).
  std::string directory_of(Span span) const;
};

struct Field;

/// What the outside needs to know of a type: shown by explain and reference, exported to the schema.
struct TypeInfo {
  std::string name;                            // "duration", "string or array of strings"
  std::string range;                           // "1KiB … 1MiB", "text, json"; empty when free
  std::string schema;                          // a JSON Schema (Draft-4) object, as text
  std::vector<std::string> words;              // of an enumeration
  const std::vector<Field>* fields = nullptr;  // keys of a table type (or of each table of an array)
  bool any_key = false;                        // a table whose keys the user names
  bool is_table = false;                       // exactly one table with `fields`: absent, it still has their defaults
  std::vector<Value::Kind> kinds;              // what the type takes
  std::function<std::string(const Value&)> advice = {};  // what to write in place of a wrong value; may know nothing
};

/// A type of the config language: how a Value becomes a T. `read` reports what is wrong itself, and then
/// returns nothing, or as much as could be read, so that later checks do not trip over what is missing.
template <class T>
struct Type {
  TypeInfo info;
  std::function<std::optional<T>(const Value&, Reading&)> read;
};

/// One key of a table, with the type of the struct erased.
struct Field {
  std::string name;
  TypeInfo type;
  std::string description;   // one or two plain sentences; the user's documentation
  std::string default_text;  // as TOML; empty: none
  std::string example_text;  // as TOML, the right-hand side
  bool is_required = false;
  std::string exclusive_group;                                // at most one key of a group may be given
  bool group_required = false;                                // and exactly one must be
  std::function<void(const Value&, void*, Reading&)> assign;  // reads into the struct
  std::function<void(void*)> assign_default;                  // applies default_text

  Field otherwise(std::string toml) &&;  // default
  Field doc(std::string text) &&;
  Field example(std::string toml) &&;
  Field required() &&;
  Field excludes(std::string group) &&;      // at most one of the group
  Field one_of_group(std::string group) &&;  // exactly one of the group
};

/// The keys of one struct.
template <class Options>
struct Fields : std::vector<Field> {
  using std::vector<Field>::vector;
};

template <class Options, class T>
Field field(std::string name, T Options::* member, Type<T> type);
/// A key that may be absent: the member stays empty.
template <class Options, class T>
Field field(std::string name, std::optional<T> Options::* member, Type<T> type);
/// A key whose place is kept for later findings.
template <class Options, class T>
Field field(std::string name, Located<T> Options::* member, Type<T> type);
template <class Options, class T>
Field field(std::string name, std::optional<Located<T>> Options::* member, Type<T> type);

// Types ------------------------------------------------------------------------------------------
Type<std::string> string();
Type<std::string> non_empty_string();
Type<bool> boolean();
Type<std::int64_t> integer(std::int64_t least, std::int64_t most);
Type<double> number(double least, double most);
/// "250ms" "2s" "5m" "1h" "1d"; a bare integer is refused with the units named.
Type<std::chrono::milliseconds> duration(std::chrono::milliseconds least, std::chrono::milliseconds most);
/// "512B" "64KiB" "1MiB" "1GiB" (also KB MB GB, powers of ten); a bare integer is refused.
Type<Bytes> size(Bytes least, Bytes most);
/// A file or directory name, made absolute against the folder of the config file that names it.
enum class PathUse : std::uint8_t { read, write };
Type<std::string> path(PathUse use = PathUse::read);
/// Any TOML value, kept with its places (route.json).
Type<Value> any();

template <class E>
Type<E> one_of(std::vector<std::pair<std::string, E>> words);
template <class T>
Type<std::vector<Located<T>>> list_of(Type<T> item);
/// A single value or an array of them, which may be empty; a single one gives a list of one.
template <class T>
Type<std::vector<Located<T>>> any_number(Type<T> item);
/// The same without the empty array.
template <class T>
Type<std::vector<Located<T>>> one_or_more(Type<T> item);
/// A table whose keys the user names; kept in the order of the file.
template <class T>
struct Named {
  std::string name;
  Span name_span;
  T value{};
  Span value_span;
};
template <class T>
Type<std::vector<Named<T>>> map_of(Type<T> item);
/// A table with fields of its own.
/// `fields` must live as long as the type: a static.
template <class Options>
Type<Options> table(const Fields<Options>& fields);
/// `first` where the value is of one of `kinds`, else `second`; both fill the same T.
template <class T>
Type<T> either(std::vector<Value::Kind> kinds, Type<T> first, Type<T> second);

/// A string that `parse` understands: addresses, patterns. Its error is reported with `code` at the value.
/// `name` is what the type is called, `range` the forms it takes.
template <class T>
Type<T> parsed(std::string name, std::string range, std::string code,
               std::function<Result<T>(const std::string&)> parse);

/// `type` with advice of its own for values that it refuses: what to write instead, or nothing.
template <class T>
Type<T> advised(Type<T> type, std::function<std::string(const Value&)> advice);

/// Reports that `value` is none of what `type` takes. For the `read` of types declared elsewhere.
Diagnostic& wrong_type(const Value& value, const TypeInfo& type, Reading& reading);
/// True when `value` is of a kind that `type` takes; else reports it.
bool check_kind(const Value& value, const TypeInfo& type, Reading& reading);

// Reading ----------------------------------------------------------------------------------------
/// Some of the keys of a table, and the struct that they fill.
struct Part {
  const std::vector<Field>* fields;
  void* options;
};

/// Reads `table` with the keys of all `parts` and no others (defaults first): unknown keys, wrong types,
/// ranges, missing and exclusive keys are reported, each with a suggestion where there is evidence for one.
/// Keys that begin with `x-` are the user's own. `where` names the table in messages: "[server]",
/// "[[route]]". Returns false when anything was wrong.
bool read_parts(const Value& table, std::string_view where, const std::vector<Part>& parts, Reading& reading);

/// Gives every key of `fields` its default.
void apply_defaults(const std::vector<Field>& fields, void* options);

template <class Options>
std::optional<Options> read(const Value& table, std::string_view where, const Fields<Options>& fields,
                            Reading& reading) {
  Options options{};
  if (!read_parts(table, where, {{&fields, &options}}, reading)) return std::nullopt;
  return options;
}

// Sections ---------------------------------------------------------------------------------------
/// Key tables are reached through functions (with a static inside), never as globals: they are registered
/// before main, when other files' globals may not exist yet.
using FieldsFunction = std::function<const std::vector<Field>&()>;

/// A table of the top level: [server], [[route]], [model.NAME] …
struct Section {
  std::string name;
  bool repeated = false;  // [[name]]
  bool named = false;     // [name.NAME]: any number of tables to which the user gives names
  std::string description;
  std::vector<FieldsFunction> fields;  // the common keys first, then those of each kind
};

/// Every section, by name. Filled before main by SectionEntry and KindEntry objects.
class Sections {
 public:
  static Sections& all();
  void add(Section section);
  /// Lets a kind on a higher floor (a handler) add its keys to a section; the section may come later.
  void join(std::string_view section, FieldsFunction fields);
  const Section* find(std::string_view name) const;
  const std::map<std::string, Section, std::less<>>& by_name() const { return sections_; }

 private:
  std::map<std::string, Section, std::less<>> sections_;
};

/// A global of this type in the file that owns a section makes the section known.
struct SectionEntry {
  SectionEntry(std::string name, bool repeated, std::string description, FieldsFunction fields) {
    Sections::all().add({.name = std::move(name),
                         .repeated = repeated,
                         .description = std::move(description),
                         .fields = {std::move(fields)}});
  }
};

/// The same for a section of named tables.
struct NamedSectionEntry {
  NamedSectionEntry(std::string name, std::string description, FieldsFunction fields) {
    Sections::all().add(
        {.name = std::move(name), .named = true, .description = std::move(description), .fields = {std::move(fields)}});
  }
};

}  // namespace sluice::config

#include "config/fields/inline.hpp"
