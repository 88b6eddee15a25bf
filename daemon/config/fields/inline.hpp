#pragma once

/// The templates of fields.hpp.

#include "config/fields/fields.hpp"

namespace sluice::config {
namespace detail {

TypeInfo list_info(const TypeInfo& item);
TypeInfo any_number_info(const TypeInfo& item);
TypeInfo one_or_more_info(const TypeInfo& item);
void empty_array(const Value& value, Reading& reading);
TypeInfo map_info(const TypeInfo& item);
TypeInfo table_info(const std::vector<Field>& fields);
TypeInfo either_info(const std::vector<Value::Kind>& kinds, const TypeInfo& first, const TypeInfo& second);
TypeInfo words_info(std::vector<std::string> words);
TypeInfo parsed_info(std::string name, std::string range);
void bad_word(const Value& value, const TypeInfo& type, Reading& reading);
/// After a word was refused: names the other values that `type` takes.
void name_alternatives(const Value& value, const TypeInfo& type, Reading& reading);
void unparsable(const Value& value, const std::string& code, const std::string& why, Reading& reading);
bool accepts(const std::vector<Value::Kind>& kinds, Value::Kind kind);

/// A value as a type takes it: the text of an expanded ${…} as the number or boolean that it spells, where the type
/// has those; any other value as it is.
class Taken {
 public:
  Taken(const Value& value, const TypeInfo& type);
  const Value& operator*() const { return literal_ ? *literal_ : value_; }

 private:
  const Value& value_;
  std::optional<Value> literal_;
};

/// Puts advice on the finding that was added last, if it is about `value`.
void add_advice(const Value& value, const std::function<std::string(const Value&)>& advice, Reading& reading);

/// How messages name a value, and the table that it is or would be.
struct Name {
  std::string subject;  // "item 2 of `listen`"
  std::string inner;    // "[[server.listen]]"
};
Name item_name(std::size_t index, const Reading& reading);       // of an array
Name member_name(const Member& member, const Reading& reading);  // of a table whose keys the user names

/// Names what is read inside of a Reading for as long as it lives.
class Subject {
 public:
  Subject(Reading& reading, Name name)
      : reading_(reading),
        outer_{std::exchange(reading.subject, std::move(name.subject)),
               std::exchange(reading.inner, std::move(name.inner))} {}
  ~Subject() {
    reading_.subject = std::move(outer_.subject);
    reading_.inner = std::move(outer_.inner);
  }
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

 private:
  Reading& reading_;
  Name outer_;
};

template <class T>
T stored(T value, Span, const T&) {
  return value;
}
template <class T>
Located<T> stored(T value, Span span, const Located<T>&) {
  return {std::move(value), span};
}
template <class Member, class T>
std::optional<Member> stored(T value, Span span, const std::optional<Member>&) {
  return stored(std::move(value), span, Member{});
}

/// The struct inside a member, to which the defaults of a table go.
template <class T>
T* target(T& member) {
  return &member;
}
template <class T>
T* target(Located<T>& member) {
  return &member.value;
}

template <class Options, class Stored, class T>
Field bind(std::string name, Stored Options::* member, Type<T> type) {
  Field made;
  made.name = std::move(name);
  made.type = std::move(type.info);
  made.assign = [read = std::move(type.read), member](const Value& value, void* options, Reading& reading) {
    auto& to = static_cast<Options*>(options)->*member;
    if (auto got = read(value, reading)) to = stored(std::move(*got), value.span, to);
  };
  return made;
}

/// The same for a member that always has a value: an absent table has the defaults of its keys.
template <class Options, class Stored, class T>
Field bind_always(std::string name, Stored Options::* member, Type<T> type) {
  auto made = bind(std::move(name), member, std::move(type));
  if (made.type.is_table) {
    made.assign_default = [fields = made.type.fields, member](void* options) {
      apply_defaults(*fields, target(static_cast<Options*>(options)->*member));
    };
  }
  return made;
}

template <class T>
std::vector<Located<T>> read_items(const Value& value, const Type<T>& item, Reading& reading) {
  std::vector<Located<T>> items;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    Subject subject(reading, item_name(i, reading));
    if (auto got = item.read(*Taken(value.items[i], item.info), reading))
      items.push_back({std::move(*got), value.items[i].span});
  }
  return items;
}

}  // namespace detail

template <class Options, class T>
Field field(std::string name, T Options::* member, Type<T> type) {
  return detail::bind_always(std::move(name), member, std::move(type));
}
template <class Options, class T>
Field field(std::string name, std::optional<T> Options::* member, Type<T> type) {
  return detail::bind(std::move(name), member, std::move(type));
}
template <class Options, class T>
Field field(std::string name, Located<T> Options::* member, Type<T> type) {
  return detail::bind_always(std::move(name), member, std::move(type));
}
template <class Options, class T>
Field field(std::string name, std::optional<Located<T>> Options::* member, Type<T> type) {
  return detail::bind(std::move(name), member, std::move(type));
}

template <class E>
Type<E> one_of(std::vector<std::pair<std::string, E>> words) {
  std::vector<std::string> names;
  names.reserve(words.size());
  for (const auto& [word, meaning] : words) names.push_back(word);
  auto info = detail::words_info(std::move(names));
  return {info, [info, words = std::move(words)](const Value& value, Reading& reading) -> std::optional<E> {
            if (!check_kind(value, info, reading)) return std::nullopt;
            for (const auto& [word, meaning] : words) {
              if (word == value.text) return meaning;
            }
            detail::bad_word(value, info, reading);
            return std::nullopt;
          }};
}

template <class T>
Type<std::vector<Located<T>>> list_of(Type<T> item) {
  using List = std::vector<Located<T>>;
  auto info = detail::list_info(item.info);
  return {info, [info, item = std::move(item)](const Value& value, Reading& reading) -> std::optional<List> {
            if (!check_kind(value, info, reading)) return std::nullopt;
            return detail::read_items(value, item, reading);
          }};
}

template <class T>
Type<std::vector<Located<T>>> any_number(Type<T> item) {
  using List = std::vector<Located<T>>;
  auto info = detail::any_number_info(item.info);
  return {info, [info, item = std::move(item)](const Value& value, Reading& reading) -> std::optional<List> {
            if (!check_kind(value, info, reading)) return std::nullopt;
            if (value.is(Value::Kind::array)) return detail::read_items(value, item, reading);
            auto single = item.read(value, reading);
            if (!single) return std::nullopt;
            return List{{std::move(*single), value.span}};
          }};
}

template <class T>
Type<std::vector<Located<T>>> one_or_more(Type<T> item) {
  using List = std::vector<Located<T>>;
  auto info = detail::one_or_more_info(item.info);
  return {info, [list = any_number(std::move(item))](const Value& value, Reading& reading) -> std::optional<List> {
            if (value.is(Value::Kind::array) && value.items.empty()) detail::empty_array(value, reading);
            return list.read(value, reading);
          }};
}

template <class T>
Type<std::vector<Named<T>>> map_of(Type<T> item) {
  using Map = std::vector<Named<T>>;
  auto info = detail::map_info(item.info);
  return {info, [info, item = std::move(item)](const Value& value, Reading& reading) -> std::optional<Map> {
            if (!check_kind(value, info, reading)) return std::nullopt;
            Map map;
            for (const auto& member : value.members) {
              detail::Subject subject(reading, detail::member_name(member, reading));
              auto got = item.read(*detail::Taken(member.value, item.info), reading);
              if (got) map.push_back({member.key, member.key_span, std::move(*got), member.value.span});
            }
            return map;
          }};
}

template <class Options>
Type<Options> table(const Fields<Options>& fields) {
  auto info = detail::table_info(fields);
  return {info, [info, fields = &fields](const Value& value, Reading& reading) -> std::optional<Options> {
            if (!check_kind(value, info, reading)) return std::nullopt;
            Options options{};
            auto where = reading.inner;
            read_parts(value, where, {{fields, &options}}, reading);
            return options;
          }};
}

template <class T>
Type<T> either(std::vector<Value::Kind> kinds, Type<T> first, Type<T> second) {  // NOLINT(*-unnecessary-value-param)
  auto info = detail::either_info(kinds, first.info, second.info);
  return {info, [=](const Value& value, Reading& reading) -> std::optional<T> {
            if (!check_kind(value, info, reading)) return std::nullopt;
            auto got = detail::accepts(kinds, value.kind) ? first.read(value, reading) : second.read(value, reading);
            if (!got) detail::name_alternatives(value, info, reading);
            return got;
          }};
}

template <class T>
Type<T> parsed(std::string name, std::string range, std::string code,
               std::function<Result<T>(const std::string&)> parse) {
  auto info = detail::parsed_info(std::move(name), std::move(range));
  return {info,
          [info, code = std::move(code), parse = std::move(parse)](const Value& value,
                                                                   Reading& reading) -> std::optional<T> {
            if (!check_kind(value, info, reading)) return std::nullopt;
            auto got = parse(value.text);
            if (got) return std::move(*got);
            detail::unparsable(value, code, got.error().message, reading);
            return std::nullopt;
          }};
}

template <class T>
Type<T> advised(Type<T> type, std::function<std::string(const Value&)> advice) {
  type.info.advice = advice;
  type.read = [read = std::move(type.read), advice = std::move(advice)](const Value& value,
                                                                        Reading& reading) -> std::optional<T> {
    auto errors = reading.diagnostics.errors();
    auto got = read(value, reading);
    if (reading.diagnostics.errors() != errors) detail::add_advice(value, advice, reading);
    return got;
  };
  return type;
}

}  // namespace sluice::config
