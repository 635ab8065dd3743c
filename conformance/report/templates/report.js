(function () {
  "use strict";
  document.documentElement.classList.remove("no-js");
  var all = function (selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); };
  var byId = function (id) { return document.getElementById(id); };
  var rules = all(".rule"), tiles = all(".tile"), field = byId("filter");

  // Accents and case do not count in a search.
  function fold(text) { return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/\u00a0/g, " "); }
  rules.forEach(function (rule) { rule.words = fold(rule.dataset.words); });

  function plural(forms, count) {
    var both = forms.split("|"), one = document.documentElement.lang === "fr" ? count <= 1 : count === 1;
    return both[one ? 0 : 1].replace("{n}", count);
  }

  function filter() {
    var verdicts = tiles.filter(function (tile) { return tile.getAttribute("aria-pressed") === "true"; })
      .map(function (tile) { return tile.dataset.verdict; });
    var words = fold(field.value).split(/\s+/).filter(Boolean), count = 0;
    rules.forEach(function (rule) {
      var shown = (!verdicts.length || verdicts.indexOf(rule.dataset.verdict) >= 0) &&
        words.every(function (word) { return rule.words.indexOf(word) >= 0; });
      rule.hidden = !shown;
      count += shown ? 1 : 0;
    });
    all(".group").forEach(function (group) { group.hidden = !group.querySelector(".rule:not([hidden])"); });
    byId("shown").textContent = plural(document.body.dataset.shown, count);
    byId("nothing").hidden = count > 0;
  }

  tiles.forEach(function (tile) {
    tile.addEventListener("click", function () {
      tile.setAttribute("aria-pressed", String(tile.getAttribute("aria-pressed") !== "true"));
      filter();
    });
  });
  field.addEventListener("input", filter);
  byId("reset").addEventListener("click", function () {
    field.value = "";
    tiles.forEach(function (tile) { tile.setAttribute("aria-pressed", "false"); });
    filter();
    field.focus();
  });
  function setOpen(open) { rules.forEach(function (rule) { if (!rule.hidden) { rule.open = open; } }); }
  byId("expand").addEventListener("click", function () { setOpen(true); });
  byId("collapse").addEventListener("click", function () { setOpen(false); });

  // XML is coloured when it is opened: spans are built, never parsed from text.
  var token = /(<!--[\s\S]*?-->|<\?[\s\S]*?\?>)|(<\/?)([\w:.-]+)|(\/?>)|([\w:.-]+)(=)("[^"]*"|'[^']*')|([^<>]+?)(?=<)/g;
  function span(kind, text) {
    var node = document.createElement("span");
    node.className = "x-" + kind;
    node.textContent = text;
    return node;
  }
  function colour(pre) {
    var text = pre.textContent, out = document.createDocumentFragment(), at = 0, inTag = false, match;
    token.lastIndex = 0;
    while ((match = token.exec(text))) {
      if (match.index > at) { out.append(text.slice(at, match.index)); }
      at = token.lastIndex;
      if (match[1]) { out.append(span("quiet", match[1])); }
      else if (match[2]) { inTag = true; out.append(span("quiet", match[2]), span("tag", match[3])); }
      else if (match[4]) { inTag = false; out.append(span("quiet", match[4])); }
      else if (match[5] && inTag) { out.append(span("attr", match[5]), span("quiet", match[6]), span("string", match[7])); }
      else if (!inTag && match[0].trim()) { out.append(span("text", match[0])); }
      else { out.append(match[0]); }
    }
    out.append(text.slice(at));
    pre.replaceChildren(out);
    pre.removeAttribute("data-xml");
  }
  all(".soap").forEach(function (block) {
    block.addEventListener("toggle", function () { all("pre[data-xml]", block).forEach(colour); });
  });
  all(".copy").forEach(function (button) {
    if (!navigator.clipboard) { button.remove(); return; }
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(button.parentNode.querySelector("pre").textContent).then(function () {
        button.textContent = document.body.dataset.copied;
        setTimeout(function () { button.textContent = document.body.dataset.copy; }, 1500);
      });
    });
  });

  function openTarget() {
    var rule = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    if (rule && rule.classList.contains("rule")) { rule.open = true; rule.scrollIntoView(); }
  }
  window.addEventListener("hashchange", openTarget);

  // On paper, everything but the messages is open.
  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = all(".rule:not([open]), .check:not([open])");
    closed.forEach(function (block) { block.open = true; });
  });
  window.addEventListener("afterprint", function () {
    closed.forEach(function (block) { block.open = false; });
  });
  filter();
  openTarget();
}());
