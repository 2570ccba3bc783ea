// Suggestions under the search box: a combobox as WAI-ARIA describes it, list autocomplete with the
// choice left to the reader. Without this script the box is a plain form.
"use strict";
(() => {
  const input = document.getElementById("q");
  const list = document.getElementById("suggestions");
  const status = document.getElementById("suggestions-status");
  if (!input || !list || !status || !input.form) return;
  // What a suggestion leads to, where it is no item.
  const WHERE = { department: "部门", word: "检索" };
  const PAUSE = 150;
  let options = [];
  let active = -1;
  let timer = 0;
  let asking = null;

  const close = () => {
    clearTimeout(timer);
    asking?.abort();
    status.textContent = "";
    options = [];
    active = -1;
    list.hidden = true;
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const mark = (next) => {
    if (active >= 0) list.children[active].setAttribute("aria-selected", "false");
    active = next;
    if (active < 0) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    const option = list.children[active];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  };

  const follow = (at) => location.assign(options[at].url);

  const show = (found) => {
    close();
    options = found;
    status.textContent = found.length ? `有 ${found.length} 条建议，用上下键选择` : "没有建议";
    if (!found.length) return;
    for (const [at, suggestion] of found.entries()) {
      const option = document.createElement("li");
      option.id = `suggestion-${at}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.textContent = suggestion.text;
      const where = WHERE[suggestion.kind];
      if (where) {
        const tag = document.createElement("span");
        tag.textContent = ` ${where}`;
        option.append(tag);
      }
      // Before the box loses the focus.
      option.addEventListener("mousedown", (event) => {
        event.preventDefault();
        if (event.button === 0) follow(at);
      });
      list.append(option);
    }
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  };

  const ask = async () => {
    const text = input.value.trim();
    asking?.abort();
    if (!text) {
      close();
      return;
    }
    asking = new AbortController();
    try {
      const address = `${list.dataset.source}?q=${encodeURIComponent(text)}`;
      const answer = await fetch(address, { signal: asking.signal });
      // Late answers are to another text, and a box that was left wants none.
      if (answer.ok && text === input.value.trim() && document.activeElement === input) {
        show((await answer.json()).suggestions);
      } else if (!answer.ok) {
        close();
      }
    } catch (error) {
      // No connection: the form works without. What was broken off was so for a newer text.
      if (error.name !== "AbortError") close();
    }
  };

  const later = () => {
    clearTimeout(timer);
    // What was marked belongs to another text.
    mark(-1);
    timer = setTimeout(ask, PAUSE);
  };

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  // While an input method composes, the text is not the reader's yet.
  input.addEventListener("input", (event) => event.isComposing || later());
  input.addEventListener("compositionend", later);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const last = options.length - 1;
    if (event.key === "Escape" && !list.hidden) {
      close();
    } else if (event.key === "ArrowDown" && last >= 0) {
      mark(active < last ? active + 1 : -1);
    } else if (event.key === "ArrowUp" && last >= 0) {
      mark(active < 0 ? last : active - 1);
    } else if (event.key === "Enter" && active >= 0) {
      follow(active);
    } else {
      return;
    }
    event.preventDefault();
  });
})();
