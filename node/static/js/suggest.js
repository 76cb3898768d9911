// Words to choose from while somebody types in a search field: a combobox as ARIA 1.2 describes it. The field is an
// ordinary one until something is suggested, and stays one where no answer comes.

const PAUSE_MS = 120;

let fields = 0;

function build(input) {
  const id = `suggest-${++fields}`;
  const list = Object.assign(document.createElement("ul"), { id, className: "suggest", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.suggestLabel);
  const status = Object.assign(document.createElement("p"), { className: "visually-hidden" });
  status.setAttribute("role", "status");
  input.after(list);
  const attributes = { role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-controls": id };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  input.setAttribute("aria-expanded", "false");
  return { list, status };
}

function option(list, found, number, category) {
  const item = Object.assign(document.createElement("li"), { id: `${list.id}-${number}` });
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.append(Object.assign(document.createElement("span"), { textContent: found.text, dir: "auto" }));
  if (found.category) {
    item.append(" ", Object.assign(document.createElement("span"), { className: "muted small", textContent: category }));
  }
  return item;
}

function attach(input) {
  const { list, status } = build(input);
  let found = [];
  let chosen = -1;
  let typed = input.value;
  let waiting = 0;
  let asking = new AbortController();

  const close = () => {
    clearTimeout(waiting);
    asking.abort();
    found = [];
    chosen = -1;
    list.hidden = true;
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const show = (suggestions) => {
    close();
    found = suggestions;
    list.append(...found.map((one, number) => option(list, one, number, input.dataset.suggestCategory)));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    const { suggestSome, suggestNone } = input.dataset;
    status.textContent = found.length ? suggestSome.replace("{count}", String(found.length)) : suggestNone;
  };

  const ask = async () => {
    asking.abort();
    asking = new AbortController();
    const asked = input.value;
    try {
      const query = new URLSearchParams({ q: asked });
      const answer = await fetch(`${input.dataset.suggest}?${query}`, { signal: asking.signal });
      if (!answer.ok) return close();
      const { suggestions } = await answer.json();
      if (input.value === asked && document.activeElement === input) show(suggestions);
    } catch {
      // Without an answer the field is what it was: one to type into.
    }
  };

  const move = (to) => {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = to;
    const item = list.children[chosen];
    input.value = item ? found[chosen].text : typed;
    if (!item) return input.removeAttribute("aria-activedescendant");
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", item.id);
  };

  const take = (number) => {
    const { text, category } = found[number];
    const { form } = input;
    close();
    if (category) {
      location.assign(`${form.action.split("?")[0]}?${new URLSearchParams({ category })}`);
      return;
    }
    input.value = text;
    form.requestSubmit();
  };

  input.addEventListener("input", () => {
    // There before it has anything to say, or it would not be read out; but not on pages where nobody types.
    if (!status.isConnected) list.after(status);
    typed = input.value;
    clearTimeout(waiting);
    if (typed.trim().length < 2) return close();
    waiting = setTimeout(ask, PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      // One place beyond the ends is the field itself, with what was typed.
      const places = found.length + 1;
      move(((chosen + 1 + steps[event.key] + places) % places) - 1);
    } else if (event.key === "Enter" && found[chosen]?.category) {
      event.preventDefault();
      take(chosen);
    } else if (event.key === "Escape") {
      event.preventDefault();
      input.value = typed;
      close();
    }
  });
  input.addEventListener("blur", close);
  input.form?.addEventListener("submit", close);
  // A press must not take the focus from the field before the click comes.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => {
    const item = target.closest("[role=option]");
    if (item) take([...list.children].indexOf(item));
  });
}

for (const input of document.querySelectorAll("input[data-suggest]")) attach(input);
