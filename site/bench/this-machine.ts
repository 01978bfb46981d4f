/** `<this-machine>`: shows of its page what the course's server says of the machine. */
import type { Language } from '../../labs/lab.ts'
import type { Health } from '../../labs/protocol.ts'
import { askHealth, forgetHealth } from './health.ts'
import { systemName } from './systems.ts'

class ThisMachine extends HTMLElement {
  #left: AbortController | null = null

  connectedCallback(): void {
    this.#left = new AbortController()
    const { signal } = this.#left
    document.addEventListener('visibilitychange', () => this.#lookedAt(), { signal })
    void this.#ask()
  }

  disconnectedCallback(): void {
    this.#left?.abort()
  }

  /** A reader who comes back may have started the course meanwhile, or mended what was in its way. */
  #lookedAt(): void {
    if (document.visibilityState !== 'visible') return
    forgetHealth()
    void this.#ask()
  }

  async #ask(): Promise<void> {
    const health = await askHealth()
    this.dataset.state = health?.network ?? 'absent'
    if (health) {
      this.dataset.network = health.network
      this.#tell(health)
    } else delete this.dataset.network
  }

  #tell({ interpreters, obstacles, system }: Health): void {
    this.#language('ts', interpreters.ts, system.node)
    this.#language('py', interpreters.py, system.python)
    set(this, '[data-system]', `${systemName(system.platform)} ${system.release}`)
    for (const rung of this.querySelectorAll<HTMLElement>('[data-rung]')) {
      const here = obstacles.filter((obstacle) => obstacle.rung === rung.dataset.rung)
      for (const place of rung.querySelectorAll<HTMLElement>('[data-obstacle]')) {
        const obstacle = here.find(({ kind }) => kind === place.dataset.obstacle)
        place.hidden = obstacle === undefined
        show(place, '[data-detail]', (obstacle?.detail ?? '') !== '')
        set(place, '[data-detail]', obstacle?.detail ?? '')
      }
      const ways = rung.querySelector<HTMLDetailsElement>('details')
      if (ways === null) continue
      ways.hidden = here.length === 0
      ways.open = here.length > 0
    }
  }

  #language(language: Language, version: string | null, path: string | null): void {
    const row = this.querySelector<HTMLElement>(`[data-language=${language}]`)
    if (row === null) return
    row.dataset.runs = String(version !== null)
    show(row, '[data-works]', version !== null)
    show(row, '[data-works-not]', version === null)
    set(row, '[data-version]', version ?? '')
    set(row, '[data-path]', path ?? '')
  }
}

function show(around: HTMLElement, selector: string, shown: boolean): void {
  for (const element of around.querySelectorAll<HTMLElement>(selector)) element.hidden = !shown
}

function set(around: HTMLElement, selector: string, text: string): void {
  const element = around.querySelector(selector)
  if (element) element.textContent = text
}

customElements.define('this-machine', ThisMachine)
