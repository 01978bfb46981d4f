/** Marks in the contents of a page, where it has any, the section whose heading was the last to pass the upper third of the window. */

const links = [...document.querySelectorAll<HTMLAnchorElement>('.rail a')]
const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))))

function mark() {
  const passed = headings.findLastIndex((heading) => heading && heading.getBoundingClientRect().top < innerHeight / 3)
  links.forEach((link, index) => {
    if (index === Math.max(passed, 0)) link.setAttribute('aria-current', 'true')
    else link.removeAttribute('aria-current')
  })
}

const observer = new IntersectionObserver(mark, { rootMargin: '0px 0px -66% 0px' })
for (const heading of headings) if (heading) observer.observe(heading)
