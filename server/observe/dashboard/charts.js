// Charts of what was each second.

const MOST = 900;  // seconds that are kept
let moments = [];
let seconds = 300;  // that are shown

const rate = (value) => figure(value);
const PLOTS = {
  requests: {
    series: CLASSES.map((name, i) => ({name, label: name, value: (m) => m.classes[i]})),
    stacked: true, text: rate, least: 1, idle: "No request in this time",
  },
  latency: {
    series: [{name: "p50", label: "median", value: (m) => m.p50},
             {name: "p99", label: "99 % within", value: (m) => m.p99}],
    logarithmic: true, text: time, idle: "Nothing was answered in this time",
  },
  bytes: {
    series: [{name: "bytes", label: "sent", value: (m) => m.bytes},
             {name: "saved", label: "saved", value: (m) => m.saved}],
    stacked: true, text: bytes, least: 1024, binary: true, idle: "Nothing was sent in this time",
  },
  connections: {
    series: [{name: "answering", label: "being answered", value: (m) => m.answering},
             {name: "resting", label: "others", value: (m) => m.connections - m.answering}],
    stacked: true, text: rate, least: 2, whole: true, idle: "Nobody was connected",
  },
  apps: {
    series: [{name: "busy", label: "being answered", value: (m) => m.busy},
             {name: "waiting", label: "in the queue", value: (m) => m.waiting}],
    stacked: true, text: rate, least: 2, whole: true, idle: "No application was at work",
  },
};

// Steps of 1, 2 or 5 (of powers of 1024 for bytes), so that some four lines are drawn.
function step(top, plot) {
  let unit = 1;
  if (plot.binary) while (top / unit >= 1024) unit *= 1024;
  const raw = top / unit / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const nice = [1, 2, 5, 10].find((one) => one * power >= raw) * power * unit;
  return plot.whole ? Math.max(1, Math.round(nice)) : nice;
}

function linear(top, height, plot) {
  const by = step(Math.max(top, plot.least), plot);
  const end = Math.ceil(Math.max(top, plot.least) / by) * by;
  const lines = [];
  for (let at = 0; at <= end + by / 2; at += by) lines.push(at);
  return {y: (value) => height - height * value / end, lines};
}

function logarithmic(values, height) {
  const seen = values.filter((value) => value > 0);
  let low = Math.floor(Math.log10(Math.min(...seen, 1e-3)));
  let high = Math.ceil(Math.log10(Math.max(...seen, 1e-3)) + 1e-9);
  if (high <= low) high = low + 1;
  const lines = [];
  for (let power = low; power <= high; ++power) lines.push(10 ** power);
  return {
    y: (value) => height - height * (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low),
    lines,
  };
}

// The time that is chosen, or as much of it as anything is known of, but a minute at least.
function shown() {
  const end = moments.length ? moments[moments.length - 1].time : Date.now();
  const known = moments.length ? end - moments[0].time : 0;
  const begin = end - Math.min(seconds * 1000, Math.max(60_000, known));
  return {begin, end, list: moments.filter((m) => m.time >= begin)};
}

// As short as it can stand at an axis: "6 MiB" for "6.00 MiB".
const short = (text) => text.replace(/(\.\d*?)0+(?=\D|$)/, "$1").replace(/\.(?=\D|$)/, "");

// Pieces without a gap: where the server was not looked at, no line is drawn.
function pieces(list, has) {
  const out = [];
  let last = null;
  for (const moment of list) {
    if (!has(moment)) {
      last = null;
      continue;
    }
    if (last === null || moment.time - last > 5000) out.push([]);
    out[out.length - 1].push(moment);
    last = moment.time;
  }
  return out;
}

const LEFT = 58, RIGHT = 6, TOP = 8, BOTTOM = 20;

function draw(name) {
  const plot = PLOTS[name];
  const box = document.querySelector(`[data-plot=${name}]`);
  const width = box.clientWidth, height = box.clientHeight;
  if (width === 0) return;
  const inner = height - TOP - BOTTOM;
  const {begin, end, list} = shown();
  const x = (at) => LEFT + (width - LEFT - RIGHT) * (at - begin) / (end - begin || 1);
  const svg = shape("svg", {role: "img", viewBox: `0 0 ${width} ${height}`});
  const sums = list.map((m) => total(plot.series.map((one) => one.value(m))));
  const is_idle = !sums.some((sum) => sum > 0);
  const scale = plot.logarithmic
      ? logarithmic(list.flatMap((m) => plot.series.map((one) => one.value(m))), inner)
      : linear(Math.max(0, ...sums), inner, plot);
  const y = (value) => TOP + scale.y(value);
  for (const line of scale.lines) {
    svg.append(shape("line", {class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(line), y2: y(line)}));
    svg.append(shape("text", {x: LEFT - 8, y: y(line) + 4, "text-anchor": "end"},
                     short(plot.text(line))));
  }
  drawTimes(svg, begin, end, x, height, width);
  if (is_idle) {
    svg.append(shape("text", {class: "idle", x: LEFT + (width - LEFT - RIGHT) / 2,
                              y: TOP + inner / 2}, plot.idle));
  } else {
    drawSeries(svg, plot, list, x, y);
  }
  const last = list[list.length - 1];
  svg.setAttribute("aria-label", plot.series.map((one) =>
      `${one.label}: ${last ? plot.text(one.value(last)) : "unknown"}`).join(", "));
  const old = box.querySelector("svg");
  if (old) old.replaceWith(svg); else box.prepend(svg);
  drawLegend(name, plot, last);
  if (box.matches(":hover")) point(box);
}

function drawTimes(svg, begin, end, x, height, width) {
  const all = (end - begin) / 1000;
  const most = width < 480 ? 3 : 6;
  const by = [10, 15, 30, 60, 120, 180, 300].find((one) => all / one <= most);
  for (let back = 0; back <= all + 0.5; back += by) {
    const at = Math.max(x(end - back * 1000), LEFT);
    const text = back === 0 ? "now" : back % 60 === 0 ? `\u2212${back / 60} min` : `\u2212${back} s`;
    const anchor = back === 0 ? "end" : at < LEFT + 24 ? "start" : "middle";
    svg.append(shape("text", {x: at, y: height - 4, "text-anchor": anchor}, text));
  }
}

function drawSeries(svg, plot, list, x, y) {
  if (!plot.stacked) {
    for (const one of plot.series) {
      for (const piece of pieces(list, (m) => one.value(m) > 0)) {
        const points = piece.map((m) => `${x(m.time).toFixed(1)},${y(one.value(m)).toFixed(1)}`);
        if (points.length === 1) points.push(points[0]);
        svg.append(shape("polyline", {class: `of-${one.name}`, points: points.join(" "),
                                      fill: "none", stroke: "currentColor", "stroke-width": 1.8,
                                      "stroke-linejoin": "round", "stroke-linecap": "round"}));
      }
    }
    return;
  }
  for (const piece of pieces(list, () => true)) {
    let floor = piece.map(() => 0);
    for (const one of plot.series) {
      const roof = piece.map((m, i) => floor[i] + one.value(m));
      if (piece.some((m) => one.value(m) > 0)) {
        const at = (values) => piece.map((m, i) => `${x(m.time).toFixed(1)},${y(values[i]).toFixed(1)}`);
        const up = at(roof);
        svg.append(shape("polygon", {class: `of-${one.name}`, points: [...up, ...at(floor).reverse()].join(" "),
                                     fill: "currentColor", "fill-opacity": "var(--fill)"}));
        svg.append(shape("polyline", {class: `of-${one.name}`, points: up.join(" "), fill: "none",
                                      stroke: "currentColor", "stroke-width": 1.6,
                                      "stroke-linejoin": "round"}));
      }
      floor = roof;
    }
  }
}

function drawLegend(name, plot, last) {
  const legend = document.querySelector(`[data-legend=${name}]`);
  const wanted = plot.series.filter((one) =>
      !plot.series[0].label.endsWith("xx") || one.label !== "1xx" ||
      (last && one.value(last) > 0));
  legend.replaceChildren(...wanted.map((one) => {
    const mark = element("i", `of-${one.name}`);
    const value = element("b", "", last ? plot.text(one.value(last)) : "\u2013");
    return element("span", "", mark, one.label, value);
  }));
}

// What was at the place that is pointed to.
function point(box) {
  const plot = PLOTS[box.dataset.plot];
  const {begin, end, list} = shown();
  box.querySelectorAll(".tip").forEach((tip) => tip.remove());
  const svg = box.querySelector("svg");
  svg.querySelectorAll(".rule").forEach((rule) => rule.remove());
  if (box.pointer === undefined || list.length === 0) return;
  const width = box.clientWidth;
  const wanted = begin + (end - begin) * (box.pointer - LEFT) / (width - LEFT - RIGHT);
  const nearest = list.reduce((best, m) =>
      Math.abs(m.time - wanted) < Math.abs(best.time - wanted) ? m : best);
  const at = LEFT + (width - LEFT - RIGHT) * (nearest.time - begin) / (end - begin || 1);
  svg.append(shape("line", {class: "rule", x1: at, x2: at, y1: TOP, y2: box.clientHeight - BOTTOM}));
  const tip = element("div", "tip", new Date(nearest.time).toLocaleTimeString());
  for (const one of [...plot.series].reverse()) {
    if (plot.series.length > 2 && one.value(nearest) === 0) continue;
    tip.append(element("div", "", element("span", "", one.label),
                       element("b", "", plot.text(one.value(nearest)))));
  }
  box.append(tip);
  tip.style.left = at + tip.offsetWidth + 14 > width ? `${at - tip.offsetWidth - 10}px` : `${at + 10}px`;
}

function drawSpark(svg) {
  const of = svg.dataset.of;
  const {begin, end, list} = shown();
  const width = svg.clientWidth, height = svg.clientHeight;
  const value = of === "errors" ? errors : (m) => m[of];
  const top = Math.max(1e-9, ...list.map(value));
  svg.replaceChildren();
  if (list.length < 2 || top <= 1e-9) return;
  const points = list.map((m) => [width * (m.time - begin) / (end - begin || 1),
                                  height - 1 - (height - 5) * value(m) / top]);
  const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  svg.append(shape("polygon", {points: `${points[0][0]},${height} ${line} ${width},${height}`,
                               fill: "currentColor", "fill-opacity": 0.14}));
  svg.append(shape("polyline", {points: line, fill: "none", stroke: "currentColor",
                                "stroke-width": 1.5, "stroke-linejoin": "round"}));
}
