// 记一笔: keeps what is typed until it is recorded, sends it once, and helps with places, names and photos.
(() => {
  const form = document.getElementById("entry");
  if (!form) { // it is recorded; others may not be
    const box = document.getElementById("unsent_ones");
    let there = 0;
    try { there = box ? Object.keys(localStorage).filter((one) => one.startsWith(box.dataset.drafts)).length : 0; } catch { /* nothing is kept */ }
    if (there) box.firstElementChild.textContent = box.dataset.words.replace("0", there);
    if (there) box.hidden = false;
    return;
  }
  const words = JSON.parse(form.dataset.words), plans = JSON.parse(form.dataset.plans);
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
  let waiting = 0, sending = false, catching = false, done = false, caught = 0, pictures = [];
  let sent = []; // what was sent under this id and had no answer: the server tells by it that this is the same hand
  const held = new Map(); // by id: photos and caller of what was set aside, for as long as this page is open

  // An id of its own, so that what is sent twice is recorded once.
  const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

  // Drafts: one of each correction, and of each new entry one under its id.
  const kept = byId("kept");
  const key = () => (form.version ? form.dataset.draft : `${form.dataset.draft}.${form.elements.id.value}`);
  const chosen = () => (form.querySelector('[name="kind"]:checked') || {}).value;
  const stored = (of) => { try { return JSON.parse(localStorage.getItem(of)); } catch { return null; } };
  const store = (of, draft) => { try { localStorage.setItem(of, JSON.stringify(draft)); return true; } catch { return false; } };
  const forget = (of) => { try { localStorage.removeItem(of); } catch { /* nothing was kept */ } };
  const keys = (begin) => { try { return Object.keys(localStorage).filter((one) => one.startsWith(begin) && one !== key()); } catch { return []; } };
  const typed = () => {
    const said = {};
    for (const one of fields()) if (one.type !== "radio" || one.checked) said[one.name] = one.value;
    return said;
  };
  const caller = () => ["caller_name", "caller_number"].filter((name) => form.elements[name] && form.elements[name].value).map((name) => [name, form.elements[name].value]);
  const keep = () => {
    const draft = { said: typed(), photos: pictures.length, caller: !!caller().length, sent, waiting: !!waiting, at: location.search, when: Date.now() };
    kept.textContent = store(key(), draft) ? words.draft : words.no_draft;
  };
  // The others: 未发送 2 条.
  const others = () => (form.version ? [] : keys(form.dataset.draft + ".")).map((of) => [of, stored(of)]).filter(([, one]) => one).sort((a, b) => a[1].when - b[1].when);
  const lacks = (draft) => (draft.caller || draft.photos) && !held.has(draft.said.id); // what is not kept in the phone
  const button = (text, act) => Object.assign(document.createElement("button"), { type: "button", textContent: text, onclick: act });
  const list = () => {
    const there = others(), box = byId("unsent");
    box.hidden = !there.length && !caught;
    box.querySelector("p").textContent = [caught && words.caught_up.replace("0", caught), there.length && words.unsent.replace("0", there.length)].filter(Boolean).join(" ");
    box.querySelector("ul").replaceChildren(...there.map(([of, one]) => {
      const item = document.createElement("li"), kind = form.querySelector(`[name="kind"][value="${CSS.escape(one.said.kind)}"] + span`);
      const about = [kind && kind.textContent, one.said.date, one.said.enterprise_text || one.said.note.slice(0, 20), one.waiting && (lacks(one) ? words.lacking : words.waiting)];
      const drop = button(words.remove, () => { // the second time it is asked
        if (drop.textContent === words.remove) { drop.textContent = words.sure; return; }
        forget(of);
        held.delete(one.said.id);
        list();
      });
      item.append(button(about.filter(Boolean).join(" · "), () => take(stored(of))), drop);
      return item;
    }));
  };
  const put = (draft) => { // what stands in the form is set aside, and this stands in it
    if (stored(key())) held.set(form.elements.id.value, { pictures, caller: caller() });
    const mine = held.get(draft.said.id) || { pictures: [], caller: [] };
    waiting = 0;
    fill_in(draft);
    pictures = mine.pictures;
    for (const name of ["caller_name", "caller_number"]) if (form.elements[name]) form.elements[name].value = Object.fromEntries(mine.caller)[name] || "";
    show();
    draw();
    faults();
    tell("");
    byId("theirs").hidden = true;
    kept.textContent = "";
  };
  const take = (draft) => { if (draft && !sending) { put(draft); restored(draft); list(); } };
  const begin = () => { // another entry, of the same team and day
    if (sending) return;
    const blank = Object.fromEntries(fields().map((one) => [one.name, ""]));
    for (const name of ["campaign", "team", "position", "date"]) blank[name] = form.elements[name].value;
    put({ said: { ...blank, kind: chosen(), id: fresh() } });
    list();
    scrollTo(0, 0);
  };
  const drop = () => { // what stands in the form is not wanted
    const of = key(), id = form.elements.id.value;
    if (form.version) { forget(of); location.replace(location.pathname + location.search); return; }
    begin();
    forget(of);
    held.delete(id);
    list();
  };
  const stale = () => { // drafts of corrections of what has changed since
    if (form.version) keys(key().slice(0, key().lastIndexOf(".") + 1)).forEach(forget);
  };
  const fill_in = (draft) => {
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
    form.querySelectorAll(".search").forEach((part) => part.classList.toggle("chosen", !!part.querySelector("input[type=hidden]").value));
    byId("unplace").hidden = !draft.said.lon;
    byId("placed").textContent = draft.said.lon ? words.placed : words.no_place;
  };
  const restored = (draft) => {
    const asks = form.elements.caller_name && chosen() === "appeal" && !caller().length && (draft.caller || !form.version);
    const lost = draft.photos > pictures.length;
    tell(words.restored + (asks ? " " + words.caller_again : "") + (lost ? " " + words.photos_again : ""), asks, ["button", words.drop, drop]);
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
    waiting = Math.min((waiting || 5) * 2, 60);
    keep();
    tell(text, true, ...(form.version ? [] : [["button", words.again, begin]]));
    setTimeout(() => { if (waiting) send(); }, waiting * 1000);
  };
  const renewed = async () => { // the form's token, after somebody signed in again in another tab
    const page = new DOMParser().parseFromString(await (await fetch(location.href, { headers: { Accept: "text/html" } })).text(), "text/html");
    const other = page.getElementById("entry"), token = other && other.querySelector('[name="form"]');
    if (!token || token.value === form.elements.form.value || JSON.parse(other.dataset.words).drafts !== words.drafts) return false; // or another person
    form.elements.form.value = token.value;
    return true;
  };
  const post = async (said, before, its, photos) => { // the status, and what the answer says
    const body = new FormData();
    for (const [name, value] of [...Object.entries(said), ...its, ["form", form.elements.form.value], ["sent", JSON.stringify(before)]]) body.append(name, value);
    for (const one of photos) body.append("photos", one.blob, "photo.jpg");
    for (const again of [false, true]) {
      const stop = new AbortController(), timer = setTimeout(() => stop.abort(), 60000);
      try {
        const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, signal: stop.signal });
        const words_of = await answer.json().catch(() => ({}));
        if (again || answer.status !== 403 || !words_of.forged || !(await renewed())) return [answer.status, words_of];
        body.set("form", form.elements.form.value);
      } finally { clearTimeout(timer); }
    }
  };
  const catch_up = async () => { // what was saved without a connection and set aside since
    if (catching) return;
    catching = true;
    try {
      for (const [of, draft] of others()) {
        if (!draft.waiting || lacks(draft) || !draft.sent.length) continue;
        const mine = held.get(draft.said.id) || { pictures: [], caller: [] };
        const [status] = await post(draft.sent.at(-1), draft.sent, mine.caller, mine.pictures);
        if (status === 401 || status === 429 || status >= 500) break;
        if (status < 300) {
          caught += 1;
          forget(of);
          held.delete(draft.said.id);
          if (tabs) tabs.postMessage(draft.said.id);
        } else store(of, { ...draft, sent: draft.sent.slice(0, -1), waiting: false }); // refused: for whoever opens it
      }
    } catch { /* no connection yet */ } finally {
      catching = false;
      list();
    }
  };
  const send = async () => {
    if (sending) return;
    sending = true;
    byId("save").disabled = true;
    const before = sent, its = [...new FormData(form)].filter(([name]) => secret.has(name) && !["form", "photos"].includes(name));
    const now = Object.fromEntries([...new FormData(form)].filter(([name]) => !secret.has(name) && name !== "photos"));
    sent = [...sent, now].slice(-5);
    keep();
    faults();
    try {
      tell(words.sending, false);
      const [status, said] = await post(now, before, its, pictures);
      if (status < 300) { // replaced, so that Back does not lead to a filled form
        waiting = 0;
        done = true;
        forget(key());
        if (tabs) tabs.postMessage(form.elements.id.value);
        await catch_up();
        location.replace(said.next);
        return;
      }
      if (status === 401) {
        waiting = 0;
        const link = Object.assign(document.createElement("a"), { href: "/signin?next=/m/ledger", target: "_blank", textContent: words.sign_in });
        tell(words.signed_out + " ", true).append(link);
      } else if (status >= 500 || status === 429) later(words.server);
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
      sending = false;
      byId("save").disabled = false;
    }
  };
  const another = () => {
    forget(key());
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
  window.addEventListener("online", async () => { await catch_up(); if (waiting) send(); });
  setInterval(catch_up, 30000);
  // Two tabs that took up one draft have one id: once one of them has recorded it, the other is no longer the same hand.
  const tabs = window.BroadcastChannel && !form.version ? new BroadcastChannel(form.dataset.draft) : null;
  if (tabs) tabs.onmessage = (event) => { if (event.data === form.elements.id.value) { sent = []; waiting = 0; tell(words.elsewhere, true); } };
  window.addEventListener("pageshow", (event) => { if (event.persisted && done) location.reload(); });
  history.scrollRestoration = "manual"; // what is said of the draft stands at the top
  stale();
  choices();
  toggle();
  const draft = form.version ? stored(key()) : others().map(([, one]) => one).filter((one) => !one.waiting && (!("asked" in form.dataset) || one.at === location.search)).pop();
  if (draft) { fill_in(draft); restored(draft); }
  list();
  catch_up();
})();
