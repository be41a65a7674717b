(function () {
  "use strict";
  var root = document.documentElement;

  // A page opened from a folder may be refused storage; the choice then lasts as long as the page.
  function recall(name) { try { return localStorage.getItem("sifang." + name); } catch (e) { return null; } }
  function keep(name, value) { try { localStorage.setItem("sifang." + name, value); } catch (e) { /* not remembered */ } }

  function setLanguage(lang) {
    root.dataset.lang = lang;
    root.lang = lang === "zh" ? "zh-Hans" : "en";
    document.querySelectorAll("[data-set-lang]").forEach(function (b) { b.setAttribute("aria-pressed", String(b.dataset.setLang === lang)); });
  }
  function setTheme(theme) {
    if (theme === "light" || theme === "dark") { root.dataset.theme = theme; } else { delete root.dataset.theme; }
  }

  document.querySelectorAll("[data-set-lang]").forEach(function (b) {
    b.addEventListener("click", function () { setLanguage(b.dataset.setLang); keep("lang", b.dataset.setLang); });
  });
  document.getElementById("theme").addEventListener("click", function () {
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    setTheme(dark ? "light" : "dark");
    keep("theme", root.dataset.theme);
  });
  document.querySelectorAll("input[name=category]").forEach(function (r) {
    r.addEventListener("change", function () { root.dataset.cat = r.value; });
    if (r.checked) { root.dataset.cat = r.value; }
  });
  setLanguage(recall("lang") === "en" ? "en" : "zh");
  setTheme(recall("theme"));

  var told = document.getElementById("histories");
  if (!told) { return; }
  var data = JSON.parse(told.textContent), place = document.getElementById("history"), asked = document.getElementById("cell");
  var legend = document.getElementById("legend").content;

  function element(tag, children) {
    var e = document.createElement(tag);
    children.forEach(function (c) { e.append(c); });
    return e;
  }
  function both(pair) {
    var zh = element("span", [pair[0]]), en = element("span", [pair[1]]);
    zh.className = "zh"; zh.lang = "zh-Hans"; en.className = "en"; en.lang = "en";
    return element("span", [zh, en]);
  }
  function sample(letter, duty) {
    return legend.querySelector((duty ? "[data-duty='" : "[data-letter='") + letter + "']") || legend.querySelector("[data-letter='-']");
  }
  function show(cell) {
    var found = data.cells.find(function (c) { return c[0] === cell || c[1] === cell; });
    place.replaceChildren();
    if (!found) { return; }
    var list = element("dl", []);
    data.categories.forEach(function (category, at) {
      var line = found[3][at], duty = category === "political", strip = element("dd", []);
      Array.from(line).forEach(function (letter, n) {
        var span = element("span", [sample(letter, duty).querySelector("svg").cloneNode(true)]);
        span.title = data.nights[n] + " " + sample(letter, duty).textContent.trim();
        strip.append(span);
      });
      strip.append(" ", sample(line.slice(-1), duty).cloneNode(true));
      list.append(element("dt", [both(data.names[at])]), strip);
    });
    place.append(element("h3", [found[1], " ", element("code", [found[0]])]), list);
    asked.value = found[0];
  }
  function fromAddress() { var cell = decodeURIComponent(location.hash.slice(1)); if (cell) { show(cell); } }
  asked.addEventListener("change", function () { location.hash = encodeURIComponent(asked.value); show(asked.value); });
  addEventListener("hashchange", fromAddress);
  fromAddress();
})();
