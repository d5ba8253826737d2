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

#include "config/syntax.h"

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

std::shared_ptr<const Node> parse(std::string_view text, Faults& faults) {
  TreeBuilder builder(faults);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    const YAML::Mark& last = builder.last_quoted();
    if (!last.is_null() && !is_quote_closed(text, static_cast<std::size_t>(last.pos))) {
      faults.add(place_of(last), "this quote is not closed");
      return nullptr;
    }
    return builder.root() ? builder.root() : std::make_shared<Node>();
  } catch (const YAML::Exception& error) {
    faults.add(place_of(error.mark),
               syntax_message(text, static_cast<std::size_t>(error.mark.pos), error.msg));
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
