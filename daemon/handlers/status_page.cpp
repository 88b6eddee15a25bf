#include "handlers/status_page.hpp"

namespace sluice::handlers {

std::string_view status_page() {
  return R"page(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sluice</title>
<style>
:root { --ground: #f6f7f9; --card: #fff; --text: #1b2430; --soft: #66707d; --line: #e2e6eb; --a: #0b7285; --b: #e8590c; --c: #862e9c; --bad: #c92a2a; --good: #2b8a3e }
@media (prefers-color-scheme: dark) { :root { --ground: #12161c; --card: #1a2028; --text: #e4e9f0; --soft: #93a0b0; --line: #2b333e; --a: #3bc9db; --b: #ffa94d; --c: #da77f2; --bad: #ff8787; --good: #69db7c } }
* { box-sizing: border-box }
body { margin: 0; padding: 1.5rem; background: var(--ground); color: var(--text); font: 15px/1.45 system-ui, sans-serif }
main { max-width: 70rem; margin: auto }
header { display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: baseline; margin-bottom: 1rem }
h1 { font-size: 1.4rem; margin: 0 }
header span, .soft { color: var(--soft) }
#state::before { content: "●"; margin-right: .4em; color: var(--good) }
#state.bad::before { color: var(--bad) }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1rem; margin-bottom: 1rem }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; overflow-x: auto }
h2 { font-size: .9rem; font-weight: 600; margin: 0; color: var(--soft) }
.now { font-size: 1.9rem; font-weight: 600; font-variant-numeric: tabular-nums; margin: .1rem 0 .4rem }
.now small { font-size: .8rem; font-weight: 400; color: var(--soft); margin-left: .2em }
svg { display: block; width: 100%; height: 90px }
polyline { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round }
.a { stroke: var(--a); color: var(--a) } .b { stroke: var(--b); color: var(--b) } .c { stroke: var(--c); color: var(--c) }
.key b { font-weight: 600 }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .35rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap }
th { color: var(--soft); font-weight: 500; font-size: .85rem }
th:first-child, td:first-child { text-align: left; font-family: ui-monospace, monospace }
tr:last-child td { border-bottom: 0 }
.bad { color: var(--bad) }
</style>
<main>
<header><h1>Sluice</h1><span id="version"></span><span id="state">connecting</span><span id="reload"></span></header>
<div class="cards">
<section><h2>Requests a second</h2><div class="now" id="rate">–</div><svg id="rates" viewBox="0 0 119 90" preserveAspectRatio="none"><polyline class="a"/></svg></section>
<section><h2>Latency</h2><div class="now" id="latency">–</div><svg id="latencies" viewBox="0 0 119 90" preserveAspectRatio="none"><polyline class="c"/><polyline class="b"/><polyline class="a"/></svg><div class="key soft"><b class="a">p50</b> <b class="b">p95</b> <b class="c">p99</b></div></section>
<section><h2>Connections</h2><div class="now" id="open">–</div><svg id="opens" viewBox="0 0 119 90" preserveAspectRatio="none"><polyline class="a"/></svg></section>
</div>
<section><table><thead><tr><th>Route<th>Requests<th>a second<th>p50<th>p99<th>4xx<th>5xx<th>Body</tr></thead><tbody id="routes"></tbody></table></section>
</main>
<script>
"use strict";
const at = id => document.getElementById(id), kept = 120;
const series = { rate: [], p50: [], p95: [], p99: [], open: [] };
let last = null;
const sum = list => list.reduce((a, b) => a + b, 0);
const minus = (a, b) => a.map((v, i) => v - (b ? b[i] : 0));
function quantile(counts, bounds, share) {
  const wanted = share * sum(counts);
  let below = 0;
  for (let i = 0; i < bounds.length; i++) {
    if (counts[i] > 0 && below + counts[i] >= wanted) {
      const from = i ? bounds[i - 1] : 0;
      return from + (bounds[i] - from) * (wanted - below) / counts[i];
    }
    below += counts[i];
  }
  return sum(counts) ? bounds[bounds.length - 1] : 0;
}
const short = n => n >= 1e6 ? (n / 1e6).toFixed(1) + " M" : n >= 1e4 ? (n / 1e3).toFixed(1) + " k" : n >= 100 || Number.isInteger(n) ? Math.round(n).toString() : n.toFixed(1);
const time = us => us >= 1e6 ? (us / 1e6).toFixed(1) + " s" : us >= 1e3 ? (us / 1e3).toFixed(1) + " ms" : Math.round(us) + " µs";
const octets = n => { let i = 0; while (n >= 1024 && i < 4) { n /= 1024; i++; } return n.toFixed(i ? 1 : 0) + " " + ["B", "KiB", "MiB", "GiB", "TiB"][i]; };
function span(s) {
  const d = Math.floor(s / 86400), h = Math.floor(s / 3600) % 24, m = Math.floor(s / 60) % 60;
  return d ? `${d} d ${h} h` : h ? `${h} h ${m} min` : m ? `${m} min` : `${s} s`;
}
function put(name, value) { series[name].push(value); if (series[name].length > kept) series[name].shift(); }
function draw(id, names) {
  const most = Math.max(1, ...names.flatMap(n => series[n]));
  at(id).querySelectorAll("polyline").forEach((line, k) => {
    const values = series[names[k]], start = kept - values.length;
    line.setAttribute("points", values.map((v, i) => `${start + i},${86 - 82 * v / most}`).join(" "));
  });
}
function cell(row, text, bad) { const td = row.insertCell(); td.textContent = text; if (bad) td.className = "bad"; }
function show(data, seconds) {
  at("version").textContent = `${data.version}, up ${span(data.uptime)}`;
  at("state").textContent = data.draining ? "stopping" : "serving";
  at("state").className = data.draining ? "bad" : "";
  const loads = `${data.reloads} reloads` + (data.failed_reloads ? `, ${data.failed_reloads} failed` : "");
  at("reload").textContent = data.last_reload ? `${loads}; last: ${data.last_reload}` : loads;
  const before = new Map(last ? last.routes.map(r => [r.route, r]) : []);
  let all = data.bounds.map(() => 0).concat(0), requests = 0;
  const rows = document.createDocumentFragment();
  for (const r of data.routes.slice().sort((a, b) => b.requests - a.requests)) {
    const old = before.get(r.route), fresh = minus(r.latencies, old && old.latencies);
    const rate = last ? (r.requests - (old ? old.requests : 0)) / seconds : 0;
    requests += rate;
    all = all.map((v, i) => v + fresh[i]);
    const row = document.createElement("tr");
    cell(row, r.route || "(no route)");
    cell(row, short(r.requests));
    cell(row, short(rate));
    cell(row, time(quantile(r.latencies, data.bounds, .5)));
    cell(row, time(quantile(r.latencies, data.bounds, .99)));
    cell(row, short(r.client_errors));
    cell(row, short(r.server_errors), r.server_errors > 0);
    cell(row, octets(r.octets));
    rows.append(row);
  }
  at("routes").replaceChildren(rows);
  if (last) {
    put("rate", requests);
    for (const [name, share] of [["p50", .5], ["p95", .95], ["p99", .99]]) put(name, quantile(all, data.bounds, share));
    at("rate").textContent = short(requests);
    at("latency").textContent = sum(all) ? `${time(series.p50.at(-1))} / ${time(series.p99.at(-1))}` : "–";
  }
  put("open", data.connections);
  at("open").innerHTML = `${short(data.connections)}<small>${short(data.accepted)} since the start</small>`;
  draw("rates", ["rate"]);
  draw("latencies", ["p99", "p95", "p50"]);
  draw("opens", ["open"]);
}
let when = 0;
async function tick() {
  try {
    const answer = await fetch(location.pathname.replace(/\/$/, "") + "/data", { cache: "no-store" });
    const data = await answer.json(), now = performance.now();
    show(data, (now - when) / 1000);
    last = data; when = now;
  } catch {
    at("state").textContent = "no answer";
    at("state").className = "bad";
  }
  setTimeout(tick, 1000);
}
tick();
</script>
</html>
)page";
}

}  // namespace sluice::handlers
