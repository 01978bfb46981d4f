/** The order of the course: its units, and the numbers of the lessons in each. A lesson's own file says the rest. */
export const UNITS = [
  { id: 'osi', lessons: [1] },
  { id: 'ip', lessons: [2, 3] },
  { id: 'ports', lessons: [4, 5] },
  { id: 'sockets', lessons: [6] },
  { id: 'bytes', lessons: [7] },
  { id: 'udp', lessons: [8, 9, 10, 11] },
  { id: 'tcp', lessons: [12, 13, 14, 15, 16, 17] },
  { id: 'compare', lessons: [18] },
  { id: 'capstone', lessons: [19, 20] },
] as const

export type Unit = (typeof UNITS)[number]['id']

/** The names of the units, for the schema of lessons. */
export const UNIT_IDS = UNITS.map((unit) => unit.id) as [Unit, ...Unit[]]
