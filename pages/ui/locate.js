// A button that asks the browser where it is. Nothing is asked before it is touched.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const button = parentElement.querySelector("button")
  const said = parentElement.querySelector("p")
  if (!button.disabled) button.textContent = data.button
  const tell = (why) => {
    said.textContent = why ? data[why] : ""
    button.disabled = false
    button.textContent = data.button
  }
  button.onclick = () => {
    if (!navigator.geolocation || !window.isSecureContext) return tell("insecure")
    button.disabled = true
    said.textContent = data.asking
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        tell("")
        setTriggerValue("located", { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy })
      },
      (error) => tell({ 1: "refused", 2: "unavailable", 3: "timeout" }[error.code] || "unavailable"),
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 },
    )
  }
}
