// Goes on in the language chosen before, else in the first of the browser's languages that the course has.
{
  const links = [...document.querySelectorAll('[data-language-choice]')]
  let saved = null
  try {
    saved = localStorage.getItem('both-ends:language')
  } catch {}
  const wanted = saved ? [saved] : navigator.languages
  const found = wanted.map((tag) => links.find((link) => tag.toLowerCase().startsWith(link.dataset.languageChoice)))
  // The key of the printed link goes along.
  location.replace((found.find(Boolean) ?? links[0]).href + location.search)
}
