(function () {
  "use strict";
  var root = document.documentElement;
  var data = JSON.parse(document.getElementById("data").textContent);
  var frame = document.getElementById("frame");
  var readout = document.getElementById("readout");
  var highlight = document.getElementById("highlight");
  var paths = frame.querySelectorAll(".cells path");
  var radios = document.querySelectorAll("input[name=category]");
  var CATEGORIES = data.categories.map(function (c) { return c[0]; });
  var chosen = -1;
  var pinned = false;

  // A page opened from a folder may be refused storage; the choice then lives in the address alone.
  function recall(name) { try { return localStorage.getItem("sifang." + name); } catch (e) { return null; } }
  function keep(name, value) { try { localStorage.setItem("sifang." + name, value); } catch (e) { /* not remembered */ } }

  function setLanguage(lang) {
    root.dataset.lang = lang;
    root.lang = lang === "zh" ? "zh-Hans" : "en";
    document.querySelectorAll("[data-set-lang]").forEach(function (b) { b.setAttribute("aria-pressed", String(b.dataset.setLang === lang)); });
  }

  function setCategory(code) {
    root.dataset.cat = code;
    radios.forEach(function (r) { r.checked = r.value === code; });
    if (chosen >= 0) { show(chosen); }
  }

  function setTheme(theme) {
    if (theme === "light" || theme === "dark") { root.dataset.theme = theme; } else { delete root.dataset.theme; }
  }

  function element(tag, className, children) {
    var e = document.createElement(tag);
    if (className) { e.className = className; }
    (children || []).forEach(function (c) { e.append(c); });
    return e;
  }

  function both(pair) {
    var zh = element("span", "zh", [pair[0]]), en = element("span", "en", [pair[1]]);
    zh.lang = "zh-Hans"; en.lang = "en";
    return element("span", "", [zh, en]);
  }

  function patch(state, political) {
    var old = document.querySelector("." + (political ? "political" : "residents") + ".patch ." + state) || document.querySelector(".patch ." + state);
    if (old) { return old.parentNode.cloneNode(true); }
    var ns = highlight.namespaceURI, svg = document.createElementNS(ns, "svg"), rect = document.createElementNS(ns, "rect");
    svg.setAttribute("class", "patch " + (political ? "political" : "residents"));
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("aria-hidden", "true");
    [["class", state], ["x", ".5"], ["y", ".5"], ["width", "15"], ["height", "15"], ["rx", "2"]].forEach(function (a) { rect.setAttribute(a[0], a[1]); });
    svg.append(rect);
    return svg;
  }

  function levelWord(row, political) {
    var state = row[0];
    return data.states[state] || (political ? data.duty[state] : data.levels[state]);
  }

  function level(row, political) {
    return element("span", "level", [patch(row[0], political), both(levelWord(row, political))]);
  }

  function describe(index) {
    var cell = data.cells[index], at = CATEGORIES.indexOf(root.dataset.cat), row = cell[5][at], political = root.dataset.cat === "political";
    var head = element("div", "r-head", [element("b", "", [cell[1]]), element("code", "", [cell[0]])]);
    var main = element("div", "r-main", [level(row, political)]);
    if (row[1] !== undefined && row[1] !== null) { main.append(element("span", "r-score", [String(row[1]) + (political ? "\u2009%" : "")])); }
    var parts = [head, element("p", "", [both(data.subdistricts[cell[2]])]), main];
    if (row[4]) { main.firstChild.append(element("span", "tag", [both(data.surges[row[4]])])); }
    if (row[3]) { parts.push(element("p", "", [both(data.reasons[row[3]])])); }
    if (row[2]) {
      parts.push(element("ol", "", row[2].split("").map(function (d) { return element("li", "", [both(data.drivers[Number(d)])]); })));
    }
    if (political) {
      if (!row[3]) { parts.push(element("p", "", [both(["沿用所在街道的部门履职结果", "Inherited from the departments of its subdistrict"])])); }
    } else {
      parts.push(element("div", "r-rest", data.categories.map(function (c, i) {
        if (i === at || c[0] === "political") { return ""; }
        return element("span", "level", [patch(cell[5][i][0], false), both([c[1], c[2]])]);
      })));
    }
    return parts;
  }

  function place(index) {
    var cell = data.cells[index], box = frame.getBoundingClientRect();
    var x = cell[3] / data.sheet[0] * box.width, y = cell[4] / data.sheet[1] * box.height;
    var w = readout.offsetWidth, h = readout.offsetHeight, gap = 22;
    // To the right, over the tables, so that the map stays in view; to the left only where the window ends.
    var left = box.left + x + gap + w < root.clientWidth - 6 ? x + gap : Math.max(6, x - gap - w);
    readout.style.left = left + "px";
    readout.style.top = Math.max(6, Math.min(y - h / 2, box.height - h - 6)) + "px";
  }

  function show(index) {
    chosen = index;
    readout.replaceChildren.apply(readout, describe(index));
    readout.hidden = false;
    highlight.setAttribute("d", paths[index].getAttribute("d"));
    place(index);
  }

  function clear() {
    chosen = -1; pinned = false;
    readout.hidden = true;
    highlight.setAttribute("d", "");
  }

  // The nearest cell in the direction of the key; sideways distance counts double so that a row stays a row.
  function step(dx, dy) {
    if (chosen < 0) { return show(0); }
    var from = data.cells[chosen], best = -1, least = Infinity;
    data.cells.forEach(function (cell, i) {
      var x = cell[3] - from[3], y = cell[4] - from[4], along = x * dx + y * dy, aside = Math.abs(x * dy) + Math.abs(y * dx);
      if (i === chosen || along <= 1 || aside > along * 1.2) { return; }
      var cost = along + 2 * aside;
      if (cost < least) { least = cost; best = i; }
    });
    if (best >= 0) { show(best); }
  }

  paths.forEach(function (p, i) {
    p.addEventListener("pointerenter", function (e) { if (!pinned && e.pointerType === "mouse") { show(i); } });
    p.addEventListener("click", function () {
      if (pinned && chosen === i) { clear(); } else { pinned = true; show(i); }
    });
  });
  frame.addEventListener("pointerleave", function () { if (!pinned) { clear(); } });
  frame.addEventListener("keydown", function (e) {
    var move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    if (move) { e.preventDefault(); pinned = true; step(move[0], move[1]); } else if (e.key === "Escape") { clear(); }
  });
  document.querySelectorAll("[data-go]").forEach(function (b) {
    b.addEventListener("click", function () {
      if (b.dataset.category) { setCategory(b.dataset.category); }
      pinned = true;
      show(Number(b.dataset.go));
      var box = frame.getBoundingClientRect();
      if (box.bottom < 80 || box.top > innerHeight - 80) { frame.scrollIntoView({ block: "nearest" }); }
    });
  });

  radios.forEach(function (r) { r.addEventListener("change", function () { setCategory(r.value); }); });
  document.querySelectorAll("[data-set-lang]").forEach(function (b) {
    b.addEventListener("click", function () { setLanguage(b.dataset.setLang); keep("lang", b.dataset.setLang); });
  });
  document.getElementById("theme").addEventListener("click", function () {
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    setTheme(dark ? "light" : "dark");
    keep("theme", root.dataset.theme);
  });
  addEventListener("resize", function () { if (chosen >= 0) { place(chosen); } });

  // A screen on a wall is set up once by its address: brief.html#cat=safety&lang=en&theme=dark
  function fromAddress() {
    var asked = new URLSearchParams(location.hash.slice(1)), lang = asked.get("lang") || recall("lang"), cat = asked.get("cat");
    if (lang === "zh" || lang === "en") { setLanguage(lang); }
    if (CATEGORIES.indexOf(cat) >= 0) { setCategory(cat); }
    setTheme(asked.get("theme") || recall("theme") || root.dataset.theme);
  }
  addEventListener("hashchange", fromAddress);
  fromAddress();
})();
