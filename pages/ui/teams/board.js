// The teams and their positions: a position is dragged to a team, or moved with the keyboard; the page decides.
const HOLD_MS = 180 // a finger that rests this long takes the position, one that moves at once scrolls
const START_PX = 6
const EDGE_PX = 56 // so near an edge, what is dragged pulls the list along, so far each time it is drawn
const PULL_PX = 9

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.getRootNode()
  const words = data.words
  const make = (tag, className, content) => {
    const element = document.createElement(tag)
    if (className) element.className = className
    if (content !== undefined) element.textContent = content
    return element
  }
  const say = (name, value) => setTriggerValue(name, value)
  const move = (position, team) => say("moved", { position, team })

  const chip = (one) => {
    const button = make("button", "chip")
    button.type = "button"
    button.dataset.position = one.id
    button.disabled = false
    button.setAttribute("aria-pressed", String(one.id === data.selected))
    button.setAttribute("aria-label", one.words)
    button.title = one.words
    button.append(make("span", "name", one.name))
    if (one.mark) button.append(make("span", "mark", one.mark))
    if (one.load) button.append(make("span", "load", one.load))
    if (one.locked) button.append(make("span", "lock", "🔒"))
    button.onclick = () => { if (!button.dataset.dragged) say("picked", one.id) }
    if (data.editable) {
      button.onkeydown = (event) => keyed(event, one.id)
      button.onpointerdown = (event) => grab(event, button, one)
    }
    return button
  }

  const section = (team) => {
    const box = make("section", ["team", team.id || team.quiet ? "" : "none", team.own ? "own" : "", team.amiss ? "amiss" : ""].join(" "))
    box.dataset.team = team.id
    box.setAttribute("aria-label", team.words)
    const head = make("header")
    const badge = make("span", "badge", team.number)
    badge.style.background = team.colour
    const title = make("div", "title")
    title.append(make("b", "", team.name))
    if (team.about) title.append(make("small", "", team.about))
    head.append(badge, title)
    if (team.load) {
      const load = make("div", "amount")
      load.append(make("b", "", team.load), make("small", team.off ? "off" : "", team.deviation))
      head.append(load)
    }
    const selected = data.selected && data.where[data.selected] !== team.id
    if (data.editable && selected) {
      const here = make("button", "here", team.id ? words.here : words.out)
      here.type = "button"
      here.dataset.here = team.id
      here.setAttribute("aria-label", `${here.textContent}：${team.name}`)
      here.onclick = () => move(data.selected, team.id)
      head.append(here)
    }
    box.append(head)
    if (team.load) {
      const bar = make("div", "bar")
      bar.title = team.words
      const band = make("i", "band")
      band.style.left = team.low + "%"
      band.style.width = team.high - team.low + "%"
      const fill = make("i", team.off ? "fill off" : "fill")
      fill.style.width = team.filled + "%"
      const target = make("i", "target")
      target.style.left = team.target + "%"
      bar.append(band, fill, target)
      box.append(bar)
    }
    const list = make("ul")
    team.positions.forEach((one) => {
      const item = make("li")
      item.append(chip(one))
      list.append(item)
    })
    if (!team.positions.length) list.append(make("li", "empty", words.empty))
    box.append(list)
    return box
  }

  const board = parentElement.querySelector(".board")
  const hint = parentElement.querySelector(".hint")
  const held = root.activeElement
  const focus = held && (held.dataset.position || (held.dataset.here !== undefined && data.selected))
  board.setAttribute("aria-label", words.board)
  board.replaceChildren(...data.teams.map(section))
  hint.textContent = data.editable ? words.hint : ""
  const before = board.where || data.where
  const gone = Object.keys(data.where).filter((id) => before[id] !== undefined && before[id] !== data.where[id])
  if (gone.length === 1) {
    const name = (id) => data.teams.find((one) => one.id === id)?.name || words.out
    const chip = board.querySelector(`[data-position="${CSS.escape(gone[0])}"] .name`)
    parentElement.querySelector(".said").textContent = `${chip?.textContent}：${name(data.where[gone[0]])}`
  }
  board.where = data.where
  // One listener for as long as the board is there: Ctrl+Z and Ctrl+Y where nobody is writing.
  if (board.keys) document.removeEventListener("keydown", board.keys)
  board.keys = (event) => {
    if (!board.isConnected) return document.removeEventListener("keydown", board.keys)
    const key = event.key.toLowerCase()
    const step = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : ""
    const writing = event.composedPath()[0].closest?.("input, textarea, select, [contenteditable]")
    if (!step || writing || event.altKey || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    say("stepped", step)
  }
  if (data.editable) document.addEventListener("keydown", board.keys)
  if (focus) board.querySelector(`[data-position="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true })

  // Digits name a team by its number; several digits quickly one after another a number of several.
  function keyed(event, position) {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    if (/^[0-9]$/.test(event.key)) {
      event.preventDefault()
      board.typed = (board.typed || "") + event.key
      clearTimeout(board.typing)
      const several = data.teams.length > 10
      board.typing = setTimeout(() => {
        const team = data.teams.find((one) => one.id && one.number === String(Number(board.typed)))
        if (Number(board.typed) === 0) move(position, "")
        else if (team) move(position, team.id)
        board.typed = ""
      }, several ? 500 : 0)
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault()
      move(position, "")
    } else if (event.key.toLowerCase() === "l") {
      event.preventDefault()
      say("locked", position)
    } else if (event.key.startsWith("Arrow")) {
      event.preventDefault()
      const chips = [...board.querySelectorAll(".chip")]
      const step = event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : -1
      chips[(chips.findIndex((one) => one.dataset.position === position) + step + chips.length) % chips.length].focus()
    }
  }

  // Dragging by pointer events, which fingers and pens have as well as mice.
  function grab(event, button, one) {
    if (event.button) return
    delete button.dataset.dragged
    const start = { x: event.clientX, y: event.clientY }
    const touch = event.pointerType === "touch"
    let ghost = null
    let over = null
    let ready = !touch
    const hold = touch ? setTimeout(() => { ready = true; button.classList.add("held") }, HOLD_MS) : 0
    const scroller = (() => {
      for (let box = root.host || board; box; box = box.parentElement || box.getRootNode().host) {
        if (box.scrollHeight > box.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(box).overflowY)) return box
      }
      return document.scrollingElement
    })()
    let pull = 0
    const scroll = () => {
      if (!ghost) return
      if (pull) scroller.scrollTop += pull
      requestAnimationFrame(scroll)
    }
    const at = (where) => root.elementFromPoint(where.clientX, where.clientY)?.closest("section.team") || null
    const mark = (next) => {
      if (over === next) return
      over?.classList.remove("over")
      over = next
      over?.classList.add("over")
    }
    const moved = (where) => {
      const far = Math.hypot(where.clientX - start.x, where.clientY - start.y) > START_PX
      if (!ghost && far && !ready) return end()
      if (!ghost && far) {
        ghost = button.cloneNode(true)
        ghost.className = "chip ghost"
        board.append(ghost)
        button.dataset.dragged = "1"
        button.classList.add("held")
        // What is let go of over the map, another document, is heard here all the same.
        try { button.setPointerCapture(event.pointerId) } catch { /* the pointer is gone */ }
        requestAnimationFrame(scroll)
      }
      if (!ghost) return
      if (!touch && where.buttons === 0) return end()
      const edges = scroller.getBoundingClientRect()
      const low = Math.min(edges.bottom, innerHeight)
      pull = where.clientY < Math.max(edges.top, 0) + EDGE_PX ? -PULL_PX : where.clientY > low - EDGE_PX ? PULL_PX : 0
      where.preventDefault()
      ghost.style.left = where.clientX + 8 + "px"
      ghost.style.top = where.clientY + 8 + "px"
      mark(at(where))
    }
    const still = (where) => { if (ghost || ready && touch) where.preventDefault() }
    const end = () => {
      clearTimeout(hold)
      ghost?.remove()
      ghost = null
      mark(null)
      button.classList.remove("held")
      window.removeEventListener("pointermove", moved)
      window.removeEventListener("pointerup", drop)
      window.removeEventListener("pointercancel", end)
      window.removeEventListener("keydown", cancel)
      window.removeEventListener("touchmove", still)
      setTimeout(() => delete button.dataset.dragged) // after the click that ends a drag
    }
    const drop = (where) => {
      const target = ghost && at(where)
      end()
      if (target && target.dataset.team !== (data.where[one.id] || "")) move(one.id, target.dataset.team)
    }
    const cancel = (key) => { if (key.key === "Escape") end() }
    window.addEventListener("pointermove", moved, { passive: false })
    window.addEventListener("pointerup", drop)
    window.addEventListener("pointercancel", end)
    window.addEventListener("keydown", cancel)
    window.addEventListener("touchmove", still, { passive: false })
  }
}
