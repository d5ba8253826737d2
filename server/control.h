// How commands talk to a running server: a Unix socket in its state folder, for its own user and
// root alone. One line in, lines out, and the connection ends. Served by the main thread, which
// has little else to do than to wait for signals.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/result.h"

namespace frontis {

class Control {
 public:
  // From a command to what it is answered, both without the line end.
  using Answer = std::function<std::string(std::string_view command)>;

  // `inherited` is the socket of the server that this one takes over from, if there is one. Where
  // that lies in another folder, its file is removed.
  // Errors: invalid (the path is too long for a socket, or another server has it), or io.
  [[nodiscard]] static Result<Control> open(const std::filesystem::path& state,
                                            Descriptor inherited = {});
  Control(Control&& other) noexcept = default;
  Control& operator=(Control&& other) noexcept = default;
  ~Control();

  // Readable when somebody asks.
  int descriptor() const { return socket_.number(); }
  // Another server goes on with the same socket.
  void leave_to_another() { socket_.close(); }
  // Answers whoever asks; `patience` is for each way of what is said.
  void serve(const Answer& answer, std::chrono::milliseconds patience = std::chrono::seconds(1));

 private:
  Control(Descriptor socket, std::filesystem::path path)
      : socket_(std::move(socket)), path_(std::move(path)) {}

  Descriptor socket_;
  std::filesystem::path path_;
};

// Asks the server whose state lies in `state`, which may be busy with others who ask. Errors:
// not_found (no server runs there), or io.
[[nodiscard]] Result<std::string> ask_server(
    const std::filesystem::path& state, const std::string& command,
    std::chrono::seconds patience = std::chrono::seconds(10));

}  // namespace frontis
