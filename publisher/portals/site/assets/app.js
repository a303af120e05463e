// Words the state of freshness by the reader's clock, sorts previews, and makes folders open from disk.
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
