#include "observe/status_page.hpp"

namespace sluice::observe {

std::string_view status_page() {
  return R"page(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sluice</title>
<link rel="icon" href="data:,">
<style>
:root { --ground: #f6f7f9; --card: #fff; --text: #1b2430; --soft: #5b6572; --line: #e2e6eb; --a: #0b7285; --b: #d9480f; --c: #862e9c; --bad: #c92a2a; --good: #2b8a3e }
@media (prefers-color-scheme: dark) { :root { --ground: #12161c; --card: #1a2028; --text: #e4e9f0; --soft: #98a4b3; --line: #2b333e; --a: #3bc9db; --b: #ffa94d; --c: #da77f2; --bad: #ff8787; --good: #69db7c } }
* { box-sizing: border-box }
body { margin: 0; padding: 1.5rem; background: var(--ground); color: var(--text); font: 15px/1.45 system-ui, sans-serif }
main { max-width: 70rem; margin: auto }
header { display: flex; flex-wrap: wrap; gap: .2rem 1rem; align-items: baseline; margin-bottom: 1rem }
h1 { font-size: 1.4rem; margin: 0 }
header span, .soft { color: var(--soft) }
#state { color: var(--text); font-weight: 600 }
#state::before { content: "●"; margin-right: .4em; color: var(--good) }
#state.bad::before { color: var(--bad) }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1rem; margin-bottom: 1rem }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; margin-bottom: 1rem; overflow-x: auto }
.cards section { margin: 0 }
h2 { font-size: .9rem; font-weight: 600; margin: 0; color: var(--soft) }
.now { font-size: 1.9rem; font-weight: 600; font-variant-numeric: tabular-nums; margin: .1rem 0 .2rem; white-space: nowrap }
.now small { font-size: .8rem; font-weight: 400; color: var(--soft); margin-left: .4em }
.chart { position: relative; margin-top: .6rem; border-bottom: 1px solid var(--line); border-top: 1px dashed var(--line) }
.chart svg { display: block; width: 100%; height: 90px }
.chart span { position: absolute; left: 0; top: .1rem; font-size: .75rem; color: var(--soft) }
.times { display: flex; justify-content: space-between; font-size: .75rem; color: var(--soft) }
path { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; stroke-linecap: round }
.a { stroke: var(--a); color: var(--a) } .b { stroke: var(--b); color: var(--b) } .c { stroke: var(--c); color: var(--c) }
.key { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 .8rem; line-height: 1.45rem; font-size: .8rem; white-space: nowrap; font-variant-numeric: tabular-nums }
.key b::before { content: ""; display: inline-block; width: .65em; height: .65em; margin-right: .4em; border-radius: 50%; background: currentColor }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .35rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap }
th { color: var(--soft); font-weight: 500; font-size: .85rem }
.soft { min-height: 1.45rem }
th:first-child, td:first-child { text-align: left }
td:first-child { font-family: ui-monospace, monospace; max-width: 24rem; overflow: hidden; text-overflow: ellipsis }
tr:last-child td { border-bottom: 0 }
td.bad, .failed { color: var(--bad); font-weight: 600 }
.failed { overflow-wrap: anywhere }
#config p { margin: .2rem 0 0 }
</style>
<main>
<header><h1>Sluice</h1><span id="state" role="status">connecting</span><span id="version"></span></header>
<div class="cards">
<section><h2>Requests a second</h2><div class="now" id="rate">–</div><div class="soft" id="total">&nbsp;</div>
<div class="chart"><span></span><svg id="rates" viewBox="0 0 119 90" preserveAspectRatio="none" role="img" aria-label="Requests a second"><path class="a"/></svg></div><div class="times"><span class="since"></span><span>now</span></div></section>
<section><h2>Latency</h2><div class="now" id="latency">–</div><div class="key"><b class="a" id="p50">p50</b><b class="b" id="p95">p95</b><b class="c" id="p99">p99</b></div>
<div class="chart"><span></span><svg id="latencies" viewBox="0 0 119 90" preserveAspectRatio="none" role="img" aria-label="Latency"><path class="c"/><path class="b"/><path class="a"/></svg></div><div class="times"><span class="since"></span><span>now</span></div></section>
<section><h2>Connections</h2><div class="now" id="open">–</div><div class="soft" id="kinds">&nbsp;</div>
<div class="chart"><span></span><svg id="opens" viewBox="0 0 119 90" preserveAspectRatio="none" role="img" aria-label="Connections"><path class="a"/></svg></div><div class="times"><span class="since"></span><span>now</span></div></section>
</div>
<section id="config"><h2>Configuration</h2><p id="loaded">–</p><p id="reload"></p></section>
<section><table><thead><tr><th>Route<th>Requests<th>Per second<th>p50<th>p95<th>p99<th>4xx<th>5xx<th>Body</tr></thead><tbody id="routes"></tbody></table></section>
</main>
<script>
"use strict";
const at = id => document.getElementById(id), kept = 120;
const series = { rate: [], p50: [], p95: [], p99: [], open: [] };
let last = null, when = 0;
const sum = list => list.reduce((a, b) => a + b, 0);
// Latencies come as classes: [from, to, count], in microseconds.
const minus = (a, b) => {
  const before = new Map(b.map(([from, , n]) => [from, n]));
  return a.map(([from, to, n]) => [from, to, n - (before.get(from) || 0)]);
};
function quantile(classes, share) {
  const all = sum(classes.map(c => c[2])), wanted = share * all;
  let below = 0;
  for (const [from, to, n] of classes) {
    if (n > 0 && below + n >= wanted) return from + (to - from) * (wanted - below) / n;
    below += n;
  }
  return null;
}
const short = n => n >= 1e6 ? (n / 1e6).toFixed(1) + " M" : n >= 1e4 ? (n / 1e3).toFixed(1) + " k" : n >= 100 || Number.isInteger(n) ? Math.round(n).toString() : n.toFixed(1);
const time = us => us === null ? "–" : us >= 1e6 ? (us / 1e6).toFixed(1) + " s" : us >= 1e3 ? (us / 1e3).toFixed(1) + " ms" : Math.round(us) + " µs";
const octets = n => { let i = 0; while (n >= 1024 && i < 4) { n /= 1024; i++; } return n.toFixed(i ? 1 : 0) + " " + ["B", "KiB", "MiB", "GiB", "TiB"][i]; };
const count = (n, one, many) => `${short(n)} ${n === 1 ? one : many}`;
function span(s) {
  const d = Math.floor(s / 86400), h = Math.floor(s / 3600) % 24, m = Math.floor(s / 60) % 60;
  return d ? `${d} d ${h} h` : h ? `${h} h ${m} min` : m ? `${m} min` : `${s} s`;
}
function put(name, value) { series[name].push(value); if (series[name].length > kept) series[name].shift(); }
function draw(id, names, label) {
  const most = Math.max(0, ...names.flatMap(n => series[n])), wide = Math.max(30, series[names[0]].length);
  at(id).querySelectorAll("path").forEach((line, k) => {
    const values = series[names[k]], place = i => (119 * (1 - (values.length - 1 - i) / (wide - 1))).toFixed(2);
    let way = "", drawing = false;
    values.forEach((v, i) => {  // where nothing was asked there is no latency, and no line
      if (v !== null) way += `${drawing ? "L" : "M"}${place(i)},${(88 - 84 * v / (most || 1)).toFixed(2)}${drawing ? "" : "h.01"}`;
      drawing = v !== null;
    });
    line.setAttribute("d", way);
  });
  at(id).previousElementSibling.textContent = most ? label(most) : "";
  at(id).parentElement.nextElementSibling.firstChild.textContent = wide < kept ? `${wide} s ago` : "2 minutes ago";
}
function cell(row, text, bad) {
  const td = row.insertCell();
  td.textContent = td.title = text;
  if (bad) td.className = "bad";
}
function show_config(data) {
  const loaded = new Date(data.config_loaded * 1000).toLocaleString();
  at("loaded").textContent = `Version ${data.config_version}, in force since ${loaded}. ` +
    (data.reloads + data.failed_reloads ? `${count(data.reloads, "good reload", "good reloads")}, ${data.failed_reloads} failed.` : "No reload so far.");
  const failed = data.last_reload.startsWith("failed");
  at("reload").textContent = !data.last_reload ? "" : failed ? `The last reload ${data.last_reload}` : "The last reload was good.";
  at("reload").className = failed ? "failed" : "soft";
}
function show(data, seconds) {
  at("version").textContent = `version ${data.version}, up ${span(data.uptime)}`;
  at("state").textContent = data.draining ? "stopping" : "serving";
  at("state").className = data.draining ? "bad" : "";
  show_config(data);
  const before = new Map(last ? last.routes.map(r => [r.route, r]) : []);
  let requests = 0, ever = 0;
  const rows = document.createDocumentFragment();
  for (const r of data.routes.slice().sort((a, b) => b.requests - a.requests)) {
    const old = before.get(r.route);
    const rate = last ? (r.requests - (old ? old.requests : 0)) / seconds : 0;
    requests += rate;
    ever += r.requests;
    const row = document.createElement("tr");
    cell(row, r.route || "(no route)");
    cell(row, short(r.requests));
    cell(row, short(rate));
    for (const latency of [r.p50, r.p95, r.p99]) cell(row, time(latency));
    cell(row, short(r.client_errors));
    cell(row, short(r.server_errors), r.server_errors > 0);
    cell(row, octets(r.octets));
    rows.append(row);
  }
  at("routes").replaceChildren(rows);
  at("total").textContent = `${short(ever)} since the start`;
  if (last) {
    const fresh = minus(data.latencies, last.latencies);
    put("rate", requests);
    for (const [name, share] of [["p50", .5], ["p95", .95], ["p99", .99]]) {
      put(name, quantile(fresh, share));
      at(name).textContent = `${name} ${time(series[name].at(-1))}`;
    }
    at("rate").textContent = short(requests);
    at("latency").innerHTML = `${time(series.p50.at(-1))}<small>half of the requests</small>`;
  }
  put("open", data.connections);
  at("open").textContent = short(data.connections);
  at("kinds").textContent = `${short(data.active)} active, ${count(data.websockets, "WebSocket", "WebSockets")}; ${short(data.accepted)} since the start`;
  draw("rates", ["rate"], short);
  draw("latencies", ["p99", "p95", "p50"], time);
  draw("opens", ["open"], short);
}
const events = new EventSource(location.pathname.replace(/\/$/, "") + "/events");
events.onmessage = event => {
  const data = JSON.parse(event.data), now = performance.now();
  if (last && data.uptime < last.uptime) last = null;  // another process answers
  show(data, (now - when) / 1000);
  last = data;
  when = now;
};
events.onerror = () => {
  at("state").textContent = "no answer";
  at("state").className = "bad";
};
</script>
</html>
)page";
}

}  // namespace sluice::observe
