// Finds as one types, without a run of the page: the app is asked, and what it finds are links.
const PAUSE_MS = 120
const ROOM_PX = 400 // less than this below the box, and what is found stands above it where there is more
let last = 0

export default function (component) {
  const { data, parentElement } = component
  const input = parentElement.querySelector("input")
  const list = parentElement.querySelector("[role=listbox]")
  const status = parentElement.querySelector("[role=status]")
  input.placeholder = data.words.placeholder
  input.setAttribute("aria-label", data.words.what)
  input.title = data.words.what
  list.setAttribute("aria-label", data.words.found)
  if (input.dataset.ready === data.language) return
  input.dataset.ready = data.language
  let waiting = 0
  let chosen = -1
  let shown = "" // what the list is the answer to
  let go = false // whether to open the first thing found as soon as it is

  const options = () => [...list.querySelectorAll("[role=option]")]
  const close = () => {
    if (list.matches(":popover-open")) list.hidePopover()
    input.setAttribute("aria-expanded", "false")
    input.removeAttribute("aria-activedescendant")
    chosen = -1
  }
  const open = () => {
    const box = input.getBoundingClientRect()
    list.style.left = `${Math.max(8, Math.min(box.left, innerWidth - Math.min(420, innerWidth - 16) - 8))}px`
    const seen = window.visualViewport ?? { offsetTop: 0, height: innerHeight } // a phone's keyboard covers the rest
    const above = box.top - seen.offsetTop - 12
    const below = seen.offsetTop + seen.height - box.bottom - 12
    const up = below < ROOM_PX && above > below
    list.style.top = up ? "auto" : `${box.bottom + 4}px`
    list.style.bottom = up ? `${innerHeight - box.top + 4}px` : "auto"
    list.style.maxHeight = `${up ? above : below}px`
    if (!list.matches(":popover-open")) list.showPopover()
    input.setAttribute("aria-expanded", "true")
  }
  const choose = (number) => {
    const all = options()
    chosen = all.length ? (number + all.length) % all.length : -1
    all.forEach((one, index) => one.setAttribute("aria-selected", String(index === chosen)))
    if (chosen < 0) return
    all[chosen].scrollIntoView({ block: "nearest" })
    input.setAttribute("aria-activedescendant", all[chosen].id)
  }
  const line = (found, number) => {
    const link = document.createElement("a")
    const lang = data.language === "zh" ? "" : `${found.page.includes("?") ? "&" : "?"}lang=${data.language}`
    link.href = `/${found.page}${lang}`
    link.id = `found-${number}`
    link.setAttribute("role", "option")
    link.setAttribute("aria-selected", "false")
    link.tabIndex = -1
    const label = document.createElement("b")
    label.textContent = found.label[data.language]
    const beside = document.createElement("span")
    beside.textContent = found.beside[data.language]
    link.append(label, beside)
    if (found.standing === "synthetic") {
      const mark = document.createElement("i")
      mark.textContent = data.words.synthetic
      link.append(mark)
    }
    return link
  }
  const show = (found, said) => {
    shown = said
    list.replaceChildren()
    let group = ""
    found.forEach((one, number) => {
      if (one.group !== group) {
        group = one.group
        const title = document.createElement("p")
        title.textContent = data.words[group]
        title.setAttribute("role", "presentation")
        list.append(title)
      }
      list.append(line(one, number))
    })
    status.textContent = found.length ? "" : data.words.none
    chosen = -1
    if (found.length) open()
    else close()
    if (go) options()[0]?.click()
    go = false
  }
  const ask = async () => {
    const said = input.value.trim()
    const mine = ++last
    if (!said) {
      show([], "")
      status.textContent = ""
      return
    }
    try {
      const answer = await fetch(`/api/v1/search?q=${encodeURIComponent(said.slice(0, 200))}`)
      const found = answer.ok ? (await answer.json()).found : null
      if (mine !== last) return // a later letter is already asked for
      if (found) show(found, said)
      else status.textContent = data.words.failed
    } catch {
      if (mine === last) status.textContent = data.words.failed
    }
  }
  input.oninput = () => {
    go = false
    clearTimeout(waiting)
    waiting = setTimeout(ask, PAUSE_MS)
  }
  input.onfocus = () => options().length && open()
  input.onkeydown = (event) => {
    if (event.isComposing) return
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault()
      if (options().length) open()
      choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? -1 : chosen - 1)
    } else if (event.key === "Enter") {
      if (shown === input.value.trim()) options()[Math.max(chosen, 0)]?.click()
      else go = true
    } else if (event.key === "Escape") close()
  }
  const away = (event) => {
    if (!event.composedPath().includes(parentElement)) close()
  }
  document.addEventListener("pointerdown", away)
  return () => {
    document.removeEventListener("pointerdown", away)
    close()
  }
}
