#include "media/magic.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace frontis::media {
namespace {

using namespace std::string_literals;

constexpr const char* text = "text/plain; charset=utf-8";
constexpr const char* unknown = "application/octet-stream";

const std::string png =
    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89"s;

std::string utf16(std::string_view ascii, bool is_big_endian) {
  std::string wide;
  for (const char c : ascii) {
    if (is_big_endian) wide.push_back('\0');
    wide.push_back(c);
    if (!is_big_endian) wide.push_back('\0');
  }
  return wide;
}

TEST(MagicTypeTest, KnowsTheTypesOfMediaAndTakesMarkupForText) {
  const struct {
    const char* what;
    std::string bytes;
    std::string type;
  } cases[] = {
      {"png", png, "image/png"},
      {"gif", "GIF89a\1\0\1\0\x80\0\0"s, "image/gif"},
      {"pdf", "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "application/pdf"},
      {"bzip2", "BZh91AY&SY\x2e\x06"s, "application/x-bzip2"},
      {"gzip", "\x1f\x8b\x08\0\0\0\0\0\0\3"s, "application/gzip"},
      {"empty", "", text},
      {"ascii", "Read me first.\n", text},
      {"utf-8",
       "Gr\xc3\xbc\xc3\x9f"
       "e aus K\xc3\xb6ln\n",
       text},
      {"latin-1",
       "Gr\xfc\xdf"
       "e aus K\xf6ln\n",
       "text/plain"},
      {"html", "<!DOCTYPE html><html><body>hello</body></html>", text},
      {"script tag", "<script>alert(1)</script>", text},
      {"xml", "<?xml version=\"1.0\"?>\n<note>hello</note>\n", text},
      {"svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>", text},
      {"svg with declaration",
       "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\n", text},
      {"svg with a mark", "\xef\xbb\xbf<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\n", text},
      {"rss", "<?xml version=\"1.0\"?>\n<rss version=\"2.0\"><channel/></rss>\n", text},
      {"css", "body { color: red; }\n.a:hover { margin: 0 }\n", text},
      {"shell", "#!/bin/sh\necho hello\n", text},
      {"python", "#!/usr/bin/python3\nimport os\nprint(os.getcwd())\n", text},
      {"php", "<?php echo 'hello'; ?>\n", text},
      {"javascript", "(function () { 'use strict'; window.alert(document.title); }());\n", text},
      {"mail", "From: a@example.org\nTo: b@example.org\nSubject: hello\n\nhello\n", text},
      {"bytes of no kind", "\x01\x02\x03\x04\xff\xfe\x90\x00\x00\x01"s, unknown},
  };
  for (const auto& row : cases) EXPECT_EQ(magic_type(row.bytes), row.type) << row.what;
}

TEST(MagicTypeTest, SaysUtf8OnlyOfValidUtf8) {
  const struct {
    const char* what;
    std::string bytes;
    bool is_valid;
  } cases[] = {
      {"two bytes", "\xc2\xa9", true},
      {"three bytes", "\xe2\x82\xac", true},
      {"four bytes", "\xf0\x9f\x98\x80", true},
      {"last of Unicode", "\xf4\x8f\xbf\xbf", true},
      {"overlong two", "\xc0\xaf", false},
      {"overlong three", "\xe0\x80\xaf", false},
      {"overlong four", "\xf0\x80\x80\xaf", false},
      {"surrogate", "\xed\xa0\x80", false},
      {"beyond Unicode", "\xf4\x90\x80\x80", false},
      {"lone trail", "\x80", false},
      {"cut short", "\xe2\x82", false},
      {"no trail", "\xe2\x82 ", false},
  };
  for (const auto& row : cases) {
    const std::string line = "A line of text to begin with, and then: " + row.bytes;
    EXPECT_EQ(magic_type(line) == text, row.is_valid) << row.what;
  }
}

TEST(MagicTypeTest, AFullSampleMayEndWithinACharacter) {
  std::string sample(magic_bytes - 1, 'a');
  for (std::size_t at = 60; at < sample.size(); at += 60) sample[at] = '\n';
  EXPECT_EQ(magic_type(sample + "\xc3"), text);
  EXPECT_EQ(magic_type(sample + "\xc3\xa9 and more"), text);
  EXPECT_EQ(magic_type(sample.substr(100) + "\xc3"), "text/plain");
}

TEST(MagicTypeTest, EachThreadAsksForItself) {
  std::string found;
  std::thread([&found] { found = magic_type(png); }).join();
  EXPECT_EQ(found, "image/png");
  EXPECT_EQ(magic_type(png), "image/png");
}

std::string name_of(Activity activity) {
  switch (activity) {
    case Activity::none: return "none";
    case Activity::html: return "html";
    case Activity::svg: return "svg";
    case Activity::xml: return "xml";
    case Activity::script: return "script";
  }
  return "?";
}

TEST(ActivityTest, SeesWhatABrowserMightRun) {
  const struct {
    std::string bytes;
    const char* activity;
  } cases[] = {
      {"", "none"},
      {png, "none"},
      {"GIF89a<script>alert(1)</script>", "none"},
      {"plain words", "none"},
      {"{\"json\": true}", "none"},
      {"body { color: red }", "none"},
      {"/* only a comment */ body { color: red }", "none"},
      {"a < b and c > d", "none"},
      {"<", "none"},
      {"<b", "none"},
      {"<article", "none"},
      {"<abbr title=x>", "none"},
      {"<!DOCTYPE html>", "html"},
      {"<!doctype HTML PUBLIC \"\">", "html"},
      {"<html>", "html"},
      {"<HTML lang=en>", "html"},
      {" \t\r\n\f<head>", "html"},
      {"<script>", "html"},
      {"<ScRiPt src=//x>", "html"},
      {"<script/src=x>", "html"},
      {"<script\nsrc=x>", "html"},
      {"<iframe src=x>", "html"},
      {"<h1>", "html"},
      {"<div>", "html"},
      {"<font >", "html"},
      {"<table>", "html"},
      {"<a href=x>", "html"},
      {"<style>", "html"},
      {"<title>", "html"},
      {"<b>", "html"},
      {"<body onload=x>", "html"},
      {"<br/>", "html"},
      {"<p>", "html"},
      {"<img src=x onerror=alert(1)>", "html"},
      {"<!-- a comment", "html"},
      {"<!-- a comment --> and words", "html"},
      {"<!-- one --> <!-- two --><html>", "html"},
      {"\xef\xbb\xbf<html>", "html"},
      {"\xff\xfe" + utf16("<html>", false), "html"},
      {"\xfe\xff" + utf16("<script>", true), "html"},
      {utf16("plain", false), "none"},
      {"<?xml version=\"1.0\"?><note/>", "xml"},
      {"<?XML version=\"1.0\"?><note/>", "xml"},
      {"\n<?xml version=\"1.0\"?><note/>", "xml"},
      {"<!DOCTYPE note><note/>", "xml"},
      {"<x:html xmlns:x=\"http://www.w3.org/1999/xhtml\"/>", "xml"},
      {"\xff\xfe" + utf16("<?xml version=\"1.0\"?><note/>", false), "xml"},
      {utf16("<?xml version=\"1.0\"?><note/>", true), "xml"},
      {utf16("<?xml version=\"1.0\"?><note/>", false), "xml"},
      {"<svg>", "svg"},
      {"<SVG onload=x>", "svg"},
      {"\xef\xbb\xbf<svg xmlns=x>", "svg"},
      {"<?xml version=\"1.0\"?>\n<!-- drawn -->\n<svg>", "svg"},
      {"<!-- drawn by hand --><svg>", "svg"},
      {"<!DOCTYPE svg PUBLIC \"\" \"\"><svg>", "svg"},
      {"<s:svg xmlns:s=\"http://www.w3.org/2000/svg\">", "svg"},
      {"\xfe\xff" + utf16("<?xml version=\"1.0\"?><svg/>", true), "svg"},
      {"<?xml?>" + std::string(1024, ' ') + "<svg>", "xml"},
      {"'use strict';", "script"},
      {"(function(){})()", "script"},
      {"\n// a comment\n/* another */ var a = 1", "script"},
      {"import x from './x.js'", "script"},
      {"alert(1)", "script"},
      {"// only a comment", "none"},
      {"/* without an end", "none"},
  };
  for (const auto& row : cases) {
    EXPECT_EQ(name_of(activity_of(row.bytes)), row.activity) << row.bytes;
  }
}

}  // namespace
}  // namespace frontis::media
