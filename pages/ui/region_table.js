// The table of regions: one bar a row, adding up to the whole width; a row is a button that picks its region.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const table = parentElement.querySelector("table")
  const cell = (tag, text, className) => {
    const element = document.createElement(tag)
    element.textContent = text
    if (className) element.className = className
    return element
  }
  const bar = (row, tag) => {
    const holder = cell(tag, "", "bar-cell")
    const strip = cell("div", "", "bar")
    strip.setAttribute("role", "img")
    strip.setAttribute("aria-label", row.words)
    strip.title = row.words
    const whole = row.served + row.unserved + row.unknown
    for (const part of ["served", "unserved", "unknown"]) {
      const piece = cell("i", "", part)
      piece.style.width = whole ? (100 * row[part]) / whole + "%" : "0"
      strip.append(piece)
    }
    holder.append(strip)
    return holder
  }

  const key = cell("div", "", "key")
  for (const part of ["served", "unserved", "unknown"]) {
    const entry = cell("span", "")
    entry.append(cell("i", "", part), `${data.parts[part]} ${data.total[part].toLocaleString("en")}`)
    key.append(entry)
  }
  const { served, unserved, unknown } = data.total
  key.append(cell("span", `${data.parts.whole} ${(served + unserved + unknown).toLocaleString("en")}`))
  parentElement.querySelector(".total").replaceChildren(bar(data.total, "div"), key)

  const head = document.createElement("tr")
  const room = (column) => (data.gives_way[column] ? `way-${data.gives_way[column]}` : "")
  data.columns.forEach((name, column) => {
    const heading = cell("th", name, room(column))
    heading.scope = "col"
    head.append(heading)
  })
  const rows = data.rows.map((row) => {
    const line = document.createElement("tr")
    const name = document.createElement("th")
    name.scope = "row"
    if (row.code) {
      const button = cell("button", row.name)
      button.type = "button"
      button.dataset.code = row.code
      button.setAttribute("aria-pressed", String(row.code === data.selected))
      name.append(button)
      line.onclick = () => setTriggerValue("picked", row.code)
    } else {
      name.textContent = row.name
    }
    if (row.code && row.code === data.selected) line.className = "selected"
    if (!row.code) line.className = "plain"
    line.append(name, ...row.cells.map((text, i) => cell("td", text, room(i + 1))), bar(row, "td"))
    return line
  })
  const focused = parentElement.querySelector("button:focus")?.dataset.code
  table.classList.toggle("many", data.columns.length > 6)
  table.caption.textContent = data.caption
  table.tHead.replaceChildren(head)
  table.tBodies[0].replaceChildren(...rows)
  if (focused) parentElement.querySelector(`button[data-code="${focused}"]`)?.focus()
  const chosen = parentElement.querySelector("tr.selected")
  const box = parentElement.querySelector(".scroll")
  if (chosen && box.dataset.shown !== data.selected) {
    const top = chosen.offsetTop
    if (top < box.scrollTop || top > box.scrollTop + box.clientHeight - 40) box.scrollTop = top - 60
  }
  box.dataset.shown = data.selected
}
