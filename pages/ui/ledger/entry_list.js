// Entries as a list of buttons, by day; what a row says comes as text.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const list = parentElement.querySelector("ol")
  const focused = list.querySelector("button:focus")?.dataset.id
  const part = (tag, text, className) => {
    const element = document.createElement(tag)
    element.textContent = text
    if (className) element.className = className
    return element
  }
  let day = ""
  const lines = []
  for (const row of data.rows) {
    if (row.day !== day) {
      day = row.day
      lines.push(part("li", row.day_words, "day"))
    }
    const line = document.createElement("li")
    const button = document.createElement("button")
    button.type = "button"
    button.dataset.id = row.id
    button.setAttribute("aria-pressed", String(row.id === data.selected))
    const head = part("span", "", "head")
    head.append(part("b", row.title))
    for (const tag of row.tags) head.append(part("i", tag.words, tag.tone))
    button.append(head)
    if (row.note) button.append(part("span", row.note, "note"))
    if (row.about) button.append(part("span", row.about, "about"))
    button.onclick = () => setTriggerValue("picked", row.id)
    line.append(button)
    lines.push(line)
  }
  list.replaceChildren(...lines)
  list.setAttribute("aria-label", data.label)
  if (focused) list.querySelector(`button[data-id="${CSS.escape(focused)}"]`)?.focus()
}
