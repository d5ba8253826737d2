// The top, and what happens.

let latest = null;
let connected = false;

function showState() {
  const state = byId("state");
  const kind = !connected ? "bad" : latest.serving ? "good" : "warn";
  state.className = `state ${kind}`;
  put(byId("state-text"), !connected ? "No connection" : latest.serving ? "Serving" : "Stopping");
  const notice = byId("notice");
  const missing = latest && connected ? latest.lanes - latest.lanes_told : 0;
  notice.hidden = connected && missing === 0;
  put(notice, !connected ? "The server does not answer. This page goes on by itself when it does."
      : missing ? `${missing} of ${latest.lanes} loops did not say in time what they counted: of these, older figures are shown.` : "");
}

function showNow(status) {
  const now = status.now;
  const served = total(now.classes);
  put(byId("version"), status.version);
  put(byId("facts"), `up ${age(status.process.started * 1000, status.time)} \u00b7 ${counted(status.lanes, "loop", "loops")} \u00b7 ${counted(total(status.totals.classes), "request", "requests")} so far`);
  put(byId("now-requests"), figure(now.requests));
  put(byId("now-p50"), time(now.p50));
  put(byId("now-p99"), now.p99 > 0 ? `99\u00a0% within ${time(now.p99)}` : "nothing answered");
  put(byId("now-errors"), served > 0 ? percent(errors(now) / served) : percent(0));
  put(byId("now-errors-more"), `5xx ${figure(now.classes[4])}/s, 4xx ${figure(now.classes[3])}/s`);
  const files = status.totals.hits + status.totals.misses;
  put(byId("now-hits"), now.hit_ratio > 0 || !files ? (files ? percent(now.hit_ratio) : "\u2013") : percent(status.totals.hits / files));
  put(byId("now-304"), `304: ${percent(now.not_modified_ratio)} of answers`);
  put(byId("now-bytes"), bytes(now.bytes));
  put(byId("sum-saved"), bytes(status.totals.saved));
  const whole = status.totals.bytes + status.totals.saved;
  put(byId("sum-saved-more"), whole ? `${percent(status.totals.saved / whole)} of all so far` : "since the start");
  document.title = `${figure(now.requests)}/s \u00b7 Frontis`;
}

function drawAll() {
  Object.keys(PLOTS).forEach(draw);
  document.querySelectorAll(".spark").forEach(drawSpark);
}

function show(status) {
  if (status.history) {
    moments = [...moments.filter((m) => !status.history.length || m.time < status.history[0].time),
               ...status.history];
  } else {
    moments.push(status.now);
  }
  moments = moments.slice(-MOST);
  latest = status;
  connected = true;
  showState();
  if (document.hidden) return;
  showNow(status);
  showApps(status);
  showUrls(status);
  showRoutes(status);
  showLists(status);
  drawAll();
}

for (const box of document.querySelectorAll(".plot")) {
  box.addEventListener("pointermove", (event) => {
    box.pointer = event.clientX - box.getBoundingClientRect().left;
    point(box);
  });
  box.addEventListener("pointerleave", () => {
    box.pointer = undefined;
    point(box);
  });
  new ResizeObserver(() => draw(box.dataset.plot)).observe(box);
}
byId("span").addEventListener("change", (event) => {
  seconds = Number(event.target.value);
  drawAll();
});
document.addEventListener("visibilitychange", () => latest && show({...latest, history: []}));

function listen() {
  const source = new EventSource("/events");
  source.onmessage = (event) => show(JSON.parse(event.data));
  source.onerror = () => {
    connected = false;
    showState();
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, 3000);  // it was refused: too many listen, or the server ends
  };
}
listen();
