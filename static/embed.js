/* Puts a form of this studio into your page. Where it should stand, write:
   <a href="https://STUDIO/consult" data-portal="inline">Book your free consult</a>
   <script async src="https://STUDIO/embed.js"></script>
   It leads to /consult, /day-pass or /times; data-portal is inline, button or float. */
(() => {
  const home = new URL(document.currentScript.src).origin;
  const css = (it, rules) => (Object.assign(it.style, rules), it);
  const make = (tag, its, rules) => css(Object.assign(document.createElement(tag), its), rules);

  /* The link stays until its frame has spoken: a refused frame leaves a way in. */
  function inline(link) {
    const url = new URL(link.href);
    for (const [name, value] of new URLSearchParams(location.search)) {
      if (name.startsWith("utm_")) url.searchParams.set(name, value);
    }
    url.searchParams.set("from", location.origin + location.pathname);
    const it = make("iframe", { src: url, title: link.text.trim() }, { width: "100%", height: "0", border: "0", display: "block" });
    it.addEventListener("portal", () => css(link, { display: "none" }));
    link.after(it);
  }

  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== home || !(data?.portal > 0)) return;
    for (const it of document.querySelectorAll("iframe")) {
      if (it.contentWindow !== source) continue;
      css(it, { height: `${Math.ceil(data.portal)}px` });
      it.dispatchEvent(new Event("portal"));
      if (data.fresh && it.getBoundingClientRect().top < 0) it.scrollIntoView();
    }
  });

  function sheet(link) {
    const it = make("dialog", {}, { width: "min(46rem, 100%)", maxHeight: "92vh", padding: "0", border: "0", borderRadius: "16px", background: "#f2f5ef" });
    it.setAttribute("aria-label", link.text.trim());
    const close = make("button", { textContent: "Close", onclick: () => it.close() }, { position: "sticky", top: "12px", font: "inherit", margin: "12px", padding: "12px 16px" });
    const plain = make("a", { href: link.href, text: link.text });
    it.append(close, plain);
    inline(plain);
    it.onclose = () => link.focus();
    document.body.append(it);
    return it;
  }

  function button(link) {
    let it;
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      it ??= sheet(link);
      it.showModal();
    });
  }

  function float(link) {
    css(link, { position: "fixed", right: "16px", bottom: "16px", zIndex: "9999", padding: "14px 20px", borderRadius: "99px", background: "#103a2d", color: "#fff", fontWeight: "700", textDecoration: "none", boxShadow: "0 6px 24px #0004" });
    button(link);
  }

  const ways = { inline, button, float };
  for (const link of document.querySelectorAll("a[data-portal]")) {
    const way = ways[link.dataset.portal];
    if (!way || new URL(link.href).origin !== home) continue;
    delete link.dataset.portal;
    way(link);
  }
})();
