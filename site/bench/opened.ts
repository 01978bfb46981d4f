/** Which panels of a lab are open: what its author shows, what comes with the first run, and what its reader opened. */

/** Every panel that can be opened and closed, in the order in which *Look closer* offers them. */
export const PANELS = ['code', 'terminal', 'wire', 'bytes', 'sockets', 'faults', 'shell'] as const
export type PanelName = (typeof PANELS)[number]

/** What decides. Nothing here is of one run: a panel stays as it is from run to run. */
export interface Opening {
  /** What the lab opens with. */
  readonly show: readonly PanelName[]
  /** What comes with the first run. */
  readonly withRun: readonly PanelName[]
  /** What the reader opened, here or in another lab, and has not closed since. */
  readonly kept: readonly PanelName[]
  /** What the reader pressed in this lab, and what it became. */
  readonly pressed: Readonly<Partial<Record<PanelName, boolean>>>
  /** Something was run, or is about to be. */
  readonly hasRun: boolean
}

/** Panels that show nothing before a run; they come with it even where the reader wants them always. */
const OF_A_RUN: readonly PanelName[] = ['wire', 'bytes', 'sockets']

/** The open panels, in the order of `PANELS`. A run always has its terminals. */
export function opened({ show, withRun, kept, pressed, hasRun }: Opening): readonly PanelName[] {
  return PANELS.filter((panel) => {
    const press = pressed[panel]
    if (press !== undefined) return press
    if (show.includes(panel)) return true
    if (hasRun) return panel === 'terminal' || withRun.includes(panel) || kept.includes(panel)
    return kept.includes(panel) && !OF_A_RUN.includes(panel)
  })
}

/** What a reader keeps after a panel was opened or closed. */
export function keep(kept: readonly PanelName[], panel: PanelName, open: boolean): readonly PanelName[] {
  return PANELS.filter((one) => (one === panel ? open : kept.includes(one)))
}

/** The panels in a text of words with spaces between; what is no panel is left out. */
export function panelsIn(text: string): readonly PanelName[] {
  const words = text.split(' ')
  return PANELS.filter((panel) => words.includes(panel))
}
