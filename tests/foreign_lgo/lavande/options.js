"use strict";
// What this software does differently, by name. Plain names are other ways to be right; names that begin with "x-" are mistakes.
let chosen = new Set((process.env.LAVANDE || "").split(",").filter(Boolean));

/** Whether an option is on. */
const on = (name) => chosen.has(name);

/** Replaces the options; returns them. */
function choose(names) {
  chosen = new Set(names);
  return [...chosen];
}

module.exports = { on, choose };
