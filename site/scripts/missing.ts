/** Where an address that leads nowhere lies below a language, that language comes first. */

const base = import.meta.env.BASE_URL.replace(/\/?$/, '/')
const [lang = ''] = location.pathname.startsWith(base) ? location.pathname.slice(base.length).split('/') : []
const sections = [...document.querySelectorAll<HTMLElement>('[data-of]')]
const own = sections.find((one) => one.dataset.of === lang)

if (own && own !== sections[0]) {
  sections[0]?.before(own)
  document.documentElement.lang = own.lang
  document.title = own.dataset.title ?? document.title
}
