// Before the first paint: the theme this reader chose. Afterwards: the button for it, and the language once chosen.
{
  const root = document.documentElement
  const keep = (key, value) => {
    try {
      if (value) localStorage.setItem(`both-ends:${key}`, value)
      else localStorage.removeItem(`both-ends:${key}`)
    } catch {}
  }
  try {
    const saved = localStorage.getItem('both-ends:theme')
    if (saved === 'dark' || saved === 'light') root.dataset.theme = saved
  } catch {}
  document.addEventListener('click', ({ target }) => {
    const language = target.closest?.('[data-language-choice]')
    if (language) keep('language', language.dataset.languageChoice)
    if (!target.closest?.('[data-theme-toggle]')) return
    const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
    const wanted = (root.dataset.theme ?? system) === 'dark' ? 'light' : 'dark'
    // What the system says anyway is not a choice: the page follows the system again.
    if (wanted === system) delete root.dataset.theme
    else root.dataset.theme = wanted
    keep('theme', root.dataset.theme)
  })
}
