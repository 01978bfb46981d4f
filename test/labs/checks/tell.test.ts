import { describe, expect, it } from 'vitest'
import { tell, tellLatest } from '../../../labs/checks/tell.ts'
import { datagramToNobody, fourBytes } from '../../helpers/streams.ts'
import { told } from '../../helpers/told.ts'

describe('a story', () => {
  it('tells a datagram to a port where nobody is, step by step', () => {
    const { lab, events } = datagramToNobody()
    const [story] = tell(lab, events)
    expect(story && told(story)).toEqual([
      '1 receive starts',
      '2 receive socket()',
      '3 receive bind()',
      '4 receive recvfrom() waits',
      '5 send starts',
      '6 send createSocket()',
      '7 send send()',
      '8 UDP +4 send>here',
      '9 ICMP port-unreachable here>send (port-unreachable)',
      "10 send 'send'",
      '11 send close()',
      '12 send ends',
    ])
  })

  it('is told once for each run, and the latest alone when nobody wants the others', () => {
    const { lab, events } = fourBytes()
    expect(tell(lab, events)).toHaveLength(1)
    expect(told(tellLatest(lab, events) as never)).toEqual(told(tell(lab, events)[0] as never))
  })
})
