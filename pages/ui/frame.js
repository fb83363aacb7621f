// The sidebar gives way where there is no room for it: after a page was chosen in it, and on a phone held sideways.
// Streamlit runs this at every run of a page; only the first has something to do.
if (!window.gongtuFrame) {
  window.gongtuFrame = true
  const small = () => window.innerWidth <= 768 || window.innerHeight <= 480
  const close = () => {
    const button = document.querySelector('[data-testid="stSidebarCollapseButton"] button[aria-expanded="true"]')
    if (button) button.click()
    return Boolean(button)
  }
  document.addEventListener("click", (event) => {
    if (small() && event.target.closest && event.target.closest('[data-testid="stSidebarNavLink"]')) setTimeout(close, 100)
  })
  let tries = 0
  const atFirst = () => { if (window.innerHeight <= 480 && !close() && ++tries < 40) setTimeout(atFirst, 100) }
  atFirst()
}
// Streamlit's own widgets speak English only: what they say is put into Chinese as it comes (words: frame.py), and back
// when the page turns English. Whole texts only, or with a number in them, so that nothing of a record is touched by
// chance; attributes may name a field or a choice besides.
{
  const attributes = ["aria-label", "placeholder", "title", "alt"]
  // What the pages themselves say, where a record may be called Open or Stop; and what somebody types.
  const ours = ["Markdown", "Html", "Table", "Button", "Alert"].map((one) => `[data-testid="st${one}"]`).join() + ",textarea"
  const filled = (text, sort) => {
    for (const [pattern, to, number] of window.gongtuFilled) {
      const found = (number || sort === "attribute") && pattern.exec(text)
      if (found) return to.replace(/\{\w+\}/, () => found[1])
    }
  }
  const turn = (text) => {
    const [head, ...of] = text.split(": ")  // of a table's buttons: what it does, and of which table
    return window.gongtuSaid.has(head) ? [window.gongtuSaid.get(head), ...of].join(": ") : filled(text, "attribute") ?? text
  }
  const mend = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const said = window.gongtuSaid.get(node.nodeValue) ?? filled(node.nodeValue)
      if (said && !node.parentElement?.closest(ours)) node.nodeValue = said
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      for (const name of attributes) {
        const was = node.getAttribute(name)
        if (was && turn(was) !== was) node.setAttribute(name, turn(was))
      }
    }
  }
  const mendAll = (root) => {
    mend(root)
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) mend(walker.currentNode)
  }
  const say = (pairs) => {
    const exact = (text) => text.replace(/[.*+?^$()|[\]\\]/g, "\\$&")
    const pattern = (text) => new RegExp(`^${exact(text).replace("{count}", "([\\d,]+)").replace(/\{\w+\}/, "(.+)")}$`)
    window.gongtuSaid = new Map(pairs)
    window.gongtuFilled = pairs
      .filter(([from]) => from.includes("{"))
      .map(([from, to]) => [pattern(from), to, from.includes("{count}")])
  }
  const chinese = document.documentElement.lang.startsWith("zh")
  if (window.gongtuChinese !== chinese) {
    const pairs = Object.entries(window.gongtuWords)
    say(chinese ? pairs : pairs.map(([english, said]) => [said, english]))
    if (chinese || window.gongtuMender) mendAll(document.body)
    if (!chinese) say([])
    window.gongtuChinese = chinese
  }
  if (!window.gongtuMender) {
    window.gongtuMender = new MutationObserver((changes) => {
      for (const change of changes) {
        if (change.type === "childList") change.addedNodes.forEach(mendAll)
        else mend(change.target)
      }
    })
    const watched = { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: attributes }
    window.gongtuMender.observe(document.body, watched)
  }
}
