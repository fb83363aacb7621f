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
