"""Questions that several browser tests put to a page."""

# Elements that stick out of the window sideways, unless something around them scrolls or clips on purpose.
_STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  const contained = (element) => {
    for (let above = element; above && above !== document.body; above = above.parentElement) {
      const style = getComputedStyle(above);
      if (["auto", "scroll", "hidden", "clip"].includes(style.overflowX) || style.clipPath !== "none") return true;
    }
    return false;
  };
  const found = [...document.body.querySelectorAll("*")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.right > width + 1 && !contained(element) && !element.closest(".honeypot, .skip-link");
  });
  const names = found.map((element) => `${element.tagName}.${element.className} to ${Math.round(element.getBoundingClientRect().right)}`);
  if (document.documentElement.scrollWidth > width) names.push(`the page scrolls sideways: ${document.documentElement.scrollWidth}`);
  return names;
}"""

# What a finger has to hit, measured by asking what lies under each pixel above and below the middle of the control.
# Links inside a sentence are as high as its lines (the inline exception of WCAG 2.5.8).
_SMALL_TARGETS = """(least) => {
  const inSentence = (element) => {
    const parent = element.parentElement;
    if (element.tagName !== "A" || !["P", "DD", "TD"].includes(parent.tagName)) return false;
    return [...parent.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim().length > 1);
  };
  const hitHeight = (element) => {
    element.scrollIntoView({ block: "center", behavior: "instant" });
    const box = element.getClientRects()[0];
    const x = box.left + Math.min(box.width, 20) / 2;
    const middle = box.top + box.height / 2;
    const hits = (y) => {
      const found = document.elementFromPoint(x, y);
      return found !== null && (element.contains(found) || (found.control !== undefined && found.control === element) || found.contains(element) && found.tagName === "LABEL");
    };
    let [up, down] = [0, 0];
    while (up < 100 && hits(middle - up - 1)) up += 1;
    while (down < 100 && hits(middle + down + 1)) down += 1;
    return up + down + 1;
  };
  const found = [];
  for (const element of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
    if (element.closest(".skip-link, .honeypot, [aria-hidden=true]") || element.type === "hidden") continue;
    if (!element.checkVisibility({ contentVisibilityAuto: true })) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || box.height >= least - 0.5 || inSentence(element)) continue;
    const height = hitHeight(element);
    if (height < least - 1) found.push(`${element.tagName} “${(element.innerText || element.name || "").slice(0, 20)}” ${height}`);
  }
  return found;
}"""


def sticking_out(page) -> list[str]:
    return page.evaluate(_STICKING_OUT)


def small_targets(page, least: int = 44) -> list[str]:
    """Visible controls lower than `least` CSS pixels."""
    return page.evaluate(_SMALL_TARGETS, least)


def font_size(page, selector: str) -> float:
    """In CSS pixels."""
    return page.locator(selector).first.evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
