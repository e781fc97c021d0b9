"use strict";
{
  const data = JSON.parse(document.getElementById("data").textContent);
  const by = id => document.getElementById(id);
  const map = by("map"), tip = by("tip"), panel = by("paper"), words = by("words"), legend = by("legend");
  const few = data.papers.length <= 2500;
  let view = "theme", box = [...data.boxes.theme], shown = data.papers.map((_, place) => place), current = 0, opened = -1;
  const picked = new Set();

  const make = (name, attributes, parent, text) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  };
  const frames = { theme: make("g", {}, map), time: make("g", {}, map) };
  const dots = make("g", {}, map);
  const labels = { theme: make("g", { "aria-hidden": "true" }, map), time: make("g", { "aria-hidden": "true" }, map) };
  if (few) map.classList.add("few");
  map.style.setProperty("--scale", data.scale);

  // What stands around the dots.
  data.groups.forEach((group, number) => {
    const [x, y, radius] = group.disc, [top, height] = group.lane;
    make("circle", { class: `disc g${number}`, cx: x, cy: y, r: radius + .7, "data-group": number }, frames.theme);
    group.lines.forEach((line, place) => make("text", { x, y: y - radius - (1.3 + 1.75 * (group.lines.length - 1 - place)) * data.scale,
      "text-anchor": "middle", "data-group": number }, labels.theme, line));
    make("line", { x1: 0, x2: data.size[0], y1: top + height + .55, y2: top + height + .55 }, frames.time);
    make("text", { class: "lane", x: -.8, y: top + height / 2 + .4, "text-anchor": "end", "data-group": number }, labels.time,
      group.name.length > 32 ? `${group.name.slice(0, 31)}…` : group.name);
  });
  for (const [x, text] of data.ticks) {
    make("line", { x1: x, x2: x, y1: -.6, y2: data.size[1] + .5 }, frames.time);
    make("text", { class: "axis", x, y: -1.2, "text-anchor": "middle" }, labels.time, text);
  }
  if (data.undated) make("text", { class: "axis", x: data.undated / 2, y: -1.2, "text-anchor": "middle" }, labels.time, "no date");

  data.papers.forEach((paper, place) => {
    paper.text = `${paper.title} ${paper.abstract} ${paper.facts}`.toLowerCase();
    paper.dot = make("circle", { class: `dot g${paper.group}`, role: "button", tabindex: -1, "data-place": place,
      "aria-label": paper.facts ? `${paper.title}. ${paper.facts}` : paper.title }, dots);
  });

  const frame = () => map.setAttribute("viewBox", box.join(" "));
  function arrange() {
    for (const paper of data.papers) {
      paper.dot.setAttribute("cx", paper[view][0]);
      paper.dot.setAttribute("cy", paper[view][1]);
      if (few) { paper.dot.style.cx = `${paper[view][0]}px`; paper.dot.style.cy = `${paper[view][1]}px`; }
    }
    map.classList.toggle("time", view === "time");
    for (const name of ["theme", "time"])
      for (const part of [frames[name], labels[name]]) part.style.display = name === view ? "" : "none";
    box = [...data.boxes[view]];
    frame();
  }

  // Which dots are shown: those that have all words, of the themes that are picked.
  function filter() {
    const terms = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = [];
    const counts = data.groups.map(() => 0);
    data.papers.forEach((paper, place) => {
      const has = terms.every(term => paper.text.includes(term)), fits = has && (!picked.size || picked.has(paper.group));
      if (has) counts[paper.group] += 1;
      if (paper.off !== !fits) paper.dot.classList.toggle("off", paper.off = !fits);
      if (fits) shown.push(place);
    });
    for (const element of map.querySelectorAll("[data-group]"))
      element.classList.toggle("off", picked.size > 0 && !picked.has(Number(element.dataset.group)));
    for (const button of legend.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", picked.has(Number(button.dataset.group)));
      button.querySelector("b").textContent = counts[button.dataset.group];
    }
    legend.parentElement.classList.toggle("some", picked.size > 0);
    by("all").hidden = !picked.size;
    const all = data.papers.length.toLocaleString("en");
    by("count").textContent = shown.length < data.papers.length ? `${shown.length.toLocaleString("en")} of ${all} papers` : `${all} papers`;
    if (!shown.includes(current)) stop(shown[0]);
  }
  function stop(place) {  // the one dot that Tab goes to
    if (data.papers[current]) data.papers[current].dot.setAttribute("tabindex", -1);
    current = place ?? 0;
    if (shown.length) data.papers[current].dot.setAttribute("tabindex", 0);
  }

  function hint(dot) {
    const paper = data.papers[dot.dataset.place], at = dot.getBoundingClientRect();
    tip.textContent = paper.title;
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(at.x + at.width / 2 - width / 2, innerWidth - width - 8))}px`;
    tip.style.top = `${at.y - height - 8 < 0 ? at.bottom + 8 : at.y - height - 8}px`;
  }
  function mark(element, text) {  // the text, with the words that are searched for marked
    element.textContent = "";
    const terms = words.value.toLowerCase().split(/\s+/).filter(Boolean), low = text.toLowerCase();
    let from = 0;
    while (terms.length && low.length === text.length) {
      let [at, length] = [-1, 0];
      for (const term of terms) {
        const next = low.indexOf(term, from);
        if (next >= 0 && (at < 0 || next < at)) [at, length] = [next, term.length];
      }
      if (at < 0) break;
      const marked = document.createElement("mark");
      marked.textContent = text.slice(at, at + length);
      element.append(text.slice(from, at), marked);
      from = at + length;
    }
    element.append(text.slice(from));
  }
  function open(place) {
    const paper = data.papers[place], [theme, facts, link, abstract] = panel.querySelectorAll("p");
    if (opened >= 0) data.papers[opened].dot.classList.remove("open");
    opened = place;
    paper.dot.classList.add("open");
    theme.className = `theme g${paper.group}`;
    theme.querySelector("span").textContent = data.groups[paper.group].name;
    mark(panel.querySelector("h2"), paper.title);
    facts.textContent = paper.facts;
    link.hidden = !paper.url;
    if (paper.url) link.firstElementChild.href = paper.url;
    mark(abstract, paper.abstract || "It has no abstract.");
    panel.hidden = false;
    panel.scrollTop = 0;
    panel.focus({ preventScroll: true });
  }
  function close() {
    if (opened < 0) return;
    const { dot } = data.papers[opened];
    dot.classList.remove("open");
    opened = -1;
    panel.hidden = true;
    dot.focus({ preventScroll: true });
  }
  function neighbour(dx, dy) {  // the nearest dot that is shown in one direction
    const [x, y] = data.papers[current][view];
    let best = -1, least = Infinity;
    for (const place of shown) {
      const along = (data.papers[place][view][0] - x) * dx + (data.papers[place][view][1] - y) * dy;
      const across = Math.abs((data.papers[place][view][0] - x) * dy) + Math.abs((data.papers[place][view][1] - y) * dx);
      if (place !== current && along > .05 && along + 2 * across < least) [best, least] = [place, along + 2 * across];
    }
    return best;
  }

  dots.addEventListener("pointerover", event => { if (event.target.dataset.place) hint(event.target); });
  dots.addEventListener("pointerout", () => { tip.hidden = true; });
  dots.addEventListener("focusin", event => { if (event.target.matches(":focus-visible")) hint(event.target); });
  dots.addEventListener("focusout", () => { tip.hidden = true; });
  dots.addEventListener("click", event => {
    const place = Number(event.target.dataset.place);
    if (!Number.isNaN(place) && !dragged) { stop(place); open(place); }
  });
  dots.addEventListener("keydown", event => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (way) {
      const next = neighbour(...way);
      if (next >= 0) { stop(next); data.papers[next].dot.focus({ preventScroll: true }); }
    } else if (event.key === "Enter" || event.key === " ") open(current);
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", event => { if (event.key === "Escape") close(); });
  by("close").addEventListener("click", close);
  words.addEventListener("input", filter);
  legend.addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button) return;
    const number = Number(button.dataset.group);
    if (!picked.delete(number)) picked.add(number);
    filter();
  });
  by("all").addEventListener("click", () => { picked.clear(); filter(); words.focus(); });
  for (const radio of document.querySelectorAll("[name=view]"))
    radio.addEventListener("change", () => { view = radio.value; arrange(); });

  // Zoom by wheel and buttons, pan by dragging.
  let dragged = false, from = null;
  function zoom(factor, x, y) {
    const whole = data.boxes[view];
    const scale = Math.min(Math.max(factor, .05 * whole[2] / box[2]), whole[2] / box[2]);
    box = [x - (x - box[0]) * scale, y - (y - box[1]) * scale, box[2] * scale, box[3] * scale];
    if (box[2] >= whole[2] * .999) box = [...whole];
    frame();
  }
  const point = event => new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
  map.addEventListener("wheel", event => {
    event.preventDefault();
    const at = point(event);
    zoom(Math.exp(Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY), 80) / 400), at.x, at.y);
  }, { passive: false });
  for (const button of document.querySelectorAll("[data-zoom]"))
    button.addEventListener("click", () => {
      if (Number(button.dataset.zoom)) zoom(Number(button.dataset.zoom), box[0] + box[2] / 2, box[1] + box[3] / 2);
      else { box = [...data.boxes[view]]; frame(); }
    });
  map.addEventListener("pointerdown", event => { from = [event.clientX, event.clientY, ...box]; dragged = false; });
  addEventListener("pointermove", event => {
    if (!from) return;
    const [dx, dy] = [event.clientX - from[0], event.clientY - from[1]];
    if (!dragged && Math.hypot(dx, dy) < 5) return;
    dragged = true;
    map.classList.add("drag");
    const scale = map.getScreenCTM().a;
    box = [from[2] - dx / scale, from[3] - dy / scale, box[2], box[3]];
    frame();
  });
  addEventListener("pointerup", () => { from = null; map.classList.remove("drag"); });

  arrange();
  filter();
}
