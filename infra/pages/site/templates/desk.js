(function () {
  "use strict";
  var api = document.getElementById("desk").dataset.api;
  var words = JSON.parse(document.getElementById("refusals").textContent);
  // After an act the page is asked for again, so that it says what everybody else sees; this is what came of it.
  var KEPT = "sifang.done";

  function both(pair) {
    return ["zh", "en"].map(function (lang, at) {
      var span = document.createElement("span");
      span.className = lang;
      span.lang = lang === "zh" ? "zh-Hans" : "en";
      span.textContent = pair[at];
      return span;
    });
  }
  function say(card, pair, refused) {
    var line = card.querySelector(".answered");
    line.classList.toggle("refused", refused);
    line.replaceChildren.apply(line, both(pair));
    if (refused) {
      var again = document.createElement("a");
      again.href = location.pathname;
      again.append.apply(again, both(["刷新本页", "Load the page again"]));
      line.append(" ", again);
    }
  }
  function code(status, told) {
    if (told && words[told.why]) { return told.why; }
    return { 401: "signed_out", 403: "role", 429: "too_often", 503: "away" }[status] || "refused";
  }
  function name(card) { return card.dataset.alert ? "alert:" + card.dataset.alert : "cell:" + card.dataset.cell; }

  function send(card, path, body, seen) {
    var buttons = card.querySelectorAll("button"), headers = { "Content-Type": "application/json", "Sifang-Page": "1" };
    if (seen) { headers["If-Match"] = '"' + seen + '"'; }
    buttons.forEach(function (b) { b.disabled = true; });
    fetch(api + path, { method: "POST", headers: headers, body: JSON.stringify(body), credentials: "same-origin", redirect: "error" })
      .then(function (answer) {
        if (answer.ok) {
          try { sessionStorage.setItem(KEPT, name(card)); } catch (e) { /* said by the page itself */ }
          location.reload();
          return null;
        }
        return answer.json().catch(function () { return null; }).then(function (told) { fail(code(answer.status, told)); });
      })
      .catch(function () { fail("no_answer"); });
    function fail(why) {
      buttons.forEach(function (b) { b.disabled = false; });
      say(card, words[why], true);
    }
  }
  function act(card, button) {
    var body = { act: button.dataset.act };
    if (button.dataset.department) { body.departments = [button.dataset.department]; }
    if (button.dataset.checked) {
      body.departments = Array.from(button.parentNode.querySelectorAll("input:checked"), function (i) { return i.value; });
    }
    if (button.dataset.outcome) { body.outcome = button.dataset.outcome; }
    if (button.dataset.until) { body.until = button.dataset.until; }
    send(card, "v1/alerts/" + card.dataset.alert + "/acts", body, card.dataset.seq);
  }
  document.querySelectorAll(".ask").forEach(function (card) {
    card.addEventListener("click", function (event) {
      var button = event.target.closest("button");
      if (!button) { return; }
      if (button.dataset.visit) {
        send(card, "v1/visits", { day: card.dataset.day, cell: card.dataset.cell, outcome: button.dataset.visit });
      } else { act(card, button); }
    });
  });
  var done = null;
  try { done = sessionStorage.getItem(KEPT); sessionStorage.removeItem(KEPT); } catch (e) { /* nothing is kept */ }
  document.querySelectorAll(".ask").forEach(function (card) {
    if (done && name(card) === done) { say(card, ["已办", "Done"], false); }
  });
})();
