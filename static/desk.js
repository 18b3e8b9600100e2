/* The desk with a script: keys, privacy, and a list that never jumps. Everything works without. */
"use strict";
(() => {
  const root = document.documentElement;
  const $ = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const IDLE_MS = 2 * 60 * 1000;
  const TOAST_MS = 8000;
  const LIVE = "#rows, #diary";
  const TYPING = "input, textarea, select, [contenteditable]";

  /* What this browser remembers: three switches, nothing about people. */
  const kept = {
    get: (name, otherwise) => {
      try {
        return localStorage.getItem(name) ?? otherwise;
      } catch {
        return otherwise;
      }
    },
    set: (name, value) => {
      try {
        localStorage.setItem(name, value);
      } catch {
        /* A browser may keep no storage for us. */
      }
    },
  };
  const isCounter = () => kept.get("desk-counter", "on") === "on";

  /* Privacy: `list` hides what stands below the names, `pane` hides the detail. */
  let covered = kept.get("desk-private", "off") === "on";
  root.toggleAttribute("data-covered", covered);

  function cover(on) {
    covered = on;
    root.toggleAttribute("data-covered", on);
    kept.set("desk-private", on ? "on" : "off");
    paintSwitches();
    if (!on) document.body.dispatchEvent(new Event("rows:refresh"));
  }

  function paintSwitches() {
    const keysOn = kept.get("desk-keys", "on") === "on";
    for (const button of all("[data-keys]")) {
      button.setAttribute("aria-pressed", keysOn);
      $("span", button).textContent = keysOn ? "Keys on" : "Keys off";
    }
    for (const button of all(".dtop [data-private]")) button.setAttribute("aria-pressed", covered);
    for (const box of all("[data-counter]")) box.checked = isCounter();
    const shade = $("#cover");
    if (shade) shade.hidden = !covered;
    for (const part of all("#pane > .pane__in, #pane > .pane__none")) part.inert = covered;
  }

  let idle = 0;
  function stir() {
    clearTimeout(idle);
    if (isCounter()) idle = setTimeout(() => cover(true), IDLE_MS);
  }

  /* The list: which row is meant, and how to get to its neighbours. */
  const links = () => all("#rows .row h3 a");
  const rowOf = (element) => element?.closest?.("#rows .row");
  const openRow = () => $("#rows .row[data-on]");
  const menus = () => all(".act[open]");

  function step(by) {
    const every = links();
    if (!every.length) return;
    const from = rowOf(document.activeElement) ?? openRow();
    const at = every.findIndex((link) => rowOf(link) === from);
    every[at < 0 ? 0 : Math.min(Math.max(at + by, 0), every.length - 1)].focus();
  }

  function markOpen() {
    const open = $("#pane [data-row]")?.dataset.row;
    $(".desk")?.toggleAttribute("data-open", open !== undefined);
    for (const row of all("#rows .row")) {
      const on = row.id === open;
      row.toggleAttribute("data-on", on);
      const link = $("h3 a", row);
      if (on) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  /* A key acts on the marked row. One that is not open yet is opened first, then acted on; what is
     typed meanwhile was meant for a field that is not there yet, and is no key. */
  let afterOpening = null;

  function act(key) {
    const row = rowOf(document.activeElement);
    if (row && !row.hasAttribute("data-on")) {
      afterOpening = { key, row: row.id };
      open(row);
      return;
    }
    press(key);
  }

  /* htmx takes the links over a moment after the page is there. Followed before that, a link loads
     the page anew and forgets the key; so a key that comes early waits. */
  const takenOver = new Promise((resolve) => {
    document.addEventListener("htmx:after:process", resolve, { once: true });
    addEventListener("load", () => {
      if (!window.htmx) resolve();
    });
  });

  async function open(row) {
    await takenOver;
    const link = row.isConnected ? $("h3 a", row) : null;
    if (!link) afterOpening = null;
    else if (!link.matches(".htmx-request")) link.click();
  }

  function press(key) {
    if (key === "z") {
      ($('#toast [data-key="z"]') ?? $("#pane [data-undo]"))?.click();
      return;
    }
    const button = $(`#pane [data-key="${key}"]`);
    if (!button) return;
    if (button.matches(TYPING)) button.focus();
    else if (button.tagName !== "SUMMARY") button.click();
    if (button.tagName !== "SUMMARY") return;
    const menu = button.parentElement;
    menu.open = true;
    $("button, textarea", menu)?.focus();
  }

  function closeMenus(except) {
    for (const menu of menus()) {
      if (menu === except) continue;
      const hadFocus = menu.contains(document.activeElement);
      menu.open = false;
      if (hadFocus) $("summary", menu).focus();
    }
  }

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    o: () => (rowOf(document.activeElement) ? open(rowOf(document.activeElement)) : null),
    p: () => cover(!covered),
    "/": () => $("#q")?.focus(),
    "?": () => $("#help")?.showModal(),
  };
  for (const key of ["c", "e", "h", "a", "n", "l", "r", "z"]) keys[key] = () => act(key);

  document.addEventListener("keydown", (event) => {
    stir();
    if (event.key === "Escape") closeMenus();
    const typing = event.target.closest?.(TYPING) || $("dialog:modal");
    const off = kept.get("desk-keys", "on") !== "on";
    if (typing || off || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (!Object.hasOwn(keys, event.key)) return;
    if (covered && !"jkp/?".includes(event.key)) return;
    event.preventDefault();
    if (afterOpening === null) keys[event.key]();
  });

  document.addEventListener("click", (event) => {
    stir();
    const on = (selector) => event.target.closest?.(selector);
    if (on("[data-private]")) cover(!covered);
    if (on("[data-help]")) $("#help").showModal();
    if (on("[data-keys]")) {
      kept.set("desk-keys", kept.get("desk-keys", "on") === "on" ? "off" : "on");
      paintSwitches();
    }
    if (on("#fresh button")) {
      ($(".rows")).scrollTop = 0;
      if (getComputedStyle($(".rows")).overflowY === "visible") scrollTo(0, 0);
      tellFresh(0);
    }
    closeMenus(on(".act"));
    const me = $(".me[open]");
    if (me && !me.contains(event.target)) me.open = false;
  });
  /* An open menu lies on top of what comes after it, so it goes when the focus does. */
  document.addEventListener("focusin", ({ target }) => closeMenus(target.closest(".act")));
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-counter]")) return;
    kept.set("desk-counter", target.checked ? "on" : "off");
    stir();
  });
  for (const sign of ["pointermove", "touchstart", "scroll"]) {
    document.addEventListener(sign, stir, { passive: true, capture: true });
  }

  /* Before the list changes: note what must stay where it is, and who comes after it. */
  let before = null;

  function remember() {
    const rows = all("#rows .row");
    const acted = $("#pane [data-row]")?.dataset.row;
    const focused = rowOf(document.activeElement);
    const inPane = $("#pane")?.contains(document.activeElement);
    const anchor = focused ?? $("#rows .row:hover");
    const start = focused ?? (inPane ? document.getElementById(acted) : null);
    const at = rows.indexOf(start);
    before = {
      fresh: rows.filter((row) => "new" in row.dataset).map((row) => row.id),
      anchor: anchor?.id,
      top: anchor?.getBoundingClientRect().top,
      leaving: start?.id,
      heirs: at < 0 ? [] : [...rows.slice(at + 1), ...rows.slice(0, at).reverse()].map((row) => row.id),
    };
  }

  function settle() {
    if (!before) return;
    const { fresh, anchor, top, leaving, heirs } = before;
    before = null;
    const stayed = anchor && document.getElementById(anchor);
    if (stayed) {
      const moved = stayed.getBoundingClientRect().top - top;
      const list = $("#rows");
      if (getComputedStyle(list).overflowY === "visible") scrollBy(0, moved);
      else list.scrollTop += moved;
    }
    if (leaving && !document.getElementById(leaving)) {
      const lost = document.activeElement === document.body || !document.activeElement?.isConnected;
      const heir = heirs.map((id) => document.getElementById(id)).find(Boolean);
      if (lost) ($("h3 a", heir ?? document.body) ?? $("#queue-heading"))?.focus();
    }
    const arrived = all("#rows .row[data-new]").filter((row) => !fresh.includes(row.id));
    if (arrived.length) announce(arrived);
    markOpen();
  }

  function announce(rows) {
    const words = rows.map((row) => $(".tag", row).textContent.toLowerCase());
    $("#announce").textContent = `${rows.length} new: ${words.join(", ")}`;
    const list = $("#rows").getBoundingClientRect();
    const above = rows.filter((row) => row.getBoundingClientRect().top < Math.max(list.top, 0) - 1);
    if (above.length) tellFresh(above.length);
  }

  function tellFresh(count) {
    const button = $("#fresh button");
    if (!button) return;
    button.hidden = count === 0;
    $("span", button).textContent = `${count} new`;
  }

  /* How fresh the list is, and what to say when it cannot be fetched. */
  let checked = Date.now();

  function paintLive() {
    const line = $("#live span");
    if (!line) return;
    const seconds = Math.round((Date.now() - checked) / 1000);
    line.textContent = seconds < 3 ? "Live, checked just now" : `Live, checked ${seconds} s ago`;
  }

  function reached() {
    checked = Date.now();
    if ($("#offline").textContent) $("#offline").textContent = "";
    root.removeAttribute("data-offline");
  }

  function lost() {
    const time = new Date(checked).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
    const words = `Not connected. The list is from ${time}. Trying again.`;
    if ($("#offline").textContent !== words) $("#offline").textContent = words;
    root.setAttribute("data-offline", "");
  }

  /* A toast offers Undo for some seconds, longer while somebody is on it. */
  let fading = 0;
  function fade() {
    clearTimeout(fading);
    const toast = $("#toast");
    if (!toast?.firstElementChild) return;
    fading = setTimeout(() => {
      if (toast.matches(":hover, :focus-within")) fade();
      else toast.replaceChildren();
    }, TOAST_MS);
  }

  /* A poll never takes away a menu that somebody is in: it asks without, and drops what crossed. */
  document.addEventListener("htmx:config:request", ({ target, detail }) => {
    if (target.matches?.(LIVE)) detail.ctx.request.body.set("busy", menus().length ? "1" : "");
    if (target.matches?.(LIVE) && (document.hidden || covered)) detail.ctx.request.body.set("away", "1");
  });
  document.addEventListener("htmx:before:swap", ({ target, detail }) => {
    const { tasks } = detail;
    const crossed = tasks.findIndex((task) => task.target?.matches?.(".acts"));
    if (target.id === "rows" && crossed >= 0 && menus().length) tasks.splice(crossed, 1);
    if (target.id === "diary" && menus().length) tasks.length = 0;
    remember();
  });
  document.addEventListener("htmx:after:swap", ({ target, detail }) => {
    const source = detail?.ctx?.sourceElement ?? target;
    settle();
    markOpen();
    paintSwitches();
    fade();
    drafted(draft.bringBack);
    if (source.matches?.("#rows .row h3 a")) opened(rowOf(source));
    const landing = $('#pane [aria-invalid="true"], #pane [id^="pane-"][id$="-health"] h3[tabindex]');
    if (document.activeElement === document.body && landing) landing.focus();
  });
  document.addEventListener("htmx:after:request", ({ target, detail }) => {
    if (target.matches?.(LIVE) && detail.ctx.response.status < 400) reached();
  });
  document.addEventListener("htmx:error", ({ target }) => {
    if (target.matches?.(LIVE)) lost();
  });
  document.addEventListener("htmx:response:error", ({ target }) => {
    if (target.matches?.(LIVE)) lost();
  });
  document.addEventListener("htmx:finally:request", ({ target, detail }) => {
    const row = rowOf(target)?.id ?? afterOpening?.row;
    if (detail.ctx.target?.id === "pane" && row === afterOpening?.row) afterOpening = null;
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.body.dispatchEvent(new Event("rows:refresh"));
  });

  /* What is typed in an answer stays in this tab until it is sent: a reload or a crash loses nothing.
     The server names the version that a sent answer made; told once, the draft goes. */
  const draft = {
    do: (act) => {
      try {
        return act(sessionStorage);
      } catch {
        return null; /* A browser may keep no storage for us. */
      }
    },
    keep: (field) => draft.do((kept) => kept.setItem(`draft-${field.dataset.draft}`, field.value)),
    bringBack: (field) =>
      draft.do((kept) => {
        const [name, mark] = [`draft-${field.dataset.draft}`, `sent-${field.dataset.draft}`];
        if (field.dataset.sent && field.dataset.sent !== kept.getItem(mark)) {
          kept.setItem(mark, field.dataset.sent);
          kept.removeItem(name);
        }
        if (field.value) draft.keep(field);
        else field.value = kept.getItem(name) ?? "";
      }),
  };
  const drafted = (act) => {
    for (const field of all("[data-draft]")) act(field);
  };
  document.addEventListener("input", ({ target }) => {
    if (target.matches("[data-draft]")) draft.keep(target);
  });
  document.addEventListener("submit", ({ target }) => {
    if (target.matches('[action$="/sign-out"]')) draft.do((kept) => kept.clear());
  });

  /* A lead has come into the pane: read it from the top, then do what a key had asked for it. */
  function opened(row) {
    const pane = $("#pane");
    pane.scrollTop = 0;
    if (getComputedStyle(pane).overflowY === "visible") scrollTo(0, 0);
    if (afterOpening?.row !== row.id) {
      $("#pane-name")?.focus({ preventScroll: true });
      return;
    }
    const { key } = afterOpening;
    afterOpening = null;
    press(key);
  }

  document.addEventListener("DOMContentLoaded", () => {
    paintSwitches();
    stir();
    fade();
    drafted(draft.bringBack);
    if (!$(LIVE)) return;
    paintLive();
    setInterval(paintLive, 1000);
  });
})();
