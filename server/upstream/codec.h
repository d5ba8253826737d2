// A protocol that applications speak, without sockets: a request becomes bytes, and bytes become
// an answer. A connection owns one codec and uses it for one answer after another. A new protocol
// is one source file with a class that does this, one row in codecs.cpp, and one test.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "upstream/answer_head.h"
#include "upstream/outgoing.h"

namespace frontis::upstream {

class Codec {
 public:
  virtual ~Codec() = default;

  // --- The request: these keep nothing, so that the same bytes may be sent a second time. ---

  // Appends all that precedes the body. Errors, with `out` as it was: headers_too_large, where the
  // protocol has no room for it; not_implemented, where it cannot send a body of unknown length.
  [[nodiscard]] virtual Result<void> begin(const Outgoing& request, std::string& out) const = 0;
  // Appends `content`, a part of the body (never empty), as the protocol frames it. `counted`:
  // the head gave the body's length.
  virtual void frame(std::string_view content, bool counted, std::string& out) const = 0;
  // Appends what ends the request, with or without a body.
  virtual void finish(bool counted, std::string& out) const = 0;

  // --- The answer. ---

  // A request was sent: ready for its answer. `head_only`: to HEAD, whose answer has no body.
  virtual void expect(bool head_only) = 0;

  enum class Event {
    none,      // more bytes are needed
    interim,   // head() is a 1xx answer; the final one follows
    head,      // head() is the final answer's. After a 101 all that follows is raw content
    content,   // `content` is a part of the body
    complete,  // the answer has ended; what follows is not a part of it
  };
  struct Step {
    Event event = Event::none;
    std::size_t consumed = 0;       // bytes of the input that are done with
    std::string_view content = {};  // a view into the input
  };
  // Decodes the next event from `input`, which begins behind what was consumed and may be empty:
  // it is called until `none` or `complete`. `none` may consume bytes, too; after it
  // the unconsumed rest comes again with more behind it; that rest is bounded by the largest
  // head. The outcome does not depend on how the bytes were cut. Errors (bad_request): the
  // application broke the protocol, and nothing more can be read from the connection. Content
  // of an answer that must not have any (HEAD, 204, 304) is swallowed.
  [[nodiscard]] virtual Result<Step> decode(std::string_view input) = 0;
  // The application has closed the connection: `complete` where that is a way to end this
  // answer, otherwise an error (bad_request): the answer is cut off, or never began. To be called
  // once decode() has said `none`.
  [[nodiscard]] virtual Result<Event> closed() = 0;
  virtual AnswerHead& head() = 0;

  // After `complete`: the connection may carry another request. What comes behind an answer after
  // that is for the pool to see: a connection that becomes readable while idle is to be closed.
  virtual bool reusable() const = 0;

  // What the application said on its error stream since the last call (FastCGI), at most 8 KiB.
  virtual std::string take_errors() { return {}; }
};

}  // namespace frontis::upstream
