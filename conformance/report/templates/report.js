(function () {
  "use strict";
  var root = document.documentElement, holder = document.getElementById("page");
  root.classList.remove("no-js");
  var all = function (selector, from) { return Array.prototype.slice.call((from || document).querySelectorAll(selector)); };
  var byId = function (id) { return document.getElementById(id); };
  var data = null, pages = {}, lang = root.lang;
  pages[lang] = holder.innerHTML;

  // The evidence and the page in the other language, deflated and in base64.
  function unpack() {
    if (typeof DecompressionStream === "undefined") { return Promise.reject(new Error("DecompressionStream")); }
    var bytes = Uint8Array.from(atob(byId("packed").content.textContent), function (one) { return one.charCodeAt(0); });
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
  }

  // --- Building: text is only ever set as text.
  function make(tag, kind, content) {
    var node = document.createElement(tag);
    if (kind) { node.className = kind; }
    (Array.isArray(content) ? content : [content]).forEach(function (one) {
      if (one !== undefined && one !== null && one !== "") { node.append(one); }
    });
    return node;
  }
  function word(name) { return data.labels[lang].words[name] || name; }
  function label(kind, name) { return data.labels[lang][kind][name] || name; }
  function say(text) { return text && typeof text === "object" && !Array.isArray(text) && "fr" in text ? text[lang] : text; }
  // Characters that do not show are named <U+00A0> in the evidence, and marked here.
  function shown(text) {
    return make("code", "", String(text).split(/(<U\+[0-9A-F]{4,6}>)/).map(function (part) {
      return /^<U\+/.test(part) ? make("mark", "", part) : part;
    }));
  }
  function value(content) {
    if (content === null || content === undefined || content === "" || (Array.isArray(content) && !content.length)) {
      return make("span", "nil", word("empty"));
    }
    if (typeof content === "boolean") { return word(content ? "yes" : "no"); }
    if (Array.isArray(content)) { return make("ul", "items", content.map(function (one) { return make("li", "", value(one)); })); }
    return typeof content === "object" ? members(content) : shown(content);
  }
  function members(content) {
    return make("dl", "members", Object.keys(content).map(function (name) {
      return make("div", "", [make("dt", "", label("fields", name)), make("dd", "", value(content[name]))]);
    }));
  }
  function changes(lines) {
    var head = make("tr", "", ["field", "before", "after"].map(function (name) {
      var cell = make("th", "", word(name)); cell.scope = "col"; return cell;
    }));
    return make("table", "changes", [make("thead", "", head), make("tbody", "", lines.map(function (line) {
      var name = make("th", "", label("fields", line.field)); name.scope = "row";
      return make("tr", "", [name, make("td", "was", value(line.before)), make("td", "is", value(line.after))]);
    }))]);
  }
  function folded(kind, title, fill) {
    var block = make("details", kind, make("summary", "", title));
    block.addEventListener("toggle", function () { if (block.open && block.children.length === 1) { block.append(fill()); } });
    return block;
  }
  function clock(at) {
    var moment = new Date(data.start + at), node = make("time", "", moment.toISOString().slice(11, 23));
    node.dateTime = moment.toISOString();
    return node;
  }
  function message(title, number, headers) {
    return folded("soap", title, function () {
      if (number === undefined) { return make("p", "nil", word("left_out")); }
      var pre = make("pre", "", ""), block = make("div", "code", pre), lead = "";
      Object.keys(headers || {}).forEach(function (name) { lead += name + ": " + headers[name] + "\n"; });
      pre.tabIndex = 0;
      pre.setAttribute("role", "region");
      pre.setAttribute("aria-label", title);
      if (lead) { pre.append(make("span", "x-quiet", lead + "\n")); }
      pre.append(coloured(data.texts[number]));
      if (navigator.clipboard) {
        var button = make("button", "copy", word("copy_button"));
        button.type = "button";
        button.addEventListener("click", function () {
          navigator.clipboard.writeText(data.texts[number]).then(function () {
            button.textContent = word("copied");
            setTimeout(function () { button.textContent = word("copy_button"); }, 1500);
          });
        });
        block.prepend(button);
      }
      return block;
    });
  }
  // XML is coloured when it is opened: spans are built, never parsed from text.
  var token = /(<!--[\s\S]*?-->|<\?[\s\S]*?\?>)|(<\/?)([\w:.-]+)|(\/?>)|([\w:.-]+)(=)("[^"]*"|'[^']*')|([^<>]+?)(?=<)/g;
  function coloured(text) {
    var out = document.createDocumentFragment(), at = 0, inTag = false, match;
    var span = function (kind, part) { return make("span", "x-" + kind, part); };
    if (text[0] !== "<") { out.append(text); return out; }
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
    return out;
  }
  function what(entry, title, rest) {
    return make("p", "what", [clock(entry.at), " ", make("strong", "", title), " "].concat(rest || []));
  }
  // What travelled to the software and back for an act, as it travelled.
  function travelled(one) {
    return folded("raw", word("travelled") + " · " + one.ms.toLocaleString(lang) + " ms", function () {
      return make("div", "both", ["sent", "received"].map(function (side) {
        var pre = make("pre", "", data.texts[one[side]] || word("no_answer"));
        pre.tabIndex = 0;
        pre.setAttribute("role", "region");
        pre.setAttribute("aria-label", word(side));
        return make("div", "", [make("b", "", word(side)), pre]);
      }));
    });
  }
  var build = {
    "break": function (entry) {
      return make("li", "entry broke", [what(entry, word("broke")), make("p", "", say(entry.reason))]);
    },
    act: function (entry) {
      var outcome = entry.outcome, result = entry.result === undefined ? undefined : data.values[entry.result], out = [];
      out.push(what(entry, label("verbs", entry.verb), [
        entry.actor ? make("span", "who", word("by") + " " + entry.actor) : "",
        outcome ? make("span", "outcome", label("outcomes", outcome)) : ""]));
      if (entry.arguments) { out.push(members(entry.arguments)); }
      if (outcome && result !== undefined) { out.push(make("div", "answer", value(result))); }
      if (entry.changes) { out.push(changes(entry.changes)); }
      if (!outcome && result !== undefined) {
        out.push(entry.verb === "draw" ? value(result) : folded("more", word("result"), function () { return value(result); }));
      }
      (entry.raw || []).forEach(function (one) { out.push(travelled(one)); });
      return make("li", "entry act o-" + (outcome || "returned"), out);
    },
    exchange: function (entry) {
      var out = [what(entry, word(entry.service ? "exchange_" + entry.service : "exchange") + " n° " + entry.number, [
        make("span", "who", entry.operation || ""), " ",
        make("span", "outcome", (entry.code || "") + (entry.service === "mssante" ? "" : " · HTTP " + entry.http_status))])];
      if (entry.explanation) {
        out.push(make("p", "because", make("b", "", word("explanation"))));
        out.push(make("ul", "items", say(entry.explanation).map(function (line) { return make("li", "", line); })));
      }
      if (entry.remarks) {
        out.push(make("p", "because", make("b", "", word("remarks"))));
        out.push(make("ul", "items", say(entry.remarks).map(function (one) {
          var level = label("levels", one.evidence);
          return make("li", "", [one.message, " ", make("code", "", one.code), " ", one.evidence ? make("span", "badge e-" + one.evidence, level) : ""]);
        })));
      }
      out.push(message(word("request"), entry.request, entry.request_headers), message(word("response"), entry.response, entry.response_headers));
      return make("li", "entry exchange", out);
    },
    state: function (entry) {
      return make("li", "entry state", [what(entry, word("state")), entry.changes ? changes(entry.changes) : make("p", "nil", "="),
        folded("more", word("before") + " / " + word("after"), function () {
          return make("div", "sides", ["before", "after"].map(function (side) {
            return make("div", "", [make("b", "", word(side)), members(entry[side] || {})]);
          }));
        })]);
    },
    note: function (entry) {
      var pre = make("pre", "note-text", say(entry.text));
      pre.tabIndex = 0;
      return make("li", "entry note", [what(entry, word("note")), pre]);
    }
  };
  function file(entry) {
    var about = Object.assign({}, entry);
    delete about.kind; delete about.at;
    var parts = [what(entry, word(entry.kind))];
    // Kept beside this page: the name was made by the bench, and anything else is shown, not followed.
    if (/^attachments\/[A-Za-z0-9._-]+$/.test(entry.file || "")) {
      var link = make("a", "kept", entry.name);
      link.href = entry.file;
      parts.push(make("p", "", [link]));
    }
    return make("li", "entry document", parts.concat([members(about)]));
  }

  // --- A failing check as an HTTP archive, for the tools that developers have.
  function har(entries) {
    var list = function (headers) { return Object.keys(headers || {}).map(function (name) { return { name: name, value: String(headers[name]) }; }); };
    var body = function (number) { return number === undefined ? "" : data.texts[number]; };
    var driver = [];
    entries.forEach(function (one) { (one.raw || []).forEach(function (raw) { driver.push(harOfDriver(one, raw)); }); });
    // Mail is no HTTP.
    var http = entries.filter(function (one) { return one.kind === "exchange" && one.service !== "mssante"; }).map(function (one) {
      var sent = body(one.request), got = body(one.response), type = "application/soap+xml; charset=utf-8";
      return {
        startedDateTime: new Date(data.start + one.at).toISOString(), time: -1,
        comment: (one.service === "dmp" ? "DMP " : "INSi ") + one.operation + " " + (one.code || "") + (one.request_headers ? "" : " · headers not recorded, secrets masked"),
        request: { method: "POST", url: one.url || "urn:" + (one.service || "insi") + ":" + one.operation, httpVersion: "HTTP/1.1", cookies: [], headers: list(one.request_headers),
          queryString: [], postData: { mimeType: type, text: sent }, headersSize: -1, bodySize: -1 },
        response: { status: one.http_status, statusText: "", httpVersion: "HTTP/1.1", cookies: [], headers: list(one.response_headers),
          content: { size: got.length, mimeType: type, text: got }, redirectURL: "", headersSize: -1, bodySize: -1 },
        cache: {}, timings: { send: -1, wait: -1, receive: -1 }
      };
    });
    var all = driver.filter(Boolean).concat(http).sort(function (a, b) { return a.startedDateTime < b.startedDateTime ? -1 : 1; });
    return { log: { version: "1.2", creator: { name: "banc-insi", version: data.bench }, entries: all } };
  }
  function taken(text) {
    var cut = text.indexOf("\n\n"), head = (cut < 0 ? text : text.slice(0, cut)).split("\n");
    return { first: head[0].split(" "), body: cut < 0 ? "" : text.slice(cut + 2), headers: head.slice(1).map(function (line) {
      var colon = line.indexOf(":");
      return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() };
    }) };
  }
  function typeOf(headers) {
    var found = headers.filter(function (one) { return one.name.toLowerCase() === "content-type"; })[0];
    return found ? found.value : "application/json";
  }
  // A program on standard input and output has no HTTP to show.
  function harOfDriver(entry, raw) {
    var sent = taken(data.texts[raw.sent] || ""), got = taken(data.texts[raw.received] || "");
    if (!/^https?:/.test(sent.first[1] || "")) { return null; }
    return {
      startedDateTime: new Date(data.start + entry.at).toISOString(), time: raw.ms, comment: entry.verb + " · secrets masked",
      request: { method: sent.first[0], url: sent.first[1], httpVersion: "HTTP/1.1", cookies: [], headers: sent.headers, queryString: [],
        postData: sent.body ? { mimeType: typeOf(sent.headers), text: sent.body } : undefined, headersSize: -1, bodySize: -1 },
      response: { status: Number(got.first[1]) || 0, statusText: "", httpVersion: "HTTP/1.1", cookies: [], headers: got.headers,
        content: { size: got.body.length, mimeType: typeOf(got.headers), text: got.body }, redirectURL: "", headersSize: -1, bodySize: -1 },
      cache: {}, timings: { send: -1, wait: raw.ms, receive: -1 }
    };
  }
  function harButton(id, entries) {
    var button = make("button", "har", word("har"));
    button.type = "button";
    button.addEventListener("click", function () {
      var link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([JSON.stringify(har(entries), null, 1)], { type: "application/json" }));
      link.download = id.replace(/[^\w.-]+/g, "_") + ".har";
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    });
    return button;
  }
  function fill(check) {
    var box = check.querySelector(".evidence");
    if (!data || check.filled) { return; }
    check.filled = true;
    var entries = data.checks[Number(check.dataset.place)] || [];
    if (!entries.length) { box.replaceChildren(make("p", "nil", word(data.omitted === 3 ? "left_out" : "no_evidence"))); return; }
    var list = make("ol", "timeline", entries.map(function (entry) { return (build[entry.kind] || file)(entry); }));
    list.setAttribute("aria-label", word("timeline"));
    box.replaceChildren(list);
    if (entries.some(function (one) { return one.kind === "exchange" || one.raw; })) { box.prepend(harButton(check.dataset.check, entries)); }
  }

  // --- Filters. What is filtered, and the open rule, are in the address.
  function fold(text) { return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/\u00a0/g, " "); }
  function plural(forms, count) {
    var both = forms.split("|"), one = lang === "fr" ? count <= 1 : count === 1;
    return both[one ? 0 : 1].replace("{n}", count);
  }
  var evidenceWords = {};
  function inEvidence(rule, word) {
    if (!data || word.length < 3) { return false; }
    return all(".check", rule).some(function (check) {
      var place = check.dataset.place;
      if (evidenceWords[place] === undefined) {
        evidenceWords[place] = fold(data.checks[place].map(function (entry) {
          var raw = (entry.raw || []).map(function (one) { return data.texts[one.sent] + " " + data.texts[one.received]; }).join(" ");
          return [JSON.stringify(entry), data.texts[entry.request] || "", data.texts[entry.response] || "", JSON.stringify(data.values[entry.result]) || "", raw].join(" ");
        }).join(" "));
      }
      return evidenceWords[place].indexOf(word) >= 0;
    });
  }
  function state() {
    var hash = location.hash.slice(1), out = {};
    if (hash.indexOf("=") < 0) { return hash ? { rule: decodeURIComponent(hash) } : {}; }
    new URLSearchParams(hash).forEach(function (content, name) { out[name] = content; });
    return out;
  }
  function remember() {
    var parts = new URLSearchParams(), pressed = chosen(), open = all(".rule[open]:not([hidden])");
    if (pressed.length) { parts.set("verdict", pressed.join(",")); }
    if (byId("filter").value) { parts.set("q", byId("filter").value); }
    if (open.length === 1) { parts.set("rule", open[0].id); }
    if (lang !== root.dataset.first) { parts.set("lang", lang); }
    var text = parts.toString();
    if (location.hash.slice(1) !== text) { history.replaceState(null, "", text ? "#" + text : location.pathname + location.search); }
  }
  function chosen() {
    return all(".tile[aria-pressed=true]").map(function (tile) { return tile.dataset.verdict; });
  }
  function filter() {
    var verdicts = chosen(), words = fold(byId("filter").value).split(/\s+/).filter(Boolean), count = 0;
    all(".rule").forEach(function (rule) {
      if (rule.words === undefined) { rule.words = fold(rule.textContent.replace(/\s+/g, " ")); }
      var hit = (!verdicts.length || verdicts.indexOf(rule.dataset.verdict) >= 0) &&
        words.every(function (word) { return rule.words.indexOf(word) >= 0 || inEvidence(rule, word); });
      rule.hidden = !hit;
      count += hit ? 1 : 0;
    });
    all(".group").forEach(function (group) { group.hidden = !group.querySelector(".rule:not([hidden])"); });
    byId("shown").textContent = plural(holder.querySelector("main").dataset.shown, count);
    byId("nothing").hidden = count > 0;
  }
  function apply(wanted, move) {
    var verdicts = (wanted.verdict || "").split(",");
    all(".tile").forEach(function (tile) { tile.setAttribute("aria-pressed", String(verdicts.indexOf(tile.dataset.verdict) >= 0)); });
    byId("filter").value = wanted.q || "";
    filter();
    var target = wanted.rule && byId(wanted.rule);
    if (target) {
      if (target.classList.contains("rule")) { target.hidden = false; target.open = true; }
      if (move) { target.scrollIntoView(); }
    }
  }

  function sayWhatIsLeftOut() {
    var note = byId("omitted");
    note.hidden = !data || !data.omitted;
    if (!note.hidden) { note.textContent = data.labels[lang].omitted[data.omitted]; }
  }

  // --- One listener for each kind of event: the page may be replaced by that in the other language.
  function speak(wanted) {
    if (wanted === lang || !pages[wanted]) { return; }
    var now = state();
    lang = wanted;
    root.lang = wanted;
    var box = document.createElement("template");
    box.innerHTML = pages[wanted];
    holder.replaceChildren(box.content);
    document.title = holder.querySelector("main").dataset.title;
    apply(now, false);
    sayWhatIsLeftOut();
    remember();
    var button = holder.querySelector(".switch [data-lang=" + wanted + "]");
    if (button) { button.focus(); }
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (!button) { return; }
    if (button.classList.contains("tile")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    } else if (button.dataset.lang) { speak(button.dataset.lang); return; }
    else if (button.id === "expand" || button.id === "collapse") {
      all(".rule:not([hidden])").forEach(function (rule) { rule.open = button.id === "expand"; });
      return;
    } else if (button.id === "reset") {
      byId("filter").value = "";
      all(".tile").forEach(function (tile) { tile.setAttribute("aria-pressed", "false"); });
      byId("filter").focus();
    } else if (button.id === "print-all") { root.classList.add("print-all"); window.print(); return; }
    else { return; }
    filter();
    remember();
  });
  document.addEventListener("input", function (event) { if (event.target.id === "filter") { filter(); remember(); } });
  document.addEventListener("toggle", function (event) {
    if (event.target.classList.contains("check") && event.target.open) { fill(event.target); }
    if (event.target.classList.contains("rule")) { remember(); }
  }, true);
  window.addEventListener("hashchange", function () {
    var wanted = state();
    if (wanted.lang) { speak(wanted.lang); }
    if (wanted.rule !== undefined || wanted.verdict || wanted.q) { apply(wanted, true); }
  });

  // On paper: the summary; everything when "print all" asked for it.
  var closed = [];
  window.addEventListener("beforeprint", function () {
    if (!root.classList.contains("print-all")) { return; }
    closed = all(".rule:not([open]):not([hidden])");
    closed.forEach(function (block) { block.open = true; });
  });
  window.addEventListener("afterprint", function () {
    closed.forEach(function (block) { block.open = false; });
    closed = [];
    root.classList.remove("print-all");
  });

  root.dataset.first = lang;
  apply(state(), true);
  unpack().then(function (unpacked) {
    data = unpacked;
    Object.assign(pages, data.pages);
    sayWhatIsLeftOut();
    all(".check[open]").forEach(fill);
    if (byId("filter").value) { filter(); }
    if (state().lang) { speak(state().lang); }
    root.dataset.ready = "true";
  }, function () {
    byId("no-unpacking").hidden = false;
    all(".switch").forEach(function (one) { one.hidden = true; });
    root.dataset.ready = "no";
  });
}());
