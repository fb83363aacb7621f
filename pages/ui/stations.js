// The cards of an answer. They come as HTML that the server made of text only; a report is sent without leaving the page.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".stations")
  if (root.dataset.html !== data.html) {
    root.dataset.html = data.html
    root.innerHTML = data.html
    rememberApps(root)
    root.querySelector(".to-map").onclick = () => document.querySelector(".st-key-map")?.scrollIntoView()
    const said = root.querySelector('.said[role="status"]')
    if (said) {
      said.tabIndex = -1
      said.focus()
      said.scrollIntoView({ block: "center" })
    }
  }
  root.onsubmit = (event) => {
    const form = event.target.closest("form[data-report]")
    if (!form) return
    event.preventDefault()
    setTriggerValue("reported", {
      facility: form.facility.value,
      what: event.submitter ? event.submitter.value : "",
      words: form.words.value,
    })
  }
}
