// The answers of the app that are kept, in memory, for the routes with `cache_responses`. One for
// the whole server; any thread may use it. Where an answer is missing, one request gets the right
// to fetch it, and the others wait in line for it, so that the app is asked once however many
// clients come. The least recently used answers make room for new ones.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "app/cache_policy.h"
#include "app/purge.h"
#include "app/stored_answer.h"
#include "http/message.h"

namespace frontis::app {

class ResponseCache {
 private:
  struct Flight;

 public:
  using Answer = std::shared_ptr<const StoredAnswer>;

  struct Bounds {
    std::uint64_t bytes = 64ULL * 1024 * 1024;  // of all answers; one has at most an eighth
    std::size_t waiting = 4096;                 // requests in all lines
  };

  // The right, and the duty, to fetch one answer; ends with exactly one of store(), refuse() and
  // fail(). Destroyed before that, its client has left: the right goes to the first in line.
  // Belongs to one thread. The cache outlives it.
  class Fill {
   public:
    Fill(const Fill&) = delete;
    Fill& operator=(const Fill&) = delete;
    ~Fill();

    // A body of more bytes is not kept: refuse() as soon as that is known.
    std::uint64_t largest() const;
    // Keeps the answer, and gives it to all who wait. `vary` and `secondary_key` are filled in
    // from the request that was asked.
    void store(StoredAnswer answer, const http::Request& request);
    // The answer will not be kept, which its head tells: each who waits goes on by himself. For
    // ten seconds nobody will wait for an answer with this key.
    void refuse(Seconds now);
    // There is no answer, or it was an error (is_error()). False when what was kept before has been
    // outdated since: then it may not stand in.
    bool fail();

   private:
    friend class ResponseCache;
    Fill(ResponseCache& cache, std::shared_ptr<Flight> flight);
    ResponseCache& cache_;
    std::shared_ptr<Flight> flight_;  // null once it has ended
  };

  // What those in line are told, once, on any thread and with no lock held: whoever waits has it
  // brought to his own loop.
  struct Turn {
    enum class Kind : std::uint8_t {
      stored,   // `answer`, which is to be given if answers() says that it fits
      refused,  // ask the app yourself
      failed,   // the app has failed whoever asked it: give Found::answer if it may_stand_in()
      yours,    // whoever had the right is gone: now it is yours
    };
    Kind kind;
    Answer answer;
    std::unique_ptr<Fill> fill;
  };
  using Woken = std::function<void(Turn)>;

  // In line; leaves it when destroyed.
  class Waiting {
   public:
    ~Waiting();

   private:
    friend class ResponseCache;
    Waiting(ResponseCache& cache, std::shared_ptr<Flight> flight, std::uint64_t number);
    ResponseCache& cache_;
    std::shared_ptr<Flight> flight_;
    std::uint64_t number_;
  };

  struct Found {
    enum class Kind : std::uint8_t {
      fresh,  // give `answer`
      stale,  // give `answer`; where there is a `fill`, fetch a new one behind the client's back
      fetch,  // ask the app, and end `fill`
      wait,   // `woken` will be called
      pass,   // ask the app; the answer is not kept
    };
    Kind kind = Kind::pass;
    // With fetch and wait: what is there but may only stand in when the app fails; or null.
    Answer answer;
    std::unique_ptr<Fill> fill;
    std::unique_ptr<Waiting> waiting;
  };

  explicit ResponseCache(Bounds bounds) : bounds_(bounds) {}
  ResponseCache(const ResponseCache&) = delete;
  ResponseCache& operator=(const ResponseCache&) = delete;

  // `key` is cache_key() and `policy` policy_of() of the request; `now` is Now::steady. `woken` is
  // kept only when the request is to wait, and is never called inside this call. Not for requests
  // that say only-if-cached unless they get fresh or stale: they drop what they got, and answer
  // 504.
  [[nodiscard]] Found look_up(const std::string& key, const http::Request& request,
                              const RequestPolicy& policy, Seconds now, Woken woken);

  // Forgets what is kept under `key`; what is being fetched for it will not be kept.
  void invalidate(const std::string& key);
  // Forgets all that `pattern` means (purge.h says how it is written), and what is being fetched of
  // that will not be kept. Looks at every key. Returns the number of answers that were forgotten.
  std::size_t purge(std::string_view pattern);

  struct Counts {
    std::uint64_t fresh = 0, stale = 0, fetched = 0, waited = 0, passed = 0;  // of look_up()
    std::uint64_t stored = 0, refused = 0, failed = 0;                        // of fetched
    std::uint64_t evicted = 0, bytes = 0;
    std::size_t answers = 0, waiting = 0;
  };
  Counts counts() const;

 private:
  struct Entry {
    std::string key;
    Answer answer;      // null: for a while nobody is to wait for this key
    Seconds until = 0;  // then
    std::size_t bytes = 0;
  };
  using Entries = std::list<Entry>;  // the most recently used first
  // All that is kept under one key, one for each secondary key, the newest last.
  using Variants = std::vector<Entries::iterator>;
  using Index = std::map<std::string, Variants, std::less<>>;

  struct InLine {
    std::uint64_t number;
    Woken woken;
  };
  using UnderWay = std::multimap<std::string, Flight*, std::less<>>;
  // One answer that is being fetched, and who waits for it.
  struct Flight {
    std::string name;  // in flights_, while others may join: the key and what the answer varies by
    std::string key;
    UnderWay::iterator place;  // until it has landed
    bool is_outdated = false;  // what comes is not to be kept
    std::list<InLine> line;
  };

  struct Match {
    Answer answer;         // of the same secondary key; null: none
    std::string name;      // of the flight that would bring one
    bool may_wait = true;  // it is not known to be in vain
  };

  // With the mutex held. What is taken out goes to a list that is freed without it.
  Found find(const std::string& key, const http::Request& request, const RequestPolicy& policy,
             Seconds now, Woken& woken);
  Match matching(const std::string& key, const http::Request& request, Seconds now);
  Found depart(const std::string& key, std::string name, const RequestPolicy& policy,
               bool may_be_joined, Woken& woken);
  void count(const Found& found);
  void insert(Entry entry, Entries& dropped);
  void erase(Entries::iterator entry, Entries& dropped);
  void forget(const Variants& variants, Entries& dropped);
  void outdate(Flight& flight);
  void close_to_others(const Flight& flight);
  std::list<InLine> land(Flight& flight);

  std::unique_ptr<Fill> fill_of(std::shared_ptr<Flight> flight);
  void end_stored(Flight& flight, StoredAnswer answer);
  void end_refused(Flight& flight, Seconds now);
  bool end_failed(Flight& flight);
  void abandon(std::shared_ptr<Flight> flight);
  void leave(Flight& flight, std::uint64_t number);

  const Bounds bounds_;
  mutable std::mutex mutex_;
  Entries entries_;
  Index index_;
  UnderWay under_way_;  // all flights, by their key
  std::map<std::string, std::shared_ptr<Flight>, std::less<>> flights_;  // that may be joined
  std::uint64_t last_number_ = 0;
  Counts counts_;
};

}  // namespace frontis::app
