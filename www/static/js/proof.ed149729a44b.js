// On the first page: asks for this page's own style sheet once more and shows what came with it.
"use strict";

const shown = ["Content-Type", "Cache-Control", "Expires", "ETag", "Vary", "Content-Encoding"];

async function show_proof(place) {
  const sheet = document.querySelector('link[rel="stylesheet"]').href;
  const answer = await fetch(sheet, { cache: "no-store" });
  const lines = shown
    .filter((name) => answer.headers.has(name))
    .map((name) => `${name}: ${answer.headers.get(name)}`);
  const path = new URL(sheet).pathname;
  place.textContent = `GET ${path}\n\n${answer.status} ${answer.statusText}\n${lines.join("\n")}`;
}

show_proof(document.getElementById("proof")).catch(() => {
  document.getElementById("proof").textContent = "The server did not answer.";
});
