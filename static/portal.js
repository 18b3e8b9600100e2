/* What links and forms gain from a script; every one of them works without. */
"use strict";
(() => {
  const SELF_SWAPPING = [409, 410, 422, 429];
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* Dialogs: a link to a form's own page opens the copy of that form on this one. */
  let opener = null;
  const scripts = {};

  function load(src) {
    scripts[src] ??= new Promise((done) => {
      const script = document.createElement("script");
      script.src = src;
      script.addEventListener("load", () => setTimeout(done));
      script.addEventListener("error", done);
      document.head.append(script);
    });
    return scripts[src];
  }

  /* Pages to read come without htmx; it is fetched when a form is about to open, or to be filled
     in. A form works without it, so a failure opens the dialog all the same. */
  const fetched = () => (window.htmx ? Promise.resolve() : load(document.body.dataset.htmx));

  /* The chat opens beside the page; what it needs comes when it is wanted, or its link leads on. */
  async function chat(link, event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    opener = link;
    await fetched();
    if (window.htmx) for (const src of [link.dataset.ptag, link.dataset.chat]) await load(src);
    if (!(await window.portalChat?.(link))) location.assign(link.href);
  }

  async function open(link, event) {
    const dialog = document.getElementById(link.dataset.dialog);
    if (!dialog?.showModal || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    opener = link;
    await fetched();
    if (dialog.open) return;
    dialog.showModal();
    dialog.querySelector("input:not([type=hidden]), textarea")?.focus();
  }

  for (const sign of ["pointerover", "focusin"]) {
    document.addEventListener(sign, ({ target }) => {
      if (target.closest?.("[data-dialog], form[hx-post]")) fetched();
    });
  }

  /* Copies an address and says so on the button itself, where the eye is. */
  async function copy({ dataset, lastElementChild: label }) {
    try {
      await navigator.clipboard.writeText(dataset.copy);
      label.textContent = "Copied";
    } catch {
      label.textContent = dataset.copy;
    }
    document.getElementById("notice").textContent = label.textContent;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-dialog]");
    if (link) open(link, event);
    const bubble = event.target.closest("[data-chat]");
    if (bubble) chat(bubble, event);
    if (event.target.closest("[data-print]")) window.print();
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
  });
  for (const dialog of all("dialog")) {
    dialog.addEventListener("close", () => opener?.focus());
    dialog.addEventListener("mousedown", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }

  /* In a frame on another site: embed.js there gives the frame the height of its page. */
  if (window.parent !== window && "framed" in document.body.dataset) {
    let fresh = true;
    const tell = () => {
      window.parent.postMessage({ portal: document.body.scrollHeight, fresh }, "*");
      fresh = false;
    };
    new ResizeObserver(tell).observe(document.body);
    /* What is read beside the road opens beside it: what was typed stays, and nothing is refused. */
    const BESIDE = /^\/($|articles|how-screening|privacy|chat|staff)/;
    document.addEventListener("click", ({ target }) => {
      const link = target.closest("a[href]");
      if (link && BESIDE.test(link.pathname)) link.target = "_blank";
    });
    /* Browsers ignore autofocus here; whoever came by a press of ours still starts at the heading. */
    if (document.hasFocus()) document.querySelector("[autofocus]")?.focus();
  }

  /* "None of these" clears the others, and the other way round. */
  document.addEventListener("change", ({ target: box }) => {
    if (box.type !== "checkbox" || !box.checked || !box.form) return;
    for (const other of all(`input[name="${CSS.escape(box.name)}"]`, box.form)) {
      const clash = "exclusive" in box.dataset || "exclusive" in other.dataset;
      if (other !== box && clash) other.checked = false;
    }
  });

  /* An answer that did not arrive: said beside the form when a dialog makes the rest inert. */
  const unsent = (form) =>
    form?.dataset.unsent ??
    `That did not send. Your answers are still on this page. Try again, or call ${document.body.dataset.phone}.`;
  const STALE =
    "This page was open for a long time, so we need you to send it again. Your answers are still here.";

  function say(words) {
    for (const line of all(".saved")) line.textContent = "";
    const form = document.querySelector("dialog:modal form[hx-post]");
    if (!form) {
      document.getElementById("notice").textContent = words;
      return;
    }
    const line = document.createElement("p");
    line.className = "error unsent";
    line.setAttribute("role", "alert");
    line.textContent = words;
    (form.querySelector(".btn-row") ?? form.lastElementChild).before(line);
  }

  function hush() {
    document.getElementById("notice").textContent = "";
    for (const line of all(".unsent")) line.remove();
  }

  /* Only forms: what polls has its own words for being offline. */
  const onForm = (name, act) =>
    document.addEventListener(name, (event) => {
      if (event.target.matches?.("form")) act(event.detail?.ctx ?? {}, event.target);
    });
  onForm("htmx:before:request", hush);
  onForm("htmx:error", (_, form) => {
    say(unsent(form));
    wait(form);
  });
  onForm("htmx:response:error", ({ response, request }, form) => {
    const status = response?.status;
    if (status >= 500) wait(form);
    if (status === 403) sendAsPage(form, request?.submitter);
    else if (!SELF_SWAPPING.includes(status)) say(status === 400 ? STALE : unsent(form));
  });

  /* The server wants to talk to whoever typed this, such as after a session that ended: a page can,
     and it carries what was typed. */
  function sendAsPage(form, button) {
    if (button?.name) {
      const pressed = document.createElement("input");
      Object.assign(pressed, { type: "hidden", name: button.name, value: button.value });
      form.append(pressed);
    }
    HTMLFormElement.prototype.submit.call(form);
  }

  async function answers() {
    try {
      return (await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(8000) })).ok;
    } catch {
      return false;
    }
  }

  /* Leaving a page without a connection would lose what is on it: whether there is one is asked first,
     once for two presses. */
  const leaving = new Set();
  const TWO_PRESSES_MS = 1000;
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.unsent || event.defaultPrevented) return;
    event.preventDefault();
    if (leaving.has(form)) return;
    leaving.add(form);
    const reached = await answers();
    if (reached) sendAsPage(form, event.submitter);
    else say(unsent(form));
    setTimeout(() => leaving.delete(form), reached ? TWO_PRESSES_MS : 0);
  });

  /* A form that saves as it goes sends what waited, as soon as there is a connection again. The
     browser knows of its own network only; whether we can be reached is asked until we are. */
  let asking = 0;
  function sendWaiting() {
    clearInterval(asking);
    asking = 0;
    for (const form of all("form[data-unsent]")) form.dispatchEvent(new Event("change"));
  }
  function wait(form) {
    if (!form.dataset.unsent || asking) return;
    asking = setInterval(async () => (await answers()) && asking && sendWaiting(), 5000);
  }
  addEventListener("online", sendWaiting);

  /* Where this tab first arrived, kept in the tab alone and sent only with a form. The server sees
     one page back; the tab remembers further. */
  function earlierArrival() {
    const host = new URLSearchParams(location.search).get("from");
    const here = {
      landing: location.pathname + location.search,
      referrer: host ?? document.referrer,
    };
    try {
      const kept = sessionStorage.getItem("arrival");
      if (!kept) sessionStorage.setItem("arrival", JSON.stringify(here));
      return JSON.parse(kept) ?? {};
    } catch {
      return {}; /* A browser may keep no storage for us. */
    }
  }

  /* Back at a form that was sent, the browser puts in again what was typed, and this the key that it
     was sent with: pressing again then leads on as before, and opens no second enquiry. */
  function keepKey({ id, elements: { key, csrf_token: token } }) {
    try {
      sessionStorage.setItem(id, JSON.stringify({ key: key.value, csrf_token: token.value }));
    } catch {
      /* Without storage pressing again asks a second time, for the same person. */
    }
  }

  function sentKey({ id }) {
    try {
      return JSON.parse(sessionStorage.getItem(id)) ?? {};
    } catch {
      return {};
    }
  }

  document.addEventListener("submit", ({ target: form }) => form.matches("form.lead") && keepKey(form));
  if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") {
    for (const form of all("form.lead")) {
      for (const [name, value] of Object.entries(sentKey(form))) form.elements[name].value = value;
    }
  }

  if ("public" in document.body.dataset) {
    for (const [name, value] of Object.entries(earlierArrival())) {
      for (const input of all(`input[type=hidden][name=${name}]`)) input.value = value;
    }
  }
})();
