const kind = document.getElementById("kind"), state = document.getElementById("state"),
      words = document.getElementById("words");
function filter() {
  for (const question of document.querySelectorAll("details.question")) {
    const fits = (!kind.value || question.dataset.kind === kind.value)
      && (!state.value || question.dataset.state.split(" ").includes(state.value))
      && (!words.value || question.textContent.toLowerCase().includes(words.value.toLowerCase()));
    question.style.display = fits ? "" : "none";
  }
}
for (const field of [kind, state, words]) field.addEventListener("input", filter);
