// Tables of how things stand.

// Columns: [title, cell(row), class].
function table(id, columns, rows, none) {
  const it = byId(id);
  if (rows.length === 0) {
    it.replaceChildren(element("tbody", "", element("tr", "", element("td", "none", none))));
    return;
  }
  const head = element("tr", "", ...columns.map(([title, , kind]) => {
    const cell = element("th", (kind || "").replace("url", ""), title);
    cell.scope = "col";
    return cell;
  }));
  const body = rows.map((row) => element("tr", "", ...columns.map(([, cell, kind]) => {
    const content = cell(row);
    const made = element("td", kind || "", content);
    if (kind && kind.includes("name")) made.title = made.textContent;
    return made;
  })));
  it.replaceChildren(element("thead", "", head), element("tbody", "", ...body));
}

// Host and path: where there is no room for both, the host gives way.
function place(url) {
  const slash = url.indexOf("/");
  return element("span", "place", element("span", "host", url.slice(0, Math.max(slash, 0))),
                 element("span", "path", url.slice(Math.max(slash, 0))));
}

function meter(share, className) {
  const svg = shape("svg", {viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true"});
  svg.append(shape("rect", {class: className, width: 100 * Math.min(1, share), height: 8, fill: "currentColor"}));
  return element("span", "meter", svg);
}

function badge(status) {
  const known = status >= 100 && status < 600;
  return element("span", `badge of-${known ? CLASSES[Math.floor(status / 100) - 1] : "4xx"}`, String(status));
}

function showApps(status) {
  byId("apps-card").hidden = status.apps.length === 0;
  const health = (app) => {
    const kind = app.up === 0 ? "of-5xx" : app.up < app.backends ? "of-4xx" : "of-2xx";
    const share = app.backends ? app.up / app.backends : 0;
    return element("span", "", meter(share, kind), `${app.up} of ${app.backends} up`);
  };
  table("apps", [
    ["Application", (app) => app.name, "name"],
    ["Addresses or processes", health],
    ["At work", (app) => figure(app.busy), "number"],
    ["In the queue", (app) => figure(app.waiting), "number"],
    ["Median", (app) => time(app.p50), "number"],
    ["99\u00a0% within", (app) => time(app.p99), "number"],
    ["Requests", (app) => figure(total(app.classes)), "number"],
    ["5xx", (app) => figure(app.classes[4]), "number"],
    ["Tried again", (app) => figure(app.retries), "number"],
    ["From the cache", (app) => figure(app.cached), "number"],
  ], status.apps, "");
}

function showUrls(status) {
  table("slow", [
    ["Path", (url) => place(url.url), "name url"],
    ["Times", (url) => figure(url.times), "number"],
    ["Mean", (url) => time(url.weight / url.times / 1e6), "number"],
    ["Longest", (url) => time(url.worst / 1e6), "number"],
  ], status.slow, "No application was asked in the last minutes.");
  table("faulty", [
    ["Path", (url) => place(url.url), "name url"],
    ["Last", (url) => badge(url.status), "number"],
    ["Times", (url) => figure(url.times), "number"],
  ], status.faulty, "No error in the last minutes.");
}

function showRoutes(status) {
  const rows = [...status.routes].sort((a, b) => total(b.classes) - total(a.classes)).slice(0, 30);
  const most = Math.max(1, ...rows.map((route) => total(route.classes)));
  const files = (route) => route.hits + route.misses;
  table("routes", [
    ["Site and route", (route) => route.route === "none" ? "no route" :
        place(route.site === "*" ? route.route : route.site + route.route), "name"],
    ["Requests", (route) => element("span", "", meter(total(route.classes) / most, "of-3xx"),
                                    figure(total(route.classes))), "number"],
    ["Errors", (route) => figure(route.classes[3] + route.classes[4]), "number"],
    ["From memory", (route) => files(route) ? percent(route.hits / files(route)) : "\u2013", "number"],
    ["Median", (route) => time(route.p50), "number"],
    ["99\u00a0% within", (route) => time(route.p99), "number"],
    ["Sent", (route) => bytes(route.bytes), "number"],
    ["Saved", (route) => bytes(route.saved), "number"],
  ], rows, "No request yet.");
}

function list(id, pairs) {
  byId(id).replaceChildren(...pairs.flatMap(([name, value]) =>
      [element("dt", "", name), element("dd", "", value)]));
}

function showLists(status) {
  const files = status.files, process = status.process;
  const backlog = total(files.backlog);
  list("files", [
    ["Compressed variants that are kept", `${figure(files.variants)}, ${bytes(files.variants_bytes)}`],
    ["Made since the start", figure(files.variants_made)],
    ["Work that waits", backlog ? `${figure(files.backlog[2])} idle, ${figure(files.backlog[1])} soon, ${figure(files.backlog[0])} urgent` : "none"],
    ["Answers with kept versions", figure(files.kept_served)],
    ["Fingerprints that were not true", figure(files.fingerprints_refused)],
    ["Siblings that hold something else", figure(files.siblings_refused)],
  ]);
  list("process", [
    ["Memory", bytes(process.memory)],
    ["Processor, now", `${figure(Number(status.now.processor.toFixed(2)))} cores`],
    ["Processor, since the start", `${figure(Math.round(process.cpu_seconds))} s`],
    ["Open files", `${figure(process.open_files)} of ${figure(process.most_files)}`],
    ["Connections", `${figure(total(Object.values(status.connections)))}, ${figure(status.connections.idle)} of them idle`],
    ["Lines of the access log that were lost", figure(status.totals.log_lines_lost)],
  ]);
}
