// Small pictures of the day, drawn from 24 hours of figures.

const NS = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, PAD] = [120, 28, 2];
const [OPENS, CLOSES] = [8, 21];

/** The hours worth showing: the working day, and whatever was called outside of it. */
export function span(hours, nowHour) {
  const used = hours.flatMap((hour, index) => (hour.placed ? [index] : []));
  return [Math.min(OPENS, nowHour, ...used), Math.max(CLOSES, nowHour, ...used)];
}

/** A line through the hours up to now, with a dot where the day stands. */
export function drawSpark(svg, values) {
  const top = Math.max(1, ...values);
  const step = (WIDTH - 2 * PAD) / Math.max(1, values.length - 1);
  const points = values.map((value, index) => [
    PAD + index * step,
    HEIGHT - PAD - ((HEIGHT - 2 * PAD) * value) / top,
  ]);
  const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const last = points.at(-1)?.[0].toFixed(1) ?? PAD;
  svg.replaceChildren(
    shape("polygon", "spark-fill", { points: `${PAD},${HEIGHT} ${line} ${last},${HEIGHT}` }),
    shape("polyline", "spark-line", { points: line, "vector-effect": "non-scaling-stroke" }),
  );
}

function shape(kind, name, attributes) {
  const node = document.createElementNS(NS, kind);
  node.setAttribute("class", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

/** One bar an hour: what was placed, and within it what was answered. */
export function drawHours(root, hours, [first, last], nowHour) {
  const top = Math.max(1, ...hours.map((hour) => hour.placed));
  const count = last - first + 1;
  if (root.children.length !== count) {
    root.replaceChildren(...Array.from({ length: count }, makeBar));
  }
  [...root.children].forEach((bar, index) => {
    const hour = first + index;
    const { placed, answered } = hours[hour];
    const [outer, inner, name] = bar.children;
    outer.style.blockSize = `${(70 * placed) / top}%`;
    inner.style.blockSize = `${(70 * answered) / top}%`;
    name.textContent = hour % 3 === 0 || hour === nowHour ? hour : "";
    bar.classList.toggle("is-now", hour === nowHour);
    bar.title = `${hour}:00 · ${placed} / ${answered}`;
  });
}

function makeBar() {
  const bar = document.createElement("div");
  bar.className = "hour";
  for (const [kind, name] of [["i", "hour-placed"], ["i", "hour-answered"], ["span", "hour-name"]]) {
    const part = document.createElement(kind);
    part.className = name;
    bar.append(part);
  }
  return bar;
}
