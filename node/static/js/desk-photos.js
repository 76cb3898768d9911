// The photographs of a form: sent one by one while the rest is filled in, put in order by dragging or by buttons, and
// kept here with their files until they have arrived. What the form sends is what it would send without this.

const BUSY_MS = 2000;
const BUSY_TIMES = 8;
const EDGE_PX = 96; // Deeper than the bar of buttons that stands at the lower edge.
const EDGE_STEP_PX = 8;

function install(box) {
  const { dataset: says } = box;
  const form = box.closest("form");
  const list = box.querySelector("[data-photo-list]");
  const queue = box.querySelector("[data-photo-queue]");
  const status = box.querySelector("[data-photo-status]");
  const input = box.querySelector("#photo_file");
  const template = box.querySelector("[data-photo-template]");
  const most = Number(says.most);
  const mostBytes = Number(says.mostMb) * 1024 * 1024;
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const jobs = [];
  let sending = false;
  let held = null;

  const items = () => [...list.children];
  const fill = (text, name, value) => text.replace(`{${name}}`, number.format(value));
  const tell = (text) => (status.textContent = text);
  // Whoever saves while the form is filled in learns of it as of any other field.
  const changed = () => list.dispatchEvent(new Event("input", { bubbles: true }));

  function renumber() {
    items().forEach((item, at, all) => {
      for (const text of item.querySelectorAll("[data-numbered]")) text.textContent = fill(text.dataset.numbered, "number", at + 1);
      const field = item.querySelector("input");
      field.id = `photo-${at + 1}`;
      item.querySelector("label").htmlFor = field.id;
      item.querySelector('[data-move="-1"]').disabled = at === 0;
      item.querySelector('[data-move="1"]').disabled = at === all.length - 1;
    });
  }

  // Ordering

  function settle(item) {
    renumber();
    tell(fill(says.moved, "number", items().indexOf(item) + 1));
    changed();
  }

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    const item = button.closest("[data-photo]");
    if ("remove" in button.dataset) return remove(item);
    const step = Number(button.dataset.move);
    if (step < 0) item.previousElementSibling.before(item);
    else item.nextElementSibling.after(item);
    settle(item);
    // At either end the button that was pressed can do no more, and the focus goes to the other one.
    (button.disabled ? item.querySelector("button:not(:disabled)") : button).focus();
  });

  function remove(item) {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    renumber();
    tell(says.removed);
    changed();
    (next?.querySelector("input") ?? box.querySelector("[data-photo-choose]")).focus();
  }

  // A mouse takes hold of the picture, too; a finger on it moves the page, as everywhere.
  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(event.pointerType === "mouse" ? "[data-handle], .photo-picture" : "[data-handle]");
    if (!handle || event.button) return;
    event.preventDefault();
    drag(handle, handle.closest("[data-photo]"), event);
  });
  list.addEventListener("dragstart", (event) => event.target.closest(".photo-picture") && event.preventDefault());

  function drag(handle, item, { pointerId, clientY }) {
    const start = items();
    let y = clientY;
    let turning = 0;
    item.classList.add("photo-dragged");
    handle.setPointerCapture(pointerId);
    const over = (event) => {
      y = event.clientY;
      place(item, y);
      turning ||= requestAnimationFrame(turn);
    };
    // Held at an edge of the window beyond which there are more, the page goes on moving although the hand does not.
    const turn = () => {
      const { top, bottom } = list.getBoundingClientRect();
      const low = innerHeight - EDGE_PX;
      const step = y < EDGE_PX && top < EDGE_PX ? -EDGE_STEP_PX : y > low && bottom > low ? EDGE_STEP_PX : 0;
      const before = scrollY;
      if (step) scrollBy({ top: step, behavior: "instant" });
      turning = scrollY === before ? 0 : requestAnimationFrame(turn);
      if (turning) place(item, y);
    };
    const drop = ({ type }) => {
      cancelAnimationFrame(turning);
      handle.removeEventListener("pointermove", over);
      for (const end of ["pointerup", "pointercancel"]) handle.removeEventListener(end, drop);
      item.classList.remove("photo-dragged");
      const at = start.indexOf(item);
      if (type === "pointercancel") {
        item.before(...start.slice(0, at));
        item.after(...start.slice(at + 1));
      } else if (items().indexOf(item) !== at) settle(item);
    };
    handle.addEventListener("pointermove", over);
    for (const end of ["pointerup", "pointercancel"]) handle.addEventListener(end, drop);
  }

  // Past each photo of which a quarter has been crossed, so that those of different heights do not change places to and
  // fro; and past all of them where it is held above or below the list, as a quick hand does.
  function place(item, y) {
    const all = items();
    const at = all.indexOf(item);
    const margin = ({ top, bottom }) => (bottom - top) / 4;
    const above = (box) => y <= box.bottom - margin(box);
    const below = (box) => y >= box.top + margin(box);
    const up = all.findIndex((one, n) => n < at && above(one.getBoundingClientRect()));
    const down = all.findLastIndex((one, n) => n > at && below(one.getBoundingClientRect()));
    // What is held stays where it is in the page, for taking it out would let go of it: the others move.
    if (up >= 0) item.after(...all.slice(up, at));
    else if (down >= 0) item.before(...all.slice(at + 1, down + 1));
  }

  // Sending

  function take(files) {
    for (const file of files) {
      const job = { file, item: waiting(file), tries: 0 };
      if (items().length + jobs.length >= most) refuse(job, fill(says.full, "most", most), false);
      else if (file.size > mostBytes) refuse(job, fill(says.large, "most", Number(says.mostMb)), false);
      else jobs.push(job);
    }
    next();
  }

  function waiting(file) {
    const item = document.createElement("li");
    item.className = "photo-item photo-coming";
    const words = Object.assign(document.createElement("p"), { className: "photo-words" });
    words.append(Object.assign(document.createElement("bdi"), { textContent: file.name }));
    const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    bar.setAttribute("aria-label", `${says.sending} ${file.name}`);
    words.append(bar);
    item.append(words);
    queue.append(item);
    return item;
  }

  function refuse(job, why, again) {
    if (jobs.includes(job)) jobs.splice(jobs.indexOf(job), 1);
    const words = job.item.querySelector(".photo-words");
    job.item.classList.add("photo-refused");
    words.querySelector("progress")?.remove();
    words.querySelector(".field-error")?.remove();
    words.append(Object.assign(document.createElement("span"), { className: "field-error", textContent: why }));
    const buttons = Object.assign(document.createElement("span"), { className: "photo-buttons" });
    if (again) buttons.append(button(says.again, () => { job.item.remove(); take([job.file]); }));
    buttons.append(button(says.drop, () => { job.item.remove(); box.querySelector("[data-photo-choose]").focus(); }));
    words.append(buttons);
    tell(`${job.file.name}: ${why}`);
    held = null;
  }

  function button(text, press) {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: text });
    made.addEventListener("click", press);
    return made;
  }

  function next() {
    if (sending) return;
    const job = jobs[0];
    if (!job) return goOn();
    sending = true;
    send(job);
  }

  function send(job) {
    const data = new FormData();
    data.set("csrf_token", form.elements.csrf_token.value);
    data.set("photo_file", job.file);
    const bar = job.item.querySelector("progress");
    const call = new XMLHttpRequest();
    call.open("POST", says.upload);
    call.setRequestHeader("accept", "application/json");
    call.responseType = "json";
    call.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = loaded / total;
      if (loaded === total) bar.removeAttribute("value");
    });
    call.addEventListener("load", () => answered(job, call));
    call.addEventListener("error", () => done(() => refuse(job, says.lost, true)));
    call.send(data);
  }

  function answered(job, { status: code, response, responseURL }) {
    if (code === 201 && response?.ref) return done(() => arrived(job, response));
    if (code === 503 && (job.tries += 1) < BUSY_TIMES) return setTimeout(() => send(job), BUSY_MS);
    const out = code === 401 || responseURL.includes("/desk/sign-in");
    const why = out ? says.out : response?.error ?? (code === 413 ? fill(says.large, "most", Number(says.mostMb)) : says.failed);
    done(() => refuse(job, why, !response?.error));
  }

  function done(what) {
    sending = false;
    what();
    next();
  }

  function arrived(job, { ref, path }) {
    jobs.shift();
    job.item.remove();
    if (items().some((item) => item.dataset.ref === ref)) return tell(says.twice);
    add(ref, path, "");
    tell(fill(says.added, "number", items().length));
    changed();
  }

  function add(ref, path, alt) {
    const item = template.content.firstElementChild.cloneNode(true);
    item.dataset.ref = ref;
    item.querySelector("input").name = `photo:${ref}`;
    item.querySelector("input").value = alt;
    for (const one of item.querySelectorAll("button")) one.value += ref;
    const picture = Object.assign(new Image(160, 120), { src: path, alt: "" });
    item.querySelector(".photo-picture").append(picture);
    list.append(item);
    renumber();
  }

  // What was sent before the page was left, and had not been saved yet.
  form.addEventListener("photo", ({ detail: { ref, alt } }) => add(ref, `${says.media}${ref}.card.jpg`, alt));

  // What is sent too early waits for the photos, and then goes its way.
  form.addEventListener("submit", (event) => {
    if (!jobs.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    held = event.submitter;
    tell(says.wait);
  }, { capture: true });

  function goOn() {
    if (!held) return;
    const submitter = held;
    held = null;
    form.requestSubmit(submitter);
  }

  function ask(camera) {
    input.multiple = !camera;
    if (camera) input.capture = "environment";
    else input.removeAttribute("capture");
    input.click();
  }

  box.querySelector("[data-photo-take]").addEventListener("click", () => ask(true));
  box.querySelector("[data-photo-choose]").addEventListener("click", () => ask(false));
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  box.addEventListener("dragover", (event) => [...event.dataTransfer.items].some(({ kind }) => kind === "file") && event.preventDefault());
  box.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
  box.classList.add("photos-live");
  box.querySelector("[data-photo-ways]").hidden = false;
  renumber();
}

for (const box of document.querySelectorAll("[data-photos]")) install(box);
