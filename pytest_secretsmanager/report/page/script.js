
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
  const tests = JSON.parse($("data").textContent);
  const forms = JSON.parse($("forms").textContent);
  const OUTSIDE = "none"; // the outcome of the calls that no test made

  // Characters that could move the text around them, as Python's escapes: as in the terminal.
  const NAMED = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  const visible = (text) => text.replace(/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (one) => {
    const number = one.codePointAt(0);
    const [kind, digits] = number < 0x100 ? ["x", 2] : number < 0x10000 ? ["u", 4] : ["U", 8];
    return NAMED[one] || `\\${kind}${number.toString(16).padStart(digits, "0")}`;
  });
  const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  const escaped = (text) => text.replace(/[&<>"']/g, (one) => ENTITIES[one]);
  const cut = (text, most) => {
    if (text.length <= most) return text;
    const letters = [...text]; // whole ones: half of a surrogate pair is no letter
    return letters.length <= most ? text : [...letters.slice(0, most / 2), "…", ...letters.slice(1 - most / 2)].join("");
  };

  // The positions in a call.
  const [TIME, OPERATION, MANAGER, REGION, ACCOUNT, SECRET, VERSION, HISTORY, ERROR, CALLER, WITHIN, BY_SERVICE, UNDONE] =
    Array(13).keys();

  for (const test of tests) {
    test.id = visible(test.id);
    test.search = test.id.toLowerCase();
    test.secrets.forEach((secret) => { secret[2] = visible(secret[2]); });
    test.moreSecrets = test.moreSecrets.map(visible);
    const histories = [...test.secrets.map((secret) => secret[2]), ...test.moreSecrets];
    for (const call of test.calls) {
      call[SECRET] = call[HISTORY] === null ? visible(call[SECRET] || "") : histories[call[HISTORY]];
    }
    test.operations = new Set(test.operations);
    test.names = new Set([...histories, ...test.asked.map(visible)]);
  }

  // --- the list: a test is filled when it is opened first -------------------------------------------------------

  function sectionOf(test, number) {
    const section = make("section", `test ${test.outcome}`);
    const button = make("button");
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", `b${number}`);
    const end = test.id.lastIndexOf("::");
    const name = make("span", "name");
    if (end >= 0) name.append(make("span", "file", `${cut(test.id.slice(0, end), 300)}::`));
    name.append(make("bdi", "", cut(end < 0 ? test.id : test.id.slice(end + 2), 300)));
    button.append(make("span", "outcome", test.outcome === OUTSIDE ? "outside" : test.outcome), " ", name, " ", factsOf(test));
    const heading = make("h3");
    heading.append(button);
    const body = make("div", "body");
    body.id = `b${number}`;
    body.hidden = true;
    section.append(heading, body);
    return section;
  }

  function factsOf(test) {
    const facts = make("span", "facts");
    const secrets = counted(test.secrets.length + test.moreSecrets.length, "secret");
    facts.append(`${secrets}, ${counted(test.total, "call")}, `);
    if (test.errors) facts.append(make("strong", "", `${test.errors.toLocaleString("en")} refused`), ", ");
    facts.append(`${test.seconds.toFixed(2)} s`);
    return facts;
  }

  const sections = tests.map(sectionOf);
  $("list").append(...sections);

  // --- the filters ---------------------------------------------------------------------------------------------

  const all = (kind) => [...new Set(tests.flatMap((test) => [...test[kind]]))].filter(Boolean).sort();
  const optionOf = (value) => {
    const option = make("option", "", value);
    option.value = value;
    return option;
  };
  $("operation").append(...all("operations").map(optionOf));
  const names = all("names").map((name) => [name, name.toLowerCase()]);
  $("secrets").append(...all("names").filter((name) => name.length <= 512).slice(0, 1000).map(optionOf));

  function filter() {
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const operation = $("operation").value;
    const secret = $("secret").value.trim().toLowerCase();
    const matching = new Set(names.filter(([, lowered]) => lowered.includes(secret)).map(([name]) => name));
    const outcomes = new Set(Array.from(document.querySelectorAll("[name=outcome]:checked"), (box) => box.value));
    const refused = $("refused").checked;
    let hits = 0;
    tests.forEach((test, number) => {
      const hit =
        (!outcomes.size || outcomes.has(test.outcome)) &&
        (!refused || test.errors > 0) &&
        (!operation || test.operations.has(operation)) &&
        (!secret || [...test.names].some((name) => matching.has(name))) &&
        words.every((word) => test.search.includes(word));
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

  // --- an opened test -------------------------------------------------------------------------------------------

  function fill(number) {
    const body = $(`b${number}`);
    if (body.firstChild) return;
    const test = tests[number];
    const parts = [];
    if (test.id.length > 300) parts.push(make("p", "id", test.id));
    if (test.failure) parts.push(make("pre", "failure", test.failure.split("\n").map(visible).join("\n")));
    if (test.crashed) parts.push(make("p", "note", "The worker crashed in this test: its calls are lost."));
    const secrets = make("div", "secrets");
    for (const secret of test.secrets) secrets.append(secretPart(secret));
    if (test.secrets.length) parts.push(secrets);
    const more = test.moreSecrets.length;
    if (more) parts.push(make("p", "note", `${counted(more, "more secret")} without a picture.`));
    if (test.calls.length) parts.push(...callParts(test));
    else if (!test.crashed) parts.push(make("p", "note", "No call."));
    body.append(...parts);
  }

  function secretPart([region, account, name, picture]) {
    const heading = make("h4");
    heading.append(make("bdi", "", name), " ", make("span", "place", `${region}, account ${account}`));
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
  function filled(form, [name, ...others]) {
    const texts = [cut(visible(name), 72), ...others.map((text) => visible(cut(text, 300)))].map(escaped);
    return forms[form].map((part) => (typeof part === "number" ? texts[part] : part)).join("");
  }

  function callParts(test) {
    const table = make("table");
    table.append(make("caption", "skip", "Calls"));
    const head = table.createTHead().insertRow();
    for (const title of ["#", "time (UTC)", "operation", "secret", "result", "caller"]) {
      const cell = make("th", "", title);
      cell.scope = "col";
      head.append(cell);
    }
    const rows = table.createTBody();
    test.calls.forEach((call, at) => rows.append(callRow(call, at, test)));
    const box = make("div", "tablebox");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", `Calls of ${test.id.slice(0, 100)}`);
    box.append(table);
    const notes = test.moreCalls ? [make("p", "note", `${counted(test.moreCalls, "earlier call")} not shown.`)] : [];
    return [make("h4", "", "Calls"), ...notes, box];
  }

  function callRow(call, at, test) {
    const row = make("tr", call[ERROR] ? "refused" : "");
    row.dataset.operation = call[OPERATION];
    row.dataset.secret = call[SECRET];
    const remarks = [call[ERROR] && `✕ ${call[ERROR]}`, ...remarksOn(call, test.calls[0])].filter(Boolean);
    const [path, line] = visible(call[CALLER] || "").split(/(?=:\d+$)/);
    const number = test.moreCalls + at + 1;
    const cells = [number, timeText(call[TIME]), call[OPERATION], call[SECRET], remarks.join(", ") || "ok", path];
    const kinds = ["", "time", "operation", "", "result", ""];
    cells.forEach((text, place) => row.append(make("td", kinds[place], text)));
    if (call[VERSION]) row.cells[3].append(" ", make("span", "place", visible(call[VERSION])));
    if (line) row.cells[5].append(make("span", "line", line));
    highlight(row);
    return row;
  }

  const remarksOn = (call, first) => [
    call[BY_SERVICE] && "event of AWS",
    call[WITHIN] && `part of ${call[WITHIN]}`,
    call[UNDONE] && "rolled back",
    call[REGION] !== first[REGION] && call[REGION],
    call[ACCOUNT] !== first[ACCOUNT] && `account ${call[ACCOUNT]}`,
    call[MANAGER] > 0 && `manager ${call[MANAGER] + 1}`,
  ];

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
    toggle(sections.indexOf(button.closest(".test")), button.getAttribute("aria-expanded") !== "true");
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
