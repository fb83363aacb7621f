// 记一笔: keeps what is typed until it is recorded, sends it once, and helps with places, names and photos.
(() => {
  const form = document.getElementById("entry");
  if (!form) return;
  const words = JSON.parse(form.dataset.words), plans = JSON.parse(form.dataset.plans), key = form.dataset.draft;
  const english = document.documentElement.lang === "en";
  const secret = new Set(["caller_name", "caller_number", "form", "version", "photos", "drop"]); // never in a draft
  const byId = (id) => document.getElementById(id);
  const fields = () => [...form.elements].filter((one) => one.name && !secret.has(one.name) && one.type !== "file");
  const tell = (text, wrong, ...acts) => {
    const box = byId("said");
    box.textContent = text;
    box.className = wrong ? "wrong" : "said";
    box.hidden = !text;
    for (const [what, words_of, act] of acts) {
      const one = Object.assign(document.createElement(what), { textContent: words_of });
      if (what === "a") one.href = act; else { one.type = "button"; one.onclick = act; }
      box.append(document.createElement("br"), one);
    }
    if (text) box.scrollIntoView({ block: "nearest" });
    return box;
  };
  let waiting = 0, sending = false, done = false, pictures = [];
  let sent = []; // what was sent under this id and had no answer: the server tells by it that this is the same hand

  // An id of its own, so that what is sent twice is recorded once.
  const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

  // The draft.
  const kept = byId("kept");
  const chosen = () => (form.querySelector('[name="kind"]:checked') || {}).value;
  const away = key + ".aside"; // an older draft, where the address asked for something else
  const stored = (of) => { try { return JSON.parse(localStorage.getItem(of)); } catch { return null; } };
  const typed = () => {
    const said = {};
    for (const one of fields()) if (one.type !== "radio" || one.checked) said[one.name] = one.value;
    return said;
  };
  const keep = () => {
    const caller = ["caller_name", "caller_number"].some((name) => form.elements[name] && form.elements[name].value);
    try {
      localStorage.setItem(key, JSON.stringify({ said: typed(), photos: pictures.length, caller, sent, at: location.search }));
      kept.textContent = words.draft;
    } catch { kept.textContent = words.no_draft; }
  };
  const stale = () => { // drafts of corrections of what has changed since
    const before = key.slice(0, key.lastIndexOf(".") + 1);
    try { Object.keys(localStorage).forEach((one) => { if (before !== words.drafts && one.startsWith(before) && one !== key) localStorage.removeItem(one); }); } catch { /* nothing is kept */ }
  };
  const forget = (of) => { try { localStorage.removeItem(of); } catch { /* nothing was kept */ } };
  const drop = (of) => { forget(of); location.replace(location.pathname + location.search); };
  const offer = () => { // what the address asks for comes first; the draft waits for a word
    const draft = stored(key);
    try {
      if (draft) localStorage.setItem(away, JSON.stringify(draft));
      localStorage.removeItem(key);
    } catch { /* nothing is kept */ }
    if (stored(away)) tell(words.aside, false, ["button", words.take_draft, () => { restore(stored(away), key); forget(away); keep(); }], ["button", words.drop, () => drop(away)]);
  };
  const restore = (draft, of) => {
    // The campaign first, then the team: what can be chosen after them follows from them.
    const order = ["campaign", "team"];
    const names = [...order, ...Object.keys(draft.said).filter((name) => !order.includes(name))];
    for (const name of names) {
      if (!(name in draft.said)) continue;
      for (const one of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (one.type === "radio") one.checked = one.value === draft.said[name];
        else if (!secret.has(name)) one.value = draft.said[name];
      }
      if (order.includes(name)) choices();
    }
    if (draft.said.lon || draft.said.facility_text || draft.said.region) form.querySelector("details").open = true;
    sent = draft.sent || [];
    toggle();
    const caller = form.elements.caller_name && chosen() === "appeal" && (draft.caller || !form.version);
    const said = words.restored + (caller ? " " + words.caller_again : "") + (draft.photos ? " " + words.photos_again : "");
    tell(said, caller, ["button", words.drop, () => drop(of)]);
  };

  // What can be chosen follows from the campaign and the team.
  const fill = (select, groups) => {
    const was = select.value;
    select.replaceChildren(new Option(words.choose, ""));
    for (const [label, rows] of groups) {
      let into = select;
      if (label && rows.length) { into = document.createElement("optgroup"); into.label = label; select.append(into); }
      for (const [id, name] of rows) into.append(new Option(name, id));
    }
    select.value = was;
    if (select.selectedIndex < 0) select.value = "";
  };
  const choices = () => {
    const plan = plans[form.campaign.value] || { teams: [], positions: [] }, before = form.team.value;
    fill(form.team, [["", plan.teams]]);
    const own = form.team.value && plan.positions.filter((row) => row[2] === form.team.value);
    fill(form.position, own && own.length
      ? [[words.own, own], [words.others, plan.positions.filter((row) => row[2] !== form.team.value)]]
      : [["", plan.positions]]);
    return before;
  };
  const toggle = () => {
    const kind = chosen();
    for (const part of form.querySelectorAll("[data-of]")) {
      const off = !part.dataset.of.split(" ").includes(kind);
      part.hidden = off;
      if (part.tagName === "FIELDSET") part.disabled = off;
      else part.querySelectorAll("input").forEach((one) => { one.disabled = off; });
    }
  };

  // Names, as they are typed.
  for (const part of form.querySelectorAll(".search")) {
    const typed = part.querySelector("label input"), chosen = part.querySelector("input[type=hidden]"), list = part.querySelector("ul");
    let timer = 0, asked = 0;
    const show = () => part.classList.toggle("chosen", !!chosen.value);
    const close = () => { list.hidden = true; list.replaceChildren(); };
    typed.addEventListener("input", () => {
      chosen.value = "";
      show();
      clearTimeout(timer);
      if (!typed.value.trim()) return close();
      timer = setTimeout(async () => {
        const mine = ++asked;
        let found = [];
        try {
          const answer = await fetch(`/api/v1/search?kinds=${part.dataset.group}&limit=8&q=${encodeURIComponent(typed.value.trim())}`, { headers: { Accept: "application/json" } });
          if (answer.ok) found = (await answer.json()).found;
        } catch { /* without a connection the name goes as it is */ }
        if (mine !== asked || chosen.value) return;
        list.replaceChildren(...found.map((one) => {
          const button = document.createElement("button"), more = document.createElement("small");
          const text = (said) => (said && (english ? said.en || said.zh : said.zh || said.en)) || "";
          button.type = "button";
          button.textContent = text(one.label);
          more.textContent = [text(one.beside), one.standing === "synthetic" ? words.synthetic : ""].filter(Boolean).join(" · ");
          button.append(more);
          button.onclick = () => { chosen.value = one.id; typed.value = text(one.label); close(); show(); edited(); };
          const item = document.createElement("li");
          item.append(button);
          return item;
        }));
        list.hidden = !found.length;
        if (found.length) part.scrollIntoView({ block: "start" }); // above the keyboard and the bar
      }, 200);
    });
    show();
  }

  // The place.
  const placed = (lon, lat, by, precision) => {
    form.lon.value = lon === null ? "" : lon.toFixed(6);
    form.lat.value = lat === null ? "" : lat.toFixed(6);
    form.placed_by.value = by;
    form.precision_m.value = precision === null ? "" : Math.round(precision);
    byId("unplace").hidden = lon === null;
    byId("placed").textContent = lon === null ? words.no_place : by === "phone" ? words.located.replace("0", Math.round(precision)) : words.tapped;
    draw();
    edited();
  };
  let map = null, mark = null;
  const draw = () => {
    if (!map) return;
    if (mark) mark.remove();
    mark = form.lon.value ? L.circleMarker([+form.lat.value, +form.lon.value], { radius: 9, color: "#c8161d", weight: 3, fillOpacity: 0.4 }).addTo(map) : null;
  };
  const apart = () => { // of names that would lie on each other the later one is left out
    const shown = [];
    for (const name of document.querySelectorAll("#map .town")) {
      name.style.visibility = "";
      const one = name.getBoundingClientRect();
      const hit = shown.some((other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom);
      if (hit) name.style.visibility = "hidden"; else shown.push(one);
    }
  };
  const load = (tag, set) => new Promise((done, fail) => {
    const part = Object.assign(document.createElement(tag), set, { onload: done, onerror: fail });
    document.head.append(part);
  });
  form.querySelectorAll(".script").forEach((part) => { part.hidden = false; });
  byId("unplace").onclick = () => placed(null, null, "", null);
  byId("locate").onclick = () => {
    const said = byId("placed");
    if (!navigator.geolocation || !window.isSecureContext) { said.textContent = words.insecure; return; }
    said.textContent = words.locating;
    navigator.geolocation.getCurrentPosition(
      (found) => placed(found.coords.longitude, found.coords.latitude, "phone", found.coords.accuracy),
      (error) => { said.textContent = error.code === 1 ? words.refused : words.unavailable; },
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 },
    );
  };
  byId("tap").onclick = async () => {
    const box = byId("map");
    if (map) { box.hidden = !box.hidden; map.invalidateSize(); return; }
    try {
      await load("link", { rel: "stylesheet", href: "/assets/leaflet/leaflet.css" });
      if (!window.L) await load("script", { src: "/assets/leaflet/leaflet.js" });
      const regions = await (await fetch("/api/v1/regions")).json();
      box.hidden = false;
      map = L.map(box, { attributionControl: false, tap: false });
      const shapes = L.geoJSON(regions, {
        style: { color: "#59564f", weight: 1.5, fillColor: "#f3efe8", fillOpacity: 1 },
        interactive: false,
        onEachFeature: (one, layer) => layer.bindTooltip((english && one.properties.name_en) || one.properties.name, { permanent: true, direction: "center", className: "town" }),
      }).addTo(map);
      const row = (plans[form.campaign.value] || { positions: [] }).positions.find((one) => one[0] === form.position.value);
      const town = row && shapes.getLayers().find((layer) => layer.feature.properties.code === row[3]);
      map.fitBounds(form.lon.value ? L.latLng(+form.lat.value, +form.lon.value).toBounds(4000) : (town || shapes).getBounds());
      map.on("zoomend moveend", apart);
      apart();
      map.on("click", (event) => placed(event.latlng.lng, event.latlng.lat, "tap", null));
      draw();
      box.scrollIntoView({ block: "center" });
      byId("placed").textContent = words.tap_help;
    } catch { byId("placed").textContent = words.no_map; }
  };

  // Photos, made smaller here where the browser can: less to send from a weak network.
  const shrink = async (file) => {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8))) || file;
    } catch { return file; }
  };
  const show = () => {
    byId("pictures").replaceChildren(...pictures.map((one) => {
      const item = document.createElement("li"), image = document.createElement("img"), drop = document.createElement("button");
      image.src = one.url;
      image.alt = one.name;
      drop.type = "button";
      drop.textContent = words.remove;
      drop.onclick = () => { URL.revokeObjectURL(one.url); pictures = pictures.filter((other) => other !== one); show(); edited(); };
      item.append(image, drop);
      return item;
    }));
  };
  form.photos.addEventListener("change", async () => {
    for (const file of [...form.photos.files]) {
      if (pictures.length >= words.photos_at_most) { tell(words.photos_many, true); break; }
      const blob = await shrink(file);
      pictures.push({ blob, name: file.name, url: URL.createObjectURL(blob) });
    }
    form.photos.value = "";
    show();
    edited();
  });

  // Sending.
  const faults = (said) => {
    form.querySelectorAll(".fault").forEach((one) => one.remove());
    form.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
    let first = null;
    for (const [name, text] of Object.entries(said || {})) {
      const at = form.querySelector(`[name="${CSS.escape(name === "lon + lat" ? "lon" : name)}"]`);
      if (!at) continue;
      at.setAttribute("aria-invalid", "true");
      const line = Object.assign(document.createElement("span"), { className: "fault", textContent: text });
      (at.closest("label:not(.kinds label), .search, fieldset") || at.parentElement).append(line);
      first = first || line;
    }
    if (first) { const folded = first.closest("details"); if (folded) folded.open = true; first.scrollIntoView({ block: "center" }); }
  };
  const pairs = (rows) => rows.map(([label, value]) => {
    const row = document.createElement("div");
    row.append(Object.assign(document.createElement("dt"), { textContent: label }), Object.assign(document.createElement("dd"), { textContent: value }));
    return row;
  });
  const later = (text) => {
    tell(text, true);
    waiting = Math.min((waiting || 5) * 2, 60);
    setTimeout(() => { if (waiting) send(); }, waiting * 1000);
  };
  const renewed = async () => { // the form's token, after somebody signed in again in another tab
    const page = new DOMParser().parseFromString(await (await fetch(location.href, { headers: { Accept: "text/html" } })).text(), "text/html");
    const token = page.querySelector('#entry [name="form"]');
    if (!token || token.value === form.elements.form.value) return false;
    form.elements.form.value = token.value;
    return true;
  };
  const send = async (again) => {
    if (sending) return;
    sending = true;
    byId("save").disabled = true;
    const body = new FormData(form), before = sent;
    body.delete("photos");
    const now = Object.fromEntries([...body].filter(([name]) => !secret.has(name)));
    body.append("sent", JSON.stringify(sent));
    sent = [...sent, now].slice(-5);
    keep();
    for (const one of pictures) body.append("photos", one.blob, "photo.jpg");
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), 60000);
    try {
      tell(words.sending, false);
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, signal: stop.signal });
      const said = await answer.json().catch(() => ({}));
      if (answer.ok) { // replaced, so that Back does not lead to a filled form
        waiting = 0;
        done = true;
        forget(key);
        if (tabs) tabs.postMessage(form.elements.id.value);
        location.replace(said.next);
        return;
      }
      if (answer.status === 403 && said.forged && !again && await renewed()) { sending = false; return send(true); }
      if (answer.status === 401) {
        waiting = 0;
        const link = Object.assign(document.createElement("a"), { href: "/signin?next=/m/ledger", target: "_blank", textContent: words.sign_in });
        tell(words.signed_out + " ", true).append(link);
      } else if (answer.status >= 500 || answer.status === 429) later(words.server);
      else {
        waiting = 0;
        sent = before; // what was refused is not recorded
        keep();
        if (said.correct) tell(said.message + " " + words.taken, true, ["a", words.correct, said.correct], ["button", words.as_another, another]);
        else tell(said.message || words.refused_all, true);
        if (said.version) form.version.value = said.version;
        byId("theirs").hidden = !said.theirs;
        if (said.theirs) byId("theirs").querySelector("dl").replaceChildren(...pairs(said.theirs));
        faults(said.faults);
      }
    } catch { later(words.offline); } finally {
      clearTimeout(timer);
      sending = false;
      byId("save").disabled = false;
    }
  };
  const another = () => {
    form.elements.id.value = fresh();
    sent = [];
    byId("theirs").hidden = true;
    send();
  };
  const edited = () => {
    if (waiting) { waiting = 0; tell(words.edited, true); }
    keep();
  };

  if (!form.elements.id.value && !form.version) form.elements.id.value = fresh();
  form.addEventListener("input", edited);
  form.addEventListener("change", (event) => {
    if (event.target.name === "campaign" || event.target.name === "team") choices();
    if (event.target.name === "kind") toggle();
    if (event.target.type !== "file") edited();
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); waiting = 0; send(); });
  window.addEventListener("online", () => { if (waiting) send(); });
  // Two tabs that took up one draft have one id: once one of them has recorded it, the other is no longer the same hand.
  const tabs = window.BroadcastChannel && !form.version ? new BroadcastChannel(key) : null;
  if (tabs) tabs.onmessage = (event) => { if (event.data === form.elements.id.value) { sent = []; waiting = 0; tell(words.elsewhere, true); } };
  window.addEventListener("pageshow", (event) => { if (event.persisted && done) location.reload(); });
  history.scrollRestoration = "manual"; // what is said of the draft stands at the top
  stale();
  choices();
  toggle();
  const draft = stored(key);
  if (draft && (!("asked" in form.dataset) || draft.at === location.search)) restore(draft, key);
  else offer();
})();
