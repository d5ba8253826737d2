#include "config/document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <exception>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "base/text.h"

namespace frontis::config {

namespace {

Place place_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {1, 1};
  return {mark.line + 1, mark.column + 1};
}

// Makes the tree from the parser's events. What cannot be gone on from is thrown as the parser's
// own exception, through the parser and back to read_document().
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Faults& faults) : faults_(faults) {}

  std::shared_ptr<const Node> root() const { return root_; }
  // Where the last text in quotes, or in block form, begins; null when there is none.
  const YAML::Mark& last_quoted() const { return last_quoted_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_) throw YAML::ParserException(mark, "a second document; the file may hold only one");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto node = make(Node::Kind::nothing, mark);
    if (Frame* mapping = open_mapping()) {
      if (!mapping->has_key) throw YAML::ParserException(mark, "a key is missing before ':'");
      // The parser's mark is that of whatever comes next, often lines below.
      node->at = mapping->key.at;
    }
    remember(anchor, node);
    add(node);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    if (tag == "!") last_quoted_ = mark;
    auto node = make(Node::Kind::scalar, mark);
    node->text = value;
    remember(anchor, node);
    Frame* mapping = open_mapping();
    if (mapping && !mapping->has_key) return take_key(*mapping, *node);
    add(node);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (expects_key()) throw YAML::ParserException(mark, "a key cannot be an alias");
    const auto named = anchors_.find(anchor);
    if (named == anchors_.end()) {
      throw YAML::ParserException(mark, "this alias stands inside what it is a name for");
    }
    count(mark, named->second->weight);
    add(named->second);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::mapping, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  // A list or mapping that has begun and not ended.
  struct Frame {
    std::shared_ptr<Node> node;
    YAML::anchor_t anchor = 0;
    std::unordered_map<std::string, Place> seen;  // keys
    bool has_key = false;                         // `key` waits for its value
    bool repeated = false;                        // and that will be dropped
    Entry key;
  };

  std::shared_ptr<Node> make(Node::Kind kind, const YAML::Mark& mark) {
    count(mark, 1);
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->at = place_of(mark);
    return node;
  }

  void count(const YAML::Mark& mark, std::size_t nodes) {
    total_ += nodes;
    if (total_ <= max_document_nodes) return;
    throw YAML::ParserException(mark, "too large: more than " + std::to_string(max_document_nodes) +
                                          " values, those that aliases repeat included");
  }

  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    throw YAML::ParserException(mark, "a tag such as '!!str' has no meaning here; remove it");
  }

  Frame* open_mapping() {
    if (stack_.empty() || stack_.back().node->kind != Node::Kind::mapping) return nullptr;
    return &stack_.back();
  }
  bool expects_key() {
    const Frame* mapping = open_mapping();
    return mapping && !mapping->has_key;
  }

  void remember(YAML::anchor_t anchor, const std::shared_ptr<const Node>& node) {
    if (anchor != 0) anchors_[anchor] = node;
  }

  void take_key(Frame& mapping, const Node& node) {
    mapping.has_key = true;
    mapping.key = {node.at, node.text, nullptr};
    const auto [first, is_new] = mapping.seen.emplace(node.text, node.at);
    mapping.repeated = !is_new;
    if (is_new) return;
    faults_.add(node.at, "key " + in_quotes(node.text) + " is given twice; first at " +
                             faults_.place(first->second));
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    refuse_tag(mark, tag);
    // The parser takes a bracket that nobody closes for the beginning of a key.
    if (expects_key()) {
      throw YAML::ParserException(mark,
                                  "a key must be a plain text; is a bracket not closed here?");
    }
    if (stack_.size() >= max_document_depth) {
      throw YAML::ParserException(
          mark, "nested more than " + std::to_string(max_document_depth) + " levels deep");
    }
    Frame frame;
    frame.node = make(kind, mark);
    frame.anchor = anchor;
    stack_.push_back(std::move(frame));
  }

  void close() {
    Frame done = std::move(stack_.back());
    stack_.pop_back();
    remember(done.anchor, done.node);
    add(done.node);
  }

  void add(std::shared_ptr<const Node> node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& parent = stack_.back();
    parent.node->weight += node->weight;
    if (parent.node->kind == Node::Kind::list) {
      parent.node->items.push_back(std::move(node));
      return;
    }
    parent.key.value = std::move(node);
    parent.has_key = false;
    if (!parent.repeated) parent.node->entries.push_back(std::move(parent.key));
  }

  Faults& faults_;
  std::vector<Frame> stack_;
  std::unordered_map<YAML::anchor_t, std::shared_ptr<const Node>> anchors_;
  std::shared_ptr<const Node> root_;
  YAML::Mark last_quoted_ = YAML::Mark::null_mark();
  std::size_t total_ = 0;
};

// The parser takes byte 4 for the end of the file and a NUL for UTF-16: neither they nor other
// control bytes may reach it. FE and FF occur in no UTF-8 text.
bool is_text_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte == '\t' || byte == '\n' || byte == '\r') return true;
  return byte >= 0x20 && byte != 0x7f && byte < 0xfe;
}

bool is_text(std::string_view text, Faults& faults) {
  Place at{1, 1};
  for (const char c : text) {
    if (!is_text_byte(c)) {
      faults.add(at, "the byte " + in_quotes({&c, 1}) + " cannot stand in a text file in UTF-8");
      return false;
    }
    ++at.column;
    if (c == '\n') at = {at.line + 1, 1};
  }
  return true;
}

// The parser's own words, where they do not lead to the remedy.
struct Wording {
  std::string_view parser;  // how its message begins
  std::string_view plain;
};

constexpr std::string_view quote_the_star =
    "unknown alias; a text that begins with '*' must stand in quotes: \"*\", \"*.example.org\"";
constexpr std::string_view not_the_next =
    "expected the next key or item here; check the indentation, or put the text in quotes";
constexpr Wording wordings[] = {
    {"the referenced anchor is not defined", quote_the_star},
    {"alias not found after *", quote_the_star},
    {"illegal character found while scanning alias", quote_the_star},
    {"end of map flow not found", "a '{' is not closed; expected ',' or '}' before this"},
    {"end of sequence flow not found", "a '[' is not closed; expected ',' or ']' before this"},
    {"end of map not found", not_the_next},
    {"end of sequence not found", not_the_next},
    {"illegal map value",
     "a ':' is not expected here; check the indentation and the line before, and put a text that "
     "holds ': ' in quotes"},
    {"unknown token", "a text that begins with this character must stand in quotes"},
    {"illegal flow end", "this closes nothing that is open"},
};

// The line that `position` is in is indented with a tab.
bool is_indented_with_tab(std::string_view text, std::size_t position) {
  if (position > text.size()) return false;
  const std::size_t break_before = text.substr(0, position).rfind('\n');
  const std::size_t begin = break_before == text.npos ? 0 : break_before + 1;
  const std::size_t end = text.find_first_not_of(" \t", begin);
  return text.substr(begin, end - begin).find('\t') != text.npos;
}

std::string syntax_message(std::string_view text, const YAML::Exception& error) {
  for (const Wording& wording : wordings) {
    if (!std::string_view(error.msg).starts_with(wording.parser)) continue;
    if (is_indented_with_tab(text, static_cast<std::size_t>(error.mark.pos))) break;
    return std::string(wording.plain);
  }
  if (is_indented_with_tab(text, static_cast<std::size_t>(error.mark.pos))) {
    return "a line cannot be indented with a tab; use spaces";
  }
  return error.msg;
}

// Whether the quote at `open` is closed. The parser does not see it where the text ends in a line
// break, and would take all the rest of the file for the value of one key.
bool is_closed(std::string_view text, std::size_t open) {
  const char quote = text[open];
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      const bool is_doubled = quote == '\'' && i + 1 < text.size() && text[i + 1] == quote;
      if (!is_doubled) return true;
      ++i;
    }
  }
  return false;
}

// Only the last text of a file that is not plain can be one that does not end.
bool is_complete(std::string_view text, const YAML::Mark& last, Faults& faults) {
  if (last.is_null() || static_cast<std::size_t>(last.pos) >= text.size()) return true;
  auto open = static_cast<std::size_t>(last.pos);
  if (text[open] == '&') open = text.find_first_of(" \t\r\n", open);
  open = text.find_first_not_of(" \t\r\n", open);
  if (open == text.npos || (text[open] != '"' && text[open] != '\'')) return true;
  if (is_closed(text, open)) return true;
  faults.add(place_of(last), "this quote is not closed");
  return false;
}

std::shared_ptr<const Node> parse(std::string_view text, Faults& faults) {
  TreeBuilder builder(faults);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    if (!is_complete(text, builder.last_quoted(), faults)) return nullptr;
    return builder.root() ? builder.root() : std::make_shared<Node>();
  } catch (const YAML::Exception& error) {
    faults.add(place_of(error.mark), syntax_message(text, error));
  } catch (const std::exception& error) {
    faults.add({1, 1}, std::string("cannot be read as YAML: ") + error.what());
  }
  return nullptr;
}

}  // namespace

std::string description(const Node& node) {
  switch (node.kind) {
    case Node::Kind::nothing: return "nothing";
    case Node::Kind::scalar: return in_quotes(node.text);
    case Node::Kind::list: return "a list";
    case Node::Kind::mapping: return "a mapping";
  }
  return {};
}

std::shared_ptr<const Node> read_document(std::string_view text, Faults& faults) {
  if (text.size() > max_document_bytes) {
    faults.add({}, "larger than " + std::to_string(max_document_bytes) + " bytes");
    return nullptr;
  }
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (!is_text(text, faults)) return nullptr;
  return parse(text, faults);
}

}  // namespace frontis::config
