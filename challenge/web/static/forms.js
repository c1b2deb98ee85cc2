// What a form says before it is sent, and that it is sent once.
"use strict";

// A file that is too large is refused before it is sent; the server says so again.
document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("input[data-limit-bytes]")) return;
  const large = [...target.files].some((file) => file.size > target.dataset.limitBytes);
  const text = large ? target.dataset.tooLarge : "";
  target.setCustomValidity(text);
  let error = document.getElementById(`${target.name}-large`);
  if (!error) {
    error = document.createElement("p");
    [error.id, error.className] = [`${target.name}-large`, "error"];
    error.setAttribute("role", "alert");
    target.before(error);
    const others = target.getAttribute("aria-describedby") ?? "";
    target.setAttribute("aria-describedby", `${others} ${error.id}`.trim());
  }
  error.textContent = text;
  error.hidden = !large;
});

// A form is sent once, until its answer comes or the reader has waited for long.
const free = (form) => {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if ("sent" in form.dataset) return event.preventDefault();
  form.dataset.sent = form.dataset.used = "";
  event.submitter?.setAttribute("aria-disabled", "true");
  setTimeout(free, 10000, form);
});
window.addEventListener("pageshow", ({ persisted }) => {
  // Whoever goes back to an upload sends another file, which needs a key of its own: a new page has it.
  if (persisted && document.querySelector("form[data-used][action*='key=']")) return location.reload();
  for (const form of document.querySelectorAll("form[data-sent]")) free(form);
});
