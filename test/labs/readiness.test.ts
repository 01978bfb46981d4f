import { type ChildProcessByStdio, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { watchReadiness } from '../../labs/bench/readiness.ts'
import { socketsAreTold } from '../../labs/instruments/sockets.ts'
import { COURSE } from '../helpers/course.ts'

const PROGRAM = join(COURSE, 'test', 'fixtures', 'programs', 'binds-on-line.ts')

describe.runIf(socketsAreTold())('the readiness of a program', () => {
  test('is a socket of its own, not one of the server that it still holds while it starts', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle
    const options: SpawnOptions = { stdio: ['pipe', 'pipe', 'ignore', fd] }
    const child = spawn(process.execPath, [PROGRAM], options) as ChildProcessByStdio<Writable, Readable, null>
    onTestFinished(() => {
      child.kill()
      server.close()
    })
    const ready = vi.fn()
    const unwatch = watchReadiness(child.pid ?? 0, ready)
    await once(child.stdout, 'data')
    child.stdin.write('udp\n')
    await vi.waitFor(() => expect(ready).toHaveBeenCalled(), 5000)
    unwatch()
    expect(ready.mock.calls).toEqual([[{ protocol: 'udp', address: '127.0.0.1', port: expect.any(Number) }]])
    expect(ready.mock.calls[0]?.[0].port).not.toBe((server.address() as AddressInfo).port)
  })

  test('is watched for no longer than wanted', async () => {
    const child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'ignore'] })
    onTestFinished(() => void child.kill())
    const [unwanted, wanted] = [vi.fn(), vi.fn()]
    const unwatch = watchReadiness(child.pid ?? 0, unwanted)
    watchReadiness(child.pid ?? 0, wanted)
    await once(child.stdout, 'data')
    unwatch()
    child.stdin.write('tcp\n')
    await vi.waitFor(() => expect(wanted).toHaveBeenCalledOnce(), 5000)
    expect(wanted.mock.calls[0]?.[0]).toMatchObject({ protocol: 'tcp', address: '127.0.0.1' })
    expect(unwanted).not.toHaveBeenCalled()
  })
})
