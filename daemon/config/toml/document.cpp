#include "config/toml/document.hpp"

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "config/expansion/expand.hpp"
#include "config/fields/fields.hpp"
#include "config/fields/preamble.hpp"
#include "config/findings/foreign_file.hpp"
#include "config/findings/swallowed.hpp"
#include "config/findings/unknown.hpp"
#include "config/findings/words.hpp"
#include "config/toml/include.hpp"
#include "config/toml/parser.hpp"
#include "config/toml/source.hpp"

namespace sluice::config {
namespace {

namespace fs = std::filesystem;
using Kind = Value::Kind;

constexpr std::size_t most_included_files = 1000;

bool is_array_of_tables(const Value& value) {
  return value.is(Kind::array) && std::ranges::all_of(value.items, [](const Value& v) { return v.is(Kind::table); });
}

/// Follows the includes and gathers what the files declare.
class Loader {
 public:
  Loader(Document& document, Diagnostics& diagnostics) : document_(document), diagnostics_(diagnostics) {}

  void load_file(const std::string& shown, Span named_at) {
    std::error_code none;
    auto identity = fs::weakly_canonical(shown, none).string();
    if (already_read(identity, shown, named_at)) return;
    auto file = add_file(shown, named_at, diagnostics_);
    if (!file) return;
    read_.push_back({identity, named_at, true});
    document_.files.push_back(fs::absolute(shown, none).lexically_normal().string());
    if (trim(diagnostics_.sources[*file].text).empty()) document_.blank.push_back(document_.files.back());
    auto index = read_.size() - 1;
    load_source(*file);
    read_[index].open = false;
  }

  void load_source(std::uint16_t file) {
    if (!check_text(file, diagnostics_) || report_foreign_file(file, diagnostics_)) return;
    auto root = parse_file(file, diagnostics_);
    bool sound = root.has_value();
    if (!sound) root = parse_top(file, diagnostics_);
    if (!root) return;
    expand(*root, diagnostics_);
    auto preamble = read_preamble(*root);
    Hosts hosts{preamble.hosts, is_read(*root, "host", preamble.hosts.size())};
    if (sound) {
      for (auto& member : root->members) declare(member, hosts);
    }
    for (const auto& pattern : preamble.include) {
      diagnostics_.sources[file].includes.push_back(include_pattern(pattern, diagnostics_));
      for (const auto& name : included_files(pattern, diagnostics_)) load_file(name, pattern.span);
    }
  }

 private:
  /// For which a file declares its sections.
  struct Hosts {
    std::vector<Located<std::string>> names;
    bool known;
  };

  struct File {
    std::string identity;  // its canonical path
    Span named_at;
    bool open;  // its includes are being read now
  };

  bool already_read(const std::string& identity, const std::string& shown, Span named_at) {
    auto found = std::ranges::find(read_, identity, &File::identity);
    if (found == read_.end()) {
      if (read_.size() < most_included_files) return false;
      diagnostics_.error("too-many-files", named_at, "more than 1000 files are included");
      return true;
    }
    if (found->open) {
      auto& finding = diagnostics_.error("include-cycle", named_at, "this includes " + shown + ", which is being read");
      finding.label =
          found->identity == read_.back().identity ? "a file cannot include itself" : "a circle of includes";
    } else {
      diagnostics_.error("included-twice", named_at, shown + " is included a second time")
          .notes.push_back({found->named_at, "it is included here already"});
    }
    return true;
  }

  Preamble read_preamble(const Value& root) {
    Preamble preamble;
    Reading reading{diagnostics_};
    for (const auto& member : root.members) {
      auto field = std::ranges::find(preamble_fields(), member.key, &Field::name);
      if (field != preamble_fields().end()) {
        detail::Subject subject(reading, {in_ticks(member.key), {}});
        if (!member.value.is_broken()) field->assign(member.value, &preamble, reading);
      } else {
        recover_host(member, preamble);
      }
    }
    return preamble;
  }

  /// A misspelt `host` is reported by declare(). Its value is taken all the same, lest every route of the
  /// file be reported once more for standing beside its equal of another host.
  void recover_host(const Member& member, Preamble& preamble) {
    bool plain = member.value.is(Kind::string) && !Sections::all().find(member.key);
    if (plain && nearest(member.key, {"include", "host"}) == "host") {
      preamble.hosts = {{member.value.text, member.value.span}};
    }
  }

  void declare(Member& member, const Hosts& hosts) {
    bool in_preamble = std::ranges::find(preamble_fields(), member.key, &Field::name) != preamble_fields().end();
    if (in_preamble || member.key.starts_with("x-")) return;
    const auto* section = Sections::all().find(member.key);
    if (!section) {
      report_unknown_section(member, diagnostics_);
    } else if (section->named) {
      declare_named(*section, member, hosts);
    } else if (section->repeated) {
      declare_repeated(*section, member, hosts);
    } else {
      declare_once(*section, member, hosts);
    }
  }

  void declare_repeated(const Section& section, Member& member, const Hosts& hosts) {
    auto& value = member.value;
    if (value.is(Kind::table)) {
      wrong_brackets(section, value.span);
      add(section, {}, std::move(value), hosts);
    } else if (is_array_of_tables(value)) {
      for (auto& item : value.items) add(section, {}, std::move(item), hosts);
    } else {
      no_table(section, value);
    }
  }

  void declare_once(const Section& section, Member& member, const Hosts& hosts) {
    auto& value = member.value;
    if (is_array_of_tables(value) && !value.items.empty()) {
      wrong_brackets(section, value.items.front().span);
      value = Value(std::move(value.items.front()));
    }
    if (!value.is(Kind::table)) return no_table(section, value);
    auto earlier = std::ranges::find(document_.parts, section.name, &Document::Part::section);
    if (earlier == document_.parts.end()) return add(section, {}, std::move(value), hosts);
    return_swallowed(section, section.name, value, diagnostics_);
    merge(earlier->declarations.front().table, std::move(value), header_of(section));
  }

  void declare_named(const Section& section, Member& member, const Hosts& hosts) {
    auto& value = member.value;
    if (is_array_of_tables(value) && !value.items.empty()) return wrong_brackets(section, value.items.front().span);
    if (!value.is(Kind::table)) return no_table(section, value);
    for (auto& [name, span, table] : value.members) {
      if (table.is(Kind::table)) {
        declare_name(section, {std::move(name), span}, std::move(table), hosts);
      } else if (is_array_of_tables(table) && !table.items.empty()) {
        auto header = section.name + "." + name;
        diagnostics_
            .error("wrong-brackets", table.items.front().span, "[[" + header + "]] must be written [" + header + "]")
            .label = reason_for_brackets(section);
      } else {
        diagnostics_.error("missing-name", span, in_ticks(name) + " must be in a table with a name").label =
            "write it below a line " + header_of(section);
      }
    }
  }

  void declare_name(const Section& section, Located<std::string> name, Value table, const Hosts& hosts) {
    auto part = std::ranges::find(document_.parts, section.name, &Document::Part::section);
    if (part != document_.parts.end()) {
      auto known = std::ranges::find(part->declarations, *name, &Declaration::name);
      if (known != part->declarations.end()) {
        auto& finding = diagnostics_.error("declared-twice", name.span,
                                           "[" + section.name + "." + *name + "] is declared in two files");
        finding.label = "keep one of them, or choose another name";
        finding.notes.push_back({known->name_span, "it is already declared here"});
        return;
      }
    }
    add(section, std::move(name), std::move(table), hosts);
  }

  /// Adds what another file says of a table. A key is given once.
  void merge(Value& table, Value more, const std::string& header) {
    for (auto& member : more.members) {
      auto known = std::ranges::find(table.members, member.key, &Member::key);
      if (known == table.members.end()) {
        table.members.push_back(std::move(member));
      } else if (is_open(known->value) && is_open(member.value)) {
        merge(known->value, std::move(member.value), header.substr(0, header.size() - 1) + "." + member.key + "]");
      } else {
        auto& finding = diagnostics_.error("declared-twice", member.key_span,
                                           in_ticks(member.key) + " of " + header + " is given in two files");
        finding.label = "keep one of them";
        finding.notes.push_back({known->key_span, "it is given here already"});
      }
    }
  }

  /// A table that is not complete where it stands.
  static bool is_open(const Value& value) { return value.is(Kind::table) && !value.inline_table; }

  void wrong_brackets(const Section& section, Span span) {
    auto wrong = section.repeated ? "[" + section.name + "]" : "[[" + section.name + "]]";
    diagnostics_.error("wrong-brackets", span, wrong + " must be written " + header_of(section)).label =
        reason_for_brackets(section);
  }

  void no_table(const Section& section, const Value& value) {
    diagnostics_
        .error("wrong-type", value.span,
               in_ticks(section.name) + " must be a table, not " + std::string(value.kind_name()))
        .label = "write its keys below a line " + header_of(section);
  }

  /// `name` is that of a named table, else it is empty.
  void add(const Section& section, Located<std::string> name, Value table, const Hosts& hosts) {
    return_swallowed(section, section.named ? section.name + "." + *name : section.name, table, diagnostics_);
    auto part = std::ranges::find(document_.parts, section.name, &Document::Part::section);
    if (part == document_.parts.end()) {
      document_.parts.push_back({section.name, {}});
      part = document_.parts.end() - 1;
    }
    part->declarations.push_back({std::move(name.value), name.span, std::move(table), hosts.names, hosts.known});
  }

  Document& document_;
  Diagnostics& diagnostics_;
  std::vector<File> read_;
};

}  // namespace

bool is_read(const Value& table, std::string_view key, std::size_t read) {
  const auto* value = table.find(key);
  return !value || (read != 0 && read == (value->is(Kind::array) ? value->items.size() : 1));
}

const std::vector<Declaration>* Document::find(std::string_view section) const {
  auto part = std::ranges::find(parts, section, &Part::section);
  return part == parts.end() ? nullptr : &part->declarations;
}

Document load(const std::string& file, Diagnostics& diagnostics) {
  Document document;
  Loader(document, diagnostics).load_file(file, {});
  return document;
}

Document load_text(const std::string& name, const std::string& text, Diagnostics& diagnostics) {
  Document document;
  Loader(document, diagnostics).load_source(add_text(name, text, diagnostics));
  return document;
}

}  // namespace sluice::config
