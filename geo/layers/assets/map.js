// How features become marks on a Leaflet map. geo/layers calls what is returned at the end; the data say what to draw.
// Text reaches the page through textContent only: no value of a record is ever read as HTML.
window.gongtu = (() => {
  const text = (tag, className, content) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (content !== undefined) element.textContent = content;
    return element;
  };

  // An SVG mark of marks.svg by name.
  const mark = (name, size) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("width", size);
    svg.setAttribute("height", size);
    svg.setAttribute("class", "mark");
    use.setAttribute("href", "#" + name);
    svg.append(use);
    return svg;
  };

  // A point feature: a circle sized by its count, a region's name, or the mark of its kind.
  const point = (feature, latlng) => {
    const p = feature.properties;
    if (p.radius) return L.circleMarker(latlng, { radius: p.radius, pane: "cells", weight: 0.8, fillOpacity: 0.4 });
    if (p.label !== undefined) {
      const name = text("span", p.selected ? "selected" : "", p.label);
      if (p.short) Object.assign(name.dataset, { whole: p.label, short: p.short });
      const icon = L.divIcon({ className: "region-name", html: name, iconSize: [0, 0] });
      return L.marker(latlng, { icon, interactive: false, keyboard: false, pane: "names" });
    }
    if (p.metres) return L.circle(latlng, { radius: p.metres, pane: "gaps", interactive: false, color: "#284b8f", weight: 1, fillColor: "#284b8f", fillOpacity: 0.06 });
    if (p.origin) {
      const icon = L.divIcon({ className: "origin", html: text("span"), iconSize: [22, 22] });
      return L.marker(latlng, { icon, pane: "points", alt: p.title, keyboard: false, zIndexOffset: 2000 });
    }
    if (p.number) {
      const disc = text("span", "", p.number);
      if (p.fill) disc.style.background = p.fill;
      const anchor = [16 - (p.aside || 0) * 28, 16];
      const icon = L.divIcon({ className: "numbered " + p.tone, html: disc, iconSize: [32, 32], iconAnchor: anchor });
      return L.marker(latlng, { icon, pane: "points", alt: p.title, zIndexOffset: p.order, riseOnHover: true });
    }
    const size = p.size || 20;
    const anchor = [size / 2 - (p.aside || 0) * size, size / 2];
    const icon = L.divIcon({ className: p.faint ? "facility faint" : "facility", html: mark(p.mark, size), iconSize: [size, size], iconAnchor: anchor });
    return L.marker(latlng, { icon, pane: "points", alt: p.title, title: "", zIndexOffset: p.order || 0, riseOnHover: true });
  };

  // The words shown when a feature is pointed at: a title and lines under it.
  // Each click is told apart from the last, or a second click on the same feature would be no news to the page.
  let clicks = 0;
  const each = (feature, layer) => {
    const p = feature.properties;
    if (!p.title) return;
    layer.on("click", () => { p.click = ++clicks; });
    // Places are reached with the keyboard one by one; regions have their table, cells their regions.
    layer.on("add", () => {
      const element = layer.getElement();
      if (!element) return;
      const place = p.mark || p.number;
      element.setAttribute("tabindex", place ? "0" : "-1");
      if (place) element.setAttribute("aria-label", [p.title, ...p.lines].join("，"));
    });
    const box = text("div", "about");
    box.append(text("b", "", p.title));
    (p.lines || []).forEach((line) => box.append(text("span", "", line)));
    layer.bindTooltip(box, { sticky: !!p.code, direction: "auto", opacity: 1 });
  };

  // One layer of features in a pane; those only to be seen let clicks through.
  const SILENT = ["ground", "gaps", "lines", "names"];
  const layer = (pane, features) => L.geoJSON(features, {
    pane,
    interactive: !SILENT.includes(pane),
    style: (feature) => feature.properties.style,
    pointToLayer: point,
    onEachFeature: each,
  });

  // The legend and the data notice, redrawn with the layers they explain.
  const panel = (className, position) => {
    const control = L.control({ position });
    control.onAdd = () => {
      const element = text("div", className);
      L.DomEvent.disableClickPropagation(element);
      return element;
    };
    return control;
  };
  const panels = {};
  const fill = (map, name, position, children) => {
    if (!panels[name]) {
      panels[name] = panel(name, position).addTo(map);
    }
    panels[name].getContainer().replaceChildren(...children);
  };
  // Names that would cover one another give way, to what is short of them where there is that: the selected one stays,
  // then the first drawn.
  const declutter = (map) => {
    const names = [...map.getPane("names").querySelectorAll("span")];
    names.sort((a, b) => b.classList.contains("selected") - a.classList.contains("selected"));
    const taken = [];
    const fits = (name) => {
      const box = name.getBoundingClientRect();
      if (taken.some((t) => box.left < t.right && t.left < box.right && box.top < t.bottom && t.top < box.bottom)) return false;
      taken.push(box);
      return true;
    };
    const left = names.filter((name) => {
      if (name.dataset.whole) name.textContent = name.dataset.whole;
      return !fits(name);
    });
    names.forEach((name) => { name.style.visibility = ""; });
    left.forEach((name) => {
      if (name.dataset.short) name.textContent = name.dataset.short;
      name.style.visibility = name.dataset.short && fits(name) ? "" : "hidden";
    });
  };
  // The legend starts open where there is room; until someone opens or closes it, it closes while it would lie on a
  // region's name.
  let open = window.innerWidth > 640;
  let chosen = false;
  let legend = null;
  const makeRoom = () => {
    if (chosen || !legend) return;
    legend.open = open;
    const box = legend.getBoundingClientRect();
    const covers = [...document.querySelectorAll(".region-name span")].some((name) => {
      const at = name.getBoundingClientRect();
      const seen = name.style.visibility !== "hidden";
      return seen && at.left < box.right && box.left < at.right && at.top < box.bottom && box.top < at.bottom;
    });
    if (covers) legend.open = false;
  };
  const tidy = (map) => requestAnimationFrame(() => { declutter(map); makeRoom(); });
  const explain = (map, { title, rows, ramp, notice, corner }) => {
    const box = document.createElement("details");
    box.open = open;
    const summary = text("summary", "", title);
    summary.onclick = () => { chosen = true; open = !box.open; };
    legend = box;
    box.append(summary);
    rows.forEach(({ mark: name, swatch, words }) => {
      const row = text("div", "row");
      if (name) row.append(mark(name, 18));
      if (swatch.length) {
        const patch = mark("swatch", 18);
        patch.style.setProperty("--fill", swatch[0]);
        patch.style.setProperty("--over", swatch[1] || "none");
        row.append(patch);
      }
      row.append(text("span", "", words));
      box.append(row);
    });
    if (ramp.steps.length) {
      const steps = text("div", "steps");
      ramp.steps.forEach(([colour, words]) => {
        const step = text("span", "", words);
        step.prepend(text("i"));
        step.firstChild.style.background = colour;
        steps.append(step);
      });
      box.append(steps, text("div", "measure", ramp.words));
    } else if (ramp.words) {
      const bar = text("div", "ramp");
      ramp.colours.forEach((colour) => { const step = text("i"); step.style.background = colour; bar.append(step); });
      const ends = text("div", "ends");
      ends.append(text("span", "", ramp.low), text("span", "", ramp.high));
      box.append(bar, ends, text("div", "measure", ramp.words));
    }
    fill(map, "legend", corner, [box]);
    fill(map, "notice", "topright", [text("span", "", notice)]);
    tidy(map);
  };

  // The sprite of marks and patterns; what refers to it is drawn as soon as it is here.
  const home = new URL(".", document.currentScript.src);
  fetch(new URL("marks.svg", home)).then((answer) => answer.text()).then((svg) => {
    document.body.append(document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true));
  });

  // The base map under the layers, and whose it is; left alone while it is the one asked for.
  let tiles = null;
  let credit = null;
  const under = (map, source) => {
    if ((tiles && tiles._url) === (source && source.url)) return;
    if (tiles) { tiles.remove(); credit.remove(); }
    tiles = source && L.tileLayer(source.url, source).addTo(map);
    credit = source && L.control.attribution({ prefix: false }).addTo(map);
  };

  // The panes, bottom to top; seen from afar, marks and names shrink so as not to hide one another (map.css).
  const FAR = 10.4;
  let look = () => {};
  const prepare = (map, bounds, zoomCorner) => {
    ["ground", "regions", "gaps", "cells", "lines", "points", "names"].forEach((name, i) => {
      map.createPane(name).style.zIndex = 401 + i;
    });
    SILENT.forEach((name) => { map.getPane(name).style.pointerEvents = "none"; });
    L.control.zoom({ position: zoomCorner, zoomInTitle: "+", zoomOutTitle: "−" }).addTo(map);
    const measure = () => {
      map.getContainer().classList.toggle("far", map.getZoom() < FAR);
      tidy(map);
    };
    map.on("zoomend moveend", measure);
    document.fonts.ready.then(measure);
    measure();
    // Until the map is touched, it shows what it is to show, the whole district at first, whatever its size becomes.
    const holder = map.getContainer();
    let shown = bounds;
    const fit = () => map.fitBounds(shown, { padding: shown === bounds ? [12, 12] : [44, 44], maxZoom: 16, animate: false });
    let untouched = true;
    ["pointerdown", "wheel", "keydown"].forEach((kind) => {
      holder.addEventListener(kind, () => { untouched = false; }, { passive: true });
    });
    look = (wanted) => {
      if (JSON.stringify(wanted) === JSON.stringify(shown)) return;
      shown = wanted;
      untouched = true;
      fit();
    };
    const sized = new ResizeObserver(() => {
      map.invalidateSize({ animate: false });
      if (untouched) fit();
    });
    fit();
    sized.observe(holder);
  };

  return { layer, explain, prepare, tiles: under, focus: (_, bounds) => look(bounds) };
})();
