// Imports: dropping a file, sending it with progress, looking on while it is brought in.

import { get } from "./lib/http.js";

for (const form of document.querySelectorAll("[data-upload]")) bindUpload(form);
for (const form of document.querySelectorAll("[data-draft]")) bindDraft(form);
for (const panel of document.querySelectorAll("[data-progress-url]")) watch(panel);

/** The drop zone shows the chosen file, and the form sends it with a bar. */
function bindUpload(form) {
  const drop = form.querySelector("[data-drop]");
  const input = drop.querySelector("input");
  const name = drop.querySelector("[data-file-name]");
  const error = form.querySelector("[data-error]");
  input.addEventListener("change", () => {
    drop.classList.toggle("has-file", input.files.length > 0);
    if (input.files.length) name.textContent = input.files[0].name;
    error.textContent = "";
  });
  for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, () => drop.classList.add("is-over"));
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("is-over"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, error);
  });
}

/** XMLHttpRequest, for fetch cannot tell how much was sent. */
function send(form, error) {
  const button = form.querySelector("[type=submit]");
  const sending = form.querySelector("[data-sending]");
  const bar = sending.querySelector("progress");
  const request = new XMLHttpRequest();
  const end = (sentence) => {
    error.textContent = sentence;
    button.disabled = false;
    sending.hidden = true;
  };
  request.open("POST", form.action);
  request.responseType = "json";
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = (100 * loaded) / total;
  });
  request.addEventListener("load", () => {
    if (request.status === 200) location.assign(request.response.url);
    else end(request.response?.title ?? lost());
    if (request.status === 401) document.dispatchEvent(new Event("session-ended"));
  });
  request.addEventListener("error", () => end(lost()));
  button.disabled = true;
  sending.hidden = false;
  error.textContent = "";
  request.send(new FormData(form));
}

function lost() {
  return document.querySelector("[data-lost]").textContent.trim();
}

/** Each correction shows at once what becomes of it. */
function bindDraft(form) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-reread]")) form.requestSubmit(form.querySelector("[data-look]"));
  });
}

/** Once a second; when the work has ended, the page is shown anew. */
async function watch(panel) {
  const number = new Intl.NumberFormat(document.documentElement.lang);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (document.hidden) continue;
    let told;
    try {
      told = (await get(panel.dataset.progressUrl)).body;
    } catch {
      continue;
    }
    if (told.state !== "running") return location.reload();
    panel.querySelector("[data-bar]").value = told.share;
    for (const figure of panel.querySelectorAll("[data-figure]")) {
      figure.textContent = number.format(told[figure.dataset.figure]);
    }
  }
}
