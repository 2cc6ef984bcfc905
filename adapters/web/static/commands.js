// The menu of commands over the composer: it opens when a message begins with a slash.
(() => {
  "use strict";
  const text = document.getElementById("text"), menu = document.getElementById("commands");
  const items = [...menu.querySelectorAll("button")];
  let chosen = -1;

  const open = () => items.filter((item) => !item.parentElement.hidden);
  const choose = (index) => {
    const shown = open();
    chosen = shown.length ? (index + shown.length) % shown.length : -1;
    for (const item of items) item.setAttribute("aria-selected", String(item === shown[chosen]));
    if (chosen < 0) return text.removeAttribute("aria-activedescendant");
    text.setAttribute("aria-activedescendant", shown[chosen].id);  // the focus stays in the field
    shown[chosen].scrollIntoView({ block: "nearest" });
  };
  const close = () => { menu.hidden = true; chosen = -1; text.removeAttribute("aria-activedescendant"); };
  const take = (item) => {
    text.value = `/${item.dataset.command} `;
    close();
    text.focus();
    text.dispatchEvent(new Event("input"));
  };

  text.addEventListener("input", () => {
    const typed = /^\/([a-z-]*)$/i.exec(text.value);
    if (!typed) return close();
    for (const item of items) item.parentElement.hidden = !item.dataset.command.startsWith(typed[1].toLowerCase());
    menu.hidden = open().length === 0;
    choose(0);
  });
  // Before the composer sees the key: Enter takes what is chosen, and sends only when the menu is closed.
  text.addEventListener("keydown", (event) => {
    if (menu.hidden || event.isComposing) return;
    const exact = open().some((item) => `/${item.dataset.command}` === text.value);
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" && !event.shiftKey && !exact) || event.key === "Tab") take(open()[chosen]);
    else { if (event.key === "Enter") close(); return; }
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  for (const item of items) item.addEventListener("click", () => take(item));
  text.addEventListener("blur", () => window.setTimeout(() => { if (!menu.contains(document.activeElement)) close(); }, 150));
})();
