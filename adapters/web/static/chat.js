// What htmx leaves to the page: rows that grow in place, the composer, and the copy buttons.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const scroll = $("scroll"), messages = $("messages"), form = $("composer"), text = $("text"), error = $("error");
  const latest = $("latest"), stop = form.querySelector(".stop");
  const newKey = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  // ---- rows ----
  const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" });
  const localTimes = (root) => {
    for (const time of root.querySelectorAll("time")) time.textContent = clock.format(new Date(time.dateTime));
  };

  // Make `old` like `fresh` while keeping every child that is the same, so that only the growing end is redrawn and
  // a selection or a pressed copy button above it survives.
  const grow = (old, fresh) => {
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    const now = [...old.childNodes], then = [...fresh.childNodes];
    then.forEach((node, index) => {
      const current = now[index];
      if (!current) old.append(node);
      else if (current.isEqualNode(node)) return;
      else if (current.nodeType === Node.TEXT_NODE && node.nodeType === Node.TEXT_NODE) {
        if (node.data.startsWith(current.data)) current.appendData(node.data.slice(current.length));
        else current.data = node.data;
      } else if (current.nodeName === node.nodeName) grow(current, node);
      else current.replaceWith(node);
    });
    now.slice(then.length).forEach((node) => node.remove());
  };

  const put = (row) => {
    const old = $(row.id);
    if ("gone" in row.dataset) return old?.remove();
    localTimes(row);
    if (old) grow(old, row);
    const before = row.dataset.after ? $(row.dataset.after) : null;
    // The page's own request may come back after the stream has brought the answer: then nobody is writing any more.
    if (row.id === "writing" && !old && before?.nextElementSibling?.classList.contains("robbie")) return;
    const item = old || row;
    if (row.dataset.after && !before) { if (!old) messages.append(item); return; }
    const next = before ? before.nextElementSibling : messages.firstElementChild;
    if (next !== item) messages.insertBefore(item, next);
  };

  const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 64;
  // Before anything is said, the page shows its beginning.
  const toEnd = () => { if (messages.firstElementChild) scroll.scrollTop = scroll.scrollHeight; };
  const writing = () => messages.querySelector("[data-writing]") !== null;

  htmx.defineExtension("steady", {
    isInlineSwap: (style) => style === "steady",
    handleSwap: (style, target, fragment) => {
      if (style !== "steady") return false;
      const follow = atEnd();
      for (const row of [...fragment.children]) put(row);
      if (follow) toEnd();
      if (!writing()) resetStop();
      return [];
    },
  });

  let following = true;
  scroll.addEventListener("scroll", () => { following = atEnd(); latest.hidden = following; }, { passive: true });
  new ResizeObserver(() => { if (following) toEnd(); }).observe(scroll);
  latest.addEventListener("click", () => { toEnd(); text.focus(); });

  // ---- the composer ----
  let attempt = { text: null, files: "", key: form.elements.key.value };
  const attached = () => [...($("files")?.files ?? [])];
  const named = () => attached().map((file) => `${file.name} ${file.size} ${file.lastModified}`).join("\n");
  const fit = () => {
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight}px`;
  };
  const send = () => { if (text.value.trim() || attached().length) form.requestSubmit(); };

  text.addEventListener("input", fit);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });

  form.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt !== form) return;
    // Trying the same again is the same message; a changed text, or other files, are another one.
    const changed = attempt.text !== text.value || attempt.files !== named();
    if (attempt.text !== null && changed) attempt.key = newKey();
    attempt.text = text.value;
    attempt.files = named();
    event.detail.parameters.key = attempt.key;
    error.textContent = "";
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    text.focus();
    if (event.detail.elt !== form || !event.detail.successful) return;
    // What was typed while the request was under way stays.
    text.value = text.value.startsWith(attempt.text) ? text.value.slice(attempt.text.length) : text.value;
    attempt = { text: null, files: "", key: newKey() };
    form.dispatchEvent(new CustomEvent("sent"));
    fit();
    toEnd();
  });
  document.body.addEventListener("htmx:sendError", () => {
    error.textContent = "Robbie cannot be reached. Your message is still here: please try again in a moment.";
  });

  for (const button of document.querySelectorAll("[data-suggestion]")) {
    button.addEventListener("click", () => { text.value = button.textContent; send(); });
  }

  // ---- what is pressed under an answer ----
  // The buttons stand outside of their form, where htmx does not look for what was pressed.
  $("act").addEventListener("htmx:configRequest", (event) => {
    event.detail.parameters.key = newKey();
    event.detail.parameters.press = event.detail.triggeringEvent.submitter.value;
  });

  // ---- Stop ----
  const label = stop.querySelector("span");
  const resetStop = () => { stop.disabled = false; label.textContent = "Stop"; };
  $("halt").addEventListener("htmx:beforeRequest", () => {
    stop.disabled = true;
    label.textContent = "Stopping…";
    window.setTimeout(resetStop, 8000);
    text.focus();
  });
  $("halt").addEventListener("htmx:afterRequest", (event) => { if (!event.detail.successful) resetStop(); });

  // ---- the connection ----
  const unloaded = error.textContent;
  let lost = 0;
  document.body.addEventListener("htmx:sseError", () => {
    // A stream that is renewed at once is not worth a word.
    lost ||= window.setTimeout(() => { $("connection").hidden = false; }, 2500);
  });
  document.body.addEventListener("htmx:sseMessage", () => {
    window.clearTimeout(lost);
    lost = 0;
    $("connection").hidden = true;
    if (unloaded && error.textContent === unloaded) error.textContent = "";
  });

  // ---- copy ----
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.closest(".code").querySelector("code").textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    window.setTimeout(() => { button.textContent = "Copy"; }, 1600);
  });

  form.elements.zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  localTimes(messages);
  toEnd();
  text.focus();
})();
