"""CPU per request by scenario and server, as an SVG that reads well on light and dark pages."""

from html import escape

import scenarios
import table

COLUMNS, WIDTH, MARGIN, GUTTER = 2, 960, 32, 40
PANEL = (WIDTH - 2 * MARGIN - GUTTER * (COLUMNS - 1)) // COLUMNS
NAMES, VALUES = 148, 128  # room left and right of the bars
LONGEST = 4  # bars that would be longer than so many of the shortest one are cut, and show it
BAR, STEP, HEAD, FOOT = 14, 21, 28, 26

STYLE = """
  svg { color-scheme: light dark; }
  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; fill: #1f2328; }
  .page { fill: #ffffff; } .title { font-size: 22px; font-weight: 650; } .head { font-weight: 600; font-size: 14px; }
  .note, .value { fill: #59636e; } .value { font-size: 12px; font-variant-numeric: tabular-nums; }
  .ours { fill: #0b62d6; } .peer { fill: #b6bfca; } .floor { fill: none; stroke: #b6bfca; stroke-width: 1.25; }
  .own { font-weight: 650; fill: #0b56bd; } .limit { stroke: #59636e; stroke-width: 1; stroke-dasharray: 2 3; }
  .cut { stroke: #ffffff; stroke-width: 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .page { fill: #0d1117; } .note, .value { fill: #9198a1; }
    .ours { fill: #4c9bff; } .peer { fill: #4b5563; } .floor { stroke: #6b7686; }
    .own { fill: #79b4ff; } .limit { stroke: #9198a1; } .cut { stroke: #0d1117; }
  }
"""


def number(value):
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def text(x, y, content, kind="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(content)}</text>'


def kind_of(name):
    return {"sluice": "ours", "floor": "floor"}.get(table.base_of(name), "peer")


def panel(x, y, title, costs):
    """One scenario: a bar for each server, the cheapest at the top, and a line where the floor ends."""
    longest = min(max(costs.values()), LONGEST * min(costs.values()))
    scale = (PANEL - NAMES - VALUES) / longest
    floor = costs.get("floor")
    parts = [f'<g role="group" aria-label="{escape(title)}">', text(x, y + 14, title, "head")]
    left = x + NAMES
    for index, (name, cost) in enumerate(sorted(costs.items(), key=lambda item: item[1])):
        top = y + HEAD + index * STEP
        ratio = f" · {cost / floor:.2f} ×" if floor and name != "floor" else ""
        width = max(min(cost, longest) * scale, 1)
        cut = left + width - 14
        parts += [
            f'<g><title>{escape(f"{title}, {name}: {number(cost)} µs")}</title>',
            text(left - 8, top + 11, name, "own" if name == "sluice" else "", "end"),
            f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{BAR}" rx="2" class="{kind_of(name)}"/>',
            f'<line x1="{cut - 3:.1f}" x2="{cut + 3:.1f}" y1="{top + BAR + 1}" y2="{top - 1}" class="cut"/>' if cost > longest else "",
            text(left + width + 8, top + 11.5, f"{number(cost)} µs{ratio}", "value"), "</g>"]
    if floor:
        at = left + floor * scale
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{y + HEAD - 4}" y2="{y + HEAD + len(costs) * STEP - 3}" class="limit"/>')
    return parts + ["</g>"]


def height_of(costs):
    return HEAD + len(costs) * STEP + FOOT


def costs_by_title(measured):
    """[(title, {server: µs of CPU})] of all scenarios that are about CPU time."""
    found = []
    for scenario in scenarios.ALL:
        rounds = {name: one for name, one in measured.get(scenario.name, {}).items() if one}
        if scenario.kind == "load" and rounds:
            found.append((scenario.title, {name: table.cost_of("load", one) for name, one in rounds.items()}))
    return found


def summary(found):
    """The chart in words, for those who hear it."""
    return " ".join(f"{title}: " + ", ".join(f"{name} {number(cost)}" for name, cost in sorted(costs.items(), key=lambda i: i[1]))
                    + "." for title, costs in found)


def draw(measured):
    found = costs_by_title(measured)
    bottoms, parts = [120] * COLUMNS, []
    for title, costs in found:
        column = bottoms.index(min(bottoms))
        parts += panel(MARGIN + column * (PANEL + GUTTER), bottoms[column], title, costs)
        bottoms[column] += height_of(costs)
    height = max(bottoms) + MARGIN - FOOT // 2
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img"'
        ' aria-labelledby="chart-title chart-description">',
        '<title id="chart-title">CPU time of the server per request</title>',
        f'<desc id="chart-description">Microseconds by scenario and server; less is better. {escape(summary(found))}</desc>',
        f"<style>{STYLE}</style>", f'<rect class="page" width="{WIDTH}" height="{height}"/>',
        text(MARGIN, 48, "CPU time of the server per request", "title"),
        text(MARGIN, 74, "Microseconds of one CPU, kernel included; less is better. Dotted: the floor, bare epoll with its"
             " answer ready;", "note"),
        text(MARGIN, 92, "× says how many times that a server needs. Where one needs more than four times the least, its bar is"
             " cut.", "note"),
        *parts, "</svg>", ""])
