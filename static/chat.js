/* The chat with a script: a panel beside the page, new words as they come, and none that is typed lost. */
"use strict";
(() => {
  const DRAFT = "chat-draft-";
  const TYPED = "#chat .input[id]";
  const PLACE = "chat-at";
  const SOONEST_MS = 3000;
  const LATEST_MS = 30000;
  const SLOWER = 1.2;
  const OWN_WORDS = [409, 422, 429];
  const GONE = [404, 410];
  const $ = (selector, from = document) => from.querySelector(selector);
  const panel = $("#chatbox");
  const inside = panel && $("[data-chat-panel]", panel);

  /* Kept in this tab alone. */
  const kept = {
    get: (name) => {
      try {
        return sessionStorage.getItem(name);
      } catch {
        return null;
      }
    },
    set: (name, value) => {
      try {
        if (value) sessionStorage.setItem(name, value);
        else sessionStorage.removeItem(name);
      } catch {
        /* A browser may keep no storage for us. */
      }
    },
  };

  /* A draft stands until it is said: what was said is the last of one's own words, and the server has
     tidied its spaces. Who one is goes along with the first message. */
  const bare = (text) => text?.normalize("NFC").replace(/[\s\p{C}]+/gu, "");
  function putDraftsBack() {
    const said = [...document.querySelectorAll(".msg--visitor .msg__text")].pop();
    if (said && bare(said.textContent) === bare(kept.get(DRAFT + "chat-text"))) kept.set(DRAFT + "chat-text", "");
    if (said) for (const id of ["chat-name", "chat-email"]) kept.set(DRAFT + id, "");
    for (const field of document.querySelectorAll(TYPED)) {
      const draft = kept.get(DRAFT + field.id);
      if (!draft || field.value.trim()) continue;
      field.value = draft;
      field.closest("details")?.setAttribute("open", "");
    }
  }

  function settle() {
    const chat = $("#chat");
    if (!chat) return;
    if (inside?.contains(chat) && chat.dataset.chatAt) kept.set(PLACE, chat.dataset.chatAt);
    putDraftsBack();
    const log = $("#chat-log");
    if (log) log.scrollTop = log.scrollHeight;
    beat();
  }

  /* New words: asked for often while somebody talks, seldom while nobody does, never unseen. */
  let timer = 0;
  let wait = SOONEST_MS;
  function beat() {
    clearTimeout(timer);
    timer = setTimeout(poll, wait);
  }
  function poll() {
    const log = $("#chat-log");
    if (!log) return;
    if (!document.hidden && log.checkVisibility()) {
      log.dispatchEvent(new Event("chat:poll"));
      wait = Math.min(wait * SLOWER, LATEST_MS);
    }
    beat();
  }
  function hurry() {
    wait = SOONEST_MS;
    if ($("#chat-log")) poll();
  }
  document.addEventListener("visibilitychange", () => document.hidden || hurry());
  addEventListener("online", hurry);

  /* What became of a message, beside its form. */
  function tell(words, { calm = false, label = "Send" } = {}) {
    const line = $("[data-chat-state]");
    if (!line) return;
    line.textContent = words;
    line.toggleAttribute("data-calm", calm);
    $("[data-chat-label]").textContent = label;
  }
  const failed = () => tell("Not sent. Your words are still here.", { label: "Send again" });
  /* That the line is gone covers no word about a message, and goes when the line is back. */
  const AWAY = "Not connected. We keep trying.";
  function connected(is) {
    const words = $("[data-chat-state]")?.textContent;
    if (!is && !words) tell(AWAY, { calm: true });
    else if (is && words === AWAY) tell("");
  }
  const isOurs = (target) => target.matches?.("[data-chat-form], #chat-log");
  const onOurs = (name, act) =>
    document.body.addEventListener(name, (event) => {
      if (!isOurs(event.target)) return;
      event.stopPropagation();
      act(event.target.id === "chat-log", event.detail?.ctx?.response?.status);
    });
  onOurs("htmx:before:request", (isPoll) => isPoll || tell("Sending…", { calm: true }));
  onOurs("htmx:error", (isPoll) => (isPoll ? connected(false) : failed()));
  onOurs("htmx:after:request", (isPoll, status) => isPoll && status < 500 && connected(true));
  function gone() {
    kept.set(PLACE, "");
    tell("This chat is gone. Begin a new one: what you typed goes along.");
  }
  onOurs("htmx:response:error", (isPoll, status) => {
    if (GONE.includes(status)) gone();
    else if (!isPoll && !OWN_WORDS.includes(status)) failed();
  });
  document.addEventListener("htmx:after:swap", ({ target }) => {
    if (!target.closest?.("#chat, [data-chat-panel], main")) return;
    if (target.id === "chat-log") wait = SOONEST_MS;
    settle();
    if (document.activeElement === document.body && panel?.open) $("textarea", inside)?.focus();
  });
  document.addEventListener("input", ({ target }) => {
    if (target.matches(TYPED)) kept.set(DRAFT + target.id, target.value);
  });

  /* The panel. */
  async function fetchInto(address) {
    const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Request-Type": "partial" } });
    if (!answer.ok) return false;
    inside.innerHTML = await answer.text();
    window.htmx.process(inside);
    return true;
  }

  const styled = {};
  const style = (href) =>
    (styled[href] ??= new Promise((done) => {
      const sheet = document.createElement("link");
      sheet.rel = "stylesheet";
      sheet.href = href;
      sheet.addEventListener("load", () => done(true));
      sheet.addEventListener("error", () => done(false));
      document.head.append(sheet);
    }));

  async function fill(link) {
    const earlier = kept.get(PLACE);
    if (earlier && (await fetchInto(earlier))) return true;
    kept.set(PLACE, "");
    return fetchInto(link.href);
  }

  /* Open the panel; false when it cannot be, and the link has to lead on. */
  window.portalChat = async (link) => {
    if (!panel?.show || panel.open) return Boolean(panel?.open);
    try {
      if (!(await style(link.dataset.css)) || !(await fill(link))) return false;
    } catch {
      return false;
    }
    if (matchMedia("(max-width: 48rem)").matches) panel.showModal();
    else panel.show();
    settle();
    hurry();
    $("textarea", inside)?.focus();
    return true;
  };
  panel?.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") panel.close();
  });

  /* A page that the browser kept behind Back may show a chat that was erased since. */
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

  settle();
})();
