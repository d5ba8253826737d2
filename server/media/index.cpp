#include "media/index.h"

#include <mutex>
#include <type_traits>
#include <utility>

#include "media/index_tables.h"

namespace frontis::media {

class Index::Impl {
 public:
  Impl(std::filesystem::path file, Log& log, std::unique_ptr<IndexTables> tables)
      : file_(std::move(file)), log_(log), tables_(std::move(tables)) {
    data_version_ = tables_->data_version().value_or(0);
  }
  // The next who opens it would not see damage that lies deep inside.
  ~Impl() {
    const std::lock_guard lock(mutex_);
    if (is_usable()) tables_->write_uses();
    if (damaged_) (void)begin_anew();
  }

  // What `work` makes of the tables; nothing while they cannot be used.
  template <typename Work>
  std::invoke_result_t<Work, IndexTables&> with_tables(const Work& work) {
    const std::lock_guard lock(mutex_);
    return use(work);
  }

  std::int64_t foreign_changes() {
    const std::lock_guard lock(mutex_);
    const auto version = use([](IndexTables& tables) { return tables.data_version(); });
    if (version && *version != data_version_) {
      data_version_ = *version;
      ++foreign_changes_;
    }
    return foreign_changes_;
  }

  bool refresh() {
    const std::lock_guard lock(mutex_);
    if (is_usable() && tables_->database().is_in_place()) {
      tables_->write_uses();
      look_for_failure();
      if (!damaged_) return false;
    }
    return begin_anew();
  }

  std::int64_t beginnings() {
    const std::lock_guard lock(mutex_);
    return beginnings_;
  }

 private:
  bool is_usable() const { return tables_ != nullptr && !damaged_; }

  template <typename Work>
  std::invoke_result_t<Work, IndexTables&> use(const Work& work) {
    using Answer = std::invoke_result_t<Work, IndexTables&>;
    if (!is_usable()) return Answer();
    if constexpr (std::is_void_v<Answer>) {
      work(*tables_);
      look_for_failure();
    } else {
      Answer answer = work(*tables_);
      look_for_failure();
      return answer;
    }
  }

  void look_for_failure() {
    const auto failure = tables_->database().take_failure();
    if (!failure) return;
    if (!failure->is_damage()) {
      log_.once_a_minute("index failed", Log::Level::error,
                         fmt::format("{} cannot be used as it should ({}): make room on the disk "
                                     "and the file writable; what is not noted there is found out "
                                     "again, which costs time",
                                     file_.string(), failure->why));
      return;
    }
    damaged_ = tables_->database().files();
    log_.once_a_minute("index damaged", Log::Level::error,
                       fmt::format("{} has been damaged while it was in use ({}): it is soon moved "
                                   "aside and begun anew; look after the disk",
                                   file_.string(), failure->why));
  }

  bool begin_anew() {
    if (is_usable()) {
      log_.once_a_minute("index gone", Log::Level::warning,
                         fmt::format("{} was taken away or replaced while it was in use: it is "
                                     "opened anew",
                                     file_.string()));
    }
    tables_.reset();
    auto opened = IndexTables::open(file_, log_, damaged_);
    if (!opened) {
      log_.once_a_minute("index lost", Log::Level::error,
                         fmt::format("{}; it is tried again, and until then what press finds out "
                                     "is not noted",
                                     opened.error().message));
      return false;
    }
    tables_ = std::move(*opened);
    damaged_.reset();
    data_version_ = tables_->data_version().value_or(0);
    if (!tables_->database().is_new()) ++foreign_changes_;
    ++beginnings_;
    return true;
  }

  const std::filesystem::path file_;
  Log& log_;
  std::mutex mutex_;
  std::unique_ptr<IndexTables> tables_;     // null: could not be opened anew
  std::optional<Database::Files> damaged_;  // those in which damage was met
  std::int64_t data_version_ = 0;
  std::int64_t foreign_changes_ = 0;
  std::int64_t beginnings_ = 0;
};

Index::Index(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Index::~Index() = default;

Result<std::unique_ptr<Index>> Index::open(const std::filesystem::path& state, Log& log) {
  const auto file = state / "index.sqlite3";
  auto tables = IndexTables::open(file, log);
  if (!tables) return tl::unexpected(tables.error());
  return std::unique_ptr<Index>(new Index(std::make_unique<Impl>(file, log, std::move(*tables))));
}

std::optional<Inspection> Index::file(const Identity& identity, std::string_view name) {
  return impl_->with_tables([&](IndexTables& tables) { return tables.file(identity, name); });
}

void Index::put_file(const Identity& identity, std::string_view name,
                     const Inspection& inspection) {
  impl_->with_tables([&](IndexTables& tables) { tables.put_file(identity, name, inspection); });
}

std::vector<VariantRow> Index::variants(std::size_t most) {
  return impl_->with_tables([&](IndexTables& tables) { return tables.variants(most); });
}

std::optional<VariantRow> Index::variant(const Sha256& content, http::Coding coding,
                                         const std::optional<Sha256>& dictionary) {
  return impl_->with_tables(
      [&](IndexTables& tables) { return tables.variant(content, coding, dictionary); });
}

void Index::put_variant(const VariantRow& row) {
  impl_->with_tables([&](IndexTables& tables) { tables.put_variant(row); });
}

void Index::erase_variant(const VariantRow& row) {
  impl_->with_tables([&](IndexTables& tables) { tables.erase_variant(row); });
}

void Index::set_used(const std::vector<VariantRow>& rows) {
  impl_->with_tables([&](IndexTables& tables) { tables.set_used(rows); });
}

std::vector<KeptRow> Index::kept(std::size_t most) {
  return impl_->with_tables([&](IndexTables& tables) { return tables.kept(most); });
}

void Index::put_kept(const KeptRow& row) {
  impl_->with_tables([&](IndexTables& tables) { tables.put_kept(row); });
}

void Index::erase_kept(const std::vector<std::string>& urls) {
  impl_->with_tables([&](IndexTables& tables) { tables.erase_kept(urls); });
}

std::int64_t Index::foreign_changes() { return impl_->foreign_changes(); }

bool Index::refresh() { return impl_->refresh(); }

std::int64_t Index::beginnings() { return impl_->beginnings(); }

void Index::forget_files(std::int64_t age_seconds) {
  impl_->with_tables([&](IndexTables& tables) { tables.forget_files(age_seconds); });
}

}  // namespace frontis::media
