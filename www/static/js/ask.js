// The page that asks the server: sends a request, shows the answer's header fields, and says of
// each what it means. What is said depends on the value that came, not on what should have come.
"use strict";

const sheet = new URL(document.querySelector('link[rel="stylesheet"]').href).pathname;
const plain_sheet = sheet.replace(/\.[0-9a-f]{12}\./, ".");
const film = "/media/A%20slow%20zoom.webm";

// One row for each question. `prepare` may ask something first and returns what it learned as
// request headers or another path.
const questions = {
  fingerprint: {
    ask: "A file with a fingerprint in its name",
    path: sheet,
    look: "Look at Cache-Control. The name can be computed from the content, so it may be kept for a year.",
  },
  plain: {
    ask: "The same file under its plain name",
    path: plain_sheet,
    look: "Look at Cache-Control again. Nothing promises that this content stays, so it is checked each time.",
  },
  version: {
    ask: "The plain name with ?<its modification time>",
    path: plain_sheet,
    prepare: async () => ({ path: `${plain_sheet}?${await modified_seconds(plain_sheet)}` }),
    look: "The idiom of 2008. The query is right, so the answer may be kept for a year.",
  },
  again: {
    ask: "Has it changed since I had it?",
    path: plain_sheet,
    prepare: async () => ({ headers: { "If-None-Match": await etag_of(plain_sheet) } }),
    look: "Look at the status. 304 comes without a body: the validator that was sent is still true.",
  },
  picture: {
    ask: "An uploaded picture, with spaces and umlauts",
    path: "/media/F%C3%BC%C3%9Fe%20im%20Gras.jpg",
    look: "The route of this folder says cache: 1h. Expires is the same moment as max-age.",
  },
  range: {
    ask: "Only 100 bytes of a film",
    path: film,
    headers: { Range: "bytes=1000-1099" },
    look: "Look at the status and at Content-Range. This is how a player jumps into the middle.",
  },
  ranges: {
    ask: "Two pieces of it at once",
    path: film,
    headers: { Range: "bytes=0-9,100-109" },
    look: "Look at Content-Type. Both pieces come as parts of one answer.",
  },
  head: {
    ask: "What would it be, without the bytes?",
    method: "HEAD",
    path: film,
    look: "The same fields as GET would have, and no body.",
  },
  options: {
    ask: "What may I do with this file?",
    method: "OPTIONS",
    path: film,
    look: "Look at Allow, the methods that a file knows.",
  },
  slash: {
    ask: "A folder without its slash",
    path: "/caching",
    look: "The browser was sent on to the address with the slash, on this host.",
  },
  upload: {
    ask: "A web page that somebody uploaded",
    path: "/media/upload.html",
    look: "There is a script in this file. Look at Content-Type and Content-Security-Policy, which keep it from running.",
  },
  missing: {
    ask: "A fingerprint that does not exist",
    path: plain_sheet.replace(".css", ".000000000000.css"),
    look: "Look at Cache-Control. Nobody should remember that a file of the next release was not there yet.",
    refused: true,
  },
  hidden: {
    ask: "A file that is nobody's business",
    path: "/.env",
    look: "The answer is the same whether there is such a file or not.",
    refused: true,
  },
  post: {
    ask: "POST to a file",
    method: "POST",
    path: film,
    look: "Look at Allow. A file can only be read.",
    refused: true,
  },
  beyond: {
    ask: "Bytes behind the end of the film",
    path: film,
    headers: { Range: "bytes=99999999-" },
    look: "Look at Content-Range, which tells the real length.",
    refused: true,
  },
  guard: {
    ask: "Only if it is still the version that I know",
    path: plain_sheet,
    headers: { "If-Match": '"something-else"' },
    look: "Look at the status. It is another version, so nothing of it is sent.",
    refused: true,
  },
};

async function etag_of(path) {
  const answer = await fetch(path, { cache: "no-store" });
  return answer.headers.get("ETag") ?? '"unknown"';
}

async function modified_seconds(path) {
  const answer = await fetch(path, { method: "HEAD", cache: "no-store" });
  return Date.parse(answer.headers.get("Last-Modified") ?? 0) / 1000;
}

function say_span(seconds) {
  const units = [["year", 31536000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, size] = units.find(([, length]) => seconds >= length) ?? units.at(-1);
  const count = Math.round(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function say_bytes(text) {
  const bytes = Number(text);
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1048576).toFixed(1)} MiB`;
}

function explain_cache_control(value) {
  const age = /max-age=(\d+)/.exec(value);
  if (/no-store/.test(value)) return "Nobody may keep this answer.";
  if (/no-cache/.test(value)) return "May be kept, but must be checked with the server before each use.";
  if (/immutable/.test(value)) return `Fresh for ${say_span(age[1])}, and it will never change: not even a reload asks again.`;
  if (age && age[1] === "0") return "May be kept, but is stale at once: a browser asks each time, and mostly hears 304.";
  if (age) return `Fresh for ${say_span(age[1])}: a browser does not ask again before that.`;
  return "How long the answer may be kept.";
}

function explain_etag(value) {
  if (value.startsWith("W/")) return "A weak validator, from size and time: the content has not been hashed yet.";
  const coding = /-(gz|br|zst)"$/.exec(value);
  const end = coding ? ` It ends in ${coding[1]}, because each coding of a file is another sequence of bytes.` : "";
  return `A name for exactly these bytes.${end}`;
}

function explain_content_range(value) {
  if (value.startsWith("bytes */")) return `None of what was asked for exists; the file has ${say_bytes(value.slice(8))}.`;
  return "Which bytes these are, and of how many.";
}

// What each field means; the keys are lower case. A field without a row is shown with its value.
const meanings = {
  "accept-ranges": (value) => value === "bytes" ? "Pieces of this file may be asked for." : "No pieces, only the whole.",
  "age": () => "How long a cache on the way has held this answer.",
  "allow": () => "The methods that are known here.",
  "cache-control": explain_cache_control,
  "connection": () => "What becomes of this connection after the answer.",
  "content-disposition": () => "What the browser should do with it: an attachment is saved and not shown.",
  "content-encoding": (value) => `Sent in the ${value} coding: smaller on the way, the same when unpacked.`,
  "content-length": (value) => `${say_bytes(value)} of body.`,
  "content-range": explain_content_range,
  "content-security-policy": (value) => /sandbox/.test(value)
    ? "Whatever this is, it runs no script and has no access to the site."
    : "What this page may load and run.",
  "content-type": (value) => value.startsWith("multipart/byteranges")
    ? "Several pieces, each with its own head, parted by the boundary."
    : "What the bytes are. The browser is told and need not guess.",
  "date": () => "When the answer was made, by the server's clock.",
  "etag": explain_etag,
  "expires": () => "The same moment as Cache-Control's max-age, for caches that know only this.",
  "keep-alive": () => "How long the connection is kept open for more.",
  "last-modified": () => "When the file was written last: the older, coarser validator.",
  "location": () => "Where to look instead.",
  "server": () => "The program that answered.",
  "vary": (value) => `Caches keep one copy for each ${value} that a client may send.`,
  "x-content-type-options": () => "Believe the Content-Type; do not guess from the bytes.",
};

function element(name, text, class_name) {
  const made = document.createElement(name);
  made.textContent = text;
  if (class_name) made.className = class_name;
  return made;
}

function field_row([name, value]) {
  const row = document.createElement("div");
  const title = document.createElement("dt");
  title.append(element("b", name), `: ${value}`);
  row.append(title);
  const meaning = meanings[name];
  if (meaning) row.append(element("dd", meaning(value)));
  return row;
}

function request_text(question) {
  const lines = Object.entries(question.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  return [`${question.method ?? "GET"} ${question.path} HTTP/1.1`, `Host: ${location.host}`, ...lines].join("\n");
}

function show_answer(question, answer) {
  const place = document.getElementById("answer");
  const fields = document.createElement("dl");
  fields.append(...[...answer.headers].map(field_row));
  const moved = answer.redirected ? `, after a redirect to ${new URL(answer.url).pathname}` : "";
  const status = `${answer.status} ${answer.statusText}${moved}`;
  place.replaceChildren(
    element("h2", question.ask),
    element("pre", request_text(question)),
    element("p", status, answer.status >= 400 ? "status refused" : "status"),
  );
  if (question.look) place.append(element("p", question.look, "note"));
  place.append(fields);
}

let latest = 0;

async function ask(question) {
  const turn = ++latest;
  const place = document.getElementById("answer");
  place.setAttribute("aria-busy", "true");
  try {
    const learned = question.prepare ? await question.prepare() : {};
    const whole = { ...question, ...learned };
    const answer = await fetch(whole.path, {
      method: whole.method ?? "GET",
      headers: whole.headers,
      cache: "no-store",
    });
    if (turn === latest) show_answer(whole, answer);
    answer.body?.cancel();
  } catch (fault) {
    if (turn === latest) place.replaceChildren(element("p", `No answer: ${fault.message}`, "status refused"));
  }
  if (turn === latest) place.removeAttribute("aria-busy");
}

function choose(key) {
  for (const button of document.querySelectorAll("[data-question]")) {
    button.setAttribute("aria-pressed", String(button.dataset.question === key));
  }
  if (questions[key]) ask(questions[key]);
}

function add_question(key) {
  const button = element("button", questions[key].ask);
  button.type = "button";
  button.dataset.question = key;
  button.addEventListener("click", () => {
    history.replaceState(null, "", `#${key}`);
    choose(key);
    // On a narrow screen the answer stands below the questions.
    document.getElementById("answer").scrollIntoView({ block: "nearest" });
  });
  document.getElementById(questions[key].refused ? "refused" : "answered").append(button);
}

Object.keys(questions).forEach(add_question);

document.getElementById("own").addEventListener("submit", (event) => {
  event.preventDefault();
  const path = new URL(document.getElementById("path").value, location.origin);
  choose("");
  if (path.origin === location.origin) ask({ ask: "Your own question", path: path.pathname + path.search });
});

choose(questions[location.hash.slice(1)] ? location.hash.slice(1) : "fingerprint");
