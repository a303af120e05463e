// Search and filters of the list of datasets. Without this script the full list stands on the page.
"use strict";
(() => {
  // Lowercase, no marks, đ as d: the same as publisher/text.py; tests hold both against the same vectors.
  const fold = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replaceAll("đ", "d");
  const split = (text) => text.split(/[^\p{L}\p{N}]+/u).filter(Boolean);

  // How well a record answers a query: 0 is not at all. Every word must be there; only the last may be a beginning.
  const ask = (query) => {
    const typed = query.normalize("NFC").trim().toLowerCase();
    const words = split(fold(typed));
    return { typed: split(typed).join(" "), phrase: words.join(" "), words: words.slice(0, -1), last: words.at(-1) };
  };
  const index = (title, rest) => {
    const folded = split(fold(title));
    return {
      accented: ` ${split(title.normalize("NFC").toLowerCase()).join(" ")} `,
      title: ` ${folded.join(" ")} `,
      all: ` ${[...folded, ...split(fold(rest))].join(" ")} `,
    };
  };
  const score = (asked, entry) => {
    if (asked.last === undefined) return 1;
    if (!entry.all.includes(` ${asked.last}`)) return 0;
    for (const word of asked.words) if (!entry.all.includes(` ${word} `)) return 0;
    let points = 1;
    if (entry.title.includes(` ${asked.phrase}`)) points += 8;
    else if (entry.all.includes(` ${asked.phrase}`)) points += 3;
    for (const word of [...asked.words, asked.last]) if (entry.title.includes(` ${word}`)) points += 1;
    if (asked.typed !== asked.phrase && entry.accented.includes(` ${asked.typed}`)) points += 4;
    return points;
  };
  globalThis.portalSearch = { fold, ask, index, score };

  const finder = document.getElementById("finder");
  if (!finder) return;
  const results = document.getElementById("results");
  const status = document.getElementById("status");
  const input = document.querySelector("main form.search input");
  const facets = [...finder.querySelectorAll("ul[data-facet]")];
  const keys = facets.map((list) => list.dataset.facet);
  const still = { results: [...results.childNodes], status: status.textContent };
  const language = document.documentElement.lang;
  const whole = new Intl.NumberFormat(language);
  const dates = language === "en"
    ? new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" })
    : new Intl.DateTimeFormat(language, { day: "2-digit", month: "2-digit", year: "numeric", timeZone: "UTC" });
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  let list;
  let loading;
  const load = () => (loading ??= fetch(finder.dataset.records)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
    .then((data) => {
      list = data;
      list.entries = data.rows.map((row) => {
        const [name, title, organization, themes, formats, license, state, has, changed, keywords, summary] = row;
        const groups = themes.map((theme) => data.groups[theme]);
        const words = [data.organization[organization][1], ...groups.map((group) => group[1]), keywords, summary, name];
        const values = {
          organization: [data.organization[organization][0]],
          groups: groups.map((group) => group[0]),
          res_format: formats.map((format) => data.res_format[format][0]),
          license_id: license < 0 ? [] : [data.license_id[license][0]],
          status: [data.status[state][0]],
        };
        const by = data.organization[organization][1];
        return { name, title, by, state: data.status[state][1], has, changed, summary, values, text: index(title, words.join(" ")) };
      });
      return list;
    }));

  const chosen = (parameters) => Object.fromEntries(keys.map((key) => [key, parameters.getAll(key)]));
  const fits = (entry, wanted, except) =>
    keys.every((key) => key === except || !wanted[key].length || wanted[key].some((v) => entry.values[key].includes(v)));

  const hit = (entry) => {
    const link = make("a", { href: `${finder.dataset.home}dataset/${encodeURIComponent(entry.name)}/` }, entry.title);
    const by = make("p", { class: "by" }, entry.by);
    if (entry.changed) {
      const day = make("time", { datetime: entry.changed }, dates.format(new Date(entry.changed)));
      const [before, after] = list.words.changed.split("{date}");
      by.append(" · ", before, day, after ?? "");
    }
    const item = make("li", {}, make("h2", {}, link), by);
    if (entry.summary) item.append(make("p", {}, entry.summary));
    const row = make("p", { class: "row" });
    for (const format of entry.values.res_format) row.append(make("span", { class: "fmt" }, format));
    if (!entry.has) row.append(make("span", { class: "badge none" }, entry.state));
    if (row.childNodes.length) item.append(row);
    return item;
  };

  const show = (found, from = 0) => {
    const step = 50;
    const hits = results.querySelector("ul.hits") ?? make("ul", { class: "hits" });
    hits.append(...found.slice(from, from + step).map(hit));
    const rest = found.length > from + step;
    const button = make("button", { class: "btn", type: "button" }, list.words.more);
    button.addEventListener("click", () => {
      show(found, from + step);
      hits.children[from + step]?.querySelector("a").focus();
    });
    results.replaceChildren(...(found.length ? [hits] : [make("p", {}, list.words.none)]), ...(rest ? [button] : []));
  };

  const address = (parameters) => (parameters.size ? `?${parameters}` : location.pathname);
  const drawFacets = (asked, wanted, parameters) => {
    for (const facet of facets) {
      const key = facet.dataset.facet;
      const counts = new Map();
      for (const entry of list.entries) {
        if (!fits(entry, wanted, key) || !score(asked, entry.text)) continue;
        for (const value of entry.values[key]) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      for (const link of facet.querySelectorAll("a")) {
        const { value } = link.dataset;
        const on = wanted[key].includes(value);
        const next = new URLSearchParams(parameters);
        next.delete(key);
        for (const other of wanted[key]) if (other !== value) next.append(key, other);
        if (!on) next.append(key, value);
        link.href = address(next);
        link.toggleAttribute("data-on", on);
        if (on) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
        link.querySelector(".count").textContent = whole.format(counts.get(value) ?? 0);
        link.parentElement.hidden = !on && !counts.get(value);
      }
      facet.parentElement.hidden = ![...facet.children].some((item) => !item.hidden);
    }
  };

  const draw = () => {
    const parameters = new URLSearchParams(location.search);
    const query = parameters.get("q") ?? "";
    if (document.activeElement !== input) input.value = query;
    return load().then(() => {
      const asked = ask(query);
      const wanted = chosen(parameters);
      drawFacets(asked, wanted, parameters);
      if (!query.trim() && keys.every((key) => !wanted[key].length)) {
        results.replaceChildren(...still.results);
        status.textContent = still.status;
        return;
      }
      const found = [];
      for (const entry of list.entries) {
        const points = fits(entry, wanted) ? score(asked, entry.text) : 0;
        if (points) found.push([points + (entry.has ? 2 : 0), entry]);
      }
      found.sort((a, b) => b[0] - a[0]);
      results.replaceChildren();
      show(found.map((pair) => pair[1]));
      status.replaceChildren(list.words.found.replace("{count}", whole.format(found.length)), " · ",
        make("a", { href: location.pathname }, list.words.clear));
    }).catch(() => { /* from disk, or off line: the list on the page stays */ });
  };
  const go = (to, replace) => {
    history[replace ? "replaceState" : "pushState"](null, "", to);
    return draw();
  };

  input.form.addEventListener("submit", (event) => {
    if (!list) return;
    event.preventDefault();
    write(false);
  });
  const write = (replace) => {
    const parameters = new URLSearchParams(location.search);
    if (input.value.trim()) parameters.set("q", input.value.trim());
    else parameters.delete("q");
    go(address(parameters), replace);
  };
  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => list && write(true), 80);
  });
  finder.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || !list || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!link.closest("ul[data-facet]") && !link.closest("#status")) return;
    event.preventDefault();
    go(link.getAttribute("href"), false);
  });
  addEventListener("popstate", draw);
  if (matchMedia("(max-width: 59.99rem)").matches) finder.querySelector("details.facets").open = false;
  draw();
})();
