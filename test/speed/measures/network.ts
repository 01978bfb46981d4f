import type { Figure } from '../figures.ts'
import { measure } from '../leader.ts'
import { SHAPES } from '../probes/network.ts'
import type { Measure } from './measure.ts'

const SAMPLES = 2

type Shape = (typeof SHAPES)[number]

const WORDS: Record<Shape, string> = {
  one: 'one host',
  two: 'two hosts, a wire',
  twoSix: 'two hosts, a wire, IPv6',
  three: 'three hosts, two wires, IPv6',
}

const figuresOf = (how: string) =>
  Object.fromEntries(
    SHAPES.map((shape) => [shape, { title: `Network of ${WORDS[shape]}${how}`, unit: 'ms' }]),
  ) as Record<Shape, Figure>
const COLD = figuresOf(', from nothing')
const READY = figuresOf(', with a holder that stood ready')
const WIRE: Figure = { title: 'TCP over a wire', unit: 'Mbit/s', goal: { at: 'least', value: 100 } }

/** Networks of a bench's own, without a bench. */
export const network: Measure = async ({ ground, note }) => {
  if (ground === null) return
  const took = await measure('setUp', null, { ...ground, samples: SAMPLES })
  for (const shape of SHAPES) {
    note(COLD[shape], 'own', took[shape].cold)
    note(READY[shape], 'own', took[shape].ready)
  }
  note(WIRE, 'own', await measure('wire', null, ground))
}
