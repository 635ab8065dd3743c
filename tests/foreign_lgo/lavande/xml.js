"use strict";
// A small namespace-aware reader of XML: no document type, no processing instruction, bounded.
const NAMED = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

const unescape = (text) =>
  text.replace(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (_, name) => {
    if (name.startsWith("#x")) return String.fromCodePoint(parseInt(name.slice(2), 16));
    if (name.startsWith("#")) return String.fromCodePoint(Number(name.slice(1)));
    if (!(name in NAMED)) throw new Error(`entity ${name}`);
    return NAMED[name];
  });

const escape = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Reads a document; returns its root {ns, name, attributes, children, text}. */
function read(source) {
  if (source.length > 4_000_000) throw new Error("too long");
  let at = source.charCodeAt(0) === 0xfeff ? 1 : 0;
  const open = [];
  let root = null;
  const token = /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<(\/?)([\w.\-]+(?::[\w.\-]+)?)((?:\s+[\w.:\-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
  while (at < source.length) {
    token.lastIndex = at;
    const found = token.exec(source);
    if (!found) throw new Error(`XML at ${at}`);
    at = token.lastIndex;
    const [all, cdata, closing, name, attributes, empty, text] = found;
    if (text !== undefined || cdata !== undefined) {
      if (open.length) open[open.length - 1].text += text !== undefined ? unescape(text) : cdata;
      else if (text && text.trim()) throw new Error("text outside the root");
    } else if (name && closing) {
      const last = open.pop();
      if (!last || last.raw !== name) throw new Error(`end of ${name}`);
    } else if (name) {
      if (open.length > 64) throw new Error("too deep");
      const parent = open[open.length - 1];
      const names = Object.create(parent ? parent.names : { "": "" });
      const element = { raw: name, names, attributes: {}, children: [], text: "" };
      for (const [, key, , a, b] of (attributes || "").matchAll(/([\w.:\-]+)\s*=\s*("([^"]*)"|'([^']*)')/g)) {
        const value = unescape(a ?? b);
        if (key === "xmlns") names[""] = value;
        else if (key.startsWith("xmlns:")) names[key.slice(6)] = value;
        else element.attributes[key.split(":").pop()] = value;
      }
      const [prefix, local] = name.includes(":") ? name.split(":") : ["", name];
      if (names[prefix] === undefined) throw new Error(`prefix ${prefix}`);
      element.ns = names[prefix];
      element.name = local;
      if (parent) parent.children.push(element);
      else if (root) throw new Error("two roots");
      else root = element;
      if (!empty) open.push(element);
    } else if (all.startsWith("<?") && !all.startsWith("<?xml")) throw new Error("processing instruction");
  }
  if (open.length || !root) throw new Error("unfinished");
  return root;
}

const child = (element, name) => (element ? element.children.find((one) => one.name === name) || null : null);
const path = (element, ...names) => names.reduce(child, element);
const value = (element, ...names) => {
  const found = path(element, ...names);
  return found && found.text.trim() !== "" ? found.text.trim() : null;
};

module.exports = { read, escape, child, path, value };
