// The map app that somebody used last is offered first next time, on this browser only.
const rememberApps = (root) => {
  const KEY = "gongtu-app";
  const kept = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const keep = (app) => { try { localStorage.setItem(KEY, app); } catch { /* a browser that keeps nothing */ } };
  root.querySelectorAll(".card").forEach((card) => {
    const first = card.querySelector("a.go");
    const last = [...card.querySelectorAll(".more a[data-app]")].find((link) => link.dataset.app === kept());
    if (!first || !last) return;
    const name = first.querySelector("small");
    [first.href, last.href] = [last.href, first.href];
    [first.dataset.app, last.dataset.app] = [last.dataset.app, first.dataset.app];
    [name.textContent, last.textContent] = [last.textContent, name.textContent];
  });
  root.onclick = (event) => {
    const link = event.target.closest && event.target.closest("a[data-app]");
    if (link) keep(link.dataset.app);
  };
};
