// What the light page can do better with a script: the browser's location, and the map app last used.
(() => {
  const form = document.querySelector("form.ask");
  const button = document.getElementById("locate");
  const said = document.getElementById("located");
  const tidy = () => form.querySelectorAll("input").forEach((field) => { field.disabled = !field.value; });
  if (form) form.addEventListener("submit", tidy);
  window.addEventListener("pageshow", () => form.querySelectorAll("input").forEach((field) => { field.disabled = false; }));
  if (button && form) {
    button.hidden = false;
    button.onclick = () => {
      const tell = (why) => { said.textContent = button.dataset[why]; button.disabled = false; };
      if (!navigator.geolocation || !window.isSecureContext) return tell("insecure");
      button.disabled = true;
      said.textContent = button.dataset.asking;
      navigator.geolocation.getCurrentPosition((found) => {
        form.place.value = "";
        form.lon.value = found.coords.longitude.toFixed(5);
        form.lat.value = found.coords.latitude.toFixed(5);
        form.accuracy.value = Math.round(found.coords.accuracy);
        tidy();
        form.submit();
      }, (error) => tell({ 1: "refused", 2: "unavailable", 3: "timeout" }[error.code] || "unavailable"),
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 });
    };
  }
})();
rememberApps(document);
