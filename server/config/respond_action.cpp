#include <string>
#include <string_view>

#include "config/action_kind.h"
#include "config/header_fields.h"

namespace frontis::config {

namespace {

void read_respond_status(Reader& reader, const Node& value, RespondAction& into) {
  const auto status = reader.number(value, 200, 599);
  if (!status) return;
  into.status = static_cast<int>(*status);
  if (into.status == 206 || into.status == 304) {
    reader.fault(value.at, "status " + std::to_string(into.status) +
                               " is an answer to a condition of the request and cannot be fixed");
  } else if (into.status >= 300 && into.status < 400) {
    reader.fault(value.at, "status " + std::to_string(into.status) +
                               " needs a place to lead to; write 'redirect: URL'");
  }
}

void read_body(Reader& reader, const Node& value, RespondAction& into) {
  if (const std::string* body = reader.text(value, "a text")) into.body = *body;
}

void read_type(Reader& reader, const Node& value, RespondAction& into) {
  constexpr std::string_view expected = "a media type such as text/html";
  const std::string* type = reader.text(value, expected);
  if (!type) return;
  if (!is_media_type(*type)) return reader.unexpected(value, expected);
  into.type = *type;
}

constexpr Key<RespondAction> respond_keys[] = {
    {"respond", read_respond_status},
    {"body", read_body},
    {"type", read_type},
    {"headers", [](Reader& r, const Node& v, RespondAction& a) { read_headers(r, v, a.headers); }},
};

std::optional<Action> read_respond(Reader& reader, const Node& mapping) {
  std::optional<Action> action = read_action_keys<RespondAction, respond_keys>(reader, mapping);
  const auto& respond = std::get<RespondAction>(*action);
  const bool is_without_body = respond.status == 204 || respond.status == 205;
  if (is_without_body && !respond.body.empty()) {
    reader.fault(mapping.at, "an answer with status " + std::to_string(respond.status) +
                                 " has no body; remove 'body'");
  }
  return action;
}

}  // namespace

ActionKind respond_kind() {
  return {"respond", false, read_respond, [] { return names_of<RespondAction>(respond_keys); }};
}

}  // namespace frontis::config
