/** What a wire does to frames, as the controls of the faults panel show it and ask for it. Pure. */
import type { WireNow } from '../../../labs/checks/wires.ts'
import { type Faults, type FaultsDefinition, NO_FAULTS } from '../../../labs/faults.ts'

/** The settings a reader has a control for, as the controls count them: shares in percent, times in ms, bit/s. */
export interface Setting {
  readonly loss: number
  readonly delay: number
  readonly jitter: number
  readonly duplicate: number
  readonly reorder: number
  /** 0 for as fast as the machine can. */
  readonly rate: number
  readonly cut: boolean
  /** A kind of frame, or empty for all. */
  readonly only: string
}

/** Faults as the controls show them. */
export function settingOf({ loss, delay, jitter, duplicate, reorder, rate, cut, only }: Faults): Setting {
  const percent = (share: number) => Math.round(share * 100)
  return {
    loss: percent(loss),
    delay,
    jitter,
    duplicate: percent(duplicate),
    reorder: percent(reorder),
    rate: rate ?? 0,
    cut,
    only: only?.[0] ?? '',
  }
}

/** What a bench is asked for; `from` is a host, or empty for both directions. */
export function definitionOf(setting: Setting, from: string, before: Faults): FaultsDefinition {
  const { loss, delay, jitter, duplicate, reorder, rate, cut, only } = setting
  const limits = loss > 0 || cut
  return {
    ...(from !== '' && { from }),
    loss: loss / 100,
    delay,
    jitter,
    duplicate: duplicate / 100,
    reorder: reorder / 100,
    rate: rate === 0 ? null : rate,
    queue: before.queue,
    cut,
    // Kinds limit loss and a cut; without either they would limit nothing, and are refused.
    ...(limits && only !== '' && { only: only as NonNullable<Faults['only']>[number] }),
  }
}

/** Whether a wire does nothing to its frames, in either direction. */
export function isFaultless({ faults }: WireNow): boolean {
  return faults.every((one) =>
    Object.entries(NO_FAULTS).every(([key, value]) => key === 'queue' || one[key as keyof Faults] === value),
  )
}
