"use strict";

const CLASSES = ["1xx", "2xx", "3xx", "4xx", "5xx"];
const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);

// Numbers for people.

function figure(value, digits = 3) {
  if (value >= 1e9) return (value / 1e9).toPrecision(digits) + "G";
  if (value >= 1e6) return (value / 1e6).toPrecision(digits) + "M";
  if (value >= 1e4) return (value / 1e3).toPrecision(digits) + "k";
  if (value >= 1000) return Math.round(value).toLocaleString("en");
  if (value >= 100 || Number.isInteger(value)) return String(Math.round(value));
  return value >= 10 ? value.toFixed(1) : value.toFixed(value < 1 ? 2 : 1);
}

const counted = (count, one, more) => `${figure(count)} ${count === 1 ? one : more}`;

function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    ++unit;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toFixed(digits) + "\u00a0" + units[unit];
}

function time(value) {
  if (value <= 0) return "\u2013";
  const [scaled, unit] = value < 1e-3 ? [value * 1e6, "\u00b5s"]
                       : value < 1 ? [value * 1e3, "ms"] : [value, "s"];
  return (scaled >= 100 ? scaled.toFixed(0) : scaled.toPrecision(2)) + "\u00a0" + unit;
}

const percent = (value) =>
  (value > 0 && value < 0.1 ? (value * 100).toFixed(1) : Math.round(value * 100)) + "\u00a0%";

function age(from, to) {
  const all = Math.max(0, Math.round((to - from) / 1000));
  const days = Math.floor(all / 86400), hours = Math.floor(all / 3600) % 24;
  const minutes = Math.floor(all / 60) % 60;
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${all % 60} s` : `${all} s`;
}

const total = (list) => list.reduce((sum, one) => sum + one, 0);
const errors = (moment) => moment.classes[3] + moment.classes[4];

// Elements. Text is always text, wherever it comes from.

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function shape(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}
