// The central type: one request and its response, owned by the session (or HTTP/2 stream) that
// reads the request and sends the answer. A handler gets an Exchange& and ends it exactly once,
// now or later, with respond() or pass(). A client that leaves destroys the exchange and with it
// the call that it holds, so whoever answers later keeps nothing but that call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/client.h"
#include "http/message.h"

namespace frontis::http {

class Exchange;

// Answers requests: media, the application, and later the store. Handlers belong to one loop
// and outlive its exchanges.
class Handler {
 public:
  virtual ~Handler() = default;
  // Ends in exactly one of exchange.respond() or exchange.pass(), inside this call or later.
  // Views of the request are valid only during this call: read them anew afterwards.
  virtual void handle(Exchange& exchange) = 0;
};

// Work that goes on for an exchange after handle() has returned. Destroying it cancels the work.
class Call {
 public:
  virtual ~Call() = default;
  // A client that sends no more may still read. But where the answer costs somebody else's time,
  // who has closed is taken to have left, and the exchange ends.
  virtual bool ends_with_client() const { return false; }
};

// The body of a request, pulled off its connection. Whoever takes it destroys it before the
// exchange ends, or with it.
class RequestBody : public Source {
 public:
  // After `failed`: content_too_large, bad_request (framing), timeout, or io (the client left).
  virtual const Error& fault() const = 0;
};

// What the access log and the metrics want to know beyond request and response. Views of static
// text or of settings, which outlive the exchange, but for the id.
struct Notes {
  std::string_view site;
  std::string_view route;
  std::string_view variant = "-";    // "identity", "gzip", "br", "zstd"
  std::string_view cache = "-";      // "immutable", "auto", "fixed", "none", "refused", "no-store"
  std::string_view request_id;       // of the exchange; empty: nobody has asked for one
  const std::string* app = nullptr;  // the name of the one whose answer it is
  bool is_cold = false;              // the file was not ready in memory
  bool is_cached = false;            // the app had answered it before, and was not asked, ...
  bool is_refreshed = false;         // ... or only behind the client's back, for the next
  // Of the next, the first two mean something where an app was asked, the last where `variant` is
  // a coding.
  std::uint8_t app_retries = 0;    // times that it was sent anew
  std::uint32_t app_us = 0;        // from when the app had the request until its answer began
  std::uint64_t content_size = 0;  // of the file, uncoded

  // Only answers of files have a verdict on caching.
  bool is_of_file() const { return cache != "-"; }

  // As at first; what means nothing then may stay.
  void clear() {
    site = {};
    route = {};
    request_id = {};
    variant = "-";
    cache = "-";
    app = nullptr;
    is_cold = is_cached = is_refreshed = false;
  }
};

// `frontis explain` gives one to the exchange, and each decision on the way adds a line. In the
// serving path there is none, and nothing is formatted.
using Explanation = std::vector<std::string>;

class Exchange {
 public:
  virtual ~Exchange() = default;

  const Request& request() const { return request_; }
  Notes notes;
  Explanation* explanation = nullptr;

  // Answers. Answering twice is a broken invariant and aborts.
  virtual void respond(Response response) = 0;
  // Hands the exchange to the next action of its route; 404 after the last.
  void pass();
  // True when another action would get the exchange from pass().
  bool can_pass() const { return chain_ != nullptr && next_ < chain_->size(); }

  // The request's body, once; null where there is none. For a request to upgrade it is never null,
  // and gives what the client sends after the 101. What is not pulled is discarded.
  virtual std::unique_ptr<RequestBody> take_body() { return nullptr; }
  // An interim answer (1xx, RFC 9110, 15.2) before the final one; `head` may be null. Clients of
  // HTTP/1.0 do not get it.
  virtual void inform(int /*status*/, const HeaderBlock* /*head*/) {}
  // Begins anew with the route of `path` (decoded), which may be an internal one, as GET unless it
  // is HEAD: what the app asks for with X-Accel-Redirect. In the answer to come, the fields of
  // `override` replace those of the same name. Only once; later calls answer 500.
  virtual void reroute(std::string path, std::shared_ptr<const HeaderBlock> override);
  // The path is not the target's any more: whoever passes the target on has nothing to say here.
  bool is_rerouted() const { return is_rerouted_; }
  // Who asks. For as long as the request's views.
  virtual const Client& client() { return client_; }
  // What it is called in the logs of all who work on it: made, and noted, when somebody first
  // asks, as applications do. For as long as the exchange.
  virtual std::string_view request_id() { return notes.request_id; }
  // Where the connection came in: "127.0.0.1" and a port, or "unix:" and 0.
  virtual std::string_view server_address() { return "127.0.0.1"; }
  virtual std::uint16_t server_port() { return 0; }

  // Keeps `call` until the exchange ends or is abandoned.
  void hold(std::unique_ptr<Call> call) { call_ = std::move(call); }

  // Bytes of the route's prefix at the start of request().path(): "/static/" = 8.
  std::size_t prefix_length = 0;

  // Gives the exchange to the first handler of `chain`, which outlives it.
  void dispatch(const std::vector<Handler*>& chain);

 protected:
  // Forgets the last request; keeps the memory.
  void reset();
  // What reroute() does to the exchange itself; false when it was done before.
  bool prepare_reroute(std::string path, std::shared_ptr<const HeaderBlock> override);
  // Puts the fields of reroute() into the answer to come.
  void override_fields(Response& response) const;

  Request request_;
  Client client_;
  std::unique_ptr<Call> call_;
  // From reroute(): for the answer to come.
  std::shared_ptr<const HeaderBlock> override_;
  bool is_rerouted_ = false;

 private:
  const std::vector<Handler*>* chain_ = nullptr;
  std::size_t next_ = 0;  // the handler that pass() would ask
};

}  // namespace frontis::http
