#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "http/exchange.hpp"
#include "site/dispatcher.hpp"
#include "site/site.hpp"

namespace sluice::test {

/// A connection that only knows its peer.
class PeerOnly final : public net::Transport {
 public:
  char* reserve(std::size_t) override { std::abort(); }
  void commit(std::size_t) override {}
  void write(std::string_view) override {}
  void write_shared(std::shared_ptr<const void>, std::string_view) override {}
  void write_file(std::shared_ptr<const net::OpenFile>, std::uint64_t, std::uint64_t) override {}
  std::size_t pending() const override { return 0; }
  void want_writable() override {}
  void pause_reading() override {}
  void resume_reading() override {}
  void set_deadline(std::chrono::milliseconds) override {}
  void close(bool) override {}
  void abort() override {}
  void replace_protocol(std::unique_ptr<net::Protocol>, std::string_view) override {}
  const net::Address& peer() const override { return address; }
  const net::Address& local() const override { return address; }
  bool secure() const override { return false; }
  net::Loop& loop() override { std::abort(); }

  net::Address address = net::Endpoint::parse("192.0.2.7:4711").value().address;
};

/// An exchange without a protocol: keeps the response that it is given.
class TestExchange final : public http::Exchange {
 public:
  TestExchange() { response.status = 0; }  // not given yet
  ~TestExchange() override { recycle(); }

  bool has_body() const override { return !body.empty(); }
  void hold_body(bool) override {}
  void allow_time(std::chrono::milliseconds) override {}
  const net::Transport& transport() const override { return transport_; }
  net::Loop& loop() override { std::abort(); }
  void connect_from(const net::Address& peer) { transport_.address = peer; }

  http::Response response;
  std::string body;  // of the request

 private:
  void pull_body(std::uint64_t) override {
    take_piece(body);
    end_body();
  }
  void send(http::Response& given) override { response = std::move(given); }
  http::ResponseStream& open_stream(http::Response&) override { std::abort(); }
  void switch_protocol(http::Response&, std::unique_ptr<net::Protocol>) override { std::abort(); }

  PeerOnly transport_;
};

/// A request as a test writes it.
struct TestRequest {
  std::string target = "/";
  http::Method method = http::Method::get;
  std::vector<http::FieldLine> fields;
  std::string body;
  std::string host = "localhost";
};

/// What came back.
struct TestResponse {
  http::Status status = 0;
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields;

  std::string field(std::string_view name) const {
    for (const auto& [key, value] : fields) {
      if (equals_ignoring_case(key, name)) return value;
    }
    return "";
  }
};

/// A site made of a config text, served without sockets. A text with errors serves nothing.
class TestSite {
 public:
  explicit TestSite(const std::string& toml) {
    if (auto site = site::load_text("test.toml", toml, diagnostics)) dispatcher_.emplace(std::move(site), nullptr);
  }

  TestResponse get(const std::string& target) { return serve({.target = target, .fields = {}, .body = {}}); }

  TestResponse serve(const TestRequest& asked) {
    REQUIRE(dispatcher_);
    TestExchange exchange;
    auto& request = exchange.request;
    request.method = asked.method;
    request.target = asked.target;
    auto question = asked.target.find('?');
    request.path = std::string_view(asked.target).substr(0, question);
    request.has_query = question != std::string::npos;
    if (request.has_query) request.query = std::string_view(asked.target).substr(question + 1);
    request.host = asked.host;
    request.fields = asked.fields;
    exchange.body = asked.body;
    dispatcher_->on_request(exchange);
    return collect(exchange.response);
  }

  /// All findings, one a line: code, place, message.
  std::string findings() {
    diagnostics.sort();
    std::string all;
    for (const auto& one : diagnostics.all()) {
      all += one.code + " " + std::to_string(one.span.line) + ":" + std::to_string(one.span.column) + "-" +
             std::to_string(one.span.end_column) + " " + one.message + "\n";
    }
    return all;
  }

  config::Diagnostics diagnostics;

 private:
  static TestResponse collect(const http::Response& response) {
    TestResponse got{.status = response.status, .body = {}, .fields = {}};
    if (const auto* body = std::get_if<std::string_view>(&response.body)) got.body = *body;
    if (response.fixed) got.fields = response.fixed->list();
    for (const auto& field : response.fields) got.fields.emplace_back(field.name, field.value);
    return got;
  }

  std::optional<site::Dispatcher> dispatcher_;
};

}  // namespace sluice::test
