
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const make = (tag, kind, text) => {
    const element = document.createElement(tag);
    if (kind) element.className = kind;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
  const index = JSON.parse($("index").textContent);
  const forms = JSON.parse($("forms").textContent);
  const sections = Array.from(document.querySelectorAll(".test"));

  // --- the filters ---------------------------------------------------------------------------------------------

  const lowered = index.secrets.map((name) => name.toLowerCase());

  function filter() {
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const operation = index.operations.indexOf($("operation").value);
    const secret = $("secret").value.trim().toLowerCase();
    const named = lowered.map((name) => name.includes(secret));
    const outcomes = new Set(Array.from(document.querySelectorAll("[name=outcome]:checked"), (box) => box.value));
    const refused = $("refused").checked;
    let hits = 0;
    index.tests.forEach(([name, outcome, operations, secrets, errors], number) => {
      const hit =
        (!outcomes.size || outcomes.has(outcome)) &&
        (!refused || errors > 0) &&
        (operation < 0 || operations.includes(operation)) &&
        (!secret || secrets.some((one) => named[one])) &&
        words.every((word) => name.includes(word));
      const section = sections[number];
      if (section.hidden === hit) section.hidden = !hit;
      hits += hit;
    });
    $("hits").textContent = `${hits.toLocaleString("en")} of ${counted(sections.length, "test")}`;
    $("none").hidden = hits > 0;
    document.querySelectorAll(".body tr[data-operation]").forEach(highlight);
    hideTip();
  }

  function highlight(row) {
    const operation = $("operation").value;
    const secret = $("secret").value.trim().toLowerCase();
    const matches =
      (!operation || row.dataset.operation === operation) &&
      (!secret || row.dataset.secret.toLowerCase().includes(secret));
    row.classList.toggle("hit", Boolean(operation || secret) && matches);
  }

  $("filters").addEventListener("input", filter);
  $("filters").addEventListener("reset", () => setTimeout(filter));
  $("filters").addEventListener("submit", (event) => event.preventDefault());

  // --- the tests: a test is filled when it is opened first ------------------------------------------------------

  function fill(number) {
    const body = $(`b${number}`);
    if (body.firstChild) return;
    const data = JSON.parse($(`d${number}`).textContent);
    const parts = [];
    if (data.id.length > 300) parts.push(make("p", "id", data.id));
    if (data.failure) parts.push(make("pre", "failure", data.failure));
    if (data.crashed) parts.push(make("p", "note", "The worker crashed in this test: its calls are lost."));
    const secrets = make("div", "secrets");
    for (const [name, place, picture] of data.secrets) secrets.append(secretPart(name, place, picture));
    if (data.secrets.length) parts.push(secrets);
    if (data.moreSecrets) parts.push(make("p", "note", `${counted(data.moreSecrets, "more secret")} without a picture.`));
    if (data.calls.length) parts.push(...callParts(data));
    else if (!data.crashed) parts.push(make("p", "note", "No call."));
    body.append(...parts);
  }

  function secretPart(name, place, picture) {
    const heading = make("h4");
    heading.append(make("bdi", "", name), " ", make("span", "place", place));
    const part = make("section");
    part.append(heading);
    if (!picture) {
      part.append(make("p", "note", "No picture: see the end of the run in the terminal."));
      return part;
    }
    const box = make("div", "scroll");
    box.innerHTML = typeof picture === "string" ? picture : filled(...picture); // made and escaped by this plugin
    prepare(box.querySelector("svg"));
    part.append(box);
    return part;
  }

  // Pictures that look alike have one form: it has numbers in place of the texts in which they differ.
  const filled = (form, texts) => forms[form].map((part) => (typeof part === "number" ? texts[part] : part)).join("");

  function callParts(data) {
    const table = make("table");
    table.append(make("caption", "skip", "Calls"));
    const head = table.createTHead().insertRow();
    for (const title of ["#", "time (UTC)", "operation", "secret", "result", "caller"]) {
      const cell = make("th", "", title);
      cell.scope = "col";
      head.append(cell);
    }
    const rows = table.createTBody();
    for (const call of data.calls) rows.append(callRow(call));
    const box = make("div", "tablebox");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", `Calls of ${data.id.slice(0, 100)}`);
    box.append(table);
    const notes = data.moreCalls ? [make("p", "note", `${counted(data.moreCalls, "earlier call")} not shown.`)] : [];
    return [make("h4", "", "Calls"), ...notes, box];
  }

  function callRow([number, time, operation, secret, error, caller, remarks, version]) {
    const row = make("tr", error ? "refused" : "");
    row.dataset.operation = operation;
    row.dataset.secret = secret;
    const result = [error ? `✕ ${error}` : "", remarks].filter(Boolean).join(", ") || "ok";
    const [path, line] = caller.split(/(?=:\d+$)/);
    const cells = [number, timeText(time), operation, secret, result, path];
    const kinds = ["", "time", "operation", "", "result", ""];
    cells.forEach((text, at) => row.append(make("td", kinds[at], text)));
    if (version) row.cells[3].append(" ", make("span", "place", version));
    if (line) row.cells[5].append(make("span", "line", line));
    highlight(row);
    return row;
  }

  function timeText(seconds) {
    const time = new Date(seconds * 1000);
    return isNaN(time) ? String(seconds) : time.toISOString().replace("T", " ").replace("Z", "");
  }

  function toggle(number, isOpen) {
    if (isOpen) fill(number);
    sections[number].querySelector("h3 button").setAttribute("aria-expanded", String(isOpen));
    $(`b${number}`).hidden = !isOpen;
  }

  $("list").addEventListener("click", (event) => {
    const button = event.target.closest("h3 button");
    if (!button) return;
    hideTip();
    toggle(Number(button.parentNode.parentNode.id.slice(1)), button.getAttribute("aria-expanded") !== "true");
  });

  // --- the pictures: one stop of the Tab key each, arrow keys go from part to part ------------------------------

  function prepare(picture) {
    const title = picture.querySelector("title");
    picture.setAttribute("aria-label", `${title.textContent}. ${picture.querySelector("desc").textContent}`);
    title.remove();
    const marks = marksOf(picture);
    const first = picture.querySelector("[tabindex='0']") || marks[0];
    for (const mark of marks) {
      const text = mark.querySelector("title");
      mark.setAttribute("aria-label", text.textContent.replaceAll("\n", ", "));
      mark.details = text.textContent;
      text.remove(); // the browser's own tooltip would cover ours
      mark.setAttribute("tabindex", mark === first ? "0" : "-1");
    }
  }

  const marksOf = (picture) => Array.from(picture.querySelectorAll("[role=img]"));

  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

  $("list").addEventListener("keydown", (event) => {
    const mark = event.target.closest("[role=img]");
    if (!mark || !(event.key in STEPS)) return;
    event.preventDefault();
    const marks = marksOf(mark.ownerSVGElement);
    const next = marks[Math.max(0, Math.min(marks.length - 1, marks.indexOf(mark) + STEPS[event.key]))];
    mark.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  });

  function showTip(mark) {
    const tip = $("tip");
    tip.textContent = mark.details;
    tip.hidden = false;
    const box = mark.getBoundingClientRect();
    const edge = mark.ownerSVGElement.parentNode.getBoundingClientRect();
    const middle = (Math.max(box.left, edge.left) + Math.min(box.right, edge.right)) / 2;
    const left = Math.max(8, Math.min(middle - tip.offsetWidth / 2, document.documentElement.clientWidth - tip.offsetWidth - 8));
    const above = box.top - tip.offsetHeight - 8;
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${(above > 0 ? above : box.bottom + 8) + scrollY}px`;
  }

  function hideTip() {
    $("tip").hidden = true;
  }

  for (const kind of ["mouseover", "focusin"]) {
    $("list").addEventListener(kind, (event) => {
      const mark = event.target.closest("[role=img]");
      if (mark) showTip(mark);
      else hideTip();
    });
  }
  for (const kind of ["mouseleave", "focusout"]) $("list").addEventListener(kind, hideTip);
  document.addEventListener("scroll", (event) => { if (event.target !== document) hideTip(); }, true);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });

  // --- the theme ----------------------------------------------------------------------------------------------

  const THEMES = ["auto", "light", "dark"];
  const KEY = "pytest-secretsmanager-theme";

  function setTheme(theme) {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    $("theme").textContent = `Theme: ${theme}`;
  }

  function storedTheme() {
    try {
      const stored = localStorage.getItem(KEY);
      return THEMES.includes(stored) ? stored : "auto";
    } catch {
      return "auto"; // storage can be switched off
    }
  }

  $("theme").addEventListener("click", () => {
    const now = document.documentElement.dataset.theme || "auto";
    const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
    setTheme(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // this page keeps it as long as it is open
    }
  });
  setTheme(storedTheme());

  // --- at the beginning ----------------------------------------------------------------------------------------

  const opened = Math.min(3, sections.filter((one) => one.matches(".failed, .error")).length);
  for (let number = 0; number < opened; number += 1) toggle(number, true);
  filter(); // a browser may restore the fields of a reloaded page
})();
