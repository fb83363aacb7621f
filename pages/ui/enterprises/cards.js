// Enterprises as cards; what they say is text, and a card is a button that opens its enterprise.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const part = (tag, text, className) => {
    const element = document.createElement(tag)
    element.textContent = text
    if (className) element.className = className
    return element
  }
  const cards = data.cards.map((card) => {
    const name = part("b", card.name)
    name.append(" ", part("i", card.standing))
    const button = part("button", "")
    button.type = "button"
    button.append(name, part("em", card.status, card.look))
    for (const [look, words] of Object.entries(card.lines)) button.append(part("span", words, look))
    button.onclick = () => setTriggerValue("opened", card.id)
    const item = part("li", "")
    item.append(button)
    return item
  })
  parentElement.querySelector("ul").replaceChildren(...cards)
}
