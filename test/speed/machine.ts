import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'

/** Tells what the figures were measured on. */
export function machineFacts(): string {
  const load = loadavg()
    .map((value) => value.toFixed(1))
    .join(' ')
  return [
    `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ${(totalmem() / 1024 ** 3).toFixed(0)} GB,`,
    `kernel ${release()}, Node ${process.versions.node}, load average ${load}.`,
  ].join(' ')
}
