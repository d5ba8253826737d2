#include "http/date.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/text.h"

namespace frontis::http {

namespace {

constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view weekdays = "SunMonTueWedThuFriSat";
constexpr std::array<std::string_view, 7> long_weekdays{
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

constexpr std::int64_t first_second = -62'167'219'200;  // of the year 0
constexpr std::int64_t last_second = 253'402'300'799;   // of the year 9999

char* put_text(char* out, std::string_view text) {
  return std::copy(text.begin(), text.end(), out);
}

// `digits` digits of `value`, which has no more.
char* put_number(char* out, std::int64_t value, int digits) {
  for (int i = digits; i-- > 0; value /= 10) out[i] = static_cast<char>('0' + value % 10);
  return out + digits;
}

}  // namespace

void write_date(std::int64_t seconds, char* out) {
  using namespace std::chrono;
  const sys_seconds time{std::chrono::seconds(std::clamp(seconds, first_second, last_second))};
  const sys_days day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  out = put_text(out, weekdays.substr(weekday(day).c_encoding() * 3, 3));
  out = put_text(out, ", ");
  out = put_number(out, static_cast<unsigned>(date.day()), 2);
  out = put_text(out, " ");
  out = put_text(out, months.substr((static_cast<unsigned>(date.month()) - 1) * 3, 3));
  out = put_text(out, " ");
  out = put_number(out, static_cast<int>(date.year()), 4);
  out = put_text(out, " ");
  out = put_number(out, clock.hours().count(), 2);
  out = put_text(out, ":");
  out = put_number(out, clock.minutes().count(), 2);
  out = put_text(out, ":");
  out = put_number(out, clock.seconds().count(), 2);
  put_text(out, " GMT");
}

std::string format_date(std::int64_t seconds) {
  std::string text(date_length, ' ');
  write_date(seconds, text.data());
  return text;
}

namespace {

// '#' in `shape` stands for a digit and '@' for anything; the rest is literal.
bool has_shape(std::string_view text, std::string_view shape) {
  return std::equal(text.begin(), text.end(), shape.begin(), shape.end(), [](char c, char wanted) {
    return wanted == '@' || (wanted == '#' ? is_digit(c) : c == wanted);
  });
}

// The digits at `position`, where has_shape has found some.
int number_at(std::string_view text, std::size_t position, std::size_t length) {
  int value = 0;
  for (const char c : text.substr(position, length)) value = value * 10 + (c - '0');
  return value;
}

// The place of `name` among `names` of three letters each, or -1.
int place_of(std::string_view name, std::string_view names) {
  for (std::size_t i = 0; i < names.size(); i += 3) {
    if (names.substr(i, 3) == name) return static_cast<int>(i / 3);
  }
  return -1;
}

struct Moment {
  int year = 0;
  int month = 0;  // from 1; 0 when it has no such name
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

// "08:49:37" at `position`.
void read_clock(std::string_view text, std::size_t position, Moment& moment) {
  moment.hour = number_at(text, position, 2);
  moment.minute = number_at(text, position + 3, 2);
  moment.second = number_at(text, position + 6, 2);
}

// Second 60 is a leap second (RFC 9110, 5.6.7), the same instant as the first of the next minute.
std::optional<std::int64_t> seconds_of(const Moment& moment) {
  using namespace std::chrono;
  const year_month_day date{year(moment.year), month(static_cast<unsigned>(moment.month)),
                            day(static_cast<unsigned>(moment.day))};
  if (!date.ok() || moment.hour > 23 || moment.minute > 59 || moment.second > 60) {
    return std::nullopt;
  }
  const auto midnight = sys_seconds(sys_days(date)).time_since_epoch().count();
  return midnight + moment.hour * 3600 + moment.minute * 60 + moment.second;
}

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<std::int64_t> parse_fixdate(std::string_view text) {
  if (!has_shape(text, "@@@, ## @@@ #### ##:##:## GMT")) return std::nullopt;
  if (place_of(text.substr(0, 3), weekdays) < 0) return std::nullopt;
  Moment moment;
  moment.day = number_at(text, 5, 2);
  moment.month = place_of(text.substr(8, 3), months) + 1;
  moment.year = number_at(text, 12, 4);
  read_clock(text, 17, moment);
  return seconds_of(moment);
}

// The latest year with the last two digits of `moment` that is not more than 50 years ahead of
// `now` (RFC 9110, 5.6.7), as the calendar counts years.
int full_year(const Moment& moment, int two_digits, std::int64_t now) {
  using namespace std::chrono;
  const sys_seconds time{seconds(std::clamp(now, first_second, last_second))};
  const sys_days today = floor<days>(time);
  const year_month_day date{today};
  const auto clock = seconds(moment.hour * 3600 + moment.minute * 60 + moment.second);
  const month_day its_day{month(static_cast<unsigned>(moment.month)),
                          day(static_cast<unsigned>(moment.day))};
  const month_day our_day{date.month(), date.day()};
  const bool is_later_in_year =
      its_day > our_day || (its_day == our_day && clock > seconds(time - today));
  const int latest = static_cast<int>(date.year()) + 50 - (is_later_in_year ? 1 : 0);
  return latest - (latest + 100 - two_digits) % 100;
}

// "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<std::int64_t> parse_rfc850(std::string_view text, std::int64_t now) {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(0, comma);
  if (std::find(long_weekdays.begin(), long_weekdays.end(), name) == long_weekdays.end()) {
    return std::nullopt;
  }
  const std::string_view rest = text.substr(comma);
  if (!has_shape(rest, ", ##-@@@-## ##:##:## GMT")) return std::nullopt;
  Moment moment;
  moment.day = number_at(rest, 2, 2);
  moment.month = place_of(rest.substr(5, 3), months) + 1;
  read_clock(rest, 12, moment);
  moment.year = full_year(moment, number_at(rest, 9, 2), now);
  return seconds_of(moment);
}

// "Sun Nov  6 08:49:37 1994"
std::optional<std::int64_t> parse_asctime(std::string_view text) {
  if (!has_shape(text, "@@@ @@@ @# ##:##:## ####")) return std::nullopt;
  if (place_of(text.substr(0, 3), weekdays) < 0) return std::nullopt;
  const bool is_padded = text[8] == ' ';
  if (!is_padded && !is_digit(text[8])) return std::nullopt;
  Moment moment;
  moment.day = is_padded ? number_at(text, 9, 1) : number_at(text, 8, 2);
  moment.month = place_of(text.substr(4, 3), months) + 1;
  moment.year = number_at(text, 20, 4);
  read_clock(text, 11, moment);
  return seconds_of(moment);
}

}  // namespace

std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now) {
  if (const auto fixdate = parse_fixdate(text)) return fixdate;
  if (const auto rfc850 = parse_rfc850(text, now)) return rfc850;
  return parse_asctime(text);
}

}  // namespace frontis::http
