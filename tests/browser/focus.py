"""Where the focus is, whether it can be seen, and whether something lies on top of it."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page

MANY = 120
STOP = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const box = it.getBoundingClientRect();
  const places = [[.5, .5], [.1, .5], [.9, .5]].map(([across, down]) =>
    document.elementFromPoint(box.left + box.width * across, box.top + box.height * down));
  const own = [it, it.closest('label'), it.closest('.row')].filter(Boolean);
  const isOwn = top => !!top && own.some(part => part.contains(top) || top.contains(part));
  const near = [it, it.nextElementSibling];
  for (let around = it.parentElement; around && near.length < 6; around = around.parentElement)
    near.push(around);
  const rings = () => near.map(part => {
    if (!part) return '';
    const style = getComputedStyle(part);
    const outline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    return `${outline ? style.outline : ''} ${style.boxShadow === 'none' ? '' : style.boxShadow}`;
  });
  const focused = rings();
  it.blur();
  const blurred = rings();
  it.focus({preventScroll: true});
  return {
    what: it.outerHTML.slice(0, 100),
    key: `${it.outerHTML.slice(0, 200)} ${Math.round(box.left)} ${Math.round(box.top + scrollY)}`,
    ringed: focused.some((ring, part) => ring.trim() && ring !== blurred[part]),
    covered: places.some(top => !isOwn(top)),
    by: places.map(top => top?.outerHTML.slice(0, 80)).join(' | '),
  };
}"""
FROM_THE_TOP = """() => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
}"""


@dataclass(frozen=True)
class Stop:
    """One stop of the Tab key."""

    what: str
    key: str
    ringed: bool
    covered: bool
    by: str


def stop(page: Page) -> Stop | None:
    found = page.evaluate(STOP)
    return Stop(**found) if found else None


def tour(page: Page) -> list[Stop]:
    """Press Tab from the top of the page until it comes round."""
    page.evaluate(FROM_THE_TOP)
    stops: dict[str, Stop] = {}
    for _ in range(MANY):
        page.keyboard.press("Tab")
        here = stop(page)
        if here is None or here.key in stops:
            break
        stops[here.key] = here
    return list(stops.values())


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus."""
    for _ in range(MANY):
        if target.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {target}")
