#include "upstream/codecs.h"

#include <cstdlib>

#include "upstream/fastcgi.h"
#include "upstream/http.h"
#include "upstream/scgi.h"
#include "upstream/uwsgi.h"

namespace frontis::upstream {

std::unique_ptr<Codec> make_codec(config::Protocol protocol) {
  switch (protocol) {
    case config::Protocol::http: return std::make_unique<HttpCodec>();
    case config::Protocol::uwsgi: return std::make_unique<UwsgiCodec>();
    case config::Protocol::fastcgi: return std::make_unique<FastcgiCodec>();
    case config::Protocol::scgi: return std::make_unique<ScgiCodec>();
    case config::Protocol::wsgi: return std::make_unique<FastcgiCodec>();
  }
  std::abort();
}

}  // namespace frontis::upstream
