// [data-chart='{"unit","x","series":[{"name","y"}],"max"}']: a line chart in the colours of the theme. The panel's
// [data-val] elements show the latest values, or those under the cursor; cursors of all charts move together.
import uPlot from "uplot";

const COLOURS = ["--c-s1", "--c-s2", "--c-s3", "--c-s4"];
const charts = [];

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const show = (value, unit) =>
  value === null || value === undefined ? "N/A" : `${value.toFixed(value >= 100 ? 0 : 1)} ${unit}`;

const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });

const axes = () => [
  {
    stroke: () => token("--c-axis"),
    font: "11px Inter",
    grid: { show: false },
    ticks: { show: false },
    gap: 6,
    size: 26,
    values: (_, splits) => splits.map(clock),
  },
  {
    stroke: () => token("--c-axis"),
    font: "11px Inter",
    grid: { stroke: () => token("--c-grid"), width: 1 },
    ticks: { show: false },
    gap: 4,
    size: 40,
  },
];

const line = (series, index, isOnly) => ({
  label: series.name,
  stroke: () => token(COLOURS[index]),
  width: 1.5,
  spanGaps: false,
  points: { show: false },
  fill: isOnly ? () => `${token(COLOURS[index])}1c` : undefined,
});

const draw = (element) => {
  const data = JSON.parse(element.dataset.chart);
  const shown = [...(element.closest(".panel")?.querySelectorAll("[data-val]") ?? [])];
  const showAt = (plot) => {
    const at = plot.cursor.idx ?? data.x.length - 1;
    shown.forEach((place, i) => {
      place.textContent = show(plot.data[i + 1]?.[at], data.unit);
    });
  };
  const plot = new uPlot(
    {
      width: element.clientWidth,
      height: element.clientHeight,
      padding: [8, 4, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: "charts" }, points: { size: 7, width: 2 }, x: true, y: false },
      hooks: { setCursor: [showAt] },
      axes: axes(),
      scales: { y: { range: (_, low, high) => [0, data.max ?? Math.max(1, high * 1.15)] } },
      series: [{}, ...data.series.map((series, i) => line(series, i, data.series.length === 1))],
    },
    [data.x, ...data.series.map((series) => series.y)],
    element,
  );
  showAt(plot);
  new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: element.clientHeight })).observe(element);
  charts.push(plot);
};

export const start = async () => {
  await document.fonts.ready;
  document.querySelectorAll("[data-chart]").forEach(draw);
  const redraw = () => charts.forEach((chart) => chart.redraw(false));
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
};
