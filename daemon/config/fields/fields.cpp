#include "config/fields/fields.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "config/findings/unknown.hpp"
#include "config/findings/words.hpp"
#include "config/toml/parser.hpp"

namespace sluice::config {
namespace {

/// A default that is no TOML or does not fit its own type is a fault of this program, found by its first
/// start.
[[noreturn]] void reject_default(const std::string& key, const std::string& toml) {
  std::fprintf(stderr, "sluice: the default of `%s` cannot be read: %s\n", key.c_str(), toml.c_str());
  std::abort();
}

bool is_users_own(std::string_view key) { return key.starts_with("x-"); }

/// Reads one table; lives as long as the call of read_parts.
class TableReader {
 public:
  TableReader(const Value& table, std::string_view where, const std::vector<Part>& parts, Reading& reading)
      : table_(table), where_(where), parts_(parts), reading_(reading) {}

  /// False when a value cannot be used that was reported before.
  bool run() {
    for (const auto& part : parts_) apply_defaults(*part.fields, part.options);
    for (const auto& member : table_.members) {
      if (!is_users_own(member.key)) read_member(member);
    }
    check_required();
    check_groups();
    return sound_;
  }

 private:
  void read_member(const Member& member) {
    for (const auto& part : parts_) {
      auto found = std::ranges::find(*part.fields, member.key, &Field::name);
      if (found == part.fields->end()) continue;
      detail::Subject subject(reading_, detail::member_name(member, reading_));
      reading_.subject = in_ticks(member.key);
      assign(*found, member.value, part.options);
      return;
    }
    auto meant = report_unknown_key(member, where_, known_keys(), reading_.diagnostics);
    if (reading_.diagnostics.last()->label.empty()) strangers_.push_back(&member);
    if (meant.empty() || table_.find(meant)) return;
    meant_.emplace(meant);
    assign_quietly(meant, member.value);
  }

  void assign(const Field& field, const Value& value, void* options) {
    // The tables inside look after their own keys.
    if (value.unusable || (!field.type.is_table && value.is_broken())) {
      sound_ = false;  // reported before
      return;
    }
    auto errors = reading_.diagnostics.errors();
    field.assign(*detail::Taken(value, field.type), options, reading_);
    if (value.expanded && reading_.diagnostics.errors() != errors) tell_expanded(value);
  }

  /// A fault in what a ${…} stands for must show what that is.
  void tell_expanded(const Value& value) {
    auto* finding = reading_.diagnostics.last();
    bool told = finding->message.find(in_quotes(value.text)) != std::string::npos;
    auto& place = finding->label.empty() ? finding->label : finding->help;
    if (finding->span != value.span || told || !place.empty()) return;
    place = "${…} stands for " + in_quotes(value.text) + " here";
  }

  /// Reads the value of a misspelt key as what it was meant for, so that nothing that depends on it is
  /// reported, too.
  void assign_quietly(std::string_view key, const Value& value) {
    Diagnostics quiet;
    std::swap(quiet.sources, reading_.diagnostics.sources);
    Reading reading{quiet};
    for (const auto& part : parts_) {
      auto found = std::ranges::find(*part.fields, key, &Field::name);
      if (found != part.fields->end() && !value.is_broken())
        found->assign(*detail::Taken(value, found->type), part.options, reading);
    }
    std::swap(quiet.sources, reading_.diagnostics.sources);
  }

  std::vector<std::string_view> known_keys() const {
    std::vector<std::string_view> keys;
    for (const auto& part : parts_) {
      for (const auto& field : *part.fields) keys.push_back(field.name);
    }
    return keys;
  }

  /// A key that is there, or that was meant by one that is misspelt and reported already.
  bool is_given(const std::string& key) const { return table_.find(key) || meant_.contains(key); }

  /// A key of which nothing is known and whose value would do for `field` may be meant for it: one mistake, one error.
  bool may_be_stranger(const Field& field) {
    auto fits = [&](const Member* member) { return detail::accepts(field.type.kinds, member->value.kind); };
    auto found = std::ranges::find_if(strangers_, fits);
    if (found == strangers_.end()) return false;
    strangers_.erase(found);
    return true;
  }

  void check_required() {
    for (const auto& part : parts_) {
      for (const auto& field : *part.fields) {
        if (!field.is_required || is_given(field.name) || may_be_stranger(field)) continue;
        auto& finding =
            reading_.diagnostics.error("missing-key", table_.span, where_ + " needs " + in_ticks(field.name));
        if (!field.example_text.empty()) finding.help = "for example: " + field.name + " = " + field.example_text;
      }
    }
  }

  void check_groups() {
    std::vector<std::string> done;
    for (const auto& part : parts_) {
      for (const auto& field : *part.fields) {
        const auto& group = field.exclusive_group;
        if (group.empty() || std::ranges::find(done, group) != done.end()) continue;
        done.push_back(group);
        check_group(group);
      }
    }
  }

  void check_group(const std::string& group) {
    std::vector<std::string> keys;
    bool required = false, meant = false;
    std::vector<const Member*> given;
    for (const auto& part : parts_) {
      for (const auto& field : *part.fields) {
        if (field.exclusive_group != group) continue;
        keys.push_back(in_ticks(field.name));
        required = required || field.group_required;
        meant = meant || meant_.contains(field.name);
        if (const auto* member = table_.find_member(field.name)) given.push_back(member);
      }
    }
    if (given.empty() && required && !meant) {
      reading_.diagnostics.error("missing-key", table_.span, where_ + " needs one of: " + listed(keys, keys.size()));
    }
    if (given.size() > 1) report_exclusive(given);
  }

  void report_exclusive(std::vector<const Member*>& given) {
    std::ranges::sort(given, {}, [](const Member* m) { return std::pair(m->key_span.line, m->key_span.column); });
    for (std::size_t i = 1; i < given.size(); ++i) {
      auto& finding = reading_.diagnostics.error(
          "exclusive-keys", given[i]->key_span,
          in_ticks(given[0]->key) + " and " + in_ticks(given[i]->key) + " cannot both stand in one " + where_);
      finding.label = "remove this one or the other";
      finding.notes.push_back({given[0]->key_span, "the other is here"});
    }
  }

  const Value& table_;
  std::string where_;
  const std::vector<Part>& parts_;
  Reading& reading_;
  std::set<std::string, std::less<>> meant_;  // keys that misspelt ones stand for
  std::vector<const Member*> strangers_;      // unknown keys that look like no other
  bool sound_ = true;
};

}  // namespace

std::string Reading::directory_of(Span span) const {
  if (!span.known() || span.file >= diagnostics.sources.size()) return {};
  return diagnostics.sources[span.file].directory;
}

Field Field::otherwise(std::string toml) && {
  auto value = parse_value(toml);
  if (!value) reject_default(name, toml);
  default_text = std::move(toml);
  assign_default = [key = name, text = default_text, value = std::move(*value), read = assign](void* options) {
    Diagnostics findings;
    Reading reading{findings};
    read(value, options, reading);
    if (findings.failed()) reject_default(key, text + ": " + findings.all().front().message);
  };
  return std::move(*this);
}

Field Field::doc(std::string text) && {
  description = std::move(text);
  return std::move(*this);
}

Field Field::example(std::string toml) && {
  example_text = std::move(toml);
  return std::move(*this);
}

Field Field::required() && {
  is_required = true;
  return std::move(*this);
}

Field Field::excludes(std::string group) && {
  exclusive_group = std::move(group);
  return std::move(*this);
}

Field Field::one_of_group(std::string group) && {
  exclusive_group = std::move(group);
  group_required = true;
  return std::move(*this);
}

void apply_defaults(const std::vector<Field>& fields, void* options) {
  for (const auto& field : fields) {
    if (field.assign_default) field.assign_default(options);
  }
}

bool read_parts(const Value& table, std::string_view where, const std::vector<Part>& parts, Reading& reading) {
  auto errors = reading.diagnostics.errors();
  auto outer_where = std::exchange(reading.where, std::string(where));
  auto outer_inner = std::exchange(reading.inner, std::string(where));
  bool sound = true;
  if (table.is(Value::Kind::table)) {
    sound = TableReader(table, where, parts, reading).run();
  } else {
    TypeInfo type;
    type.name = "table";
    reading.subject = where;
    wrong_type(table, type, reading);
  }
  reading.where = std::move(outer_where);
  reading.inner = std::move(outer_inner);
  return sound && reading.diagnostics.errors() == errors;
}

}  // namespace sluice::config
