// From what an application answered to the response that its client gets: the fields of the
// route, compression, and the wish to have a file sent by an internal route instead.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "app/handler.h"
#include "http/message.h"
#include "upstream/answer_head.h"
#include "upstream/call.h"

namespace frontis::app {

// `answer` with the headers of the route, and compressed as it streams, where the client takes a
// coding and it is worth it: text of 256 bytes or more that is not coded yet and whose
// Cache-Control does not forbid it (no-transform). Its ETag is weakened then, and Vary names
// Accept-Encoding wherever the answer could differ.
[[nodiscard]] http::Response dressed(http::Response answer, const config::AppAction& action,
                                     const http::Request& request);
// The same of an answer without a head: `fields`, which nobody else reads, become it.
[[nodiscard]] http::Response dressed(http::Response answer,
                                     std::shared_ptr<http::HeaderBlock> fields,
                                     const config::AppAction& action, const http::Request& request);

// The 304 in place of `whole`, which is dressed: its fields (RFC 9110, 15.4.5) but those of a body.
[[nodiscard]] http::Response not_modified(http::Response whole);

// X-Accel-Redirect: the path, decoded, without its query; empty when it is none.
[[nodiscard]] std::string internal_path(std::string_view wish);
// X-Sendfile: the path of the internal route that has this file beneath its root; empty when
// there is none. The longest root wins.
[[nodiscard]] std::string path_of_file(std::string_view file,
                                       const std::vector<InternalRoot>& roots);
// What of the app's fields the file's answer takes over: type (but not text/html, which
// frameworks set by themselves and which would make an upload a page), disposition, cookies,
// caching. An app that says nothing of caching wants `private, no-cache`: it decides each time.
[[nodiscard]] std::shared_ptr<const http::HeaderBlock> fields_for_file(
    const http::HeaderBlock& fields);

// Sentences for the log.
[[nodiscard]] std::string fault_of_reroute(const upstream::AnswerHead& head,
                                           const http::Request& request);
[[nodiscard]] std::string describe_failure(const config::App& app, const http::Request& request,
                                           const upstream::Failure& failure);
// The client has got a part of it.
[[nodiscard]] std::string describe_cut(const config::App& app, const http::Request& request,
                                       const upstream::Failure& failure);
// Such a sentence, with the name by which the access log and the app know the request it is about.
[[nodiscard]] std::string about(std::string_view request_id, std::string sentence);

}  // namespace frontis::app
