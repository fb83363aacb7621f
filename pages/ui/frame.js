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
// when the page turns English. Whole texts only, so that nothing of a record is touched by chance.
{
  const attributes = ["aria-label", "placeholder", "title"]
  const turn = (text) => {
    const [head, ...of] = text.split(": ")  // of a table's buttons: what it does, and of which table
    return window.gongtuSaid.has(head) ? [window.gongtuSaid.get(head), ...of].join(": ") : text
  }
  const mend = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const said = window.gongtuSaid.get(node.nodeValue)
      if (said) node.nodeValue = said
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
  const chinese = document.documentElement.lang.startsWith("zh")
  if (window.gongtuChinese !== chinese) {
    const pairs = Object.entries(window.gongtuWords)
    window.gongtuSaid = new Map(chinese ? pairs : pairs.map(([english, said]) => [said, english]))
    if (chinese || window.gongtuMender) mendAll(document.body)
    if (!chinese) window.gongtuSaid = new Map()
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
