// Words the state of freshness by the reader's clock, narrows its list, sorts previews, and makes folders open from disk.
"use strict";
(() => {
  const states = ["delinquent", "overdue", "due"];
  const marks = { fresh: "✓ ", due: "◷ ", overdue: "! ", delinquent: "!! " };
  const now = new Date();
  const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  for (const badge of document.querySelectorAll("[data-freshness]")) {
    const say = badge.dataset;
    const from = { due: say.opens || say.due, overdue: say.overdue, delinquent: say.delinquent };
    const holds = say.fixed && !(say.fixedFrom > today) && !(say.fixedUntil < today);
    const dated = states.find((name) => from[name] && from[name] <= today) || "fresh";
    const state = holds ? say.fixed : say.otherwise || dated;
    const words = badge.getAttribute("data-words-" + state);
    if (!words) continue;
    badge.textContent = (marks[state] || "") + words;
    badge.dataset.state = state;
    badge.hidden = false;
  }

  for (const cell of document.querySelectorAll(".heat [data-due]")) {
    if (cell.dataset.due >= today) continue;
    const label = `${cell.getAttribute("aria-label")}: ${cell.closest("table").dataset.wordsMissing}`;
    cell.className = "o missing";
    cell.textContent = "×";
    cell.title = label;
    cell.setAttribute("aria-label", label);
  }

  for (const said of document.querySelectorAll("[data-expected]")) {
    const gone = JSON.parse(said.dataset.expected).filter(([, due]) => due < today).map(([name]) => name);
    if (gone.length) said.textContent = said.dataset.words.replace("{periods}", () => gone.join(", "));
  }

  const days = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 864e5);
  for (const said of document.querySelectorAll("[data-countdown]")) {
    const say = said.dataset;
    const left = days(today, say.until);
    const words = left >= 0 ? say.wordsLeft : say.late > today ? say.wordsGrace : say.wordsLate;
    said.textContent = words.replace("{count}", Math.abs(left));
    said.hidden = false;
  }

  for (const link of document.querySelectorAll("a[data-review]")) link.href = link.href.replaceAll("YYYY-MM-DD", today);

  const narrow = document.getElementById("narrow");
  if (narrow) {
    const status = document.getElementById("status");
    const rows = [...document.querySelectorAll(".followed li")];
    const mapped = [...document.querySelectorAll(".heat tbody tr[data-dataset]")];
    const fields = [...narrow.elements];
    const asked = new URLSearchParams(location.search);
    for (const field of fields) {
      if ([...field.options].some((option) => option.value === asked.get(field.name))) field.value = asked.get(field.name);
    }
    const show = () => {
      const [organization, theme, state] = fields.map((field) => field.value);
      const shown = new Set();
      for (const row of rows) {
        const badge = row.querySelector(".badge");
        const fits = (!organization || row.dataset.organization === organization)
          && (!theme || row.dataset.theme.split(" ").includes(theme))
          && (!state || (badge.dataset.state || badge.dataset.kind) === state);
        row.hidden = !fits;
        if (fits) shown.add(row.dataset.dataset);
      }
      for (const row of mapped) row.hidden = !shown.has(row.dataset.dataset);
      for (const group of document.querySelectorAll(".followed, .heat tbody")) {
        group.hidden = ![...group.querySelectorAll("[data-dataset]")].some((row) => !row.hidden);
      }
      status.textContent = status.dataset.words.replace("{shown}", shown.size).replace("{total}", rows.length);
      const query = new URLSearchParams(fields.filter((field) => field.value).map((field) => [field.name, field.value])).toString();
      history.replaceState(null, "", query ? `?${query}` : location.pathname);
    };
    narrow.hidden = false;
    for (const map of document.querySelectorAll(".heat")) map.scrollLeft = map.scrollWidth;
    narrow.addEventListener("change", show);
    narrow.addEventListener("submit", (event) => event.preventDefault());
    show();
  }

  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const decimal = new Intl.NumberFormat(document.documentElement.lang).format(1.5)[1];
  const value = (text) => Number(text.replace(decimal === "," ? /\./g : /,/g, "").replace(",", "."));
  for (const table of document.querySelectorAll("table[data-sortable]")) {
    const body = table.tBodies[0];
    if (!body || body.rows.length < 2) continue;
    for (const [column, head] of [...table.tHead.rows[0].cells].entries()) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const numeric = head.classList.contains("n");
        const rows = [...body.rows].sort((a, b) => {
          const [x, y] = [a, b].map((row) => row.cells[column]?.dataset.raw ?? row.cells[column]?.textContent ?? "");
          if (!x || !y) return x ? -1 : y ? 1 : 0;
          const by = numeric && !Number.isNaN(value(x) - value(y)) ? value(x) - value(y) : collator.compare(x, y);
          return down ? -by : by;
        });
        body.append(...rows);
      });
    }
  }

  if (location.protocol === "file:") {
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href]");
      if (link?.protocol === "file:" && link.pathname.endsWith("/")) link.pathname += "index.html";
    }, true);
    document.addEventListener("submit", (event) => {
      if (event.target.action.endsWith("/")) event.target.action += "index.html";
    }, true);
  }
})();
