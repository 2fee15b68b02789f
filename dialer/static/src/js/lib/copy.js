// Buttons that copy what stands beside them: a link, a token, a list of codes.

for (const button of document.querySelectorAll("[data-copies]")) {
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copies);
    const text = source.value ?? [...source.children].map((row) => row.textContent).join("\n");
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      source.select?.();
      document.execCommand("copy");
    }
    button.querySelector("span").textContent = button.dataset.done;
  });
}

for (const input of document.querySelectorAll("[data-select]")) {
  input.addEventListener("focus", () => input.select());
}
