// A button that prints the page; without scripts the browser's own menu does.

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-print]")) window.print();
});
