// What a file that is known costs: finding it among 100,000, deciding how to answer, and making the
// response.
#include <fmt/format.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "browser.h"
#include "cases.h"
#include "media/answer.h"
#include "media/asset_cache.h"

namespace frontis::bench {

namespace {

constexpr std::size_t assets = 100'000;
constexpr std::int64_t modified = 1'715'000'000;  // seconds since 1970
constexpr std::int64_t now = modified + 1'000'000;

media::Identity identity_of(std::uint64_t size) {
  return {1, 2, size, modified * 1'000'000'000, modified * 1'000'000'000};
}

media::CodedFile coded(http::Coding coding, std::size_t size) {
  const std::string name(http::row_of(coding).token);
  return {coding,
          media::Place::variants,
          name,
          identity_of(size),
          media::sha256(name),
          std::make_shared<const std::string>(size, 'c')};
}

// A style sheet in all codings, in memory.
std::shared_ptr<const media::Asset> style_sheet() {
  constexpr std::size_t size = 31'000;
  media::Asset asset;
  asset.type = "text/css";
  asset.varies = true;
  asset.caching = media::decide_caching({});
  media::Inspection inspection;
  inspection.bytes = std::make_shared<const std::string>(size, 'x');
  inspection.digest = media::sha256(*inspection.bytes);
  return media::finish_asset(std::move(asset), "css/base.css", identity_of(size), &inspection,
                             {coded(http::Coding::gzip, 8'100), coded(http::Coding::br, 7'000),
                              coded(http::Coding::zstd, 7'600)});
}

std::string path_of(std::size_t number) {
  return fmt::format("static/part{}/base.{:012x}.css", number % 100, number * 0x9e3779b97f4a);
}

// All with one asset, which a look-up does not read.
void fill(media::AssetCache& cache) {
  const auto asset = style_sheet();
  for (std::size_t i = 0; i < assets; ++i) {
    media::AssetCache::Entry entry;
    entry.asset = asset;
    cache.put(1, path_of(i), std::move(entry));
  }
}

constexpr std::uint64_t plenty = std::uint64_t{1} << 40;  // bytes

// `hot`: so many are asked for, in turns.
void look_up(Run& run, std::size_t hot) {
  media::AssetCache cache(plenty);
  fill(cache);
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < hot; ++i) paths.push_back(path_of(i * 61'703 % assets));
  if (!cache.find(1, paths.back())) return run.give_up("the asset is not found");
  std::size_t next = 0;
  run.repeat([&] {
    benchmark::DoNotOptimize(cache.find(1, paths[next]));
    next = next + 1 < hot ? next + 1 : 0;
  });
}

// From a request whose head was read to a response with its status, head and body.
void answer(Run& run, const std::string& line, int status) {
  media::AssetCache cache(plenty);
  fill(cache);
  const ReadRequest request(browser_head_with(line));
  const std::string path = path_of(4'711);
  std::string scratch;
  http::LastCodingWeights accepted;
  const auto respond = [&] {
    const media::Asset& asset = *cache.find(1, path)->asset;
    const auto& weights =
        accepted.of(request.get().combined(http::FieldName::accept_encoding, scratch));
    const auto decision = media::decide(asset, request.get(), weights, nullptr, now, scratch);
    return media::respond_with(asset, decision, nullptr);
  };
  if (respond().status != status) return run.give_up("the answer has another status");
  run.repeat([&] { benchmark::DoNotOptimize(respond()); });
}

}  // namespace

void add_asset_cases(Cases& cases) {
  cases.add("look_up_hot_asset_of_100000", no_allocation, [](Run& run) { look_up(run, 1); });
  cases.add("look_up_any_asset_of_100000", no_allocation, [](Run& run) { look_up(run, assets); });
  cases.add("answer_hot_asset", no_allocation, [](Run& run) { answer(run, "", 200); });
  cases.add("answer_hot_asset_not_modified", no_allocation,
            [](Run& run) { answer(run, "If-None-Match: *\r\n", 304); });
}

}  // namespace frontis::bench
