"""What the HTML report looks like, and the few lines of script that filter its questions."""

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: .5rem 0; display: block; overflow-x: auto }
th, td { text-align: left; padding: .15rem .6rem; border-bottom: 1px solid #ddd; white-space: nowrap }
td.wide { width: 30rem } .bar { height: .8rem; background: #c66 } .bar.good { background: #6a6 }
details.question { border-bottom: 1px solid #eee; padding: .2rem 0 } summary { cursor: pointer }
svg { border-left: 1px solid #888; border-bottom: 1px solid #888 }
polyline { fill: none; stroke: #36c; stroke-width: 2 }
.right, .supported b { color: #282 } .wrong, .unsupported b, .misattributed b, .uncited b { color: #b22 }
.weak b { color: #a70 } .gold { background: #cfc } .acceptable { background: #ffc } .trap { background: #fcc }
.outside { opacity: .5 } .error { color: #fff; background: #b22 }
"""

SCRIPT = """
const kind = document.getElementById("kind"), state = document.getElementById("state"),
      words = document.getElementById("words");
function filter() {
  for (const one of document.querySelectorAll("details.question")) {
    const fits = (!kind.value || one.dataset.kind === kind.value)
      && (!state.value || one.dataset.state.split(" ").includes(state.value))
      && (!words.value || one.textContent.toLowerCase().includes(words.value.toLowerCase()));
    one.style.display = fits ? "" : "none";
  }
}
for (const one of [kind, state, words]) one.addEventListener("input", filter);
"""
