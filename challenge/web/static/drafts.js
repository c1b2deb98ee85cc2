// Keeps what a juror types on this device until the server has it: through a lost
// connection, an expired session, a closed tab. Each juror of a device has their own.
"use strict";
{
const juror = document.currentScript.dataset.juror;
const prefix = `kansrijk-draft:${juror}:`;
const form = document.querySelector("form[data-draft]");
const line = document.querySelector("[data-unsent]");
const key = form && prefix + form.dataset.team;
let sending = null; // what the request under way carries
let stuck = false; // the server refused it: wait for the juror

const keys = () => Object.keys(localStorage).filter((name) => name.startsWith(prefix));
const read = (name) => JSON.parse(localStorage.getItem(name));
const typed = () => new URLSearchParams(new FormData(form));
const version = () => form.elements.version?.value ?? form.dataset.version;

function plain(fields) {
  const found = new URLSearchParams(fields);
  for (const name of ["version", "reason"]) found.delete(name);
  return found;
}
let saved = form && plain(typed());
function changes(fields) {
  const names = new Set([...fields.keys(), ...saved.keys()]);
  return [...names].filter((name) => fields.get(name) !== saved.get(name)).length;
}
function show() {
  if (!line) return;
  const count = keys().reduce((sum, name) => sum + read(name).count, 0);
  const text = line.dataset[count === 1 ? "one" : "many"].replace("{count}", count);
  line.textContent = count ? text : "";
}
function keep(sent = false) {
  const count = Math.max(changes(plain(typed())), 1);
  const draft = { body: typed().toString(), version: version(), count, sent };
  localStorage.setItem(key, JSON.stringify(draft));
  show();
}
function restore(draft) {
  for (const [name, value] of new URLSearchParams(draft.body)) {
    if (form.elements[name]) form.elements[name].value = value;
  }
}
function send() {
  if (form && "live" in form.dataset && localStorage.getItem(key) && !stuck) {
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  for (const name of keys()) if (name !== key) sendOther(name);
}
// A draft of a pitch that is not on this page.
async function sendOther(name) {
  const url = `/jury/${encodeURIComponent(name.slice(prefix.length))}`;
  const headers = { "HX-Request": "true", Accept: "text/html" };
  const body = new URLSearchParams(read(name).body);
  const answer = await fetch(url, { method: "POST", headers, body }).catch(() => null);
  if (answer?.ok && !answer.redirected) localStorage.removeItem(name);
  show();
}
if (form && "live" in form.dataset) {
  form.addEventListener("input", (event) => { if (event.isTrusted) stuck = false; keep(); });
  const mine = (name, act) => document.addEventListener(name, (event) => {
    if (event.detail?.ctx?.sourceElement === form) act(event, event.detail.ctx);
  });
  // A request that waited for another one takes the newest text and version along.
  mine("htmx:before:request", (_, ctx) => { ctx.request.body = sending = typed(); });
  mine("htmx:before:response", (event, ctx) => {
    const away = ctx.response.status === 401 || ctx.response.raw.redirected;
    document.getElementById("expired").hidden = !away;
    stuck = away || ctx.response.status >= 400;
    if (away) event.preventDefault();
  });
  mine("htmx:finally:request", (_, ctx) => {
    if (!ctx.response || stuck) return;
    saved = plain(sending);
    if (changes(plain(typed()))) return keep();
    localStorage.removeItem(key);
    show();
  });
}
form?.addEventListener("submit", (event) => {
  if (!navigator.onLine) event.preventDefault();
  // What was chosen between two versions is older than the answer, even if that is theirs.
  const old = "settles" in form.dataset && read(key);
  if (old) localStorage.setItem(key, JSON.stringify({ ...old, sent: true, version: -1 }));
  else if (localStorage.getItem(key)) keep(navigator.onLine);
});
document.querySelector("form[action='/logout']")?.addEventListener("submit", () => {
  for (const name of keys()) localStorage.removeItem(name);
});
const draft = key && !("settles" in form.dataset) && read(key);
const arrived = draft?.sent && Number(form.dataset.version) > Number(draft.version);
if (arrived) localStorage.removeItem(key);
else if (draft && "live" in form.dataset) restore(draft);
show();
// htmx begins to listen in a timeout of its own, before this one.
window.addEventListener("load", () => setTimeout(send));
window.addEventListener("online", send);
setInterval(() => { if (navigator.onLine) send(); }, 15000);
}
