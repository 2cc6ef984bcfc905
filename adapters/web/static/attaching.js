// Files for the next message: chosen, dropped or pasted; what is over the limits is said before anything is sent.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const input = $("files"), list = $("attached"), form = $("composer"), text = $("text"), error = $("error");
  if (!input) return;
  const maxFiles = Number(input.dataset.maxFiles), maxBytes = Number(input.dataset.maxBytes);
  const size = (bytes) => (bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${Number((bytes / 1e6).toFixed(1))} MB`);
  let chosen = [];

  const keep = (files) => {
    chosen = files;
    const carrier = new DataTransfer();
    for (const file of chosen) carrier.items.add(file);
    input.files = carrier.files;
    text.required = chosen.length === 0;
    form.classList.toggle("with-files", chosen.length > 0);
    list.hidden = chosen.length === 0;
    list.replaceChildren(...chosen.map(shown));
  };

  const shown = (file) => {
    const item = document.createElement("li"), name = document.createElement("span");
    const remove = document.createElement("button");
    name.textContent = `${file.name} (${size(file.size)})`;
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `Remove ${file.name}`);
    remove.addEventListener("click", () => { keep(chosen.filter((other) => other !== file)); text.focus(); });
    item.append(name, remove);
    return item;
  };

  const add = (files) => {
    const large = files.find((file) => file.size > maxBytes);
    const fitting = [...chosen, ...files.filter((file) => file.size <= maxBytes)];
    error.textContent = "";
    if (large) error.textContent = `${large.name} is too large: Robbie reads up to ${size(maxBytes)}.`;
    else if (fitting.length > maxFiles) error.textContent = `At most ${maxFiles} files at a time, please.`;
    keep(fitting.slice(0, maxFiles));
    text.focus();
  };

  input.addEventListener("change", () => add([...input.files]));
  form.addEventListener("sent", () => keep([]));
  text.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    add([...event.clipboardData.files]);
  });
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    document.body.classList.remove("dropping");
    if (!carriesFiles(event)) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
  keep([]);  // a page that comes back from the browser's memory may still have some
})();
