// What a page cannot say without a script: how old it is once the connection is gone,
// a clock that runs, a block that is copied, and the projector that turns its pages.
"use strict";

const line = document.getElementById("connection");
let seen = Date.now();
let lost = false;
let said = 0;

function age() {
  const seconds = Math.round((Date.now() - seen) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
}
function say(text) {
  line.hidden = !text;
  if (line.textContent !== text) line.textContent = text;
}
function fail() {
  if (lost && Date.now() - said < 25000) return;
  [lost, said] = [true, Date.now()];
  say(line.dataset.lost.replace("{age}", age()));
}
function succeed() {
  seen = Date.now();
  if (!lost) return;
  lost = false;
  say(line.dataset.back);
  setTimeout(() => { if (!lost) say(""); }, 5000);
}
document.addEventListener("htmx:error", fail);
document.addEventListener("htmx:after:request", (event) => {
  const status = event.detail?.ctx?.response?.status;
  status < 500 ? succeed() : fail();
});
window.addEventListener("offline", fail);
window.addEventListener("online", () => { if (lost) say(line.dataset.back); });
// A screen reader hears the line whenever it changes, so it grows older in steps.
setInterval(() => { if (lost) fail(); }, 30000);

// The server says how much is left, so a wrong clock on this machine does no harm.
// What polling brings counts from when it came.
const started = new WeakMap();
function tick() {
  for (const clock of document.querySelectorAll("[data-countdown]")) {
    const given = clock.dataset.countdown;
    let from = started.get(clock);
    if (!from || from.given !== given) started.set(clock, from = { given, at: performance.now() });
    const left = Math.max(0, Math.ceil(given - (performance.now() - from.at) / 1000));
    const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
    const two = (number) => String(number).padStart(2, "0");
    clock.textContent = hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  }
}
tick();
setInterval(tick, 1000);

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.done;
  });
}

// <nav data-turn="20"> with the links of the pages, and a button that pauses.
const turning = document.querySelector("[data-turn]");
const pause = document.querySelector("[data-pause]");
if (turning && pause) {
  let paused = false;
  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
  });
  setInterval(() => {
    const next = turning.querySelector("[aria-current] ~ a") ?? turning.querySelector("a");
    if (!paused && next && !lost) location.assign(next.href);
  }, 1000 * turning.dataset.turn);
}
