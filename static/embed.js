/* Puts a form of this studio into your page. Where it should stand, write:
   <a href="https://STUDIO/consult" data-portal="inline">Book your free consult</a>
   <script async src="https://STUDIO/embed.js"></script>
   data-portal is inline, button or float. */
(() => {
  const home = new URL(document.currentScript.src).origin;
  const css = (it, rules) => Object.assign(it.style, rules);

  function frame(link) {
    const url = new URL(link.href);
    for (const [name, value] of new URLSearchParams(location.search)) {
      if (name.startsWith("utm_")) url.searchParams.set(name, value);
    }
    url.searchParams.set("from", location.origin + location.pathname);
    const it = document.createElement("iframe");
    it.src = url;
    it.title = link.textContent.trim();
    css(it, { width: "100%", height: "0", border: "0", display: "block" });
    return it;
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

  /* The link stays until its frame has spoken: a frame that is refused leaves a way in. */
  function inline(link) {
    const it = frame(link);
    it.addEventListener("portal", () => css(link, { display: "none" }), { once: true });
    link.after(it);
  }

  function sheet(link) {
    const it = document.createElement("dialog");
    it.setAttribute("aria-label", link.textContent.trim());
    css(it, { width: "min(46rem, 100%)", maxHeight: "92vh", padding: "0", border: "0", borderRadius: "16px", background: "#f2f5ef" });
    const close = document.createElement("button");
    close.textContent = "Close";
    css(close, { font: "inherit", margin: "12px", padding: "12px 16px" });
    close.onclick = () => it.close();
    it.append(close, frame(link));
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
    css(link, { position: "fixed", right: "16px", bottom: "16px", zIndex: "9999", padding: "14px 20px", borderRadius: "99px", background: "#103a2d", color: "#fff", fontWeight: "700", textDecoration: "none", boxShadow: "0 6px 24px rgb(0 0 0 / .3)" });
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
