"use strict";
const form = document.querySelector("form");
if (form) {
  const button = form.querySelector("button");
  const state = document.querySelector("#state");
  form.addEventListener("submit", () => {
    button.disabled = true;
    form.setAttribute("aria-busy", "true");
    state.textContent = "Searching, writing and checking. A model may take a minute or two.";
  });
  form.question.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !button.disabled) form.requestSubmit();
  });
  addEventListener("pageshow", () => {
    button.disabled = false;
    form.removeAttribute("aria-busy");
    state.textContent = "";
  });
  if (document.querySelector("article")) document.querySelector("article:last-of-type").scrollIntoView();
}
